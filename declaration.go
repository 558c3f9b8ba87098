package gyro

import (
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/gyrodata/gyro/schema"
)

// Mistakes collects what is declared wrong.
type Mistakes []error

// Add adds one.
func (m *Mistakes) Add(mistake Mistake) { *m = append(*m, &mistake) }

// Join is all of them as one error, or nil where there is none.
func (m Mistakes) Join() error { return errors.Join(m...) }

// Declaration is what an importer says of references.
type Declaration struct {
	Added   []schema.Reference // those that the table does not have
	Arrays  []schema.Reference // those that stand in each element of an array
	Missing map[string]Missing // by the names of references, where it is said
	Follow  map[string]bool    // by the names of references
}

// Declared checks an importer's columns against table, which source ("struct" or
// "catalog") describes.
func Declared(importer Importer, table *schema.Table, registry Registry, source string) (Declaration, Mistakes) {
	said := Declaration{Missing: map[string]Missing{}, Follow: map[string]bool{}}
	var found Mistakes
	for _, key := range slices.Sorted(maps.Keys(importer.Columns)) {
		column := importer.Columns[key]
		place := importer.ColumnPlace(key)
		if mistake := contradiction(column, place); mistake != nil {
			found.Add(*mistake)
			continue
		}
		columns, mistake := ColumnsOf(table, key, column, place)
		if mistake != nil {
			found.Add(*mistake)
			continue
		}
		if len(column.Cases) > 0 {
			found = append(found, said.cases(key, columns, column, registry, place)...)
			continue
		}
		if column.Ref.IsZero() {
			if mistake := said.only(table, columns, column, place, source); mistake != nil {
				found.Add(*mistake)
			}
			continue
		}
		if mistake := checkRef(column.Ref, registry, place); mistake != nil {
			found.Add(*mistake)
			continue
		}
		to, mistake := ReferredColumns(column, place)
		if mistake != nil {
			found.Add(*mistake)
			continue
		}
		if column.Each {
			said.Arrays = append(said.Arrays, schema.Reference{Name: key, Columns: columns, To: column.Ref.Name(), ToColumns: to})
			continue
		}
		known, others, exact := foreignKeys(table, columns, column)
		if to != nil && (exact || len(known) == 0) && len(to) != len(columns) {
			found.Add(Mistake{Place: place, Problem: Textf("{To} (%s) and the reference (%s) differ in their number of columns", strings.Join(to, ", "), strings.Join(columns, ", "))})
			continue
		}
		switch {
		case len(known) == 1, exact && len(known) > 0: // two constraints may say the same
			said.say(known[0].Name, column) // it is there; the importer only said so
		case len(known) > 1:
			found.Add(Mistake{
				Place: place, Problem: Text("several foreign keys to " + column.Ref.String() + " include this column"),
				Hint: "list the columns of the one that is meant in {Over}",
			})
		case len(others) > 0 && (exact || !column.Soft): // a part of a composite key may be soft
			found.Add(Mistake{Place: place, Problem: Textf("the %s says that it refers to %s, not to %s", source, others[0].To, column.Ref)})
		case !column.Soft:
			found.Add(notForeignKey(table, columns, column, place, source))
		default:
			said.Added = append(said.Added, schema.Reference{Name: key, Columns: columns, To: column.Ref.Name(), ToColumns: to})
			said.say(key, column)
		}
	}
	return said, found
}

func (d *Declaration) say(reference string, column Column) {
	if column.Missing != "" {
		d.Missing[reference] = column.Missing
	}
	if column.Follow {
		d.Follow[reference] = true
	}
}

// only takes an entry that says Missing of a reference without naming Ref: the column must
// stand in just one.
func (d *Declaration) only(table *schema.Table, columns []string, column Column, place Text, source string) *Mistake {
	what := Text("{Missing}")
	switch {
	case column.Missing == "" && !column.Follow:
		return nil
	case column.Missing == "":
		what = "{Follow}"
	}
	candidates := table.Over(columns)
	if len(candidates) == 0 {
		for _, r := range table.References {
			if slices.Contains(r.Columns, columns[0]) {
				candidates = append(candidates, r)
			}
		}
	}
	switch len(candidates) {
	case 1:
		d.say(candidates[0].Name, column)
		return nil
	case 0:
		if source == "struct" {
			return nil // the catalog may know of one
		}
		return &Mistake{Place: place, Problem: what + Text(" is set, but "+strings.Join(columns, ", ")+" is no foreign key"), Hint: "set {Ref}"}
	}
	return &Mistake{Place: place, Problem: what + " is set, and it is part of several foreign keys", Hint: "set {Ref}, and {Over}"}
}

