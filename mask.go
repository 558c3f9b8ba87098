package gyro

import (
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/gyrodata/gyro/schema"
)

// Mask is what is written in place of a column's value. Package mask has them: mask.Email(), mask.Partial(0, 4),
// mask.Keep(). NULL stays NULL.
type Mask struct {
	// Name is what the mask is called, with its settings: "email", "partial(0, 4)". Empty: there is none.
	Name string
	// SQL gives an expression that the source evaluates over the value, as SQL writes it; the clear value does not leave
	// the server. Nil: Fake makes the value.
	SQL func(value string, column schema.Column) string
	// Fake makes a value without the clear one, which is not asked for. Nil, as SQL: the value is kept.
	Fake Fake
	// Expr is SQL of the user's over the row's columns, in SQL's place: it may show what stands there.
	Expr string
	// Inside: parts of the value are masked, and the others are kept. Nil, as Fake, SQL and Expr: the value is kept.
	Inside *Inside
	// Command is a program outside that makes the value of what Fake gives it: a seed. Nil: there is none.
	Command *Command
	// Null: the value becomes NULL.
	Null bool
	// Fits says why a column can't have the mask, for its type or length; "": it can. Nil: any can.
	Fits func(column schema.Column) (problem string)
	// Unique: values of different rows differ, by construction, where a row has a number; see [MaskRow].
	Unique bool
	// Bits is how many bits of a row's Number a column has room for: rows whose Numbers lie below 2^Bits and differ, get
	// values that differ. It is 128 at most. Of SQL, 64 and more says that values that differ stay so. Nil: none is promised.
	Bits func(column schema.Column) int
	// Reads are columns of the row that Fake asks for by [MaskRow].Value. They have to be unmasked.
	Reads []string
	// Digest is an expression of SQL: a keyed digest of a value for a domain, 64 hexadecimal digits that say nothing of the
	// value. Nil: the mask can't be by value.
	Digest func(domain, value string) string
	// Domain: equal values of all columns with the domain get equal ones; see [Mask.ByValue]. Empty: Fake goes by row.
	Domain string
	// Rows is a condition of SQL: rows for which it is false keep the clear value; see [Mask.When]. Empty: there are none.
	Rows string
}

// DigestPrefix stands before a value of which a digest is made for a domain: [Mask].Digest is HMAC-SHA256 of both, by the setting
// gyro.mask_key.
func DigestPrefix(domain string) string { return "domain " + strconv.Quote(domain) + ":" }

// ByValue makes the same value of the same clear value, in whatever table and column, wherever the domain is the same: joins over
// such columns hold. The source sends a keyed digest in the value's place.
func (m Mask) ByValue(domain string) Mask {
	m.Domain = domain
	return m
}

// When masks the rows alone for which a condition of SQL over their columns is true, or NULL: the others keep the clear
// value.
func (m Mask) When(condition string) Mask {
	m.Rows = condition
	return m
}

// String is the mask as a plan and a manifest name it: "email", "email by value of people", "null in some rows".
func (m Mask) String() string {
	name := m.Name
	if m.Domain != "" {
		name += " by value of " + m.Domain
	}
	if m.Rows != "" {
		name += " in some rows"
	}
	return name
}

// Command is a program outside that makes values. It is fed CSV: a header, seed and the columns that it reads, and a row for each
// value; it answers CSV: a header, value, and a row for each. It sees PATH, HOME, LANG, LC_ALL and TMPDIR of the environment
// alone. What it writes to standard error is not shown.
type Command struct {
	Run []string // the program, and its arguments
	// Reads are unmasked columns of the row that it is fed with.
	Reads []string
	// Timeout is how long it may answer nothing while rows wait. At most 32 MB of rows or 100,000 wait: a program has to answer as it
	// reads.
	Timeout time.Duration
}

// Fake appends a value to text. The same row gives the same value.
type Fake func(text []byte, row *MaskRow) []byte

// MaskRow is what a Fake knows of a row: nothing of its masked values.
type MaskRow struct {
	// Seed follows from table, column and primary key, by the run's secret (HMAC-SHA256): the die of this value. By value it follows
	// from domain and value.
	Seed [32]byte
	// Whole follows from table and primary key alone: what belongs together in one row, as a name and its e-mail address, or street,
	// postcode and town, is drawn by it. By value it follows from domain and value too.
	Whole [32]byte
	// Number is another for each row of the table, and says nothing of its key: a permutation by the secret of the numbers
	// below 2^Bits. It is there where Numbered: the mask is Unique, and the key one integer.
	Number   uint64
	Numbered bool
	// Wide: the column is unique, and there is no Number: 120 bits of Seed at least are to stand in the value.
	Wide bool
	// Column is what the value has to fit: its type and length.
	Column schema.Column
	// Value gives the value of an unmasked column of the row, as PostgreSQL prints it; ok is false for others. Text is good
	// until Fake returns.
	Value func(column string) (text []byte, null, ok bool)
}

// IsZero reports whether nothing is said.
func (m Mask) IsZero() bool { return m.Name == "" }

// Keeps reports whether the clear value is written.
func (m Mask) Keeps() bool {
	return m.Name != "" && m.SQL == nil && m.Fake == nil && m.Expr == "" && m.Inside == nil
}

// Problem says why a column can't have the mask; "": it can.
func (m Mask) Problem(column schema.Column) string {
	if m.Fits == nil {
		return ""
	}
	return m.Fits(column)
}

// Secret is a key that nothing prints.
type Secret []byte

// Format hides it, whatever the verb.
func (Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "(secret)") }

// MarshalText hides it.
func (Secret) MarshalText() ([]byte, error) { return []byte("(secret)"), nil }
