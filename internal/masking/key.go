// Package masking makes the fakes of rows, wherever they come from: the keys and dice that they are drawn by, and the numbers
// that tell them apart.
package masking

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"

	"github.com/gyrodata/gyro"
)

// Key is the secret that masks depend on: the same gives the same values.
type Key []byte

// Derive gives a key of its own for one purpose (HMAC-SHA256, RFC 2104).
func (k Key) Derive(purpose string) []byte {
	mac := hmac.New(sha256.New, k)
	mac.Write([]byte(purpose))
	return mac.Sum(nil)
}

// ForServer is what expressions on the source are keyed by.
func (k Key) ForServer() string { return hex.EncodeToString(k.Derive("server")) }

// Fingerprint tells keys apart and says nothing of them.
func (k Key) Fingerprint() string { return hex.EncodeToString(k.Derive("fingerprint")[:8]) }

// MinKey is how many bytes a secret has at least.
const MinKey = 16

// RandomKeyNote is what a run says that drew its own.
const RandomKeyNote gyro.Text = "masks depend on a random key of this run: another run gives other values; {MaskKey} gives the same"

// NewKey draws one.
func NewKey() (Key, error) {
	k := make(Key, 32)
	_, err := rand.Read(k)
	return k, err
}

func aesOf(key []byte) cipher.Block {
	block, err := aes.NewCipher(key[:32])
	if err != nil {
		panic(err) // 32 bytes are a key
	}
	return block
}

// Digest is what the source computes of a value by [gyro.Mask].Digest, in hexadecimal digits.
func (k Key) Digest(domain string, value []byte) []byte {
	mac := hmac.New(sha256.New, []byte(k.ForServer()))
	mac.Write([]byte(gyro.DigestPrefix(domain)))
	mac.Write(value)
	return hex.AppendEncode(nil, mac.Sum(nil))
}
