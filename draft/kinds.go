package draft

import (
	"bytes"
	"context"
	"regexp"
	"slices"
	"strings"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/pgcsv"
	"github.com/gyrodata/gyro/schema"
)

// polymorphic is a reference to one table or another, as a column of the row says.
type polymorphic struct {
	typ, id string
	kinds   []kind
	strange []string // names of kinds that no table was found for
	through string   // Django: the reference to the content type
}

// kind is one of the tables that a polymorphic reference may lead to.
type kind struct {
	name       string // of a class
	app, model string // Django's
	to         schema.Name
}

// seen is how many rows are looked at for the names of kinds.
const seen = 10_000

// findKinds reads by which names polymorphic references tell kinds, and finds the tables that are meant.
func (g *graph) findKinds(ctx context.Context, snapshot driver.Snapshot) error {
	types := map[schema.Name][]kind{}
	for _, name := range g.names {
		t := g.tables[name]
		for _, pair := range t.Unsaid() {
			p := &polymorphic{typ: pair[0], id: pair[1]}
			at := slices.IndexFunc(t.References, func(r schema.Reference) bool { return slices.Equal(r.Columns, []string{p.typ}) })
			if at < 0 {
				names, err := distinct(ctx, snapshot, t, []string{p.typ})
				if err != nil {
					return err
				}
				for _, n := range names {
					g.named(p, name, n[0])
				}
			} else if to := t.References[at].To; to.Table == contentTypes && g.tables[to] != nil {
				if types[to] == nil {
					rows, err := distinct(ctx, snapshot, g.tables[to], []string{"app_label", "model"})
					if err != nil {
						return err
					}
					for _, r := range rows {
						types[to] = append(types[to], kind{app: r[0], model: r[1], to: schema.NewName(to.Schema, r[0]+"_"+r[1])})
					}
				}
				p.through = p.typ
				for _, k := range types[to] {
					if g.single(k.to) && k.to != name {
						p.kinds = append(p.kinds, k)
					}
				}
			}
			if len(p.kinds) > 0 || len(p.strange) > 0 {
				g.kinds[name] = append(g.kinds[name], p)
			}
		}
	}
	g.link()
	return nil
}

// class is what a class of Ruby is called.
var class = regexp.MustCompile(`^[A-Z][A-Za-z0-9]*(::[A-Z][A-Za-z0-9]*)*$`)

// named adds a kind by the name of a class. What is no such name is no kind, and is not repeated.
func (g *graph) named(p *polymorphic, from schema.Name, name string) {
	if !class.MatchString(name) {
		return
	}
	for _, table := range tablesOf(name) {
		to := schema.NewName(from.Schema, table)
		if g.single(to) && to != from {
			p.kinds = append(p.kinds, kind{name: name, to: to})
			return
		}
	}
	p.strange = append(p.strange, name)
}

// single reports whether a table is there, and its key is one column, so that an id leads to it.
func (g *graph) single(name schema.Name) bool {
	t := g.tables[name]
	return t != nil && len(t.PrimaryKey) == 1
}

// tablesOf are the tables that a class may have by Rails' conventions.
func tablesOf(class string) []string {
	parts := strings.Split(class, "::")
	for i, part := range parts {
		parts[i] = underscored(part)
	}
	last := len(parts) - 1
	parts[last] = plural(parts[last])
	return []string{strings.Join(parts, "_"), parts[last]}
}

var (
	wordEnd = regexp.MustCompile(`([a-z0-9])([A-Z])`)
	acronym = regexp.MustCompile(`([A-Z]+)([A-Z][a-z])`)
)

func underscored(class string) string {
	return strings.ToLower(wordEnd.ReplaceAllString(acronym.ReplaceAllString(class, "${1}_$2"), "${1}_$2"))
}

// plural is a word of English as Rails calls its table.
func plural(word string) string {
	for from, to := range map[string]string{"person": "people", "child": "children", "man": "men", "mouse": "mice", "ox": "oxen", "quiz": "quizzes", "datum": "data", "medium": "media"} {
		if before, ok := strings.CutSuffix(word, from); ok && (before == "" || strings.HasSuffix(before, "_")) {
			return before + to
		}
	}
	switch last := word[len(word)-1]; {
	case strings.HasSuffix(word, "series"), strings.HasSuffix(word, "news"), strings.HasSuffix(word, "equipment"), strings.HasSuffix(word, "information"):
		return word
	case strings.HasSuffix(word, "sis"):
		return word[:len(word)-2] + "es"
	case last == 'y' && len(word) > 1 && !strings.ContainsRune("aeiou", rune(word[len(word)-2])):
		return word[:len(word)-1] + "ies"
	case last == 's' || last == 'x' || strings.HasSuffix(word, "ch") || strings.HasSuffix(word, "sh"):
		return word + "es"
	}
	return word + "s"
}

// distinct are the values of columns in the first rows of a table, each once, sorted; rows that hold NULL there apart.
func distinct(ctx context.Context, snapshot driver.Snapshot, t *schema.Table, columns []string) ([][]string, error) {
	var found values
	s := driver.Selection{Table: t, Columns: columns, Limit: seen, Unsorted: len(t.PrimaryKey) == 0, Orphans: true}
	if _, err := snapshot.Copy(ctx, s, &found); err != nil {
		return nil, err //nolint:wrapcheck // it says operation and place itself
	}
	slices.SortFunc(found.rows, slices.Compare)
	return slices.CompactFunc(found.rows, slices.Equal), nil
}

// values keeps the rows that are copied to it, but for those that hold NULL.
type values struct {
	header bool
	rows   [][]string
}

func (v *values) Write(row []byte) (int, error) {
	if !v.header {
		v.header = true
		return len(row), nil
	}
	fields, err := pgcsv.Split(bytes.TrimSuffix(row, []byte("\n")), nil)
	if err != nil {
		return 0, err //nolint:wrapcheck // Copy says whose it is
	}
	texts := make([]string, len(fields))
	for i, f := range fields {
		if f.Null {
			return len(row), nil
		}
		texts[i] = string(f.Value)
	}
	v.rows = append(v.rows, texts)
	return len(row), nil
}

// cases are those of a polymorphic reference whose tables are taken.
func (p *polymorphic) cases(taken func(schema.Name) bool) []gyro.Case {
	var all []gyro.Case
	for _, k := range p.kinds {
		if !taken(k.to) {
			continue
		}
		c := gyro.Case{Ref: gyro.Table(k.to.String())}
		if p.through != "" {
			c.Of = map[string]string{p.through + ".app_label": k.app, p.through + ".model": k.model}
		} else {
			c.When = inSQL(p.typ) + " = " + schema.QuoteLiteral(k.name)
		}
		all = append(all, c)
	}
	return all
}

// bare are names that SQL reads as they are: none of its words is one.
var bare = regexp.MustCompile(`^(id|[a-z][a-z0-9]*(_[a-z0-9]+)*_(id|type|uuid|key|code|no))$`)

// inSQL is a column's name in SQL, quoted where that is needed.
func inSQL(column string) string {
	if bare.MatchString(column) {
		return column
	}
	return schema.QuoteName(column)
}
