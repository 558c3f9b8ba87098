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

// masker writes fakes in the place of what the source said of values: the signs that they are made of.
type masker struct {
	to        io.Writer
	columns   []string // of a row; signs of their own stand behind them
	fakes     []fakeColumn
	key       []int // fields of the primary key
	width     int   // fields of what is read
	header    bool
	documents bool // parts of values are masked
	fields    []pgcsv.Field
	line      []byte
	text      []byte
	subject   []byte
	whole     hash.Hash
	counts    bool   // the key is one integer
	number    uint64 // that one
	row       gyro.MaskRow
	undone    []byte        // the row, its doubled quotes undone
	filled    *insideColumn // whose value is filled
	filling   func(text []byte, at gyro.Place) ([]byte, error)
}

type fakeColumn struct {
	field, sign int // the same, unless the sign stands apart
	column      schema.Column
	fake        gyro.Fake
	dice        cipher.Block // of the column, or of the domain
	byValue     bool
	unique      bool // values have to differ
	wide        bool
	// numbers is nil where the key is not one integer, or the fake promises nothing.
	numbers *permutation
	inside  *insideColumn // in the place of a fake
}

// newMasker gives nil where none of the columns, which are the step's, is faked.
func newMasker(s *step, columns []string, key maskKey, to io.Writer) *masker {
	table := s.table
	m := &masker{to: to, columns: columns, width: len(columns)}
	for _, masking := range s.maskings(columns) {
		if !masking.Sign {
			continue
		}
		mask, field := s.masks[masking.Column], slices.Index(columns, masking.Column)
		f := fakeColumn{
			field: field, sign: field, column: s.fitted(masking.Column), fake: mask.Fake, byValue: mask.Domain != "", unique: s.distinct(masking.Column),
		}
		if masking.Apart() {
			f.sign = m.width
			m.width++
		}
		f.wide = f.unique
		f.dice = aesOf(key.derive("column\x00" + table.Name.String() + "\x00" + masking.Column))
		switch {
		case mask.Inside != nil:
			f.inside, m.documents = newInside(s, masking.Column, mask.Inside, key), true
		case f.byValue: // wide, whether the column is unique or not: another of the domain may be
			f.dice, f.wide = aesOf(key.derive("domain\x00"+mask.Domain)), mask.Unique
		case mask.Unique && s.numbered():
			bits := maxBits
			if mask.Bits != nil {
				bits = min(bits, mask.Bits(f.column))
			}
			f.numbers, f.wide = newPermutation(key.derive("number\x00"+table.Name.String()), bits), false
		}
		m.fakes = append(m.fakes, f)
	}
	if len(m.fakes) == 0 {
		return nil
	}
	slices.SortFunc(m.fakes, func(a, b fakeColumn) int { return a.field - b.field })
	for _, name := range table.PrimaryKey {
		if i := slices.Index(columns, name); i >= 0 {
			m.key = append(m.key, i)
		}
	}
	m.whole = hmac.New(sha256.New, key.derive("row\x00"+table.Name.String()))
	m.counts = s.numbered() && len(m.key) == 1
	m.row.Value, m.filling = m.value, m.part
	return m
}

// Write takes one row, or first the header.
func (m *masker) Write(row []byte) (int, error) {
	fields, err := m.split(row)
	if err != nil || len(fields) != m.width {
		return 0, &gyro.Error{Op: "mask a row", Err: errors.New("it is not the CSV that was asked for")}
	}
	m.fields, m.line = fields, m.line[:0]
	if !m.header {
		m.header = true
		if m.width == len(m.columns) {
			return m.to.Write(row)
		}
		for i := range m.columns { // without the names of signs
			m.line = appendField(append(m.line, ","[:min(i, 1)]...), fields[i])
		}
		return m.written(row)
	}
	if err := m.identify(); err != nil {
		return 0, err
	}
	next := 0
	for i := range m.columns {
		if i > 0 {
			m.line = append(m.line, ',')
		}
		if next < len(m.fakes) && m.fakes[next].field == i {
			f := &m.fakes[next]
			next++
			if !fields[f.sign].Null {
				if err := m.fake(f); err != nil {
					return 0, err
				}
				continue
			}
		}
		m.line = appendField(m.line, fields[i])
	}
	return m.written(row)
}

// split takes a row apart. Documents are full of doubled quotes: these are undone in memory that is kept.
func (m *masker) split(row []byte) ([]pgcsv.Field, error) {
	if !m.documents {
		return pgcsv.Split(row, m.fields[:0])
	}
	m.undone = append(m.undone[:0], row...)
	fields, rest, err := pgcsv.Cut(m.undone, m.fields[:0])
	if err == nil && len(rest) > 0 {
		err = pgcsv.ErrManyRecords
	}
	return fields, err
}

// written gives the line on, in the place of row.
func (m *masker) written(row []byte) (int, error) {
	m.line = append(m.line, '\n')
	if _, err := m.to.Write(m.line); err != nil {
		return 0, err
	}
	return len(row), nil
}

// value is what an unmasked column holds: that of a mask which reads it is none, for the plan has seen to that.
func (m *masker) value(column string) (text []byte, null, ok bool) {
	i := slices.Index(m.columns, column)
	if i < 0 || slices.ContainsFunc(m.fakes, func(f fakeColumn) bool { return f.field == i }) {
		return nil, false, false
	}
	return m.fields[i].Value, m.fields[i].Null, true
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
	m.subject = m.whole.Sum(m.subject[:0])
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
	var err error
	sent := m.fields[f.sign].Value
	if f.inside != nil {
		m.filled = f.inside
		if m.text, err = f.inside.Fill(m.text[:0], sent, f.inside.mark, m.filling); err != nil {
			return &gyro.Error{Op: "mask", Place: f.column.Name, Err: err}
		}
	} else {
		if err = m.seed(f, sent); err != nil {
			return err
		}
		m.text = f.fake(m.text[:0], &m.row)
	}
	m.line = appendText(m.line, m.text)
	return nil
}

// seed sets what a fake knows: of the row, or by value of the digest.
func (m *masker) seed(f *fakeColumn, digest []byte) error {
	copy(m.row.Whole[:], m.subject)
	if f.byValue {
		if n, err := hex.Decode(m.row.Whole[:], digest[:min(2*sha256.Size, len(digest))]); err != nil || n != sha256.Size {
			return &gyro.Error{Op: "mask", Place: f.column.Name, Err: errors.New("the source sent no digest")}
		}
	}
	m.spread(f)
	m.row.Column, m.row.Wide = f.column, f.wide
	if m.row.Numbered = f.numbers != nil; m.row.Numbered {
		if m.row.Number, m.row.Numbered = f.numbers.of(m.number); !m.row.Numbered && f.unique {
			return &gyro.Error{
				Op: "mask", Place: f.column.Name, Err: fmt.Errorf("the column has no room for as many different values as keys go up to: %d bits", f.numbers.bits),
				Hint: "a mask that is shorter, or one that need not be unique",
			}
		}
	}
	return nil
}

// spread makes the die of a column of what belongs together: HMAC of the row once, and of that two blocks a column: a pseudorandom
// function of one of another is one.
func (m *masker) spread(f *fakeColumn) {
	f.dice.Encrypt(m.row.Seed[:aes.BlockSize], m.row.Whole[:aes.BlockSize])
	for i := range aes.BlockSize {
		m.row.Seed[aes.BlockSize+i] = m.row.Seed[i] ^ m.row.Whole[aes.BlockSize+i]
	}
	f.dice.Encrypt(m.row.Seed[aes.BlockSize:], m.row.Seed[aes.BlockSize:])
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
