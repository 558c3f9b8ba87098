package slicetest

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/gyrodata/gyro/internal/pgtest"
)

// description is what the catalog says of an application, read by SQL that shares nothing with Gyro's.
type description struct{ relations []*relation }

type relation struct {
	name       string // as SQL has it
	attributes []*attribute
	links      []*link
	kinds      []*choice
	pk         []string
}

type attribute struct {
	Name, Type, Comment string
	NotNull, Given      bool     // Given: by a sequence, an identity or an expression
	Labels, Literals    []string // of an enum; of a check, or of a comment
}

// link is a foreign key.
type link struct {
	table, name, definition string // of the constraint, which may stand on a partition
	columns, toColumns      []string
	to                      *relation
}

// choice is a polymorphic reference, by what its comment says.
type choice struct {
	typ, id string
	values  [][2]string // value, table
	d       *description
}

type option struct {
	value string
	to    *relation
}

var kindsComment = regexp.MustCompile(`^kinds of (\w+): (.*)$`)

func describe(t testing.TB, url string) *description {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	d := &description{}
	for _, r := range query[struct {
		Name string
		Pk   []string
	}](t, conn, `
SELECT c.oid::regclass::text AS name,
  ARRAY(SELECT a.attname::text FROM pg_index i, unnest(i.indkey) WITH ORDINALITY k(n, o) JOIN pg_attribute a ON a.attnum = k.n
    WHERE i.indrelid = c.oid AND i.indisprimary AND a.attrelid = c.oid ORDER BY k.o) AS pk
FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition ORDER BY 1`) {
		d.relations = append(d.relations, &relation{name: r.Name, pk: r.Pk})
	}
	for _, r := range d.relations {
		r.attributes = query[*attribute](t, conn, `
SELECT quote_ident(a.attname) AS name, format_type(CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE t.oid END, CASE WHEN t.typtype = 'd' THEN t.typtypmod ELSE a.atttypmod END) AS type,
  coalesce(col_description(a.attrelid, a.attnum), '') AS comment, a.attnotnull OR t.typnotnull AS not_null,
  a.attidentity <> '' OR a.attgenerated <> '' OR coalesce(pg_get_expr(d.adbin, d.adrelid) LIKE 'nextval%', false) AS given,
  ARRAY(SELECT e.enumlabel::text FROM pg_enum e WHERE e.enumtypid = t.oid ORDER BY e.enumsortorder) AS labels,
  ARRAY(SELECT m[1] FROM pg_constraint c, regexp_matches(pg_get_constraintdef(c.oid), '''([^'']+)''', 'g') m
    WHERE c.conrelid = a.attrelid AND c.contype = 'c' AND c.conkey = ARRAY[a.attnum]) AS literals
FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE a.attrelid = $1::text::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum`, r.name)
		for _, a := range r.attributes {
			if list, ok := strings.CutPrefix(a.Comment, "values: "); ok {
				a.Literals = strings.Split(list, ", ")
			}
			if m := kindsComment.FindStringSubmatch(a.Comment); m != nil {
				c := &choice{typ: m[1], id: a.Name, d: d}
				for _, pair := range strings.Split(m[2], ", ") {
					value, to, _ := strings.Cut(pair, "=")
					c.values = append(c.values, [2]string{value, to})
				}
				r.kinds = append(r.kinds, c)
			}
		}
		for _, l := range query[struct {
			Table, Name, Definition, To string
			Columns, ToColumns          []string
		}](t, conn, `
SELECT c.conrelid::regclass::text AS table, quote_ident(c.conname) AS name, pg_get_constraintdef(c.oid) AS definition, c.confrelid::regclass::text AS to,
  ARRAY(SELECT quote_ident(a.attname) FROM unnest(c.conkey) WITH ORDINALITY k(n, o) JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.n ORDER BY k.o) AS columns,
  ARRAY(SELECT quote_ident(a.attname) FROM unnest(c.confkey) WITH ORDINALITY k(n, o) JOIN pg_attribute a ON a.attrelid = c.confrelid AND a.attnum = k.n ORDER BY k.o) AS to_columns
FROM pg_constraint c WHERE c.contype = 'f' AND c.conparentid = 0 AND coalesce(pg_partition_root(c.conrelid), c.conrelid) = $1::text::regclass
ORDER BY cardinality(c.conkey), c.conrelid::regclass::text, c.conkey`, r.name) {
			r.links = append(r.links, &link{table: l.Table, name: l.Name, definition: l.Definition, columns: l.Columns, toColumns: l.ToColumns, to: d.relation(l.To)})
		}
	}
	return d
}

