package masking

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"strconv"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/schema"
)

// Row is what fakes know of a row of a table. It is used again for the next.
type Row struct {
	gyro.MaskRow
	mac     hash.Hash
	subject []byte
	sum     []byte
	number  uint64
}

// NewRow is for the rows of a table.
func NewRow(key Key, table schema.Name) *Row {
	return &Row{mac: hmac.New(sha256.New, key.Derive("row\x00"+table.String()))}
}

// Begin begins with the next row.
func (r *Row) Begin() { r.subject = r.subject[:0] }

// Add is the next value of its primary key: each with its length, so that ("a", "bc") is not ("ab", "c").
func (r *Row) Add(value []byte) {
	r.subject = binary.AppendUvarint(r.subject, uint64(len(value)))
	r.subject = append(r.subject, value...)
}

// Count reads the key, which is one integer.
func (r *Row) Count(value []byte) error {
	n, err := strconv.ParseInt(string(value), 10, 64)
	if err != nil {
		return errors.New("its key is no integer")
	}
	r.number = uint64(n)
	return nil
}

// End is when all of the key is there.
func (r *Row) End() {
	r.mac.Reset()
	r.mac.Write(r.subject)
	r.sum = r.mac.Sum(r.sum[:0])
}

// Fake writes the values of one column.
type Fake struct {
	Mask    gyro.Mask
	Column  schema.Column // what they have to fit
	dice    cipher.Block  // of the column, or of the domain
	group   cipher.Block  // of a part's elements; nil: they are the row's
	unique  bool          // values have to differ
	wide    bool
	numbers *permutation // nil where the key is not one integer, or the fake promises nothing
}

// NewFake makes the fake of a column, which is to fit another, or itself. Unique: values have to differ. Numbered: the table's key is one
// integer.
func NewFake(key Key, table schema.Name, column string, mask gyro.Mask, fits schema.Column, unique, numbered bool) *Fake {
	f := &Fake{Mask: mask, Column: fits, unique: unique, wide: unique, dice: aesOf(key.Derive("column\x00" + table.String() + "\x00" + column))}
	switch {
	case mask.Domain != "": // wide, whether the column is unique or not: another of the domain may be
		f.dice, f.wide = aesOf(key.Derive("domain\x00"+mask.Domain)), mask.Unique
	case mask.Unique && numbered:
		bits := MaxBits
		if mask.Bits != nil {
			bits = min(bits, mask.Bits(fits))
		}
		f.numbers, f.wide = newPermutation(key.Derive("number\x00"+table.String()), bits), false
	}
	return f
}

// NewPart makes the fake of a part of a column's values, at a path; group is what the path's elements have in common: see [gyro.Part].
func NewPart(key Key, table schema.Name, column string, part gyro.Part, fits schema.Column) *Fake {
	purpose := "\x00" + table.String() + "\x00" + column + "\x00"
	f := &Fake{Mask: part.Mask, Column: fits, dice: aesOf(key.Derive("inside" + purpose + part.Path))}
	switch {
	case part.Mask.Domain != "": // as that of a column
		f.dice, f.wide = aesOf(key.Derive("domain\x00"+part.Mask.Domain)), part.Mask.Unique
	case part.Group != "":
		f.group = aesOf(key.Derive("group" + purpose + part.Group))
	}
	return f
}

// Append writes the value of a row, or by value that of a digest in hexadecimal digits.
func (f *Fake) Append(text []byte, r *Row, digest []byte) ([]byte, error) {
	return f.AppendPart(text, r, digest)
}

// AppendPart writes that of one of several parts, which tells says: by value the digest, else the ordinals; see [gyro.Place].
func (f *Fake) AppendPart(text []byte, r *Row, tells []byte) ([]byte, error) {
	copy(r.Whole[:], r.sum)
	switch {
	case f.Mask.Domain != "":
		if len(tells) != 2*sha256.Size {
			return nil, errors.New("there is no digest of the value")
		}
		if _, err := hex.Decode(r.Whole[:], tells); err != nil {
			return nil, errors.New("there is no digest of the value")
		}
	case f.group != nil:
		f.scatter(r.Whole[:], tells)
	}
	// HMAC of the row once, and of that two blocks a column: a pseudorandom function of one of another is one.
	f.dice.Encrypt(r.Seed[:aes.BlockSize], r.Whole[:aes.BlockSize])
	for i := range aes.BlockSize {
		r.Seed[aes.BlockSize+i] = r.Seed[i] ^ r.Whole[aes.BlockSize+i]
	}
	f.dice.Encrypt(r.Seed[aes.BlockSize:], r.Seed[aes.BlockSize:])
	r.Column, r.Wide = f.Column, f.wide
	if r.Numbered = f.numbers != nil; r.Numbered {
		if r.Number, r.Numbered = f.numbers.of(r.number); !r.Numbered && f.unique {
			return nil, &gyro.Error{
				Op: "mask", Place: f.Column.Name, Err: fmt.Errorf("the column has no room for as many different values as keys go up to: %d bits", f.numbers.bits),
				Hint: "a mask that is shorter, or one that need not be unique",
			}
		}
	}
	return f.Mask.Fake(text, &r.MaskRow), nil
}

// scatter makes of what belongs together in the row what belongs together in one of its elements: CBC-MAC over the ordinals, of which
// none begins another, for 0 stands behind each.
func (f *Fake) scatter(whole, ordinals []byte) {
	for i := 0; ; i++ {
		if i < len(ordinals) {
			whole[i%aes.BlockSize] ^= ordinals[i]
		}
		if i%aes.BlockSize == aes.BlockSize-1 {
			f.group.Encrypt(whole[:aes.BlockSize], whole[:aes.BlockSize])
			if i >= len(ordinals) {
				break
			}
		}
	}
	for i := range aes.BlockSize {
		whole[aes.BlockSize+i] ^= whole[i]
	}
	f.group.Encrypt(whole[aes.BlockSize:], whole[aes.BlockSize:])
}
