package drivertest

import (
	"context"
	"io"
	"strings"
	"testing"

	"github.com/gyrodata/gyro/driver"
)

// undoing loads, commits, and gives the plan that takes the load back.
func (b Base) undoing(t *testing.T) *driver.UndoPlan {
	t.Helper()
	l := b.target(t)
	l.renew(t)
	done := l.load(t)
	plan := &driver.UndoPlan{Transaction: done.Transaction}
	var files []string
	for i, table := range l.plan.Tables {
		files = append(files, l.keysOf(t, i))
		plan.Tables = append(plan.Tables, driver.UndoTable{Table: table.Table.Name, Key: table.Key, Rows: done.Tables[i].Inserted})
	}
	plan.Open = func(_ context.Context, table int) (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader(files[table])), nil
	}
	if err := l.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	l.close()
	return plan
}

// undo undoes on a Target of its own.
func (b Base) undo(t *testing.T, ctx context.Context, plan *driver.UndoPlan) (*driver.Loaded, error) {
	t.Helper()
	target, err := b.Loader.OpenTarget(t.Context())
	if err != nil {
		t.Fatalf("OpenTarget: %v", err)
	}
	done, err := target.Undo(ctx, plan)
	if closeErr := target.Close(); closeErr != nil {
		t.Errorf("Close: %v", closeErr)
	}
	return done, err
}

func testUndo(t *testing.T, b Base) {
	b.Exec(t, "INSERT INTO parents (name) VALUES ('was there'); INSERT INTO children (parent_id) VALUES (1)")
	plan := b.undoing(t)
	_, err := b.undo(t, ended(t), plan)
	wantError(t, "Undo", err, errCancelled)
	b.want(t, "after a context that had ended", "SELECT count(*) FROM parents", "5")
	done, err := b.undo(t, t.Context(), plan)
	if err != nil {
		t.Fatalf("Undo: %v", err)
	}
	if done.Tables[0].Deleted != 4 || done.Tables[1].Deleted != 3 {
		t.Errorf("Undo says that it deleted %+v", done.Tables)
	}
	b.want(t, "what was there", "SELECT p.id, name, c.id FROM parents p FULL JOIN children c ON c.parent_id = p.id", "1,was there,1")
	_, err = b.undo(t, t.Context(), plan)
	wantWords(t, "Undo for the second time", err)
}

func testUndoRefused(t *testing.T, b Base) {
	plan := b.undoing(t)
	all := "SELECT (SELECT count(*) FROM parents), (SELECT count(*) FROM children), (SELECT count(*) FROM children WHERE toy IS NOT NULL)"
	for _, c := range []struct{ what, change, back, want string }{
		{"a row that stays refers", "INSERT INTO children (id, parent_id) SELECT 99, min(id) FROM parents", "DELETE FROM children WHERE id = 99", "4,4,0"},
		{"a row was changed", "UPDATE children SET toy = 'new' WHERE id = (SELECT min(id) FROM children)", "UPDATE children SET toy = NULL", "4,3,1"},
	} {
		b.Exec(t, c.change)
		_, err := b.undo(t, t.Context(), plan)
		wantWords(t, "Undo where "+c.what, err)
		b.want(t, "Undo where "+c.what, all, c.want)
		b.Exec(t, c.back)
	}
	other := *plan
	other.Transaction.System = "1"
	_, err := b.undo(t, t.Context(), &other)
	wantWords(t, "Undo of a load into another database", err)
	b.want(t, "Undo of a load into another database", "SELECT count(*) FROM parents", "4")
}
