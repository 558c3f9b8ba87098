package gyro_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/schema"
)

func TestQuery(t *testing.T) {
	t.Parallel()
	type parts struct {
		Condition, Select bool
		Text              string
		Args              []any
	}
	for name, c := range map[string]struct {
		query gyro.Query
		want  parts
	}{
		"where":                   {gyro.Where("id = $1", 1), parts{Condition: true, Text: "id = $1", Args: []any{1}}},
		"where without arguments": {gyro.Where("true"), parts{Condition: true, Text: "true"}},
		"sql":                     {gyro.SQL("SELECT id FROM a WHERE b = $1", "x"), parts{Select: true, Text: "SELECT id FROM a WHERE b = $1", Args: []any{"x"}}},
		"built":                   {gyro.Built("SELECT 1", []any{nil}, nil), parts{Select: true, Text: "SELECT 1", Args: []any{nil}}},
		"of a model":              {gyro.Where("a").Of(schema.NewName("", "b")), parts{Condition: true, Text: "a"}},
	} {
		var got parts
		if text, args, ok := c.query.Condition(); ok {
			got = parts{Condition: true, Text: text, Args: args}
		}
		if text, args, ok := c.query.Select(); ok {
			got = parts{Select: true, Text: text, Args: args}
		}
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
		if c.query.IsZero() {
			t.Errorf("%s is no query", name)
		}
	}
}

// No query is one that nobody made; an empty text or an error is not.
func TestQueryIsZero(t *testing.T) {
	t.Parallel()
	var zero gyro.Query
	_, _, condition := zero.Condition()
	if _, _, selects := zero.Select(); selects || condition || !zero.IsZero() {
		t.Error("the zero Query is a query")
	}
	for _, q := range []gyro.Query{gyro.Where(""), gyro.SQL(" \n"), gyro.Built("", nil, errors.New("x"))} {
		if q.IsZero() {
			t.Errorf("%+v would take every row", q)
		}
	}
}

// A query keeps the arguments that it was made of.
func TestQueryArgs(t *testing.T) {
	t.Parallel()
	args := []any{1, 2}
	q := gyro.Where("id IN ($1, $2)", args...)
	args[0] = 9
	if _, got, _ := q.Condition(); got[0] != 1 {
		t.Error("the caller's slice is the query's")
	}
}

func TestModel(t *testing.T) {
	t.Parallel()
	if got := gyro.Table("sales.Order"); got.Name() != schema.NewName("sales", "Order") || got.String() != "sales.Order" || got.IsZero() {
		t.Errorf("got %#v", got)
	}
	if wrong := gyro.Table(""); wrong.IsZero() || wrong.String() != "(no model)" {
		t.Errorf("a wrong name is not no model: %s", wrong)
	}
	if zero := (gyro.Model{}); !zero.IsZero() || zero.String() != "(no model)" {
		t.Errorf("got %s", zero)
	}
}
