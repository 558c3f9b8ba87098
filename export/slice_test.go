package export_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/export"
	"github.com/gyrodata/gyro/internal/modeltest"
	"github.com/gyrodata/gyro/schema"
)

// pair is a source of two tables, b referring to a, with their rows.
func pair() (*source, *target) {
	a := &schema.Table{
		Name: schema.NewName("", "a"), Kind: schema.Partitioned, PrimaryKey: []string{"id"}, Unique: [][]string{{"code", "id"}},
		Columns: []schema.Column{
			{Name: "id", Type: "bigint", NotNull: true, Identity: "always"},
			{Name: "code", Type: "character varying(9)", Generated: true, Collatable: true},
		},
	}
	b := modeltest.Table("s.b", "a_id")
	b.References = []schema.Reference{{Name: "b_a_fk", Columns: []string{"a_id"}, To: a.Name, ToColumns: []string{"id"}, MatchFull: true}}
	s, to := endpoints(a, b)
	s.rows = map[string][]string{
		"a": {"id,code\n", "1,x\n", "2,\"two\nlines\"\n"},
		"b": {"id,a_id\n", strings.Repeat("9", 100_000) + ",1\n"}, // more than a buffer
	}
	return s, to
}

// The target is asked before the source; files come in the order of the jobs, each closed
// before the next; the source is closed before the slice is complete.
func TestRun(t *testing.T) {
	t.Parallel()
	s, to := pair()
	report, err := export.Slice{Source: s, Target: to, Jobs: jobs("a", "s.b")}.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	wantCalls(t, s.calls, "begin [a.csv s.b.csv]", "open", "explain a", "explain s.b",
		"create a.csv", "copy a", "close a.csv", "create s.b.csv", "copy s.b", "close s.b.csv", "close", "commit")
	want := &gyro.Report{
		Place:  "/slices/a",
		Origin: gyro.Origin{Server: "PostgreSQL 15.18", Standby: true, Time: taken, LSN: "0/16B3748"},
		Files: []gyro.FileReport{
			{Model: schema.NewName("", "a"), File: "a.csv", Rows: 2, Bytes: 26},
			{Model: schema.NewName("s", "b"), File: "s.b.csv", Rows: 1, Bytes: 100_011},
		},
		Rows: 3, Bytes: 100_037,
		Notes: []gyro.Text{"taken whole, for no condition and no reference restricts their jobs: a"},
	}
	ignore := cmp.Options{cmpopts.IgnoreFields(gyro.Report{}, "Elapsed"), cmpopts.IgnoreFields(gyro.FileReport{}, "Elapsed")}
	if d := cmp.Diff(want, report, ignore); d != "" {
		t.Errorf("report (-want +got):\n%s", d)
	}
}

func TestRunManifest(t *testing.T) {
	t.Parallel()
	s, to := pair()
	slicer := export.Slice{
		Source: s, Target: to, Jobs: jobs("a", "s.b"), Unsorted: true, Version: "1.2.3",
		Importers: gyro.Registry{{Model: gyro.Table("a"), File: "first.csv"}, {
			Model: gyro.Table("s.b"), Columns: gyro.Columns{"id": {Ref: gyro.Table("a"), Soft: true, To: "code"}, "a_id": {Ref: gyro.Table("a")}},
		}},
	}
	if _, err := slicer.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	sum := func(table string) string {
		return fmt.Sprintf("%x", sha256.Sum256([]byte(strings.Join(s.rows[table], ""))))
	}
	want := driver.Manifest{
		Version: 1, Gyro: "1.2.3", Server: "PostgreSQL 15.18", Standby: true, Taken: taken, LSN: "0/16B3748",
		Files: []driver.ManifestFile{
			{
				File: "first.csv", Table: "a", Kind: "partitioned table",
				Columns: []driver.ManifestColumn{
					{Name: "id", Type: "bigint", NotNull: true, Identity: "always"},
					{Name: "code", Type: "character varying(9)", Generated: true},
				},
				PrimaryKey: []string{"id"}, Unique: [][]string{{"code", "id"}},
				Job: 1, Whole: true, Rows: 2, Bytes: 26, SHA256: sum("a"), Unsorted: true,
			},
			{
				File: "s.b.csv", Table: "s.b", Kind: "table",
				Columns:    []driver.ManifestColumn{{Name: "id", Type: "bigint"}, {Name: "a_id", Type: "bigint"}},
				PrimaryKey: []string{"id"},
				References: []driver.ManifestReference{
					{Name: "b_a_fk", Columns: []string{"a_id"}, Table: "a", ToColumns: []string{"id"}, MatchFull: true, Missing: "restrict"},
					{Name: "id", Columns: []string{"id"}, Table: "a", ToColumns: []string{"code"}, Missing: "restrict"},
				},
				Job: 2, Rows: 1, Bytes: 100_011, SHA256: sum("b"), Unsorted: true,
			},
		},
	}
	if d := cmp.Diff(want, to.manifest); d != "" {
		t.Errorf("manifest (-want +got):\n%s", d)
	}
	for file, table := range map[string]string{"first.csv": "a", "s.b.csv": "b"} {
		if to.files[file].String() != strings.Join(s.rows[table], "") {
			t.Errorf("%s is not what the source wrote", file)
		}
	}
}

