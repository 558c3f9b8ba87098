package gyro

import (
	"errors"
	"slices"
	"strings"

	"github.com/gyrodata/gyro/schema"
)

// Query says which rows of a model are eligible. It stands for a set of primary keys: the
// other columns of a SELECT are ignored. The zero Query is every row.
//
// Arguments are written $1, $2, … in the text and travel as typed literals that are
// encoded for the types that the server itself infers: text is never pasted together.
type Query struct {
	condition bool // text is what follows WHERE; else a whole SELECT
	text      string
	args      []any
	err       error
	of        schema.Name
}

// Where is the rows of the model's own table for which condition holds. The condition is
// SQL over that table's columns: "tenant_id = $1 AND id = ANY($2)".
func Where(condition string, args ...any) Query {
	return newQuery(Query{condition: true, text: condition, args: args})
}

// SQL is the rows whose primary key a SELECT returns, under the key's own column names.
// Of a table without primary key the SELECT returns the rows themselves: all columns, by
// their names.
func SQL(query string, args ...any) Query {
	return newQuery(Query{text: query, args: args})
}

// Built is [SQL] from a query builder that returns an error too, such as squirrel:
// gyro.Built(builder.PlaceholderFormat(squirrel.Dollar).ToSql()); or goqu, which keeps
// arguments apart where it is told to: gyro.Built(dataset.Prepared(true).ToSQL()). The
// error waits for Plan and Run of export.Slice. examples/queries has both, and sqlc.
func Built(query string, args []any, err error) Query {
	if err != nil {
		return Query{err: err}
	}
	return SQL(query, args...)
}

func newQuery(q Query) Query {
	q.args = slices.Clone(q.args)
	if strings.TrimSpace(q.text) == "" {
		q.err = errors.New("the query is empty; leave it out to take every row")
	}
	return q
}

// Of says whose rows the query returns; a job of another model refuses it.
func (q Query) Of(model schema.Name) Query {
	q.of = model
	return q
}

// IsZero reports whether q is no query: every row is eligible.
func (q Query) IsZero() bool { return q.err == nil && q.text == "" }

// Condition gives the text and arguments of a [Where] query.
func (q Query) Condition() (text string, args []any, ok bool) {
	return q.text, q.args, q.condition
}

// Select gives the text and arguments of a [SQL] query.
func (q Query) Select() (text string, args []any, ok bool) {
	return q.text, q.args, !q.condition && q.text != ""
}

// Check gives what is wrong with the query as one of model's, or nil.
func (q Query) Check(model schema.Name) error {
	if q.err != nil {
		return q.err
	}
	if !q.of.IsZero() && q.of != model {
		return errors.New("the query selects from " + q.of.String())
	}
	return nil
}
