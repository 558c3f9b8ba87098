package draft

import (
	"fmt"
	"go/format"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/personal"
	"github.com/gyrodata/gyro/schema"
)

// Go writes the draft as a Go program, by the names of its files: models as bun describes them, importers and jobs, and a main that takes
// the slice.
func (d *Draft) Go(target string) (map[string][]byte, error) {
	c := newCode(d)
	files := map[string][]byte{}
	for name, text := range map[string]string{"models.go": c.models(), "importers.go": c.importers(), "main.go": c.main(target)} {
		formatted, err := format.Source([]byte(text))
		if err != nil {
			return nil, fmt.Errorf("%s is no Go: %w", name, err)
		}
		files[name] = formatted
	}
	return files, nil
}

// code is what a Go program calls the tables of a draft.
type code struct {
	*Draft
	names         []schema.Name // those of Tables, and those that references name beside
	structs, vars map[schema.Name]string
	tables        map[schema.Name]*schema.Table
}

func newCode(d *Draft) *code {
	c := &code{d, nil, map[schema.Name]string{}, map[schema.Name]string{}, d.tables}
	for _, t := range d.Tables {
		c.names = append(c.names, t.Name)
	}
	c.names = append(c.names, d.named()...)
	taken := map[string]bool{"Importers": true, "Jobs": true}
	for _, n := range c.names {
		text := n.Table
		if n.Schema != schema.Public {
			text = n.Schema + "_" + text
		}
		name := exported(text)
		for i := 2; taken[name] || taken[name+"Model"]; i++ {
			name = exported(text) + strconv.Itoa(i)
		}
		taken[name], taken[name+"Model"] = true, true
		c.structs[n], c.vars[n] = name, name+"Model"
	}
	return c
}

// initialisms are words that Go writes in capitals.
var initialisms = []string{"api", "html", "http", "https", "id", "ip", "json", "sku", "sql", "ssn", "uri", "url", "uuid", "vat", "xml"}

// exported makes a name of Go of one of SQL.
func exported(name string) string {
	var b strings.Builder
	for _, word := range regexp.MustCompile(`[^\pL\pN]+`).Split(name, -1) {
		switch {
		case word == "":
		case slices.Contains(initialisms, strings.ToLower(word)):
			b.WriteString(strings.ToUpper(word))
		default:
			runes := []rune(word)
			b.WriteString(strings.ToUpper(string(runes[:1])) + string(runes[1:]))
		}
	}
	if text := b.String(); regexp.MustCompile(`^\p{Lu}`).MatchString(text) {
		return text
	}
	return "X" + b.String()
}

// tagged are names that a bun tag can hold as they are.
var tagged = regexp.MustCompile(`^[\pL_][\pL\pN_]*$`)

// described reports whether a table can be described by a struct: bun's tags have no quotes for names.
func (c *code) described(name schema.Name) bool {
	t := c.tables[name]
	return tagged.MatchString(name.Table) && tagged.MatchString(name.Schema) &&
		!slices.ContainsFunc(t.Columns, func(column schema.Column) bool { return !tagged.MatchString(column.Name) })
}

func (c *code) models() string {
	var body strings.Builder
	imports := map[string]bool{}
	for i, name := range c.names {
		if c.described(name) {
			c.model(&body, c.tables[name], i, imports)
		}
	}
	var b strings.Builder
	b.WriteString("package main\n\nimport (\n")
	for _, path := range []string{"encoding/json", "time"} {
		if imports[path] {
			fmt.Fprintf(&b, "%q\n", path)
		}
	}
	if body.Len() > 0 {
		b.WriteString("\n\"github.com/uptrace/bun\"\n\n\"github.com/gyrodata/gyro/gyrobun\"\n")
	}
	if slices.ContainsFunc(c.names, func(name schema.Name) bool { return !c.described(name) }) {
		b.WriteString("\n\"github.com/gyrodata/gyro\"\n")
	}
	b.WriteString(")\n\n// The models, as their structs describe them; a name that no tag can hold stands for the table as the database has it.\nvar (\n")
	for _, name := range c.names {
		if c.described(name) {
			fmt.Fprintf(&b, "%s = gyrobun.Model[%s]()\n", c.vars[name], c.structs[name])
		} else {
			fmt.Fprintf(&b, "%s = gyro.Table(%q)\n", c.vars[name], name.String())
		}
	}
	b.WriteString(")\n\n")
	b.WriteString(body.String())
	return b.String()
}