// What references leave open is filled in from the catalog, and nothing is written into the
// catalog that the source handed out: it may be kept.
func TestRunReferences(t *testing.T) {
	t.Parallel()
	said := gyro.Registry{{Model: gyro.Table("a")}, {Model: gyro.Table("b"), Columns: gyro.Columns{
		"id": {Ref: gyro.Table("a"), Soft: true}, "x": {Ref: gyro.Table("a"), Soft: true, To: "code"},
	}}}
	for _, c := range []struct {
		importers gyro.Registry
		want      string
	}{
		{importers: nil, want: "a_id→id"},
		{importers: said, want: "a_id→id id→id x→code_id"},
	} {
		b := modeltest.Refer(modeltest.Table("b", "a_id", "x"), "a", "a_id")
		b.References[0].ToColumns = nil // as an ORM may leave it
		s, to := endpoints(modeltest.Table("a", "code_id"), b)
		if _, err := (export.Slice{Source: s, Target: to, Jobs: jobs("a", "b"), Importers: c.importers}).Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, r := range to.manifest.Files[1].References {
			got = append(got, strings.Join(r.Columns, ",")+"→"+strings.Join(r.ToColumns, ","))
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
		if len(b.References) != 1 || b.References[0].ToColumns != nil {
			t.Errorf("the catalog's table has now %+v", b.References)
		}
	}
}

// Whatever fails, and wherever, the snapshot is closed, the target is told to leave all as
// it was, and the error says what it was.
func TestRunFails(t *testing.T) {
	t.Parallel()
	boom := errors.New("boom")
	opened := []string{"begin [a.csv s.b.csv]", "open"}
	explained := slices.Concat(opened, []string{"explain a", "explain s.b", "create a.csv"})
	copied := slices.Concat(explained, []string{"copy a", "close a.csv"})
	all := slices.Concat(copied, []string{"create s.b.csv", "copy s.b", "close s.b.csv", "close"})
	for name, c := range map[string]struct {
		breaks func(*source, *target)
		calls  []string
	}{
		"target":     {func(_ *source, to *target) { to.beginErr = boom }, opened[:1]},
		"open":       {func(s *source, _ *target) { s.openErr = boom }, append(opened[:2:2], "abort")},
		"catalog":    {func(s *source, _ *target) { s.catErr = boom }, append(opened[:2:2], "close", "abort")},
		"create":     {func(_ *source, to *target) { to.createErr = boom }, append(explained[:5:5], "close", "abort")},
		"copy":       {func(s *source, _ *target) { s.copy = func(context.Context, driver.Selection) error { return boom } }, append(copied[:7:7], "close", "abort")},
		"close file": {func(_ *source, to *target) { to.fileErr = boom }, append(copied[:7:7], "close", "abort")},
		"close":      {func(s *source, _ *target) { s.closeErr = boom }, append(all[:11:11], "abort")},
		"commit":     {func(_ *source, to *target) { to.commitErr = boom }, append(all[:11:11], "commit", "abort")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, to := pair()
			c.breaks(s, to)
			report, err := export.Slice{Source: s, Target: to, Jobs: jobs("a", "s.b")}.Run(t.Context())
			if !errors.Is(err, boom) || report != nil {
				t.Errorf("got %v, %v", report, err)
			}
			wantCalls(t, s.calls, c.calls...)
		})
	}
}

// What goes wrong on the way back is told too.
func TestRunFailsTwice(t *testing.T) {
	t.Parallel()
	s, to := pair()
	s.openErr, to.abortErr = errors.New("no connection"), errors.New("not removed")
	_, err := export.Slice{Source: s, Target: to, Jobs: jobs("a", "s.b")}.Run(t.Context())
	modeltest.WantError(t, err, "no connection\nnot removed")
}

func TestRunExists(t *testing.T) {
	t.Parallel()
	s, to := pair()
	to.beginErr = &gyro.Error{Op: "write", Place: "directory x", Err: fmt.Errorf("a.csv %w", gyro.ErrExists), Hint: "set Overwrite"}
	_, err := export.Slice{Source: s, Target: to, Jobs: jobs("a", "s.b")}.Run(t.Context())
	modeltest.WantError(t, err, "write directory x: a.csv exists already (set Overwrite)")
	if !errors.Is(err, gyro.ErrExists) {
		t.Error("it does not wrap ErrExists")
	}
	wantCalls(t, s.calls, "begin [a.csv s.b.csv]")
}