// undescribed is what can be checked of an importer whose model is known by name alone.
func undescribed(importer Importer, registry Registry) Mistakes {
	var found Mistakes
	for _, key := range slices.Sorted(maps.Keys(importer.Columns)) {
		column := importer.Columns[key]
		place := importer.ColumnPlace(key)
		if mistake := contradiction(column, place); mistake != nil {
			found.Add(*mistake)
			continue
		}
		for _, c := range column.Cases {
			if mistake := checkRef(c.Ref, registry, place); mistake != nil {
				found.Add(*mistake)
			}
		}
		if column.Ref.IsZero() {
			continue
		}
		if mistake := checkRef(column.Ref, registry, place); mistake != nil {
			found.Add(*mistake)
		}
	}
	return found
}

// cases takes the kinds of a polymorphic reference.
func (d *Declaration) cases(key string, columns []string, column Column, registry Registry, place Text) Mistakes {
	var found Mistakes
	for _, c := range column.Cases {
		if mistake := checkRef(c.Ref, registry, place); mistake != nil {
			found.Add(*mistake)
			continue
		}
		to, mistake := ReferredColumns(Column{Ref: c.Ref, To: c.To}, place)
		if mistake != nil {
			found.Add(*mistake)
			continue
		}
		name := key + " as " + c.Ref.String()
		when := c.When
		if len(c.Of) > 0 {
			when = "false" // until the source has said which key is meant
		}
		d.Added = append(d.Added, schema.Reference{Name: name, Columns: columns, To: c.Ref.Name(), ToColumns: to, When: when})
		d.say(name, column)
	}
	return found
}

// ColumnPlace names an entry of the importer's Columns in a message.
func (i Importer) ColumnPlace(key string) Text {
	return Textf("importer %s, column %q", i.Model, key)
}

// ColumnsOf finds the columns that one entry of Columns is about.
func ColumnsOf(table *schema.Table, key string, column Column, place Text) ([]string, *Mistake) {
	if column.Over == "" {
		columns, err := table.Resolve(key)
		return columns, ColumnMistake(err, place)
	}
	return Resolve(table, Names(column.Over), place)
}

// Resolve finds the columns that names stand for; a relation may be several.
func Resolve(table *schema.Table, names []string, place Text) ([]string, *Mistake) {
	var columns []string
	for _, name := range names {
		resolved, err := table.Resolve(name)
		if err != nil {
			return nil, ColumnMistake(err, place)
		}
		columns = append(columns, resolved...)
	}
	return columns, nil
}

// ColumnMistake is what is wrong with a name that stands for no column, or nil where err is.
func ColumnMistake(err error, place Text) *Mistake {
	if err == nil {
		return nil
	}
	m := &Mistake{Place: place, Problem: Text(err.Error()), Err: err}
	var unknown *schema.UnknownColumnError
	if errors.As(err, &unknown) && unknown.Nearest != "" {
		m.Hint = Textf("did you mean %q?", unknown.Nearest)
	}
	return m
}

