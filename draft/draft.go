package draft

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/export"
	"github.com/gyrodata/gyro/personal"
	"github.com/gyrodata/gyro/schema"
)

// Brief says what a draft is to be of.
type Brief struct {
	// Slice has the source, and the place of slices; what else it says is drafted.
	Slice export.Slice
	// Root is the table that the slice begins with. Default: below whose few rows most of the database hangs.
	Root schema.Name
	// Where is a condition on the root's rows. Default: the first row by key; all, where they and what hangs below are few.
	Where string
	// Mask makes the masks that are suggested, by name: mask.Named. Default: none are.
	Mask func(name string, settings map[string]any) (gyro.Mask, error)
	// Answers is asked what is not said. Default: nobody is.
	Answers Answers
}

// Answers decides what a [Brief] leaves open. Each call may take as long as a person does: nothing of the source is held.
type Answers interface {
	// Root is asked which of the tables the slice begins with; they stand with the best first, which is the default.
	Root(candidates []Candidate) (schema.Name, error)
	// Rows is asked for a condition on the root's rows; suggested is the default. Empty: all; [FirstRow]: the first by key.
	Rows(root Candidate, suggested string) (string, error)
	// Limit is asked how many rows of a job there may be, where they are many; 0: all.
	Limit(job Job) (int, error)
}

// FirstRow stands for a condition where the first row's key is not to be shown.
const FirstRow = "first"

// Draft is a first configuration.
type Draft struct {
	Origin    gyro.Origin
	Framework string // what made the database: Django, Rails; "": not known
	Root      Candidate
	Why       string // the root was chosen
	Jobs      []Job  // in an order that works
	Tables    []Table
	// Beside are tables that do not hang together with the root, and LeftOut those that are never taken, with why.
	Beside  []schema.Name
	LeftOut []LeftOut
	// Unknown are how many of the tables were never analyzed, so that nothing is known of their sizes.
	Unknown int
	plan    *gyro.Plan
	tables  map[schema.Name]*schema.Table // of Tables, and those that references name beside
}

// Job is a table of which rows are selected.
type Job struct {
	Table   schema.Name
	Where   string
	Args    []any
	Limit   int
	Per     string
	Orphans bool
	Rows    float64 // that are expected; -1: not known
	Of      float64 // that there are; -1: not known
}

// Table is what is said of a table.
type Table struct {
	Name     schema.Name
	Job      bool // else its rows are only included
	File     string
	IDs      gyro.IDs
	Conflict gyro.Conflict
	Found    string // why IDs and Conflict are as they are
	Columns  []Column
}

// Column is what is said of a column.
type Column struct {
	Name    string
	Missing gyro.Missing
	Ref     schema.Name // with Missing
	Cases   []gyro.Case
	Say     *personal.Candidate
	Off     bool // Say is only worth a thought
	Mask    gyro.Mask
	Why     []string
}

// LeftOut is a table that is never taken.
type LeftOut struct {
	Table schema.Name
	Why   string
}

// Draw makes the draft. It is planned before it is given.
func (b Brief) Draw(ctx context.Context) (*Draft, error) {
	d := &Draft{}
	g, err := b.read(ctx, d)
	if err != nil {
		return nil, err
	}
	if err := b.root(g, d); err != nil {
		return nil, err
	}
	if err := b.rows(ctx, g, d); err != nil {
		return nil, err
	}
	s := g.settled(d.Root.Table)
	s.jobs(d)
	if err := b.limits(d); err != nil {
		return nil, err
	}
	s.references(d)
	if err := b.masks(ctx, d); err != nil {
		return nil, err
	}
	s.load(d)
	s.beside(d)
	d.tables = map[schema.Name]*schema.Table{}
	for _, t := range d.Tables {
		d.tables[t.Name] = s.known(t.Name)
	}
	for _, name := range d.named() {
		d.tables[name] = s.known(name)
	}
	if d.plan, err = d.slice(b.Slice).Plan(ctx); err != nil {
		return nil, err //nolint:wrapcheck // it says operation and place itself
	}
	return d, nil
}

