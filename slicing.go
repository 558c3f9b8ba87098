package gyro

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"
)

// slicing is one run of an export, from the catalog to the last file. The rows of a table are
// decided once. A table that nothing can be included into is written at once, and its keys
// are read from the stream; of the others the keys are read first, and the rows when the
// closure has come to its end.
type slicing struct {
	ExportSlice
	snapshot Snapshot
	steps    []*step
	room     *keyRoom
	writer   SliceWriter
	files    []ManifestFile  // by step
	elapsed  []time.Duration // by step
}

func (w *slicing) run(ctx context.Context) error {
	c := newClosure(w.snapshot, w.steps, w.room, w.MaxRows)
	for i, step := range w.steps {
		if step.implicit() {
			continue
		}
		selection := step.selection()
		rows := step.selecting(c.want)
		if !step.deferred() {
			selection.Unsorted = w.Unsorted
			if err := w.write(ctx, i, selection, rows); err != nil {
				return err
			}
			step.shelf.rows = w.files[i].Rows
		} else if rows != nil {
			selection.Columns, selection.Flags, selection.Unsorted = rows.columns, flags(rows.refs), true
			selected, err := w.snapshot.Copy(ctx, selection, rows)
			if err != nil {
				return err
			}
			step.shelf.rows = selected
		}
		if err := c.bounded(); err != nil {
			return err
		}
		if w.room.err != nil {
			return w.room.err
		}
	}
	if err := c.run(ctx); err != nil {
		return err
	}
	for i, step := range w.steps {
		if !step.deferred() {
			continue
		}
		selection := step.final()
		selection.Unsorted = w.Unsorted
		if err := w.write(ctx, i, selection, nil); err != nil {
			return err
		}
		selection.free()
	}
	return w.room.err
}

// free gives back the memory of keys that were made for this selection.
func (s Selection) free() {
	for _, r := range s.Restrict {
		if r.Keys != nil && r.Keys.passing {
			r.Keys.free()
		}
	}
	for _, n := range s.Null {
		if n.Keys.passing {
			n.Keys.free()
		}
	}
}

// selecting gives the reader of the rows that the step's job selects, or nil where nobody
// wants to know their keys.
func (s *step) selecting(want requests) *reader {
	refs := s.pulling(false)
	columns := s.shelf.wanted(refs)
	if len(columns) == 0 {
		return nil
	}
	if !s.deferred() {
		columns = s.table.ColumnNames()
	}
	return newReader(columns, refs, want, func(row *reader) (bool, error) {
		return true, row.file(s.shelf.lists, s.shelf.selected)
	})
}

// selection is the rows that the step's job selects, by the keys of its parents.
func (s *step) selection() Selection {
	j := s.job
	selection := Selection{
		Table: s.table, Query: j.Query, Orphans: j.Orphans || !j.Query.IsZero(),
		Limit: j.Limit, Per: s.per, Percent: j.Percent, OrderBy: j.OrderBy, Seed: j.Seed,
	}
	for _, r := range s.restricting() {
		var keys *Keys
		if !r.all() {
			keys = r.parent.shelf.selected[listName(r.ToColumns)].seal()
		}
		selection.Restrict = append(selection.Restrict, s.restriction(r, keys))
	}
	return selection
}

