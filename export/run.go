package export

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/internal/masking"
	"github.com/gyrodata/gyro/keyset"
)

// run is one run of an export, from the catalog to the last file. The rows of a table are
// decided once. A table that nothing can be included into is written at once, and its keys
// are read from the stream; of the others the keys are read first, and the rows when the
// closure has come to its end.
type run struct {
	Slice
	snapshot driver.Snapshot
	pool     *pool
	steps    []*step
	memory   *keyset.Memory
	maskKey  masking.Key
	writer   driver.SliceWriter
	files    []driver.ManifestFile // by step
	elapsed  []time.Duration       // by step
}

func (w *run) run(ctx context.Context) error {
	for _, step := range w.steps {
		step.mark = newMark()
	}
	p, err := w.newPool(ctx)
	if err != nil {
		return err
	}
	w.pool = p
	defer p.close()
	c := newClosure(w.snapshot, w.steps, w.memory, w.MaxRows)
	var jobs, deferred []*task
	for i, step := range w.steps {
		if !step.implicit() {
			jobs = append(jobs, w.job(c, i))
		}
		if step.deferred() {
			deferred = append(deferred, w.closed(i))
		}
	}
	if err := p.run(ctx, queued(jobs)); err != nil {
		return err
	}
	if err := c.run(ctx); err != nil {
		return err
	}
	for _, step := range w.steps {
		step.keys.seal()
	}
	if err := p.run(ctx, deferred); err != nil {
		return err
	}
	if err := memoryError(w.memory); err != nil {
		return err
	}
	return p.finish(ctx)
}

// job is the task of a step's job: its rows are written, or where they wait for others to be included, their keys read.
func (w *run) job(c *closure, i int) *task {
	step, want := w.steps[i], requests{}
	t := &task{step: step, begin: func() *ahead { return w.begin(step) }}
	var expected float64
	t.before = func() {
		if expected = step.expected(); !step.deferred() {
			step.estimate.Rows = expected
		}
	}
	t.do = func(ctx context.Context, snapshot driver.Snapshot) error {
		selection, rows := step.selection(), step.selecting(want)
		switch {
		case !step.deferred():
			selection.Unsorted = w.Unsorted
			if rows != nil {
				rows.signs = step.apart()
			}
			return w.write(ctx, snapshot, i, selection, rows, t.ahead)
		case rows != nil:
			selection.Columns, selection.Flags, selection.Unsorted = rows.columns, flags(rows.refs), true
			selected, err := w.pool.copy(ctx, snapshot, selection, expected, rows, nil)
			w.files[i].Rows = selected
			return err
		}
		return nil
	}
	t.after = func() error {
		step.keys.rows, step.keys.read = w.files[i].Rows, true
		step.keys.seal()
		for r, keys := range want {
			c.want[r] = keys // the reference is this step's alone
		}
		if err := c.bounded(); err != nil {
			return err
		}
		return memoryError(w.memory)
	}
	return t
}

// closed is the task of a file that is written when the closure has come to its end.
func (w *run) closed(i int) *task {
	step := w.steps[i]
	return &task{step: step, before: func() { step.estimate.Rows = step.expected() }, do: func(ctx context.Context, snapshot driver.Snapshot) error {
		selection := step.closedSelection()
		selection.Unsorted = w.Unsorted
		if err := w.write(ctx, snapshot, i, selection, nil, nil); err != nil {
			return err // others may still read by its keys; the run is over
		}
		freeTemporary(selection)
		return nil
	}}
}

// freeTemporary gives back the memory of keys that were made for this selection.
func freeTemporary(s driver.Selection) {
	for _, r := range s.Restrict {
		if r.Keys != nil && r.Keys.Temporary {
			r.Keys.Free()
		}
	}
	for _, n := range s.Null {
		if n.Keys.Temporary {
			n.Keys.Free()
		}
	}
}

// selecting gives the reader of the rows that the step's job selects, or nil where nobody
// wants to know their keys.
func (s *step) selecting(want requests) *reader {
	refs := s.cascading(false)
	columns := s.keys.wanted(refs)
	if len(columns) == 0 {
		return nil
	}
	if !s.deferred() {
		columns = s.table.ColumnNames()
	}
	return newReader(columns, refs, want, func(row *reader) (bool, error) {
		return true, row.file(s.keys.lists, s.keys.selected)
	})
}

