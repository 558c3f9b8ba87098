package drivertest

import (
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/driver"
)

// TestLoader holds a loader to the contracts of [driver.Loader] and [driver.Target]. fresh makes
// another empty database each time.
func TestLoader(t *testing.T, fresh func(t *testing.T) Base) {
	for _, c := range []struct {
		name string
		test func(t *testing.T, b Base)
	}{
		{"a load", testLoad},
		{"Close without Commit", testNoCommit},
		{"new ids", testNewIDs},
		{"rows that are there", testFound},
		{"Check", testCheck},
		{"an error of a file", testFileError},
		{"a row that is refused", testRefused},
		{"a context that ends", testLoadCancelled},
		{"rows of a sheet that break rules", testRejected},
		{"Undo", testUndo},
		{"what Undo refuses", testUndoRefused},
		{"many at once", testTargets},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := fresh(t)
			b.Exec(t, familySQL)
			c.test(t, b)
		})
	}
}

// wantNothing sees to it that nothing was loaded.
func (b Base) wantNothing(t *testing.T, what string) {
	t.Helper()
	b.want(t, what, "SELECT (SELECT count(*) FROM parents) + (SELECT count(*) FROM children)", "0")
}

func testLoad(t *testing.T, b Base) {
	l := b.target(t)
	if o := l.Origin(); o.Server == "" || o.Time.IsZero() {
		t.Errorf("Origin is %+v", o)
	}
	told := map[gyro.Stage]int64{}
	l.plan.Tell = func(e driver.LoadEvent) {
		if e.Done {
			told[e.Stage] += e.Rows
		}
	}
	done := l.load(t)
	if done.Tables[0].Inserted != 4 || done.Tables[1].Inserted != 3 {
		t.Errorf("Load says that it inserted %+v", done.Tables)
	}
	if n := told[gyro.Staging] + told[gyro.Copying]; n != 7 {
		t.Errorf("Tell was told of %d rows, want 7", n)
	}
	for range 2 {
		if got := l.keysOf(t, 0); got != "id\n1\n2\n3\n4\n" {
			t.Errorf("Keys wrote %q", got)
		}
	}
	if err := l.Commit(t.Context()); err != nil {
		t.Fatalf("Commit: %v", err)
	}
	if got := string(b.Query(t, "SELECT * FROM parents ORDER BY id")); got != parentsCSV {
		t.Errorf("the parents are\n%q\nwant\n%q", got, parentsCSV)
	}
	if got := string(b.Query(t, "SELECT id, parent_id FROM children ORDER BY id")); got != childrenCSV {
		t.Errorf("the children are\n%q\nwant\n%q", got, childrenCSV)
	}
	l.close()
	if l.Origin().Server == "" {
		t.Error("Origin is not known after Close")
	}
	b.want(t, "after Close", "SELECT count(*) FROM parents", "4")
}

func testNoCommit(t *testing.T, b Base) {
	l := b.target(t)
	l.plan.DryRun = true
	l.renew(t)
	l.load(t)
	l.close()
	b.wantNothing(t, "a dry run")
	b.Exec(t, "INSERT INTO parents (name) VALUES ('first')") // no value was drawn from the sequence
	b.want(t, "after a dry run", "SELECT id FROM parents", "1")
	b.Exec(t, "DELETE FROM parents")
	for _, do := range []func(l *loading){
		func(*loading) {},
		func(l *loading) { l.load(t) },
		func(l *loading) { l.load(t); l.keysOf(t, 1) },
		func(l *loading) { l.renew(t); l.load(t) },
	} {
		l := b.target(t)
		do(l)
		l.close()
		b.wantNothing(t, "Close without Commit")
	}
}

func testNewIDs(t *testing.T, b Base) {
	b.Exec(t, "INSERT INTO parents (name) VALUES ('was there'), ('as well')")
	l := b.target(t)
	l.renew(t)
	l.load(t)
	listed := column(t, l.keysOf(t, 0))
	if err := l.Commit(t.Context()); err != nil {
		t.Fatalf("Commit: %v", err)
	}
	b.want(t, "children follow", `SELECT p.name = 'O''Brien, "Bob"', q.name = E'two\r\nlines é', r.parent_id IS NULL FROM
		(SELECT *, row_number() OVER (ORDER BY id) n FROM children) c LEFT JOIN parents p ON p.id = c.parent_id AND n = 1
		JOIN children d ON d.id > c.id JOIN parents q ON q.id = d.parent_id JOIN children r ON r.id > d.id WHERE n = 1`, "t,t,t")
	b.want(t, "what Keys lists", "SELECT string_agg(id::text, ' ' ORDER BY id) FROM parents WHERE id > 2", listed)
	b.want(t, "what was there", "SELECT name FROM parents WHERE id <= 2 ORDER BY id", "was there", "as well")
}