// Cancelled in the middle of a file, a run tells it, and takes back what it began.
func TestRunCancelled(t *testing.T) {
	t.Parallel()
	s, to := pair()
	ctx, cancel := context.WithCancel(t.Context())
	s.copy = func(ctx context.Context, sel driver.Selection) error {
		if sel.Table.Name.Table == "b" {
			cancel()
		}
		return nil
	}
	var last gyro.EventType
	_, err := export.Slice{Source: s, Target: to, Jobs: jobs("a", "s.b"), Progress: func(e gyro.Event) { last = e.Type }}.Run(ctx)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if calls := s.list[len(s.list)-3:]; !cmp.Equal(calls, []string{"close s.b.csv", "close", "abort"}) {
		t.Errorf("the last calls were %q", calls)
	}
	if last == gyro.Finished || last == gyro.Ended {
		t.Errorf("the last event was %s", last)
	}
}

// What a cancelled query says is not a mistake of the query.
func TestRunCancelledExplain(t *testing.T) {
	t.Parallel()
	s, to := pair()
	ctx, cancel := context.WithCancel(t.Context())
	s.explain = func(driver.Selection) error {
		cancel()
		return ctx.Err()
	}
	_, err := export.Slice{Source: s, Target: to, Jobs: jobs("a", "s.b")}.Run(ctx)
	var mistake *gyro.Mistake
	if !errors.Is(err, context.Canceled) || errors.As(err, &mistake) {
		t.Errorf("got %v", err)
	}
	wantCalls(t, s.calls, "begin [a.csv s.b.csv]", "open", "explain a", "close", "abort")
}

func TestPlan(t *testing.T) {
	t.Parallel()
	s, to := pair()
	to.beginErr = gyro.ErrExists
	list := jobs("a", "s.b")
	list[1].Query = gyro.Where("true")
	importers := gyro.Registry{{Model: gyro.Table("a")}, {Model: relation(modeltest.Table("s.b", "a_id"), "a", "Twin", "id")}}
	plan, err := export.Slice{Source: s, Target: to, Jobs: list, Importers: importers}.Plan(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := &gyro.Plan{
		Origin: s.Origin(),
		Jobs: []gyro.PlannedJob{
			{Job: 1, Model: schema.NewName("", "a"), File: "a.csv", Whole: true, Estimate: gyro.Estimate{SQL: "SELECT a", Rows: 42, Cost: 1.5}},
			{Job: 2, Model: schema.NewName("s", "b"), File: "s.b.csv", References: []string{"a_id -> a: restrict", "id -> a: restrict"}, Estimate: gyro.Estimate{SQL: "SELECT s.b", Rows: 42, Cost: 1.5}},
		},
		Notes:       []gyro.Text{"s.b: relation Twin of the struct to a has no foreign key in the database"},
		TargetError: gyro.ErrExists,
	}
	if d := cmp.Diff(want, plan, cmpopts.EquateErrors()); d != "" {
		t.Errorf("plan (-want +got):\n%s", d)
	}
	wantCalls(t, s.calls, "check [a.csv s.b.csv]", "open", "explain a", "explain s.b", "explain s.b", "explain s.b", "close")
}

// The run's own time is in its report; a file's is its own.
func TestRunElapsed(t *testing.T) {
	t.Parallel()
	const nap = 30 * time.Millisecond
	s, to := pair()
	s.copy = func(_ context.Context, sel driver.Selection) error {
		if sel.Table.Name.Table == "b" {
			time.Sleep(nap)
		}
		return nil
	}
	report, err := export.Slice{Source: s, Target: to, Jobs: jobs("a", "s.b")}.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if report.Files[0].Elapsed >= report.Files[1].Elapsed || report.Files[1].Elapsed < nap || report.Elapsed < report.Files[1].Elapsed {
		t.Errorf("%v and %v of %v", report.Files[0].Elapsed, report.Files[1].Elapsed, report.Elapsed)
	}
}

// A table whose rows refer to others of its own by PERIOD can't be taken: which rows cover one together, is not followed.
func TestPeriodToItself(t *testing.T) {
	name := schema.Name{Schema: "public", Table: "a"}
	s, target := endpoints(&schema.Table{
		Name: name, Kind: schema.Ordinary, PrimaryKey: []string{"id"}, Columns: []schema.Column{{Name: "id", Type: "integer", NotNull: true}},
		References: []schema.Reference{{Name: "self", Columns: []string{"id"}, To: name, ToColumns: []string{"id"}, Enforced: true, Period: true}},
	})
	if _, err := (export.Slice{Source: s, Target: target, Jobs: jobs("a")}).Plan(t.Context()); err == nil || !strings.Contains(err.Error(), "PERIOD (self)") {
		t.Errorf("got %v", err)
	}
}