// selection is the rows that the step's job selects, by the keys of its parents: all but those that are not known yet.
func (s *step) selection(unknown ...*reference) driver.Selection {
	j := s.job
	selection := driver.Selection{
		Table: s.table, Query: j.Query, Orphans: j.Orphans || !j.Query.IsZero(),
		Limit: j.Limit, Per: s.per, PerParent: s.perParent(), Percent: j.Percent, OrderBy: j.OrderBy, Seed: j.Seed,
	}
	for _, r := range s.restricting() {
		if slices.Contains(unknown, r) {
			continue
		}
		var keys *keyset.Set
		if !r.all() {
			keys = r.parent.keys.selected[listName(r.ToColumns)].Seal()
		}
		selection.Restrict = append(selection.Restrict, s.restriction(r, keys))
	}
	return selection
}

// perParent is the reference of every row whose columns the job's Per are.
func (s *step) perParent() driver.Restriction {
	for _, r := range s.references {
		if len(s.per) > 0 && r.parent != nil && r.When == "" && slices.Equal(r.Columns, s.per) {
			parent := s.restriction(r, nil)
			parent.To = r.parent.columns(r.ToColumns)
			return parent
		}
	}
	return driver.Restriction{}
}

// restriction keeps the rows whose reference is NULL or leads to one of keys; nil: to any row.
func (s *step) restriction(r *reference, keys *keyset.Set) driver.Restriction {
	restriction := driver.Restriction{Share: 1}
	if keys != nil {
		restriction = r.parent.restrictTo(r.ToColumns, keys)
		if !r.parent.keys.read {
			restriction.Expected, restriction.Share = r.parent.rows(), r.parent.share()
		}
	}
	restriction.Columns, restriction.MatchFull, restriction.NotNull = r.Columns, r.MatchFull, s.notNull(r)
	restriction.When = r.When
	if r.parent != nil {
		restriction.As = s.comparedAs(r)
	}
	return restriction
}

// notNull reports whether the reference of every row leads somewhere.
func (s *step) notNull(r *reference) bool {
	if r.When != "" {
		return false
	}
	for _, name := range r.Columns {
		if c, _ := s.table.Column(name); !c.NotNull {
			return false
		}
	}
	return true
}

// mixed reports whether a reference compares columns of two types as a third, or as one of them.
func (s *step) mixed(r *reference) bool {
	return slices.ContainsFunc(s.comparedAs(r), func(as string) bool { return as != "" })
}

// printsOnce reports whether values of a reference that are equal print as equal bytes.
func (s *step) printsOnce(r *reference) bool {
	return !s.mixed(r) && !slices.ContainsFunc(r.ToColumns, func(name string) bool {
		c, _ := r.parent.table.Column(name)
		return !c.PrintsOnce()
	})
}

// comparedAs are the types as which a reference compares: what the database says of a foreign key, or what follows from
// the types of columns whose reference was declared.
func (s *step) comparedAs(r *reference) []string {
	if r.As != nil {
		return r.As
	}
	as := make([]string, len(r.Columns))
	for i, name := range r.Columns {
		from, _ := s.table.Column(name)
		to, _ := r.parent.table.Column(r.ToColumns[i])
		as[i] = from.DataType().ComparedAs(to.DataType())
	}
	return as
}

// closedSelection is the rows of the step when the closure has come to its end.
func (s *step) closedSelection() driver.Selection {
	selection := s.selection()
	if s.keys.identity != nil {
		selection = driver.Selection{
			Table: s.table, Restrict: []driver.Restriction{s.restrictTo(s.keys.identity, s.keys.kept(s.keys.identity))},
		}
	}
	for _, r := range s.references {
		if r.missing != gyro.SetNull {
			continue
		}
		kept := keyset.NewSet(len(r.Columns), keyset.Texts)
		n := driver.Nulling{Set: r.set}
		if r.parent != nil {
			kept = r.parent.keys.kept(r.ToColumns)
			n.Restriction = r.parent.restrictTo(r.ToColumns, kept)
		} else {
			n.Restriction = driver.Restriction{Keys: kept.Seal()}
		}
		n.Columns, n.MatchFull, n.When = r.Columns, r.MatchFull, r.When
		if r.parent != nil {
			n.As = s.comparedAs(r)
		}
		selection.Null = append(selection.Null, n)
	}
	return selection
}

