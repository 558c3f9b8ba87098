package load

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/internal/loadplan"
	"github.com/gyrodata/gyro/schema"
)

// The table of what goes with what in docs/strategies.md is what the code plans and refuses.
// GYRO_UPDATE=1 writes it anew.
func TestStrategies(t *testing.T) {
	t.Parallel()
	path := filepath.Join("..", "docs", "strategies.md")
	want := strategies(t)
	if os.Getenv("GYRO_UPDATE") != "" {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil { //nolint:gosec // a document
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("docs/strategies.md is not what the code does; GYRO_UPDATE=1 go test -run TestStrategies ./load writes it:\n%s", want)
	}
}

// keyShape is a kind of key that a table can have.
type keyShape struct {
	name    string
	columns []schema.Column
	key     []string
	refers  string // the column that refers to parent
}

func strategies(t *testing.T) string {
	t.Helper()
	column := func(name, typ, sequence string) schema.Column {
		return schema.Column{Name: name, Type: typ, NotNull: true, Sequence: sequence, Default: sequence != ""}
	}
	shapes := []keyShape{
		{"bigint, integer or smallint with a sequence", []schema.Column{column("id", "bigint", "thing_id_seq")}, []string{"id"}, ""},
		{"the same without a sequence", []schema.Column{column("id", "bigint", "")}, []string{"id"}, ""},
		{"uuid", []schema.Column{column("id", "uuid", "")}, []string{"id"}, ""},
		{"text", []schema.Column{column("id", "text", "")}, []string{"id"}, ""},
		{"the key of another table (one-to-one)", []schema.Column{column("parent_id", "bigint", "")}, []string{"parent_id"}, "parent_id"},
		{"a reference and a number", []schema.Column{column("parent_id", "bigint", ""), column("number", "integer", "")}, []string{"parent_id", "number"}, "parent_id"},
		{"none", []schema.Column{column("x", "integer", "")}, nil, ""},
	}
	conflicts := []struct {
		name string
		gyro.Conflict
	}{
		{"not said", gyro.Conflict{}},
		{"`Fail()`", gyro.Fail()},
		{"`Skip()`, `Update()`", gyro.Skip()},
		{"`Skip(\"code\")`, `Update(\"code\")`", gyro.Update("code")},
	}
	strategies := []struct {
		name string
		gyro.IDs
	}{
		{"`Keep()`", gyro.Keep()},
		{"`Sequential()`", gyro.Sequential()},
		{"`NaturalKey(\"code\")`", gyro.NaturalKey("code")},
		{"`Derived(\"code\")`", gyro.Derived("code")},
		{"`Fixed(…)`", gyro.Fixed(map[int]int{1: 2})},
		{"`MaxPlusOne()`", gyro.MaxPlusOne()},
		{"`Offset(1000)`", gyro.Offset(1000)},
	}
	var (
		text    strings.Builder
		reasons []string
	)
	text.WriteString(strategiesHead)
	for _, shape := range shapes {
		fmt.Fprintf(&text, "\n## Key: %s\n\n| ids |", shape.name)
		for _, c := range conflicts {
			text.WriteString(" " + c.name + " |")
		}
		text.WriteString("\n| --- | --- | --- | --- | --- |\n")
		for _, s := range strategies {
			text.WriteString("| " + s.name + " |")
			for _, c := range conflicts {
				p, err := planThing(shape, s.IDs, c.Conflict)
				if err == nil {
					text.WriteString(" " + meaning(p) + " |")
					continue
				}
				var mistake *gyro.Mistake
				if !errors.As(err, &mistake) {
					t.Fatal(err)
				}
				reason := mistake.Problem.String()
				if mistake.Hint != "" {
					reason += " (" + mistake.Hint.String() + ")"
				}
				if !slices.Contains(reasons, reason) {
					reasons = append(reasons, reason)
				}
				fmt.Fprintf(&text, " no: %d |", slices.Index(reasons, reason)+1)
			}
			text.WriteString("\n")
		}
	}
	text.WriteString("\n## Why not\n\n")
	for i, reason := range reasons {
		fmt.Fprintf(&text, "%d. %s\n", i+1, reason)
	}
	text.WriteString(strategiesTail)
	return text.String()
}

const strategiesHead = `# What goes with what

Which ids go with which conflicts, by the key that a table has. The table here is called thing;
its column code is unique, and not part of the key. This page is written by
` + "`TestStrategies`" + ` from the code that plans loads and refuses the rest.

- **inserts**: every row is new; where its key, or another unique one, is taken, the load fails
  and says how many rows collide, by which key.
- **reuses by**: a row that is there is left as it is, and referred to; the rest are inserted.
- **updates by**: a row that is there gets the slice's values; the rest are inserted.
- **fails by**: a row that is there makes the load fail.

A key column that is part of a reference follows the reference, whatever the strategy.
`

const strategiesTail = `
Besides: a natural key must be unique in the file and in the target, which is counted. The key or
natural key of a table can't contain a reference to the table itself, nor can the keys of
several tables follow each other in a circle, unless ids are kept, or the columns in question have
their values from another reference: the tenant of a tree's nodes, of which each refers to its parent
by (tenant_id, parent_id), is known by the reference to tenants. A table whose columns are
referred to by values that change must have a key.
`

// planThing plans the load of a table of that shape.
func planThing(shape keyShape, ids gyro.IDs, conflict gyro.Conflict) (*driver.LoadTable, error) {
	parent := &schema.Table{Name: schema.NewName("", "parent"), Kind: schema.Ordinary, PrimaryKey: []string{"id"}}
	parent.Columns = []schema.Column{{Name: "id", Type: "bigint", NotNull: true, Sequence: "parent_id_seq"}}
	thing := &schema.Table{Name: schema.NewName("", "thing"), Kind: schema.Ordinary, PrimaryKey: shape.key, Unique: [][]string{{"code"}}}
	thing.Columns = append(slices.Clone(shape.columns), schema.Column{Name: "code", Type: "text"})
	if shape.refers != "" {
		thing.References = []schema.Reference{{Name: "thing_parent", Columns: []string{shape.refers}, To: parent.Name, ToColumns: []string{"id"}}}
	}
	m := driver.Manifest{Version: driver.ManifestVersion}
	for _, table := range []*schema.Table{parent, thing} {
		f := driver.ManifestFile{File: table.Name.Table + ".csv", Table: table.Name.String(), Kind: string(table.Kind), PrimaryKey: table.PrimaryKey, Unique: table.Unique}
		for _, c := range table.Columns {
			f.Columns = append(f.Columns, driver.ManifestColumn{Name: c.Name, Type: c.Type, NotNull: c.NotNull})
		}
		for _, r := range table.References {
			f.References = append(f.References, driver.ManifestReference{Name: r.Name, Columns: r.Columns, Table: r.To.String(), ToColumns: r.ToColumns})
		}
		m.Files = append(m.Files, f)
	}
	s := Slice{Importers: gyro.Registry{
		{Model: gyro.Table("parent"), IDs: gyro.Sequential()},
		{Model: gyro.Table("thing"), IDs: ids, Conflict: conflict},
	}}
	planning := &planning{Plan: &loadplan.Plan{Options: s.options(), Catalog: schema.Catalog{parent.Name: parent, thing.Name: thing}}}
	p, err := planning.plan(m)
	if err != nil {
		return nil, err
	}
	return p.Tables[1], nil
}

// meaning says what a plan does with rows that are there.
func meaning(t *driver.LoadTable) string {
	by := " by " + strings.Join(t.Find, ", ")
	switch {
	case len(t.Find) == 0:
		return "inserts"
	case t.FailFound:
		return "fails" + by
	case t.Found == gyro.UpdateRow:
		return "updates" + by
	}
	return "reuses" + by
}