// contradiction says what is wrong with a Column in itself, or nil.
func contradiction(column Column, place Text) *Mistake {
	if len(column.Cases) > 0 {
		return contradictoryCases(column, place)
	}
	noRef := column.Ref.IsZero()
	switch {
	case column.Each && noRef:
		return &Mistake{Place: place, Problem: "{Each} is set, but no {Ref}", Hint: "set {Ref}"}
	case column.Follow && column.Missing != "" && column.Missing != Restrict:
		return &Mistake{Place: place, Problem: "{Follow} is set, and {Missing}", Hint: "rows follow by a reference that restricts"}
	case column.Each && (column.Over != "" || column.Missing != "" || column.Follow):
		return &Mistake{Place: place, Problem: "{Each} is set, and {Over}, {Missing} or {Follow}", Hint: "elements of an array restrict and include nothing"}
	case column.Over != "" && noRef:
		return &Mistake{Place: place, Problem: "{Over} is set, but no {Ref}", Hint: "set {Ref}"}
	case column.To != "" && noRef:
		return &Mistake{Place: place, Problem: "{To} is set, but no {Ref}", Hint: "set {Ref}"}
	case column.Soft && noRef:
		return &Mistake{Place: place, Problem: "{Soft} is set, but no {Ref}", Hint: "set {Ref}"}
	case column.Over != "" && len(Names(column.Over)) == 0:
		return &Mistake{Place: place, Problem: "{Over} names no column"}
	case column.To != "" && len(Names(column.To)) == 0:
		return &Mistake{Place: place, Problem: "{To} names no column"}
	}
	return nil
}

func contradictoryCases(column Column, place Text) *Mistake {
	switch {
	case !column.Ref.IsZero():
		return &Mistake{Place: place, Problem: "both {Ref} and {Cases} are set", Hint: "keep one"}
	case column.To != "":
		return &Mistake{Place: place, Problem: "both {To} and {Cases} are set", Hint: "set {To} of each case"}
	}
	for i, c := range column.Cases {
		switch {
		case c.When != "" && len(c.Of) > 0:
			return &Mistake{Place: place, Problem: Textf("case %d has both {When} and {Of}", i+1), Hint: "keep one"}
		case strings.TrimSpace(c.When) == "" && len(c.Of) == 0:
			return &Mistake{Place: place, Problem: Textf("case %d has no {When}", i+1), Hint: "a condition in SQL, such as content_type_id = 7"}
		}
	}
	return nil
}

func checkRef(ref Model, registry Registry, place Text) *Mistake {
	if err := ref.Err(); err != nil {
		return &Mistake{Place: place, Problem: Text("Ref: " + err.Error()), Err: err}
	}
	if _, ok := registry.Importer(ref.Name()); !ok {
		return &Mistake{
			Place: place, Problem: Text("it refers to " + ref.String() + ", which has no importer"),
			Hint: Text("add an importer for " + ref.String()),
		}
	}
	return nil
}

// ReferredColumns resolves To on the referred model, where that is described.
func ReferredColumns(column Column, place Text) ([]string, *Mistake) {
	if column.To == "" {
		return nil, nil
	}
	to := Names(column.To)
	table, is := column.Ref.Described()
	if !is {
		return to, nil
	}
	return Resolve(&table, to, place)
}

// foreignKeys finds the table's references that a declaration may mean: on just these
// columns (exact), else composite ones that include the column; known are those to its Ref.
func foreignKeys(table *schema.Table, columns []string, column Column) (known, others []schema.Reference, exact bool) {
	candidates := table.Over(columns)
	exact = len(candidates) > 0
	if !exact && column.Over == "" {
		for _, r := range table.References {
			if slices.Contains(r.Columns, columns[0]) {
				candidates = append(candidates, r)
			}
		}
	}
	for _, r := range candidates {
		if r.To == column.Ref.Name() {
			known = append(known, r)
		} else {
			others = append(others, r)
		}
	}
	return known, others, exact
}

func notForeignKey(table *schema.Table, columns []string, column Column, place Text, source string) Mistake {
	m := Mistake{Place: place, Problem: Text(strings.Join(columns, ", ") + " is not a foreign key, says the " + source)}
	switch near := columns[0] + "_id"; {
	case len(table.Over([]string{near})) > 0:
		m.Hint = Textf("did you mean %q?", near)
	case source == "struct":
		m.Hint = Text("give the struct a belongs-to relation to " + column.Ref.String() + ", or set {Soft}")
	default:
		m.Hint = Text("set {Soft} if rows refer to " + column.Ref.String() + " without a foreign key")
	}
	return m
}

// Names splits "a, b" into its names.
func Names(text string) []string {
	var names []string
	for name := range strings.SplitSeq(text, ",") {
		if name = strings.TrimSpace(name); name != "" {
			names = append(names, name)
		}
	}
	return names
}
