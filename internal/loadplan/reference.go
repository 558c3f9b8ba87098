package loadplan

import (
	"slices"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/driver"
)

// Add completes a reference.
func (p *Plan) Add(s *Step, r *driver.LoadReference, proved bool) {
	for _, c := range s.Load.Columns {
		if c.Expr != "" && slices.Contains(r.Columns, c.Name) {
			return // its value is what the user says
		}
	}
	r.To = -1
	if parent := p.Find(r.Table); parent != nil {
		r.To = parent.Number
		for i, c := range r.Columns {
			from, _ := s.Source.Column(c)
			to, ok := parent.Source.Column(r.ToColumns[i])
			if !ok {
				p.Refuse(s, gyro.Textf("%s refers to a column of %s that the slice does not have", r.Name, r.Table), "")
				return
			}
			own := from.DataType()
			if r.Each {
				own = own.Element()
			}
			r.As = append(r.As, own.ComparedAs(to.DataType()))
		}
		p.asConstrained(s, r)
	} else if importer, ok := p.Options.Importers.Importer(r.Table); ok && importer.IDs.Strategy() == gyro.FixedIDs {
		if known := p.Catalog[r.Table]; known != nil && len(r.Columns) == 1 && slices.Equal(known.PrimaryKey, r.ToColumns) {
			r.Fixed = importer.IDs.Pairs()
		}
	}
	s.References = append(s.References, &Reference{LoadReference: r, Proved: proved && r.To >= 0})
}

// asConstrained lets a reference compare as the target's foreign key does that it is.
func (p *Plan) asConstrained(s *Step, r *driver.LoadReference) {
	for _, own := range s.Load.Table.References {
		if own.To == r.Table && own.As != nil && slices.Equal(own.Columns, r.Columns) && slices.Equal(own.ToColumns, r.ToColumns) {
			r.As = own.As
		}
	}
}

func (r *Reference) indexes() []int {
	all := make([]int, len(r.Columns))
	for i := range all {
		all[i] = i
	}
	return all
}

// Reference is one reference of a step, whether or not its values change.
type Reference struct {
	*driver.LoadReference
	Proved bool // the slice proves that every row's leads to one of its rows
	Looked bool // the row may be one of the target's, under the key that it has there
}
