package export

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"maps"
	"slices"
	"strconv"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/internal/masking"
	"github.com/gyrodata/gyro/schema"
)

// Masks of what stands inside of a value: see [gyro.Inside].

// newMark is a text that no value of a snapshot holds, for it was drawn after the snapshot was taken: 128 bits, as marks have to be of small
// letters and digits.
func newMark() string {
	var bits [16]byte
	_, _ = rand.Read(bits[:]) // which does not fail
	return hex.EncodeToString(bits[:])
}

// plannedMark stands for the run's in a statement that is only explained.
const plannedMark = "mark"

// drawsByRow reports whether a mask, or one inside of the value, is a fake that goes by the row.
func drawsByRow(mask gyro.Mask) bool {
	if mask.Inside == nil {
		return mask.Fake != nil && mask.Domain == ""
	}
	return slices.ContainsFunc(mask.Inside.Parts, func(p gyro.Part) bool { return drawsByRow(p.Mask) })
}

// part is a mask inside of a column's values.
type part struct {
	member
	gyro.Part
}

func (p part) fits() schema.Column { return p.Fits(*p.typ()) }

func (p part) refuse(problem gyro.Text) gyro.Mistake {
	return gyro.Mistake{Place: p.place(), Problem: gyro.Textf("%s: %s", p.Path, problem), Hint: "one mask for a {Domain}, and columns of one type"}
}

// agreeInside lets parts of values take part in the domains that their masks name: those of a type (an array's elements) as columns do,
// those of documents as what the others are.
func (s Slice) agreeInside(catalog schema.Catalog, steps []*step, domains map[string]*domain) gyro.Mistakes {
	all := map[string][]part{}
	for _, st := range steps {
		for _, c := range st.table.Columns {
			if inside := st.masks[c.Name].Inside; inside != nil {
				for _, p := range inside.Parts {
					if p.Mask.Domain != "" {
						all[p.Mask.Domain] = append(all[p.Mask.Domain], part{member{st, c.Name}, p})
					}
				}
			}
		}
	}
	var found gyro.Mistakes
	for _, name := range slices.Sorted(maps.Keys(all)) {
		parts, d := all[name], domains[name]
		mask, typed := parts[0].Mask, d != nil
		if typed {
			mask = d.members[0].mask()
		} else {
			d = &domain{fits: parts[0].fits()}
		}
		take := func(c schema.Column) bool {
			switch {
			case !typed:
				d.fits, typed = c, true
			case family(c) != family(d.fits):
				return false
			}
			d.narrow(c)
			return true
		}
		for _, c := range s.elsewhere(catalog, steps, name) {
			take(c)
		}
		for _, p := range parts {
			if p.Mask.Name != mask.Name {
				found.Add(p.refuse(gyro.Textf("its mask names the domain %s, and is another: %s and %s", name, p.Mask.Name, mask.Name)))
			}
			if p.Typed != nil && !take(p.fits()) {
				found.Add(p.refuse(gyro.Textf("it is of another type than the domain %s", name)))
			}
			if p.step.inside == nil {
				p.step.inside = map[string]*domain{}
			}
			p.step.inside[name] = d
		}
	}
	return found
}

// narrow makes the domain as short as a column is.
func (d *domain) narrow(c schema.Column) {
	if n := c.Underlying().Length(); n > 0 && (d.fits.Underlying().Length() == 0 || n < d.fits.Underlying().Length()) {
		d.fits = c
	}
}

// typedParts are what stands inside of a column's values, of a type, and belongs to a domain.
func typedParts(mask gyro.Mask, column schema.Column, name string) []schema.Column {
	var all []schema.Column
	if mask.Inside != nil {
		for _, p := range mask.Inside.Parts {
			if p.Mask.Domain == name && p.Typed != nil {
				all = append(all, p.Fits(column))
			}
		}
	}
	return all
}

// insideColumn fills the values of a column whose parts are masked.
type insideColumn struct {
	*gyro.Inside
	mark  []byte
	fakes []*masking.Fake // by part; nil: it is none
}

// newInside is what the masker knows of the parts of a column's values.
func newInside(s *step, column string, inside *gyro.Inside, key masking.Key) *insideColumn {
	in := &insideColumn{Inside: inside, mark: []byte(s.marked())}
	c, _ := s.table.Column(column)
	for _, p := range inside.Parts {
		var fake *masking.Fake
		if p.Mask.Fake != nil {
			fits := p.Fits(c)
			if p.Mask.Domain != "" {
				fits = s.inside[p.Mask.Domain].fits
			}
			fake = masking.NewPart(key, s.table.Name, column, p, fits)
		}
		in.fakes = append(in.fakes, fake)
	}
	return in
}

// marked is the text that the step's marks begin with.
func (s *step) marked() string {
	if s.mark == "" {
		return plannedMark
	}
	return s.mark
}

// part appends the fake of one part of the value that is filled.
func (m *masker) part(text []byte, at gyro.Place) ([]byte, error) {
	in := m.filled
	if at.Part >= len(in.fakes) || in.fakes[at.Part] == nil {
		return text, &gyro.Error{Op: "mask a row", Err: errors.New("the source marked what is no fake: part " + strconv.Itoa(at.Part))}
	}
	return in.fakes[at.Part].AppendPart(text, m.row, at.Tells)
}