// model writes one struct.
func (c *code) model(b *strings.Builder, t *schema.Table, number int, imports map[string]bool) {
	table := t.Name.Table
	if t.Name.Schema != schema.Public {
		table = t.Name.Schema + "." + table
	}
	fmt.Fprintf(b, "// %s is a row of %s.\ntype %s struct {\nbun.BaseModel `bun:\"table:%s,alias:t%d\"`\n\n", c.structs[t.Name], t.Name, c.structs[t.Name], table, number+1)
	taken := map[string]bool{"BaseModel": true}
	field := func(name string) string {
		text := exported(name)
		for n := 2; taken[text]; n++ {
			text = exported(name) + strconv.Itoa(n)
		}
		taken[text] = true
		return text
	}
	for _, column := range t.Columns {
		tag := column.Name
		if slices.Contains(t.PrimaryKey, column.Name) {
			tag += ",pk"
		}
		if column.Sequence != "" {
			tag += ",autoincrement"
		}
		if column.NotNull {
			tag += ",notnull"
		}
		typ := goType(column)
		switch {
		case strings.Contains(typ, "time."):
			imports["time"] = true
		case strings.Contains(typ, "json."):
			imports["encoding/json"] = true
		case strings.HasPrefix(typ, "[]") && typ != "[]byte":
			tag += ",array"
		}
		if sqlType := column.Type; tagType.MatchString(sqlType) {
			tag += ",type:" + sqlType
		}
		fmt.Fprintf(b, "%s %s `bun:\"%s\"`\n", field(column.Name), typ, tag)
	}
	b.WriteString("\n")
	for _, r := range t.References {
		to := c.structs[r.To]
		if to == "" || !c.described(r.To) || r.When != "" {
			continue
		}
		var joins []string
		for i, column := range r.Columns {
			joins = append(joins, "join:"+column+"="+r.ToColumns[i])
		}
		last := r.Columns[len(r.Columns)-1]
		name, id := strings.CutSuffix(last, "_id")
		if !id {
			name = last + "_" + c.structs[r.To]
		}
		fmt.Fprintf(b, "%s *%s `bun:\"rel:belongs-to,%s\"`\n", field(name), to, strings.Join(joins, ","))
	}
	b.WriteString("}\n\n")
}

// tagType are types that a tag can hold: no comma ends them.
var tagType = regexp.MustCompile(`^[a-z][a-z0-9_ ]*(\([0-9, ]+\))?( with(out)? time zone)?$`)

// goType is the type of Go for a column's values.
func goType(c schema.Column) string {
	t := c.Underlying()
	plain := map[string]string{
		"smallint": "int16", "integer": "int32", "bigint": "int64", "boolean": "bool", "real": "float32", "double precision": "float64",
		"bytea": "[]byte", "json": "json.RawMessage", "jsonb": "json.RawMessage",
		"text[]": "[]string", "character varying[]": "[]string", "integer[]": "[]int32", "bigint[]": "[]int64",
	}[t.Base]
	switch {
	case t.Date():
		plain = "time.Time"
	case plain == "":
		plain = "string" // as PostgreSQL prints it
	}
	if !c.NotNull && !strings.HasPrefix(plain, "[]") && plain != "json.RawMessage" {
		return "*" + plain
	}
	return plain
}

