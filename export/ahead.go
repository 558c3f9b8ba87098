package export

import (
	"context"
	"io"
	"slices"

	"github.com/gyrodata/gyro/keyset"
	"github.com/gyrodata/gyro/pgcsv"
	"github.com/gyrodata/gyro/schema"
)

// Where every table has its tenant's key, all of a tenant's rows can be read at once: a connection that has nothing else to do reads those of a
// job before all is known that the rows refer to, by the keys that are, and when the job's turn comes rows are left out whose other references
// lead to none.

// ahead is a job whose rows are read before its turn.
type ahead struct {
	*piece
	late []*reference // that were not known
}

// muchMore is how many times more rows than are wanted may be read ahead.
const muchMore = 1.5

// unknown gives the references whose keys are not known yet, where the rows are worth to be read without: keys that are known lead to about
// as few, and what is left out can be told from the rows alone, as the server would. None: they are not, or no statistics say so.
func (s *step) unknown() (late []*reference) {
	if s.implicit() || s.deferred() || s.job.Limit > 0 || !s.plain() || s.table.Rows <= 0 {
		return nil
	}
	known, wanted := 1.0, 1.0
	for _, r := range s.restricting() {
		switch {
		case r.all():
		case !r.parent.foreseen():
			return nil
		case !r.parent.keys.read:
			if !s.comparesAlone(r) {
				return nil
			}
			late, wanted = append(late, r), min(wanted, r.parent.share())
		case s.notNull(r):
			known = min(known, r.parent.share())
		}
	}
	if known == 1 || known > muchMore*wanted || known*s.table.Rows < float64(pieceRows.Load()) {
		return nil
	}
	return late
}

// foreseen reports whether the share that the step has of its table's rows rests on statistics alone, or on what was read.
func (s *step) foreseen() bool { return s.table.Rows > 0 && (s.keys.read || !s.guessed) }

// plain reports whether all rows can be read as well as those that are wanted: no SQL of the user's, or of a view's, that could fail, and no
// value that is made when it is read.
func (s *step) plain() bool {
	for _, mask := range s.masks {
		if mask.Expr != "" || mask.Rows != "" || mask.Inside != nil {
			return false
		}
	}
	return s.job.Query.IsZero() && !slices.ContainsFunc(s.table.Columns, func(c schema.Column) bool { return c.Generated }) && (s.table.Kind == schema.Ordinary || s.table.Kind == schema.Partitioned) &&
		!slices.ContainsFunc(s.references, func(r *reference) bool { return r.When != "" })
}

// comparesAlone reports whether the values of a reference say as the server would whether it leads to a key: they are compared by their bytes.
func (s *step) comparesAlone(r *reference) bool {
	masked := func(name string) bool { mask := s.masks[name]; return !mask.IsZero() && !mask.Keeps() }
	return s.notNull(r) && s.printsOnce(r) && !slices.ContainsFunc(r.Columns, masked)
}

// begin makes ready to read a job ahead; nil: it waits for its turn.
func (w *run) begin(s *step) *ahead {
	late := s.unknown()
	if len(late) == 0 {
		return nil
	}
	selection := s.selection(late...)
	selection.Orphans, selection.Unsorted = true, w.Unsorted // every row has one of the late references, so that none is an orphan
	return &ahead{newPiece(s.masked(selection, w.maskKey.ForServer()), newSpool(&w.pool.room, nil)), late}
}

// copy writes the rows whose references lead to keys, which are all known now, while another reads.
func (a *ahead) copy(ctx context.Context, to io.Writer) (int64, error) {
	f := &leading{to: to}
	columns := columnsOf(a.selection)
	for _, r := range a.late {
		one := leadingBy{keys: r.parent.keys.selected[listName(r.ToColumns)].View()}
		for _, name := range r.Columns {
			one.at = append(one.at, slices.Index(columns, name))
		}
		f.references = append(f.references, one)
	}
	_, err := a.replay(ctx, f)
	return f.rows, err
}

// leading lets those rows through whose references lead to keys.
type leading struct {
	to         io.Writer
	references []leadingBy
	header     bool
	rows       int64
	fields     []pgcsv.Field
	key        [][]byte
}

// leadingBy is one of the references.
type leadingBy struct {
	at   []int // of its columns in a row
	keys *keyset.Set
}

func (f *leading) Write(row []byte) (int, error) {
	if !f.header {
		f.header = true
		return f.to.Write(row)
	}
	var err error
	if f.fields, err = pgcsv.Split(row, f.fields[:0]); err != nil {
		return 0, err
	}
	for _, r := range f.references {
		f.key = f.key[:0]
		null := false
		for _, at := range r.at {
			f.key, null = append(f.key, f.fields[at].Value), null || f.fields[at].Null
		}
		if null || !r.keys.Has(f.key) {
			return len(row), nil
		}
	}
	f.rows++
	return f.to.Write(row)
}