// read reads the catalog, and by which names polymorphic references tell kinds.
func (b Brief) read(ctx context.Context, d *Draft) (*graph, error) {
	var g *graph
	err := b.open(ctx, func(snapshot driver.Snapshot) error {
		d.Origin = snapshot.Origin()
		catalog, err := snapshot.Catalog(ctx)
		if err != nil {
			return err //nolint:wrapcheck // it says operation and place itself
		}
		d.Framework = framework(catalog)
		g = newGraph(catalog)
		if len(g.tables) == 0 {
			return &gyro.Error{Op: "draft", Place: "the source", Err: errors.New("it has no table that a slice could be taken from"), Hint: "is it the right database? does the role see its tables?"}
		}
		if err := g.findLookups(ctx, snapshot); err != nil {
			return err
		}
		return g.findKinds(ctx, snapshot)
	})
	return g, err
}

// open lets look work with a snapshot.
func (b Brief) open(ctx context.Context, look func(driver.Snapshot) error) (err error) {
	snapshot, err := b.Slice.Source.Open(ctx)
	if err != nil {
		return err //nolint:wrapcheck // it says operation and place itself
	}
	defer func() { err = errors.Join(err, snapshot.Close()) }()
	return look(snapshot)
}

// root settles what the slice begins with.
func (b Brief) root(g *graph, d *Draft) error {
	all := g.candidates()
	name := b.Root
	switch {
	case !name.IsZero():
		d.Why = "it was named"
		if name = g.catalog.Root(name); g.tables[name] == nil {
			return g.unknown(name)
		}
	case b.Answers != nil:
		var err error
		if name, err = b.Answers.Root(all); err != nil {
			return err //nolint:wrapcheck // who answers says it
		}
		d.Why = "it was named"
	default:
		name = all[0].Table
		d.Why = all[0].why()
	}
	d.Root = all[slices.IndexFunc(all, func(c Candidate) bool { return c.Table == name })]
	return nil
}

// why says by what a root was chosen.
func (c Candidate) why() string {
	if c.Below == 0 {
		return "no table refers to another, and it has the most rows"
	}
	return fmt.Sprintf("%s below it, %d by a reference of their own", counted(c.Below, "table hangs", "tables hang"), c.Direct)
}

func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// unknown says that a table can't be a root.
func (g *graph) unknown(name schema.Name) error {
	m := &gyro.Mistake{Place: "root", Problem: gyro.Text("the source has no table " + name.String())}
	switch t := g.catalog[name]; {
	case g.leftOut[name] != "":
		m.Problem = gyro.Textf("%s is left out: %s", name, g.leftOut[name])
	case t != nil:
		m.Problem = gyro.Textf("%s is a %s, or read through another table: it can't be a root", name, t.Kind)
	default:
		if near := g.catalog.Nearest(name); near != "" {
			m.Hint = gyro.Textf("did you mean %q?", near)
		}
	}
	return m
}

// few is how many rows make a slice small.
const few = 10_000

// rows settles which rows of the root are taken: those of Where, else the first by key, or all where there are few.
func (b Brief) rows(ctx context.Context, g *graph, d *Draft) error {
	root := g.tables[d.Root.Table]
	suggested := first{}
	if b.Where == "" && !g.small(d.Root.Table) {
		var err error
		if suggested, err = b.first(ctx, root); err != nil {
			return err
		}
	}
	where := b.Where
	if where == "" && b.Answers != nil {
		var err error
		if where, err = b.Answers.Rows(d.Root, suggested.said()); err != nil {
			return err //nolint:wrapcheck // who answers says it
		}
	}
	job := Job{Table: root.Name, Of: root.Rows, Rows: root.Rows}
	switch {
	case b.Answers != nil && where == "": // all were asked for
	case where != "" && where != suggested.said():
		job.Where, job.Rows = where, -1
		if err := b.open(ctx, func(snapshot driver.Snapshot) error {
			estimates, err := snapshot.Explain(ctx, driver.Selection{Table: root, Query: gyro.Where(where), Unsorted: true, Orphans: true})
			if err == nil {
				job.Rows = estimates[0].Rows
			}
			return refusedWhere(err)
		}); err != nil {
			return err
		}
	case suggested.where != "":
		job.Where, job.Args, job.Rows = suggested.where, suggested.args, 1
	case suggested.limit > 0:
		job.Limit, job.Rows = suggested.limit, float64(suggested.limit)
	}
	d.Jobs = []Job{job}
	return nil
}

func refusedWhere(err error) error {
	if !errors.Is(err, driver.ErrQuery) {
		return err
	}
	m := &gyro.Mistake{Place: "where", Problem: gyro.Text(err.Error()), Err: err}
	var failure *gyro.Error
	if errors.As(err, &failure) {
		m.Problem, m.Hint = gyro.Text(failure.Op+": "+failure.Err.Error()), failure.Hint
	}
	return m
}

