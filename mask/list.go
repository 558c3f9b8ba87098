package mask

import (
	"fmt"
	"strings"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/schema"
)

// Description says of a mask what its name is for.
type Description struct {
	Name  string
	Group string // "Person"
	About string // what it writes
	// Settings are what it may be given, in their order: "first", "last", "with".
	Settings []string
	Types    string // of columns: "text, integers"
	// Unique: values of different rows differ where the column has room; see [gyro.Mask].
	Unique bool
	// OnServer: the source makes the value, of the clear one.
	OnServer bool
	// Example is what it writes for one row into a text; of another type, into the first that it is for. "" where it is made on
	// the server, or of a file.
	Example string
}

// List are all masks that [Named] makes, by group.
func List() []Description {
	all := make([]Description, len(entries))
	for i, e := range entries {
		all[i] = e.description()
	}
	return all
}

func (e entry) description() Description {
	d := Description{Name: e.name, Group: e.group, About: e.about}
	for _, s := range e.settings {
		d.Settings = append(d.Settings, s.name)
	}
	r, err := made(e.name, e.given())
	if err != nil { // a file that is not there
		d.Types = texts.String()
		return d
	}
	d.Types, d.Unique, d.OnServer = r.kinds.String(), r.bits != nil, r.draw == nil
	if r.draw != nil {
		column := schema.Column{Type: "text"}
		if r.kinds&text == 0 {
			column.Type = "integer"
		}
		d.Example = string(r.mask().Fake(nil, exampleRow(column)))
	}
	return d
}

// given are settings by which the mask can be shown.
func (e entry) given() map[string]any {
	if e.example == nil {
		return nil
	}
	return map[string]any{"": e.example}
}

// exampleRow is a row as others.
func exampleRow(c schema.Column) *gyro.MaskRow {
	row := &gyro.MaskRow{Number: 20_261_231, Numbered: true, Column: c}
	for i := range row.Seed {
		row.Seed[i], row.Whole[i] = byte(7*i+3), byte(11*i+5)
	}
	return row
}

// table is the list as the documentation shows it.
func table() string {
	var b strings.Builder
	group := ""
	for _, d := range List() {
		if d.Group != group {
			group = d.Group
			fmt.Fprintf(&b, "\n### %s\n\n| name | writes | settings | for columns of | unique | example |\n| --- | --- | --- | --- | --- | --- |\n", group)
		}
		unique, example := "", ""
		if d.Unique {
			unique = "yes"
		}
		if d.Example != "" {
			example = "`" + d.Example + "`"
		}
		about := strings.ReplaceAll(d.About, "*", `\*`)
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s | %s |\n", d.Name, about, strings.Join(d.Settings, ", "), d.Types, unique, example)
	}
	return b.String()
}
