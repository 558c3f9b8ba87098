package slicetest

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/gyrodata/gyro/internal/pgtest"
)

// ci is a text whose collation tells no case apart.
const ci = "text COLLATE ci"

// loose reports whether values of a type are equal which are not the same text.
func loose(typ string) bool { return typ == ci || typ == "citext" }

// collationsSQL makes what some types of a world need.
func (w *world) collationsSQL() string {
	has := func(typ string) bool {
		return slices.ContainsFunc(w.tables, func(t *table) bool {
			return slices.ContainsFunc(t.columns, func(c column) bool { return c.typ == typ })
		})
	}
	text := ""
	if has(ci) {
		text += "CREATE COLLATION ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false);\n"
	}
	if has("citext") {
		text += "CREATE EXTENSION citext;\n"
	}
	return text
}

// collationsMix says whether a foreign key may stand between two collations one of which is loose; not from PostgreSQL 18 on.
func collationsMix(t *testing.T, url string) bool {
	return string(pgtest.Copy(t, url, "SELECT current_setting('server_version_num')::int < 180000 AS mix")) == "mix\nt\n"
}

// folded is a text as a loose type compares it.
func folded(v string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, v)
}

// otherwise draws another writing of a value that refers to a loose one.
func otherwise(t *rapid.T, v string) string {
	if rapid.Bool().Draw(t, "as written") {
		return v
	}
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		}
		return r
	}, v)
}

// loosely reports whether a column whose values may be equal and other texts refers to one where they are not.
func (l *loadWorld) loosely() bool {
	return slices.ContainsFunc(l.target.tables, func(t *table) bool {
		return slices.ContainsFunc(t.refs, func(f *ref) bool {
			for i, c := range f.columns {
				if loose(t.column(c).typ) && !loose(f.to.column(f.toColumns[i]).typ) {
					return true
				}
			}
			return false
		})
	})
}

// equalForm is a form of a column's value that those have in common which mean the same there, or to what it refers to.
func (t *table) equalForm(c column, v string) string {
	for _, f := range t.refs {
		if i := slices.Index(f.columns, c.name); i >= 0 && f.kind == nil && loose(f.to.column(f.toColumns[i]).typ) {
			v = folded(v)
		}
	}
	return meaning(c.typ, v)
}
