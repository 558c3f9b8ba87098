package mask

import (
	"errors"
	"strings"

	"github.com/gyrodata/gyro"
)

// Template writes a text in which each {{name}} is what the fake of that name writes: "{{first_name}}.{{last_name}}@example.com".
// {{number}} is the row's number, 13 signs long, and {{row.code}} what the unmasked column code holds. Values of different rows differ where it stands at the end or the beginning, but for
// text that is always the same, and where the column is long enough for all that the fakes write.
func Template(template string) gyro.Mask { return templated(template).mask() }

// piece is a part of a template: text, or what a fake writes.
type piece struct {
	text string
	fake *recipe
	hole uint64
}

func templated(template string) recipe {
	const name = "template"
	var (
		pieces []piece
		errs   []error
		holes  uint64
	)
	for rest := template; rest != ""; {
		before, after, found := strings.Cut(rest, "{{")
		if before != "" {
			pieces = append(pieces, piece{text: before})
		}
		if !found {
			break
		}
		hole, behind, closed := strings.Cut(after, "}}")
		if !closed {
			errs = append(errs, gyro.Text("a {{ has no }}"))
			break
		}
		rest = behind
		holes++
		fake, err := filling(strings.TrimSpace(hole))
		if err != nil {
			errs = append(errs, err)
		}
		pieces = append(pieces, piece{fake: &fake, hole: holes})
	}
	if holes == 0 && len(errs) == 0 {
		errs = append(errs, gyro.Text("there is no {{…}} in it"))
	}
	if len(errs) > 0 {
		return failed(name, errs...)
	}
	r := recipe{name: name, kinds: texts, longest: size(pieces)}
	for _, p := range pieces {
		if p.fake != nil {
			r.reads = append(r.reads, p.fake.reads...)
		}
	}
	if apart(pieces) {
		most := r.longest
		r.bits = func(s *shape) int {
			switch {
			case s.length > 0 && (most == 0 || most > s.length): // it may be cut
				return 0
			case s.length > 0 && most+wideNumber-plainNumber > s.length:
				return 64
			}
			return 128
		}
	}
	r.draw = func(text []byte, d draw) []byte {
		for _, p := range pieces {
			if p.fake == nil {
				text = append(text, p.text...)
				continue
			}
			in := d
			in.shape, in.hole = roomy, p.hole
			text = p.fake.draw(text, in)
		}
		return text
	}
	return r
}

// roomy is a text without bounds.
var roomy = &shape{kind: text}

// The signs of a row's number at full length, and of what stands in its place; see [serial].
const (
	plainNumber = 13
	wideNumber  = 26
)

// rowNumber is the row's number at full length.
var rowNumber = recipe{name: "number", kinds: texts, longest: plainNumber, draw: func(text []byte, d draw) []byte {
	d.hole = 0
	n, digits := d.serial(128), plainNumber
	if d.row.Wide {
		digits = wideNumber
	}
	start := len(text)
	for range digits {
		text = append(text, 0)
	}
	for i := len(text) - 1; i >= start; i-- {
		text[i] = signs[n.low&31]
		n.low = n.low>>5 | n.high<<59
		n.high >>= 5
	}
	return text
}}

// columnOf is what an unmasked column of the row holds, and nothing where it is NULL.
func columnOf(name string) recipe {
	return recipe{name: "row." + name, kinds: texts, reads: []string{name}, draw: func(text []byte, d draw) []byte {
		if d.row.Value == nil {
			return text
		}
		value, _, _ := d.row.Value(name)
		return append(text, value...)
	}}
}

// filling is the fake of a hole.
func filling(hole string) (recipe, error) {
	if hole == "number" {
		return rowNumber, nil
	}
	if name, is := strings.CutPrefix(hole, "row."); is {
		return columnOf(name), nil
	}
	r, err := made(hole, nil)
	switch {
	case err != nil:
		return r, err
	case r.draw == nil:
		return r, gyro.Textf("%s is no fake: it needs the clear value", hole)
	case r.kinds&text == 0:
		return r, errors.New(hole + " writes no text")
	}
	return r, nil
}

// size is how long a text of these pieces is at most; 0: that is not known.
func size(pieces []piece) int {
	sum := 0
	for _, p := range pieces {
		switch {
		case p.fake == nil:
			sum += len([]rune(p.text))
		case p.fake.longest == 0:
			return 0
		default:
			sum += p.fake.longest
		}
	}
	return sum
}

// apart reports whether the row's number stands first or last, but for text that is always the same.
func apart(pieces []piece) bool {
	var holes []string
	for _, p := range pieces {
		if p.fake != nil {
			holes = append(holes, p.fake.name)
		}
	}
	return holes[0] == rowNumber.name || holes[len(holes)-1] == rowNumber.name
}
