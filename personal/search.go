package personal

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/export"
	"github.com/gyrodata/gyro/schema"
)

// Search says what is looked for. It looks at the tables that Slice would read.
type Search struct {
	Slice export.Slice
	// Mask makes the masks that are suggested, by name: mask.Named.
	Mask func(name string, settings map[string]any) (gyro.Mask, error)
	// All: also at every other table of the source that holds rows; then Slice needs no jobs.
	All bool
	// Personal: for columns that look personal.
	Personal bool
	// Sample is of how many rows of a table the source looks at values too. Default: none.
	Sample int
	// Against is an older slice: what came since, and what went. Default: none.
	Against *driver.Manifest
}

// Kind is what a [Finding] is.
type Kind string

// The kinds.
const (
	Personal Kind = "personal" // the column looks personal, and nothing is said of it
	Came     Kind = "came"     // the slice does not have it
	Went     Kind = "went"     // the source does not have it any more
	Unmasked Kind = "unmasked" // it was masked in the slice, and is not any more
)

// Finding is something that somebody should look at.
type Finding struct {
	Kind   Kind
	Table  schema.Name
	Column string // "": the table as a whole
	Type   string // of the column, as the source has it
	Why    []string
	// Say is what could be said of the column, which a plan would take; nil: nothing has to be.
	Say *Candidate
	// Doubt is why Say is no mask.
	Doubt gyro.Text
	// Entry: the importer has an entry for the column, which Say belongs into.
	Entry bool
	// Said is what is said of the column. Such a finding is for information.
	Said string
}

// Report is what a [Search] found.
type Report struct {
	Origin          gyro.Origin
	Tables, Columns int // that were looked at
	Findings        []Finding
	Notes           []gyro.Text
}

// Open are the findings of which nothing is said yet.
func (r *Report) Open() int {
	n := 0
	for _, f := range r.Findings {
		if f.Said == "" {
			n++
		}
	}
	return n
}