// first is the first row of a table.
type first struct {
	where string
	args  []any
	limit int // where its key is not to be shown
}

// said is the condition with its values in it.
func (f first) said() string {
	text := f.where
	if f.limit > 0 {
		return FirstRow
	}
	for i, arg := range f.args {
		value := fmt.Sprint(arg)
		if _, number := arg.(int64); !number {
			value = schema.QuoteLiteral(value)
		}
		text = strings.Replace(text, fmt.Sprintf("$%d", i+1), value, 1)
	}
	return text
}

// first finds the first row by key. A key that is neither a number nor a uuid may be a name: it is not looked at.
func (b Brief) first(ctx context.Context, t *schema.Table) (first, error) {
	if len(t.PrimaryKey) == 0 {
		return first{}, nil
	}
	for _, name := range t.PrimaryKey {
		if c, _ := t.Column(name); !c.Underlying().Integer() && !c.Underlying().UUID() {
			return first{limit: 1}, nil
		}
	}
	var found values
	if err := b.open(ctx, func(snapshot driver.Snapshot) error {
		_, err := snapshot.Copy(ctx, driver.Selection{Table: t, Columns: t.PrimaryKey, Limit: 1, Orphans: true}, &found)
		return err //nolint:wrapcheck // it says operation and place itself
	}); err != nil || len(found.rows) == 0 {
		return first{}, err
	}
	var f first
	var terms []string
	for i, name := range t.PrimaryKey {
		terms = append(terms, fmt.Sprintf("%s = $%d", inSQL(name), i+1))
		f.args = append(f.args, argument(found.rows[0][i]))
	}
	f.where = strings.Join(terms, " AND ")
	return f, nil
}

// Registry are the importers that the draft describes.
func (d *Draft) Registry() gyro.Registry {
	var all gyro.Registry
	for _, t := range d.Tables {
		importer := gyro.Importer{Model: gyro.Table(t.Name.String()), File: t.File, IDs: t.IDs, Conflict: t.Conflict}
		for _, c := range t.Columns {
			if importer.Columns == nil {
				importer.Columns = gyro.Columns{}
			}
			column := gyro.Column{Missing: c.Missing, Cases: c.Cases, Mask: c.Mask}
			if !c.Ref.IsZero() {
				column.Ref = gyro.Table(c.Ref.String())
			}
			if column.Missing != "" || len(column.Cases) > 0 || !column.Mask.IsZero() {
				importer.Columns[c.Name] = column
			}
		}
		all = append(all, importer)
	}
	for _, name := range d.named() {
		all = append(all, gyro.Importer{Model: gyro.Table(name.String())})
	}
	return all
}

// named are the tables that references name and of whose rows none is taken.
func (d *Draft) named() []schema.Name {
	var all []schema.Name
	for _, t := range d.Tables {
		for _, c := range t.Columns {
			taken := slices.ContainsFunc(d.Tables, func(t Table) bool { return t.Name == c.Ref })
			if !c.Ref.IsZero() && !taken && !slices.Contains(all, c.Ref) {
				all = append(all, c.Ref)
			}
		}
	}
	return all
}

// ImportJobs are the jobs that the draft describes.
func (d *Draft) ImportJobs() []gyro.ImportJob {
	var all []gyro.ImportJob
	for _, j := range d.Jobs {
		job := gyro.ImportJob{Model: gyro.Table(j.Table.String()), Limit: j.Limit, Per: j.Per, Orphans: j.Orphans}
		if j.Where != "" {
			job.Query = gyro.Where(j.Where, j.Args...)
		}
		all = append(all, job)
	}
	return all
}

// slice is what the draft describes.
func (d *Draft) slice(s export.Slice) export.Slice {
	s.Importers, s.Jobs, s.Missing, s.Order = d.Registry(), d.ImportJobs(), gyro.Include, export.OrderAuto
	return s
}

// Plan is what an export of the draft would do.
func (d *Draft) Plan() *gyro.Plan { return d.plan }

// table is what is said of a table.
func (d *Draft) table(name schema.Name) *Table {
	return &d.Tables[slices.IndexFunc(d.Tables, func(t Table) bool { return t.Name == name })]
}