func (c *code) importers() string {
	var b strings.Builder
	b.WriteString("// Importers is how each model travels. The structs and the database know the references; what stands here is special.\nvar Importers = gyro.Registry{\n")
	masks := false
	for _, t := range c.Tables {
		fmt.Fprintf(&b, "{Model: %s", c.vars[t.Name])
		if t.File != "" {
			fmt.Fprintf(&b, ", File: %q", t.File)
		}
		if !t.IDs.IsZero() {
			b.WriteString(", IDs: " + goIDs(t.IDs))
		}
		if !t.Conflict.IsZero() {
			b.WriteString(", Conflict: gyro.Skip(" + quotedList(t.Conflict.Arbiter()) + ")")
		}
		var columns []string
		for _, column := range t.Columns {
			if text := c.column(column); text != "" {
				columns = append(columns, fmt.Sprintf("%q: {%s},", column.Name, text))
				masks = masks || !column.Mask.IsZero()
			}
		}
		if len(columns) > 0 {
			b.WriteString(", Columns: gyro.Columns{\n" + strings.Join(columns, "\n") + "\n}")
		}
		b.WriteString("},\n")
	}
	for _, name := range c.named() {
		fmt.Fprintf(&b, "{Model: %s},\n", c.vars[name])
	}
	b.WriteString("}\n\n// Jobs are the rows that are wanted: those of the first table, and all whose references lead to selected rows.\nfunc Jobs() []gyro.ImportJob {\nreturn []gyro.ImportJob{\n")
	for _, j := range c.Jobs {
		fmt.Fprintf(&b, "{Model: %s", c.vars[j.Table])
		if j.Where != "" {
			fmt.Fprintf(&b, ", Query: gyro.Where(%q", j.Where)
			for _, arg := range j.Args {
				fmt.Fprintf(&b, ", %#v", arg)
			}
			b.WriteString(")")
		}
		if j.Limit > 0 {
			fmt.Fprintf(&b, ", Limit: %d", j.Limit)
		}
		if j.Per != "" {
			fmt.Fprintf(&b, ", Per: %q", j.Per)
		}
		if j.Orphans {
			b.WriteString(", Orphans: true")
		}
		b.WriteString("},\n")
	}
	b.WriteString("}\n}\n")
	head := "package main\n\nimport (\n\"github.com/gyrodata/gyro\"\n"
	if masks {
		head += "\"github.com/gyrodata/gyro/mask\"\n"
		b.WriteString("\n// masked is a mask by its name, as docs/masking.md lists them; settings under \"\" are a list or one value.\nfunc masked(name string, settings map[string]any) gyro.Mask {\n" +
			"m, err := mask.Named(name, settings)\nif err != nil {\npanic(err)\n}\nreturn m\n}\n")
	}
	return head + ")\n\n" + b.String()
}

// column is what is said of a column, as fields of a gyro.Column.
func (c *code) column(column Column) string {
	var all []string
	if column.Missing != "" {
		all = append(all, "Ref: "+c.vars[column.Ref], "Missing: "+map[gyro.Missing]string{gyro.SetNull: "gyro.SetNull", gyro.Include: "gyro.Include"}[column.Missing])
	}
	if len(column.Cases) > 0 {
		var cases []string
		for _, k := range column.Cases {
			condition := fmt.Sprintf("When: %q", k.When)
			if len(k.Of) > 0 {
				condition = fmt.Sprintf("Of: %#v", k.Of)
			}
			cases = append(cases, fmt.Sprintf("{%s, Ref: %s},", condition, c.vars[k.Ref.Name()]))
		}
		all = append(all, "Cases: []gyro.Case{\n"+strings.Join(cases, "\n")+"\n}")
	}
	if !column.Mask.IsZero() {
		all = append(all, "Mask: "+goMask(*column.Say))
	}
	return strings.Join(all, ", ")
}

func goMask(say personal.Candidate) string {
	if say.Settings == nil {
		return fmt.Sprintf("masked(%q, nil)", say.Name)
	}
	return fmt.Sprintf("masked(%q, map[string]any{\"\": %#v})", say.Name, say.Settings)
}

func goIDs(ids gyro.IDs) string {
	switch ids.Strategy() {
	case gyro.NaturalIDs:
		return "gyro.NaturalKey(" + quotedList(ids.Columns()) + ")"
	case gyro.HighestIDs:
		return "gyro.MaxPlusOne()"
	}
	return "gyro.Keep()"
}

func quotedList(texts []string) string {
	all := make([]string, len(texts))
	for i, text := range texts {
		all[i] = strconv.Quote(text)
	}
	return strings.Join(all, ", ")
}

func (c *code) main(target string) string {
	return fmt.Sprintf(`// Command takes a slice of the database that GYRO_SOURCE names, and writes it to a directory. gyro init wrote it; it is yours to
// change.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/csvdir"
	"github.com/gyrodata/gyro/export"
	"github.com/gyrodata/gyro/postgres"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	report, err := export.Slice{
		Source:    postgres.DB{URL: os.Getenv("GYRO_SOURCE")},
		Target:    csvdir.Dir{Path: %q},
		Importers: Importers,
		Jobs:      Jobs(),
		Order:     export.OrderAuto,
		Missing:   gyro.Include,
	}.Run(ctx)
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
	fmt.Println(report.Rows, "rows in", report.Place)
}
`, target)
}
