package slicetest

import (
	"fmt"
	"slices"
	"strings"

	"pgregory.net/rapid"
)

// uniqueness is a unique index or constraint that nothing refers to and no row is looked for by.
type uniqueness struct {
	columns []string
	small   bool // of rows whose n is below 5 alone
	waits   bool // DEFERRABLE
}

// drawCode adds a code that is unique in one way or another.
func (t *table) drawCode(r *rapid.T) {
	typ := rapid.SampledFrom([]string{"text", "text", "text", "integer", "integer", "citext", ci}).Draw(r, "code type")
	t.columns = append(t.columns, column{"code", typ, rapid.Bool().Draw(r, "code not null")})
	switch rapid.IntRange(0, 7).Draw(r, "uniqueness") {
	case 0:
		t.others = append(t.others, uniqueness{columns: []string{"code"}, small: true})
	case 1:
		t.others = append(t.others, uniqueness{columns: []string{"code"}, waits: true})
	case 2:
		t.unique = append(t.unique, []string{"n", "code"})
	default:
		t.unique = append(t.unique, []string{"code"})
	}
}

// codeValue is that of the id-th row.
func (t *table) codeValue(id int) string {
	n := 12 - id
	if len(t.unique) > 0 && len(t.unique[0]) > 1 { // one of two
		n /= 2
	}
	if t.column("code").typ == "integer" {
		return fmt.Sprint(100 + n)
	}
	return fmt.Sprintf("code %d", n)
}

// permute lets codes change places among the rows that a slice has as well.
func (t *table) permute(r *rapid.T, slice *table) {
	by := rapid.IntRange(1, 3).Draw(r, "permute by")
	var rows []row
	for _, o := range t.rows {
		if slices.ContainsFunc(slice.rows, func(other row) bool { return o[t.pk[len(t.pk)-1]] == other[t.pk[len(t.pk)-1]] }) {
			rows = append(rows, o)
		}
	}
	var codes []string
	for _, o := range rows {
		codes = append(codes, o["code"])
	}
	for i, o := range rows {
		o["code"] = codes[(i+by)%len(codes)]
		if o["code"] == "" { // NULL
			delete(o, "code")
		}
	}
}

// keys are the primary key and the unique ones.
func (t *table) keys() [][]string { return append([][]string{t.pk}, t.unique...) }

// clash reports whether two rows can't both be there.
func (t *table) clash(a, b row) bool {
	return slices.ContainsFunc(t.keys(), func(key []string) bool { return t.collides(key, a, b) }) ||
		slices.ContainsFunc(t.others, func(u uniqueness) bool {
			return (!u.small || a["n"] < "5" && b["n"] < "5") && t.collides(u.columns, a, b)
		})
}

// collides reports whether two rows have the same values of a key.
func (t *table) collides(key []string, a, b row) bool {
	one, ok := t.key(a, key)
	other, there := t.key(b, key)
	return ok && there && one == other
}

// uniqueSQL makes what is unique in a piece of the table, besides the primary key.
func (t *table) uniqueSQL(piece string) string {
	var text strings.Builder
	for _, u := range t.unique {
		fmt.Fprintf(&text, "ALTER TABLE %s ADD UNIQUE (%s);\n", piece, strings.Join(u, ", "))
	}
	for _, u := range t.others {
		if u.small {
			fmt.Fprintf(&text, "CREATE UNIQUE INDEX ON %s (%s) WHERE n < 5;\n", piece, strings.Join(u.columns, ", "))
		} else {
			fmt.Fprintf(&text, "ALTER TABLE %s ADD UNIQUE (%s) DEFERRABLE;\n", piece, strings.Join(u.columns, ", "))
		}
	}
	return text.String()
}

// inKey reports whether a column is part of one that rows can be referred to by, or of one that may wait.
func (t *table) inKey(column string) bool {
	return slices.ContainsFunc(t.keys(), func(key []string) bool { return slices.Contains(key, column) })
}
