package driver

import (
	"context"

	"github.com/gyrodata/gyro/schema"
)

// Sampler is what a [Snapshot] may do besides: say what values look like, without giving one.
type Sampler interface {
	// Sample looks at some rows of a table, and counts values that match patterns. Only counts leave the source. Where
	// the source refuses, the error wraps [ErrQuery], and the Snapshot can be used on.
	Sample(ctx context.Context, s Sample) (Sampled, error)
}

// Sample says what is looked at.
type Sample struct {
	Table    *schema.Table
	Columns  []string // whose values have a text that can be looked at
	Rows     int      // at most; more than 0
	Patterns []Pattern
}

// Pattern is what a value may look like.
type Pattern struct {
	// Expression is a regular expression, as PostgreSQL has them, of ASCII. It sees the first 2,000 characters of a
	// value's text, and in them every character that is not ASCII is none of a class.
	Expression string
	// Luhn: besides, the digits of the value pass the check of card numbers.
	Luhn bool
}

// Sampled is what was counted.
type Sampled struct {
	Rows    int64 // that were looked at
	Columns []SampledColumn
}

// SampledColumn is what was counted of one column, in the order of [Sample].Columns.
type SampledColumn struct {
	Values  int64   // that are neither NULL nor empty
	Matches []int64 // by pattern
}
