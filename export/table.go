package export

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/schema"
)

// table is the catalog's table of a step, with the references that struct and importer add.
func (s Slice) table(catalog schema.Catalog, step *step, place gyro.Text) (*schema.Table, []gyro.Text, gyro.Mistakes) {
	var found gyro.Mistakes
	name := step.job.Model.Name()
	known, ok := catalog[name]
	if !ok {
		m := gyro.Mistake{Place: place, Problem: gyro.Text("the source has no table " + name.String())}
		if near := catalog.Nearest(name); near != "" {
			m.Hint = gyro.Textf("did you mean %q?", near)
		}
		found.Add(m)
		return nil, nil, found
	}
	table := *known
	table.References = slices.Clone(known.References)
	var notes []gyro.Text
	model, _ := step.importer.Model.Described()
	for _, c := range model.Columns {
		if _, ok := table.Column(c.Name); !ok {
			found.Add(gyro.Mistake{Place: gyro.Text("model " + name.String()), Problem: gyro.Textf("the struct has column %q (field %s), the table has not", c.Name, c.Field)})
		}
	}
	for _, r := range model.References {
		same := table.Over(r.Columns)
		switch {
		case slices.ContainsFunc(same, func(k schema.Reference) bool { return k.To == r.To }):
		case len(same) > 0:
			found.Add(gyro.Mistake{
				Place:   gyro.Text("model " + name.String()),
				Problem: gyro.Textf("%s refers to %s by the struct's relation %s, to %s by the catalog", strings.Join(r.Columns, ", "), r.To, r.Relation, same[0].To),
			})
		default:
			table.References = append(table.References, r)
			notes = append(notes, gyro.Textf("%s: relation %s of the struct to %s has no foreign key in the database", name, r.Relation, r.To))
		}
	}
	told, mistakes := s.withHeirs(catalog, step, &table, place)
	notes, found = append(notes, told...), append(found, mistakes...)
	said, problems := gyro.Declared(step.importer, &table, s.Importers, "catalog")
	found = append(found, problems...)
	table.References = append(table.References, said.Added...)
	step.missing, step.follow = said.Missing, said.Follow
	step.arrays = said.Arrays
	for i := range step.arrays {
		if mistake := completeReference(catalog, name, &step.arrays[i]); mistake != nil {
			found.Add(*mistake)
		}
	}
	for i := range table.References {
		if mistake := completeReference(catalog, name, &table.References[i]); mistake != nil {
			found.Add(*mistake)
		}
	}
	return &table, notes, found
}

// withHeirs settles what a table's rows are where others inherit from it. Tables without columns and jobs of their own
// are read through it, as applications do that split a table so; else their rows need jobs of theirs.
func (s Slice) withHeirs(catalog schema.Catalog, step *step, table *schema.Table, place gyro.Text) (notes []gyro.Text, found gyro.Mistakes) {
	if len(table.Heirs) == 0 {
		return nil, nil
	}
	var heirs []*schema.Table
	var left []string
	plain := true
	for _, name := range catalog.Heirs(table.Name) {
		heir := catalog[name]
		heirs = append(heirs, heir)
		plain = plain && len(heir.Columns) == len(table.Columns)
		if slices.ContainsFunc(s.Jobs, func(j gyro.ImportJob) bool { return j.Model.Name() == name }) {
			plain = false
		} else {
			left = append(left, name.String())
		}
	}
	_, _, query := step.job.Query.Select()
	switch names := few(left); {
	case plain:
		table.Heirs = nil
		table.Gather(heirs)
		step.through = left
		if !step.implicit() {
			notes = append(notes, gyro.Textf("%s: the rows of tables that inherit from it are read through it: %s", table.Name, names))
		}
	case query:
		found.Add(gyro.Mistake{
			Place: place, Problem: gyro.Text("other tables inherit from " + table.Name.String() + ", and a query of keys could mean their rows"),
			Hint: "use a condition (where): it is asked of this table's own rows",
		})
	case len(left) == 0 || step.implicit():
	case step.job.Query.IsZero():
		found.Add(gyro.Mistake{
			Place: place, Problem: gyro.Textf("tables with columns or jobs of their own inherit from %s, and the rows of some would be left out: %s", table.Name, names),
			Hint: "add jobs for them, or a condition (where), which may be true: it is asked of this table's own rows",
		})
	default:
		notes = append(notes, gyro.Textf("%s: the rows of tables that inherit from it are not its own; they need jobs of theirs: %s", table.Name, names))
	}
	return notes, found
}

// few names the first three of many.
func few(names []string) string {
	if more := len(names) - 3; more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:3], ", "), more)
	}
	return strings.Join(names, ", ")
}

// completeReference fills in the columns that a declared reference goes to, and checks them.
func completeReference(catalog schema.Catalog, from schema.Name, r *schema.Reference) *gyro.Mistake {
	place := fmt.Sprintf("importer %s, column %q", from, r.Name)
	parent, ok := catalog[r.To]
	if !ok {
		return nil // the job of that model says so
	}
	if len(r.ToColumns) == 0 {
		r.ToColumns = parent.PrimaryKey
	}
	to, mistake := gyro.Resolve(parent, r.ToColumns, gyro.Text(place))
	if mistake != nil {
		return mistake
	}
	r.ToColumns = to
	if len(to) != len(r.Columns) {
		return &gyro.Mistake{
			Place:   gyro.Text(place),
			Problem: gyro.Textf("it stands on %s and refers to %s", strings.Join(r.Columns, ", "), keyOf(parent, to)),
			Hint:    "say in {To} which columns it refers to",
		}
	}
	return nil
}

// keyOf names columns of a table that are referred to.
func keyOf(table *schema.Table, columns []string) string {
	if len(columns) == 0 {
		return table.Name.String() + ", which has no primary key"
	}
	return table.Name.String() + "'s " + strings.Join(columns, ", ")
}