// restriction keeps the rows whose reference is NULL or leads to one of keys; nil: to any row.
func (s *step) restriction(r *reference, keys *Keys) Restriction {
	restriction := Restriction{Share: 1}
	if keys != nil {
		restriction = r.parent.among(r.ToColumns, keys)
	}
	restriction.Columns, restriction.MatchFull, restriction.NotNull = r.Columns, r.MatchFull, s.notNull(r)
	restriction.When, restriction.AsText = r.When, s.otherType(r)
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

// otherType reports whether a declared reference compares columns of types that PostgreSQL
// does not compare, such as a text that holds the numbers of a key.
func (s *step) otherType(r *reference) bool {
	if r.Enforced {
		return false
	}
	for i, name := range r.Columns {
		from, _ := s.table.Column(name)
		to, _ := r.parent.table.Column(r.ToColumns[i])
		if !from.DataType().Alike(to.DataType()) {
			return true
		}
	}
	return false
}

// final is the rows of the step when the closure has come to its end.
func (s *step) final() Selection {
	selection := s.selection()
	if s.shelf.identity != nil {
		selection = Selection{
			Table: s.table, Restrict: []Restriction{s.among(s.shelf.identity, s.shelf.kept(s.shelf.identity))},
		}
	}
	for _, r := range s.references {
		if r.missing != SetNull {
			continue
		}
		kept := newKeys(len(r.Columns), textKeys)
		n := Nulling{Set: r.set}
		if r.parent != nil {
			kept = r.parent.shelf.kept(r.ToColumns)
			n.Restriction = r.parent.among(r.ToColumns, kept)
		} else {
			n.Restriction = Restriction{Keys: kept.seal()}
		}
		n.Columns, n.MatchFull, n.When = r.Columns, r.MatchFull, r.When
		n.AsText = r.parent != nil && s.otherType(r)
		selection.Null = append(selection.Null, n)
	}
	return selection
}

// write writes one step's file, and tells of it.
func (w *slicing) write(ctx context.Context, i int, selection Selection, rows *reader) error {
	step, begin := w.steps[i], time.Now()
	step.estimate.Rows = step.expected()
	w.tell(w.event(Started, w.steps, i))
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
			e := w.event(Moved, w.steps, i)
			e.Rows, e.Bytes, e.Elapsed = rows, bytes, time.Since(begin)
			w.Progress(e)
		})
	}
	m.Rows, m.Bytes, m.SHA256, err = transfer(ctx, w.snapshot, selection, file, &shown, rows)
	stop()
	if err != nil {
		return err
	}
	if m.Included, err = w.included(ctx, step); err != nil {
		return err
	}
	w.files[i], w.elapsed[i] = m, time.Since(begin)
	e := w.event(Finished, w.steps, i)
	e.Rows, e.Bytes, e.Elapsed = m.Rows, m.Bytes, w.elapsed[i]
	w.tell(e)
	return nil
}

// included lists the keys of the rows that are here because others refer to them.
func (w *slicing) included(ctx context.Context, s *step) (*ManifestKeys, error) {
	identity := s.shelf.identity
	if s.shelf.extra == 0 {
		return nil, nil
	}
	name := includedFile(s.file)
	file, err := w.writer.Create(ctx, name)
	if err != nil {
		return nil, err
	}
	selection := Selection{
		Table: s.table, Columns: identity,
		Restrict: []Restriction{s.among(identity, s.shelf.included[listName(identity)].seal())},
	}
	keys := &ManifestKeys{File: name}
	keys.Rows, keys.Bytes, keys.SHA256, err = transfer(ctx, w.snapshot, selection, file, &meter{}, nil)
	if err == nil && keys.Rows != s.shelf.extra {
		err = &Error{Op: "include", Place: s.table.Name.String(), Err: fmt.Errorf("%d rows were to be included, %d are there", s.shelf.extra, keys.Rows)}
	}
	return keys, err
}

// includedFile is the name of the list of included rows beside a file.
func includedFile(file string) string { return strings.TrimSuffix(file, ".csv") + ".included" }

// transfer copies a selection into file and closes it.
func transfer(ctx context.Context, snapshot Snapshot, selection Selection, file io.WriteCloser, m *meter, keys *reader) (rows, bytes int64, sum string, err error) {
	out := newStream(file, m)
	var w io.Writer = out
	if keys != nil {
		w = tee{out, keys}
	}
	if rows, err = snapshot.Copy(ctx, selection, w); err == nil {
		bytes, sum, err = out.finish()
	}
	if closeErr := file.Close(); err == nil {
		err = closeErr
	}
	return rows, bytes, sum, err
}

// tee gives each row to the file's stream, and to the reader of its keys.
type tee struct {
	stream *stream
	keys   *reader
}

func (t tee) Write(row []byte) (int, error) {
	if n, err := t.stream.Write(row); err != nil {
		return n, err
	}
	return t.keys.Write(row)
}