func query[T any](t testing.TB, conn *pgx.Conn, sql string, args ...any) []T {
	t.Helper()
	rows, err := conn.Query(t.Context(), sql, args...)
	if err != nil {
		t.Fatal(err)
	}
	var one any = *new(T)
	if _, pointer := one.(*attribute); pointer {
		found, err := pgx.CollectRows(rows, pgx.RowToAddrOfStructByName[attribute])
		if err != nil {
			t.Fatal(err)
		}
		return any(found).([]T)
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[T])
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func (d *description) relation(name string) *relation {
	for _, r := range d.relations {
		if r.name == name {
			return r
		}
	}
	return nil
}

// options are the choices, each by the value that stands in the column: a name, or the id of a content type.
func (c *choice) options(t testing.TB, url string) (options []option) {
	var ids map[[2]string]string
	for _, v := range c.values {
		value := v[0]
		if app, model, numbered := strings.Cut(value, "."); numbered {
			if ids == nil {
				ids = contentTypes(t, url)
			}
			value = ids[[2]string{app, model}]
		}
		options = append(options, option{value: value, to: c.d.relation(v[1])})
	}
	return options
}

func contentTypes(t testing.TB, url string) map[[2]string]string {
	t.Helper()
	ids := map[[2]string]string{}
	for line := range strings.Lines(pgtest.Psql(t, url, "SELECT app_label, model, id FROM django_content_type")) {
		parts := strings.Split(strings.TrimSpace(line), "|")
		ids[[2]string{parts[0], parts[1]}] = parts[2]
	}
	return ids
}

// ordered are the relations, those before others that these refer to. In a circle a reference that may be NULL comes last,
// and the tenant first.
func (d *description) ordered(tenant string) (sorted []*relation) {
	seen := map[*relation]bool{}
	var visit func(r *relation)
	visit = func(r *relation) {
		if seen[r] {
			return
		}
		seen[r] = true
		for _, to := range d.targets(r, nil) {
			closing := slices.Contains(d.targets(r, (*attribute).required), to)
			if (r.name == tenant || !closing) && d.reaches(to, r, map[*relation]bool{}) {
				continue
			}
			visit(to)
		}
		sorted = append(sorted, r)
	}
	visit(d.relation(tenant))
	for _, r := range d.relations {
		visit(r)
	}
	return sorted
}

func (a *attribute) required() bool { return a.NotNull }

// targets are the relations that one refers to, by columns that are all as asked; nil: by any.
func (d *description) targets(r *relation, like func(*attribute) bool) (to []*relation) {
	all := func(columns ...string) bool {
		return like == nil || !slices.ContainsFunc(columns, func(c string) bool { return !like(r.attribute(c)) })
	}
	for _, l := range r.links {
		if all(l.columns...) {
			to = append(to, l.to)
		}
	}
	for _, k := range r.kinds {
		for _, v := range k.values {
			if all(k.id) {
				to = append(to, d.relation(v[1]))
			}
		}
	}
	return to
}

func (d *description) reaches(from, to *relation, seen map[*relation]bool) bool {
	if from == to {
		return true
	}
	if seen[from] {
		return false
	}
	seen[from] = true
	return slices.ContainsFunc(d.targets(from, nil), func(r *relation) bool { return d.reaches(r, to, seen) })
}

// keyless are the relations without a primary key.
func (d *description) keyless() (names []string) {
	for _, r := range d.relations {
		if len(r.pk) == 0 {
			names = append(names, r.name)
		}
	}
	return names
}

// clear deletes the rows that a schema comes with.
func (d *description) clear(t testing.TB, url string) {
	var names []string
	for _, r := range d.relations {
		names = append(names, r.name)
	}
	pgtest.Exec(t, url, "TRUNCATE "+strings.Join(names, ", "))
}

// state is all that the tables hold: of each the rows' texts, sorted.
func (d *description) state(t testing.TB, url string) map[string][]string {
	t.Helper()
	state := map[string][]string{}
	for name, rows := range d.read(t, url) {
		for _, r := range rows {
			state[name] = append(state[name], strings.Join(r, "\x00"))
		}
		slices.Sort(state[name])
	}
	return state
}

// null stands for NULL among texts.
const null = "\x01NULL"

func (d *description) read(t testing.TB, url string) map[string][][]string {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	all := map[string][][]string{}
	for _, r := range d.relations {
		var columns []string
		for _, a := range r.attributes {
			columns = append(columns, "coalesce("+a.Name+"::text, E'"+`\x01NULL`+"')")
		}
		rows, err := conn.Query(t.Context(), "SELECT ARRAY["+strings.Join(columns, ", ")+"] FROM "+r.name)
		if err != nil {
			t.Fatal(err)
		}
		all[r.name], err = pgx.CollectRows(rows, pgx.RowTo[[]string])
		if err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// shapes are the rows without their ids: of each what it says, and in the place of each reference the same of the row
// that it leads to, some rows deep.
func (d *description) shapes(t testing.TB, url string) map[string][]string {
	t.Helper()
	const depth = 6
	all := d.read(t, url)
	kinds := map[*choice][]option{}
	shapes := map[string][]string{}
	for _, r := range d.relations {
		for _, k := range r.kinds {
			kinds[k] = k.options(t, url)
		}
		for _, values := range all[r.name] {
			shapes[r.name] = append(shapes[r.name], digest(r.own(values)...))
		}
	}
	for range depth {
		next := map[string][]string{}
		found := index{d: d, rows: all, shapes: shapes}
		for _, r := range d.relations {
			for i, values := range all[r.name] {
				parts := []string{shapes[r.name][i]}
				for _, l := range r.links {
					parts = append(parts, found.shape(l.to, l.toColumns, r.values(values, l.columns)))
				}
				for _, k := range r.kinds {
					for _, o := range kinds[k] {
						if v := r.values(values, []string{k.typ, k.id}); v[0] == o.value {
							parts = append(parts, k.id, found.shape(o.to, o.to.pk, v[1:]))
						}
					}
				}
				next[r.name] = append(next[r.name], digest(parts...))
			}
		}
		shapes = next
	}
	for _, lines := range shapes {
		slices.Sort(lines)
	}
	return shapes
}

// own are the values of a row that are no ids.
func (r *relation) own(values []string) (own []string) {
	own = append(own, r.name)
	for i, a := range r.attributes {
		linked := slices.ContainsFunc(r.links, func(l *link) bool { return slices.Contains(l.columns, a.Name) }) ||
			slices.ContainsFunc(r.kinds, func(c *choice) bool { return c.id == a.Name || c.typ == a.Name })
		id := slices.Contains(r.pk, a.Name) && (strings.HasSuffix(a.Type, "int") || a.Type == "integer" || a.Type == "uuid")
		if !linked && !id {
			own = append(own, values[i])
		}
	}
	return own
}

func (r *relation) values(row, columns []string) (values []string) {
	for _, c := range columns {
		values = append(values, row[slices.IndexFunc(r.attributes, func(a *attribute) bool { return a.Name == c })])
	}
	return values
}

// index finds rows' shapes by their keys.
type index struct {
	d      *description
	rows   map[string][][]string
	shapes map[string][]string
	keys   map[string]map[string]string
}

func (x *index) shape(to *relation, columns, key []string) string {
	if slices.Contains(key, null) {
		return "none"
	}
	name := to.name + "(" + strings.Join(columns, ",") + ")"
	if x.keys[name] == nil {
		if x.keys == nil {
			x.keys = map[string]map[string]string{}
		}
		x.keys[name] = map[string]string{}
		for i, row := range x.rows[to.name] {
			x.keys[name][digest(to.values(row, columns)...)] = x.shapes[to.name][i]
		}
	}
	shape, ok := x.keys[name][digest(key...)]
	if !ok {
		return "dangles"
	}
	return shape
}

func digest(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:16])
}
