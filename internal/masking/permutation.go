package masking

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
)

// permutation gives each number below 2^bits another, and no two the same: a Feistel network over AES (Luby and Rackoff,
// 1988), of two halves of one size; where bits are odd, a number beyond is permuted again until it is none (Black and
// Rogaway, 2002).
type permutation struct {
	block   cipher.Block
	bits    int
	in, out [aes.BlockSize]byte
}

const (
	// MaxBits is how many bits of a number there are at most.
	MaxBits       = 64
	feistelRounds = 8
)

func newPermutation(key []byte, bits int) *permutation {
	return &permutation{block: aesOf(key), bits: max(bits, 1)}
}

// of reports false for a number that is beyond.
func (p *permutation) of(n uint64) (uint64, bool) {
	if p.bits < MaxBits && n>>p.bits != 0 {
		return 0, false
	}
	for {
		if n = p.once(n); p.bits == MaxBits || n>>p.bits == 0 {
			return n, true
		}
	}
}

func (p *permutation) once(n uint64) uint64 {
	half := (p.bits + 1) / 2
	mask := uint32(1<<half - 1)
	left, right := uint32(n>>half)&mask, uint32(n)&mask
	for round := range uint32(feistelRounds) {
		binary.LittleEndian.PutUint32(p.in[0:], round)
		binary.LittleEndian.PutUint32(p.in[4:], right)
		p.in[8] = byte(p.bits)
		p.block.Encrypt(p.out[:], p.in[:])
		left, right = right, (left^binary.LittleEndian.Uint32(p.out[:]))&mask
	}
	return uint64(left)<<half | uint64(right)
}