// Run looks. Findings stand by table, in the order of jobs and then by name, and there by column.
func (s Search) Run(ctx context.Context) (*Report, error) {
	report := &Report{}
	err := s.Slice.Survey(ctx, func(survey *export.Survey) error {
		report.Origin = survey.Snapshot.Origin()
		tables := survey.Tables
		if s.All {
			others, err := survey.Others()
			if err != nil {
				return err
			}
			tables = append(slices.Clone(tables), others...)
		}
		all := make([]searched, len(tables))
		for i, t := range tables {
			report.Tables++
			report.Columns += len(t.Columns)
			looked, err := s.look(ctx, survey.Snapshot, t, report)
			if err != nil {
				return err
			}
			all[i] = searched{t, looked, s.table(t, looked)}
		}
		for _, refers := range []bool{false, true} { // what is said of a key follows to what refers to it
			for i := range all {
				if err := s.say(ctx, &all[i], refers); err != nil {
					return err
				}
			}
		}
		for i := range all {
			report.Findings = append(report.Findings, all[i].settled()...)
		}
		report.Findings = append(report.Findings, s.gone(survey.Catalog)...)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return report, nil
}

// likeness is what a column looks like.
type likeness struct {
	why   []string
	masks []Candidate
}

// look says of each column what it looks like, by name, type and sample; of those that look like nothing, nothing.
func (s Search) look(ctx context.Context, snapshot driver.Snapshot, t export.Table, report *Report) (map[string]likeness, error) {
	all := map[string]likeness{}
	for _, c := range t.Columns {
		if l := described(t.Name.Table, c); len(l.why) > 0 {
			all[c.Name] = l
		}
	}
	var columns []string
	for _, c := range t.Columns {
		if sampled(c) && t.Mask(c.Name).IsZero() {
			columns = append(columns, c.Name)
		}
	}
	if !s.Personal || s.Sample <= 0 || len(columns) == 0 {
		return all, nil
	}
	sampler, ok := snapshot.(driver.Sampler)
	if !ok {
		return nil, &gyro.Error{Op: "sample", Place: t.Name.String(), Err: errors.New("the source can't count what values look like")}
	}
	sample := driver.Sample{Table: t.Table, Columns: columns, Rows: s.Sample}
	for _, p := range patterns {
		sample.Patterns = append(sample.Patterns, p.look)
	}
	counts, err := sampler.Sample(ctx, sample)
	if errors.Is(err, driver.ErrQuery) {
		report.Notes = append(report.Notes, gyro.Textf("not sampled: %s", err))
		return all, nil
	}
	if err != nil {
		return nil, err
	}
	for i, name := range columns {
		if l := valued(all[name], counts.Columns[i]); len(l.why) > 0 {
			all[name] = l
		}
	}
	return all, nil
}

// described is what name and type say.
func described(table string, c schema.Column) likeness {
	var l likeness
	if k, by := byName(table, c.Name, familyOf(c)); k != nil {
		l = likeness{[]string{"named " + by}, k.masks}
	}
	if why, own := byType(c); why != "" {
		l.why = append(l.why, why)
		l.masks = slices.Concat(own, l.masks)
	}
	return l
}

// valued adds what values look like: what all of a value is goes before what the column is called.
func valued(l likeness, counts driver.SampledColumn) likeness {
	whole := false
	for i, p := range patterns {
		n := counts.Matches[i]
		if n == 0 || n*100 < int64(p.least)*counts.Values || whole && p.kind == "" {
			continue
		}
		l.why = append(slices.Clone(l.why), fmt.Sprintf("holds %s: %d of %d sampled", p.what, n, counts.Values))
		switch {
		case p.kind == "":
			l.masks = slices.Concat(l.masks, masks("lorem", nil))
		case !whole:
			l.masks, whole = slices.Concat(phrases[p.kind].masks, l.masks), true
		}
	}
	return l
}

// searched is a table with what was found.
type searched struct {
	export.Table
	looked   map[string]likeness
	findings []Finding
}

// table gives what is to be looked at of a table.
func (s Search) table(t export.Table, looked map[string]likeness) []Finding {
	var findings []Finding
	was, known := s.was(t.Name)
	if s.Against != nil && !known {
		findings = append(findings, Finding{Kind: Came, Table: t.Name})
	}
	for _, c := range t.Columns {
		mask := t.Mask(c.Name)
		f := Finding{Table: t.Name, Column: c.Name, Type: c.Type, Why: looked[c.Name].why, Entry: t.Entry(c.Name)}
		old, had := was[c.Name]
		switch lost := known && had && old != "" && old != Keep.Name; {
		case lost && (mask.IsZero() || mask.Keeps()):
			f.Kind, f.Why = Unmasked, append([]string{"was masked: " + old}, f.Why...)
			if mask.Keeps() {
				f.Why = append(f.Why, "is kept now")
			}
		case known && !had:
			f.Kind, f.Said = Came, mask.Name
		case s.Personal && mask.IsZero() && len(f.Why) > 0:
			f.Kind = Personal
		}
		if f.Kind != "" {
			findings = append(findings, f)
		}
	}
	for _, name := range was.inOrder(s.Against, t.Name) {
		if _, there := t.Column(name); !there {
			findings = append(findings, Finding{Kind: Went, Table: t.Name, Column: name})
		}
	}
	return findings
}

// say sets what could be said of the columns that are in a reference, or of the others: a mask where one looks personal or had
// one, else keep.
func (s Search) say(ctx context.Context, t *searched, refers bool) error {
	for i := range t.findings {
		f := &t.findings[i]
		c, there := t.Column(f.Column)
		if !there || !t.Mask(f.Column).IsZero() || refers != t.refers(f.Column) {
			continue
		}
		if len(t.looked[f.Column].why) == 0 && f.Kind != Unmasked {
			f.Say = &Candidate{Name: Keep.Name}
			if err := s.keep(ctx, t.Table, f.Column); err != nil {
				return err
			}
			continue
		}
		candidates := t.looked[f.Column].masks
		if old, lost := strings.CutPrefix(f.Why[0], "was masked: "); f.Kind == Unmasked && lost {
			if mask, err := s.Mask(old, nil); err == nil { // one with settings is called by them
				candidates = slices.Concat([]Candidate{{Fake: mask.Fake != nil, Name: old}}, candidates)
			}
		}
		say, doubt, err := s.suggest(ctx, t.Table, c, candidates)
		if err != nil {
			return err
		}
		f.Say, f.Doubt = &say, doubt
	}
	return nil
}

// refers reports whether a column stands in a reference.
func (t *searched) refers(column string) bool {
	return slices.ContainsFunc(t.References, func(r schema.Reference) bool { return slices.Contains(r.Columns, column) })
}

// settled are the findings, less the columns that follow what is suggested for a key; and with those that the database computes from
// others, of which some are masked then.
func (t *searched) settled() []Finding {
	var all []Finding
	for _, f := range t.findings {
		if f.Say == nil && f.Said == "" && f.Column != "" && !t.Mask(f.Column).IsZero() && !t.Mask(f.Column).Keeps() {
			if f.Kind != Came {
				continue
			}
			f.Said = t.Mask(f.Column).Name
		}
		all = append(all, f)
	}
	if slices.ContainsFunc(t.Columns, func(c schema.Column) bool { m := t.Mask(c.Name); return !m.IsZero() && !m.Keeps() }) {
		all = computed(t.Table, all)
	}
	return all
}

// computed adds the columns that the database computes from others: of these too something has to be said.
func computed(t export.Table, findings []Finding) []Finding {
	for _, c := range t.Columns {
		said := func(f Finding) bool { return f.Column == c.Name && f.Kind != Went }
		if c.Generated && t.Mask(c.Name).IsZero() && !slices.ContainsFunc(findings, said) {
			findings = append(findings, Finding{
				Kind: Personal, Table: t.Name, Column: c.Name, Type: c.Type, Why: []string{"computed from other columns, of which some are masked"},
				Say: &Candidate{Name: Keep.Name}, Doubt: "only if it shows nothing of them", Entry: t.Entry(c.Name),
			})
		}
	}
	return findings
}