// write writes one step's file, and tells of it. What was read before its turn need not be read.
func (w *run) write(ctx context.Context, snapshot driver.Snapshot, i int, selection driver.Selection, rows *reader, before *ahead) error {
	step, begin := w.steps[i], time.Now()
	w.tell(w.event(gyro.Started, w.steps, i))
	m := manifestFile(step)
	m.Unsorted = w.Unsorted
	file, err := w.writer.Create(ctx, step.file)
	if err != nil {
		return err
	}
	var shown meter
	stop := func() {}
	if w.Progress != nil {
		stop = shown.watch(func(rows, bytes int64) {
			e := w.event(gyro.Moved, w.steps, i)
			e.Rows, e.Bytes, e.Elapsed = rows, bytes, time.Since(begin)
			w.Progress(e)
		})
	}
	m.Rows, m.Bytes, m.SHA256, err = w.transfer(ctx, step, columnsOf(selection), file, &shown, rows, func(to io.Writer) (int64, error) {
		if before != nil {
			return before.copy(ctx, to)
		}
		return w.pool.copy(ctx, snapshot, step.masked(selection, w.maskKey.ForServer()), step.estimate.Rows, to, &shown)
	})
	stop()
	if err != nil {
		return err
	}
	if m.Included, err = w.included(ctx, snapshot, step); err != nil {
		return err
	}
	w.files[i], w.elapsed[i] = m, time.Since(begin)
	e := w.event(gyro.Finished, w.steps, i)
	e.Rows, e.Bytes, e.Elapsed = m.Rows, m.Bytes, w.elapsed[i]
	w.tell(e)
	return nil
}

// included lists the keys of the rows that are here because others refer to them.
func (w *run) included(ctx context.Context, snapshot driver.Snapshot, s *step) (*driver.ManifestKeys, error) {
	identity := s.keys.identity
	if s.keys.extra == 0 {
		return nil, nil
	}
	name := includedFile(s.file)
	file, err := w.writer.Create(ctx, name)
	if err != nil {
		return nil, err
	}
	selection := driver.Selection{
		Table: s.table, Columns: identity,
		Restrict: []driver.Restriction{s.restrictTo(identity, s.keys.included[listName(identity)].Seal())},
	}
	keys := &driver.ManifestKeys{File: name}
	keys.Rows, keys.Bytes, keys.SHA256, err = w.transfer(ctx, s, identity, file, &meter{}, nil, func(to io.Writer) (int64, error) {
		return snapshot.Copy(ctx, s.masked(selection, w.maskKey.ForServer()), to)
	})
	if err == nil && keys.Rows != s.keys.extra {
		err = &gyro.Error{Op: "include", Place: s.table.Name.String(), Err: fmt.Errorf("%d rows were to be included, %d are there", s.keys.extra, keys.Rows)}
	}
	return keys, err
}

// includedFile is the name of the list of included rows beside a file.
func includedFile(file string) string { return strings.TrimSuffix(file, ".csv") + ".included" }

// transfer writes columns of a step's rows, which read gives, masked into file and closes it.
func (w *run) transfer(ctx context.Context, s *step, columns []string, file io.WriteCloser, m *meter, keys *reader, read func(to io.Writer) (int64, error)) (rows, bytes int64, sum string, err error) {
	out := newStream(file, m)
	programs, err := s.outsides(ctx, columns, out)
	if err == nil {
		to := programs.first(out)
		if masker := newMasker(s, columns, w.maskKey, to); masker != nil {
			to = masker
		}
		if keys != nil {
			to = tee{to, keys}
		}
		rows, err = read(to)
	}
	if err = programs.close(err); err == nil {
		bytes, sum, err = out.finish()
	}
	if closeErr := file.Close(); err == nil {
		err = closeErr
	}
	return rows, bytes, sum, err
}

// tee gives each row to the file's stream, and to the reader of its keys.
type tee struct {
	stream io.Writer
	keys   *reader
}

func (t tee) Write(row []byte) (int, error) {
	if n, err := t.stream.Write(row); err != nil {
		return n, err
	}
	return t.keys.Write(row)
}

// memoryError is what went wrong with keys that lie on disk, or nil. Sets that can't be read hold fewer keys
// than they should: it has to be asked before what they said is used.
func memoryError(memory *keyset.Memory) error {
	err := memory.Err()
	if err == nil {
		return nil
	}
	return &gyro.Error{Op: "keep keys on disk", Err: err, Hint: "TMPDIR names another directory; {KeyMemory} is how much stays in memory"}
}
