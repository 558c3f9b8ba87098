package export

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"slices"
	"strconv"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/pgcsv"
	"github.com/gyrodata/gyro/schema"
)

// maskKey is the secret that masks depend on: the same gives the same values.
type maskKey []byte

// derive gives a key of its own for one purpose (HMAC-SHA256, RFC 2104).
func (k maskKey) derive(purpose string) []byte {
	mac := hmac.New(sha256.New, k)
	mac.Write([]byte(purpose))
	return mac.Sum(nil)
}

// forServer is what expressions on the source are keyed by.
func (k maskKey) forServer() string { return hex.EncodeToString(k.derive("server")) }

// fingerprint tells keys apart and says nothing of them.
func (k maskKey) fingerprint() string { return hex.EncodeToString(k.derive("fingerprint")[:8]) }

// masker writes fakes in the place of what the source said of them: whether they are NULL.
type masker struct {
	to      io.Writer
	fakes   []fakeColumn
	key     []int // fields of the primary key
	width   int   // fields of a row
	header  bool
	fields  []pgcsv.Field
	line    []byte
	text    []byte
	subject []byte
	whole   hash.Hash
	counts  bool   // the key is one integer
	number  uint64 // that one
	row     gyro.MaskRow
}

type fakeColumn struct {
	field  int
	column schema.Column
	fake   gyro.Fake
	dice   cipher.Block // of the column
	// numbers is nil where the key is not one integer, or values need not differ.
	numbers *permutation
}

// newMasker gives nil where no column of the step is faked.
func newMasker(s *step, key maskKey, to io.Writer) *masker {
	table := s.table
	m := &masker{to: to, width: len(table.Columns)}
	for i, c := range table.Columns {
		if mask := s.masks[c.Name]; mask.Fake != nil {
			f := fakeColumn{field: i, column: c, fake: mask.Fake, dice: aesOf(key.derive("column\x00" + table.Name.String() + "\x00" + c.Name))}
			if numbered(table) && mask.Unique {
				bits := maxBits
				if mask.Bits != nil {
					bits = min(bits, mask.Bits(c))
				}
				f.numbers = newPermutation(key.derive("number\x00"+table.Name.String()), bits)
			}
			m.fakes = append(m.fakes, f)
		}
		if slices.Contains(table.PrimaryKey, c.Name) {
			m.key = append(m.key, i)
		}
	}
	if len(m.fakes) == 0 {
		return nil
	}
	m.whole = hmac.New(sha256.New, key.derive("row\x00"+table.Name.String()))
	m.counts = numbered(table)
	return m
}

// Write takes one row, or first the header.
func (m *masker) Write(row []byte) (int, error) {
	if !m.header {
		m.header = true
		return m.to.Write(row)
	}
	fields, err := pgcsv.Split(row, m.fields[:0])
	if err != nil || len(fields) != m.width {
		return 0, &gyro.Error{Op: "mask a row", Err: errors.New("it is not the CSV that was asked for")}
	}
	m.fields = fields
	if err := m.identify(); err != nil {
		return 0, err
	}
	m.line = m.line[:0]
	next := 0
	for i := range fields {
		if i > 0 {
			m.line = append(m.line, ',')
		}
		if next < len(m.fakes) && m.fakes[next].field == i {
			f := &m.fakes[next]
			next++
			if string(fields[i].Value) == "f" {
				if err := m.fake(f); err != nil {
					return 0, err
				}
			}
			continue
		}
		m.line = appendField(m.line, fields[i])
	}
	m.line = append(m.line, '\n')
	if _, err := m.to.Write(m.line); err != nil {
		return 0, err
	}
	return len(row), nil
}

// identify sets what fakes know of the row.
func (m *masker) identify() error {
	m.subject = m.subject[:0]
	for _, i := range m.key { // each with its length, so that ("a", "bc") is not ("ab", "c")
		m.subject = binary.AppendUvarint(m.subject, uint64(len(m.fields[i].Value)))
		m.subject = append(m.subject, m.fields[i].Value...)
	}
	m.whole.Reset()
	m.whole.Write(m.subject)
	m.whole.Sum(m.row.Whole[:0])
	if m.counts {
		n, err := strconv.ParseInt(string(m.fields[m.key[0]].Value), 10, 64)
		if err != nil {
			return &gyro.Error{Op: "mask a row", Err: errors.New("its key is no integer")}
		}
		m.number = uint64(n)
	}
	return nil
}

func (m *masker) fake(f *fakeColumn) error {
	// HMAC of the row once, and of that two blocks a column: a pseudorandom function of one of another is one.
	f.dice.Encrypt(m.row.Seed[:aes.BlockSize], m.row.Whole[:aes.BlockSize])
	for i := range aes.BlockSize {
		m.row.Seed[aes.BlockSize+i] = m.row.Seed[i] ^ m.row.Whole[aes.BlockSize+i]
	}
	f.dice.Encrypt(m.row.Seed[aes.BlockSize:], m.row.Seed[aes.BlockSize:])
	m.row.Column = f.column
	if m.row.Numbered = f.numbers != nil; m.row.Numbered {
		var ok bool
		if m.row.Number, ok = f.numbers.of(m.number); !ok {
			return &gyro.Error{
				Op: "mask", Place: f.column.Name, Err: fmt.Errorf("the column has no room for as many different values as keys go up to: %d bits", f.numbers.bits),
				Hint: "a mask that is shorter, or one that need not be unique",
			}
		}
	}
	m.text = f.fake(m.text[:0], &m.row)
	m.line = appendText(m.line, m.text)
	return nil
}

// appendField writes a field as PostgreSQL's COPY does.
func appendField(line []byte, f pgcsv.Field) []byte {
	if f.Null {
		return line
	}
	return appendText(line, f.Value)
}

func appendText(line, text []byte) []byte {
	if len(text) > 0 && bytes.IndexByte(text, ',') < 0 && bytes.IndexByte(text, '"') < 0 && bytes.IndexByte(text, '\n') < 0 && bytes.IndexByte(text, '\r') < 0 {
		return append(line, text...)
	}
	line = append(line, '"')
	for _, b := range text {
		if b == '"' {
			line = append(line, '"')
		}
		line = append(line, b)
	}
	return append(line, '"')
}

// permutation gives each number below 2^bits another, and no two the same: a Feistel network over AES (Luby and Rackoff,
// 1988), of two halves of one size; where bits are odd, a number beyond is permuted again until it is none (Black and
// Rogaway, 2002).
type permutation struct {
	block   cipher.Block
	bits    int
	in, out [aes.BlockSize]byte
}

const (
	maxBits       = 64
	feistelRounds = 8
)

func newPermutation(key []byte, bits int) *permutation {
	return &permutation{block: aesOf(key), bits: max(bits, 1)}
}

func aesOf(key []byte) cipher.Block {
	block, err := aes.NewCipher(key[:32])
	if err != nil {
		panic(err) // 32 bytes are a key
	}
	return block
}

// of reports false for a number that is beyond.
func (p *permutation) of(n uint64) (uint64, bool) {
	if p.bits < maxBits && n>>p.bits != 0 {
		return 0, false
	}
	for {
		if n = p.once(n); p.bits == maxBits || n>>p.bits == 0 {
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