func testFound(t *testing.T, b Base) {
	b.Exec(t, "INSERT INTO parents VALUES (1, 'was there')")
	find := func(l *loading, found gyro.Policy, fail bool) {
		parents := l.plan.Tables[0]
		parents.Find, parents.Unique, parents.Found, parents.FailFound = []string{"id"}, true, found, fail
		parents.Map, parents.Straight = true, false
	}
	l := b.target(t)
	find(l, gyro.SkipRow, true)
	_, err := l.Load(t.Context(), l.plan)
	wantWords(t, "Load of a row that must not be there", err)
	l.close()
	b.want(t, "after a refusal", "SELECT name FROM parents", "was there")

	l = b.target(t)
	find(l, gyro.SkipRow, false)
	if n := l.load(t).Tables[0]; n.Inserted != 3 || n.Skipped != 1 || n.Updated != 0 {
		t.Errorf("Load says that it did %+v", n)
	}
	if got := column(t, l.keysOf(t, 0)); got != "2 3 4" {
		t.Errorf("Keys lists %q: a row that was skipped was not inserted", got)
	}
	l.close()

	l = b.target(t)
	find(l, gyro.UpdateRow, false)
	if n := l.load(t).Tables[0]; n.Inserted != 3 || n.Skipped != 0 || n.Updated != 1 {
		t.Errorf("Load says that it did %+v", n)
	}
	if err := l.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := string(b.Query(t, "SELECT * FROM parents ORDER BY id")); got != parentsCSV {
		t.Errorf("after an update, the parents are %q", got)
	}
}

func testCheck(t *testing.T, b Base) {
	l := b.target(t)
	l.plan.Tables[0].Columns[1].Expr = "nonsense("
	l.plan.Tables[1].Columns[1].Expr = "value + gibberish"
	l.plan.Tables[0].Straight, l.plan.Tables[1].Straight = false, false
	err := l.Check(t.Context(), l.plan)
	var mistake *gyro.Mistake
	switch {
	case !errors.As(err, &mistake):
		t.Fatalf("Check of two wrong expressions: %v", err)
	case !strings.Contains(err.Error(), "parents") || !strings.Contains(err.Error(), "children"):
		t.Errorf("Check says not both: %v", err)
	}
	l.plan.Tables[0].Columns[1].Expr, l.plan.Tables[1].Columns[1].Expr = "", ""
	l.load(t) // the Target is as it was
	if err := l.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.want(t, "after Check", "SELECT count(*) FROM parents", "4")
}

func testFileError(t *testing.T, b Base) {
	gone := errors.New("the file is gone")
	for name, open := range map[string]func(context.Context, int) (io.ReadCloser, error){
		"Open": func(context.Context, int) (io.ReadCloser, error) { return nil, gone },
		"Read": nil,
	} {
		l := b.target(t)
		good := l.plan.Open
		l.plan.Open = func(ctx context.Context, table int) (io.ReadCloser, error) {
			if table == 0 {
				return good(ctx, table)
			}
			if open != nil {
				return open(ctx, table)
			}
			l.opened++
			return &file{io.MultiReader(strings.NewReader("id,parent_id\n10,1\n"), broken{gone}), l}, nil
		}
		_, err := l.Load(t.Context(), l.plan)
		wantError(t, "Load, after an error of "+name, err, gone)
		l.close()
		b.wantNothing(t, "an error of "+name)
	}
}

// broken is a Reader that gives an error.
type broken struct{ err error }

func (b broken) Read([]byte) (int, error) { return 0, b.err }

// A row that the server refuses is told without its values.
func testRefused(t *testing.T, b Base) {
	b.Exec(t, "ALTER TABLE children ADD CHECK (id <> 11)")
	for _, straight := range []bool{true, false} {
		l := b.target(t)
		l.plan.Tables[1].Straight = straight
		_, err := l.Load(t.Context(), l.plan)
		wantWords(t, "Load of a row that is refused", err)
		if err != nil && strings.Contains(err.Error(), "11") {
			t.Errorf("the error quotes a row: %v", err)
		}
		l.close()
		b.wantNothing(t, "a row that is refused")
	}
}

func testLoadCancelled(t *testing.T, b Base) {
	_, err := b.Loader.OpenTarget(ended(t))
	wantError(t, "OpenTarget", err, errCancelled)

	l := b.target(t)
	_, err = l.Catalog(ended(t))
	wantError(t, "Catalog", err, errCancelled)
	l.close()

	l = b.target(t)
	_, err = l.Load(ended(t), l.plan)
	wantError(t, "Load", err, errCancelled)
	l.close()

	l = b.target(t)
	ctx, cancel := context.WithCancelCause(t.Context())
	defer cancel(nil)
	good := l.plan.Open
	l.plan.Open = func(ctx context.Context, table int) (io.ReadCloser, error) {
		file, err := good(ctx, table)
		if table == 1 {
			cancel(errCancelled)
		}
		return file, err
	}
	_, err = l.Load(ctx, l.plan)
	wantError(t, "Load, half way", err, errCancelled)
	l.close()
	b.wantNothing(t, "Load, half way")

	l = b.target(t)
	l.load(t)
	wantError(t, "Commit", l.Commit(ended(t)), errCancelled)
	l.close()
	b.wantNothing(t, "Commit whose context had ended")
}

func testTargets(t *testing.T, b Base) {
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			target, err := b.Loader.OpenTarget(t.Context())
			if err != nil {
				t.Errorf("OpenTarget: %v", err)
				return
			}
			if catalog, err := target.Catalog(t.Context()); err != nil || catalog[parentsName] == nil {
				t.Errorf("Catalog: %v", err)
			}
			if err := target.Close(); err != nil {
				t.Errorf("Close: %v", err)
			}
		})
	}
	all.Wait()
}
