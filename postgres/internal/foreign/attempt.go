package foreign

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/postgres/internal/loading"
	"github.com/gyrodata/gyro/postgres/internal/server"
	"github.com/gyrodata/gyro/schema"
)

// attempt is one transaction of a load.
type attempt struct {
	*loading.Load
	sheets     []*sheet // as the plan's tables
	types      *columnTypes
	values     *values
	violations *violations
	refused    map[int]refusals
	trying     bool
	functions  []string // of the session, to be dropped before the commit
}

func newAttempt(l *loading.Load, refused map[int]refusals, trying bool) *attempt {
	a := &attempt{Load: l, refused: refused, trying: trying}
	a.types = &columnTypes{Session: l.Session, known: map[schema.Name]map[string]columnType{}}
	a.values = &values{types: a.types}
	a.violations = &violations{Load: l}
	l.Merge.Doomed = a.violations.refusing
	return a
}

// run does all but committing. It stops where a violation refuses the load.
func (a *attempt) run(ctx context.Context) error {
	for _, do := range []func(context.Context) error{a.begin, a.stage, a.validate, a.Sequences.Move, a.Swaps.Open, a.insert, a.Swaps.Close, a.dropFunctions, a.Finish} {
		if err := do(ctx); err != nil {
			return err
		}
		if a.violations.refusing() {
			break
		}
	}
	return a.violations.report(ctx)
}

func (a *attempt) begin(ctx context.Context) error {
	if err := a.Begin(ctx); err != nil {
		return err
	}
	if err := server.SetMaskKey(ctx, a.Conn, a.Plan.Secret); err != nil {
		return err
	}
	for _, t := range a.Tables {
		t.Numbered = true
		a.sheets = append(a.sheets, &sheet{TableLoad: t, layout: layoutOf(t.Sheet)})
	}
	a.violations.sheets = a.sheets
	return nil
}

// countTextsSQL lets the planner know how many rows there are, and no more.
const countTextsSQL = `
SET LOCAL default_statistics_target = 10;
ANALYZE %s (row);
SET LOCAL default_statistics_target TO DEFAULT`

// validate holds the rows of all sheets against the rules, and makes their maps.
func (a *attempt) validate(ctx context.Context) error {
	if err := a.types.learn(ctx, a.sheets); err != nil {
		return err
	}
	for _, t := range a.sheets {
		t.Staging = a.values.staging(t)
	}
	if err := a.violations.begin(ctx); err != nil {
		return err
	}
	casts := &casts{a}
	if err := casts.prepare(ctx); err != nil {
		return err
	}
	cells, conditions, trial := &cells{casts}, &conditions{a}, &trial{a}
	for _, t := range a.sheets {
		if len(t.Sheet.Made) > 0 {
			continue
		}
		a.Stage(gyro.Validating, t.Number)
		if err := a.Exec(ctx, "analyze", fmt.Sprintf(countTextsSQL, t.textTable())); err != nil {
			return err
		}
		for _, check := range []func(context.Context, *sheet) error{cells.check, cells.checkKeys, conditions.check, trial.tell, a.violations.mark} {
			if err := check(ctx, t); err != nil {
				return err
			}
		}
	}
	if !a.violations.refusing() {
		if err := a.Sequences.Raise(ctx); err != nil {
			return err
		}
	}
	if err := a.Mapping.Prepare(ctx); err != nil {
		return err
	}
	resolution := &resolution{attempt: a, lookups: &lookups{a}, keys: &keys{a}, parents: &parents{attempt: a, conditions: conditions}}
	for _, circle := range a.Plan.Sheets {
		if err := resolution.resolve(ctx, circle); err != nil {
			return err
		}
	}
	if err := resolution.parents.prune(ctx); err != nil {
		return err
	}
	if err := resolution.lookups.tellNulls(ctx); err != nil {
		return err
	}
	return a.countRows(ctx)
}

// countRows says how many rows there are to be loaded.
func (a *attempt) countRows(ctx context.Context) error {
	if a.violations.refusing() {
		return nil
	}
	for _, t := range a.sheets {
		from, found := t.textTable()+" WHERE NOT bad", "false"
		if t.Map {
			from, found = t.IDMap(), "found"
		}
		text := fmt.Sprintf(server.Own("SELECT count(*) FILTER (WHERE NOT %[2]s), count(*) FILTER (WHERE %[2]s) FROM %[1]s"), from, found)
		err := a.Conn.QueryRow(ctx, text).Scan(&t.Fresh, &t.Existing)
		if err != nil {
			return server.Failed(ctx, "count rows", t.Table.Name.String(), err)
		}
	}
	return nil
}

// sheetsOf are the sheets of tables.
func (a *attempt) sheetsOf(tables []*loading.TableLoad) []*sheet {
	var sheets []*sheet
	for _, t := range tables {
		sheets = append(sheets, a.sheets[t.Number])
	}
	return sheets
}

// insert fills the tables, those of a circle together.
func (a *attempt) insert(ctx context.Context) error {
	trial := &trial{a}
	for _, circle := range a.Inserter.Circles() {
		if a.trying {
			if err := trial.find(ctx, a.sheetsOf(circle)); err != nil || a.violations.refusing() {
				return err
			}
		}
		if err := a.Inserter.Circle(ctx, circle); err != nil {
			return trial.refusal(err)
		}
	}
	return nil
}

// dropFunctions leaves none of our functions in the session, which behind a pooler is not ours: its temporary tables are
// dropped on commit, and functions can't be made so.
func (a *attempt) dropFunctions(ctx context.Context) error {
	if len(a.functions) == 0 {
		return nil
	}
	slices.Sort(a.functions)
	return a.Exec(ctx, "drop functions", "DROP FUNCTION "+strings.Join(slices.Compact(a.functions), ", "))
}
