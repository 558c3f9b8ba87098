package reading

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/postgres/internal/server"
	"github.com/gyrodata/gyro/postgres/internal/statement"
)

// Explain sends EXPLAIN for the SELECTs that Copy would run, as if no key were known yet.
func (s *Snapshot) Explain(ctx context.Context, all ...driver.Selection) ([]gyro.Estimate, error) {
	ctx, cancel := s.within(ctx)
	defer cancel()
	estimates, plans, err := s.explain(ctx, all)
	if err != nil {
		// The savepoint is there, but where none could be made: then the run is over anyway.
		_, _ = s.conn.Exec(ctx, "ROLLBACK TO SAVEPOINT gyro")
		s.parser = statement.NewParser(s.conn) // the locks are gone
		if len(all) == 1 {
			err = s.lacking(ctx, err, all[0].Table.Name)
		}
		return nil, blamed(s.conflict(err))
	}
	for i, plan := range plans {
		if estimates[i].Rows, estimates[i].Cost, err = readPlan(plan); err != nil {
			return nil, blamed(err)
		}
	}
	return estimates, nil
}

// noKeysSQL has arrays of keys empty. A setting that a session never had is NULL, which would do, but behind a pooler the
// session had it before: then it is ”, which is no array.
var noKeysSQL = server.Own("SELECT set_config(n, '{}', true) FROM unnest($1::text[]) AS keys(n)")

// explain works behind a savepoint, so that an error leaves the transaction usable. Where
// nothing has to be parsed before, the savepoint travels with the EXPLAINs, as its end does.
func (s *Snapshot) explain(ctx context.Context, all []driver.Selection) (estimates []gyro.Estimate, plans [][]byte, err error) {
	var batch pgx.Batch
	op := "savepoint"
	saved := batch.Queue("SAVEPOINT gyro")
	if slices.ContainsFunc(all, parses) {
		if err := s.conn.SendBatch(ctx, &batch).Close(); err != nil {
			return nil, nil, server.Failed(ctx, op, "", err)
		}
		batch, op = pgx.Batch{}, "explain"
	} else {
		saved.Exec(func(pgconn.CommandTag) error { op = "explain"; return nil })
	}
	estimates, plans = make([]gyro.Estimate, len(all)), make([][]byte, len(all))
	var unknown []string
	for i, selection := range all {
		text, err := s.statement(ctx, selection)
		if err != nil {
			return nil, nil, err
		}
		estimates[i].SQL, estimates[i].Shape, estimates[i].Why = text.sql, text.shape, text.why
		for _, k := range text.keys {
			if !k.bits {
				unknown = append(unknown, k.name)
			}
		}
	}
	if len(unknown) > 0 {
		batch.Queue(noKeysSQL, unknown)
	}
	for i := range all {
		batch.Queue("EXPLAIN (FORMAT JSON) " + estimates[i].SQL).QueryRow(func(row pgx.Row) error {
			err := row.Scan(&plans[i])
			if err == nil && i == len(all)-1 {
				op = "savepoint"
			}
			return err
		})
	}
	batch.Queue("RELEASE SAVEPOINT gyro")
	if err := s.conn.SendBatch(ctx, &batch).Close(); err != nil {
		return nil, nil, server.Failed(ctx, op, "", err)
	}
	return estimates, plans, nil
}

// parses reports whether a selection has text that the server has to parse by itself.
func parses(s driver.Selection) bool {
	when := func(r driver.Restriction) bool { return r.When != "" }
	written := func(m driver.Masking) bool { return m.Expr != "" || m.When != "" }
	return !s.Query.IsZero() || s.OrderBy != "" || len(s.Flags) > 0 || slices.ContainsFunc(s.Masks, written) || slices.ContainsFunc(s.Restrict, when) ||
		slices.ContainsFunc(s.Null, func(n driver.Nulling) bool { return when(n.Restriction) })
}

// readPlan takes the planner's figures out of a plan, and refuses one that would lock rows.
func readPlan(plan []byte) (rows, cost float64, err error) {
	if bytes.Contains(plan, []byte(`"Node Type": "LockRows"`)) {
		return 0, 0, &gyro.Error{Op: "explain", Err: errors.New("the query locks rows (FOR UPDATE, FOR SHARE), and the source is only read"), Hint: "leave that out"}
	}
	var root []struct {
		Plan struct {
			Rows float64 `json:"Plan Rows"`
			Cost float64 `json:"Total Cost"`
		}
	}
	if err := json.Unmarshal(plan, &root); err != nil || len(root) != 1 {
		return 0, 0, &gyro.Error{Op: "explain", Err: errors.New("the plan can't be read")}
	}
	return root[0].Plan.Rows, root[0].Plan.Cost, nil
}
