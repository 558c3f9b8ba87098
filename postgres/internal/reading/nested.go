package reading

import (
	"context"
	"math"

	"github.com/jackc/pgx/v5"

	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/postgres/internal/server"
	"github.com/gyrodata/gyro/schema"
)

// Keys that lead to rows are sorted, which the planner can't know of those that stand in a setting: where rows lie in the order of the
// column that holds them, one look into the index for each key finds the pages one behind the other, and for the planner's count each of
// them anywhere. So from some ten thousand keys on it reads the whole index instead, beside which it filters each of the table's rows
// (100,000 orders' items of 9 million: 0.8 s, 0.34 when they are looked up, PostgreSQL 15).

// A look into an index takes as long as reading about so many rows of it; below leastNested keys the planner looks them up by itself.
const (
	rowsPerLook  = 32
	leastNested  = 1000
	inTableOrder = 0.9 // correlation of a column in whose order rows lie
)

// correlationSQL asks how a column follows the order in which its rows lie, from -1 to 1, as ANALYZE found it (documentation, 53.28).
var correlationSQL = server.Own(`
SELECT coalesce(max(correlation), 0)::float8 FROM pg_catalog.pg_stats
WHERE schemaname = $1::name AND tablename = $2::name AND attname = $3::name AND NOT inherited`)

// nests reports whether the keys that lead are looked up one by one.
func (s *Snapshot) nests(ctx context.Context, b *builder) (bool, error) {
	lateral, i := b.lead()
	if lateral || i < 0 || s.shape == UnnestJoin {
		return false, nil
	}
	r := b.s.Restrict[i]
	if parses(b.s) { // SQL of the user's may speak of the table itself, or cost more for each key
		return false, nil
	}
	to := r.To[0].DataType()
	if !to.Integer() && !to.UUID() { // others are not sorted as their column is
		return false, nil
	}
	if b.s.Table.Kind != schema.Ordinary || len(r.Columns) != 1 || !b.s.Table.Indexed(r.Columns) || b.filter.referring(r)[0] != b.prefix+server.Quote(r.Columns[0]) {
		return false, nil
	}
	if s.shape == NestedLoop {
		return true, nil
	}
	if n := count(r); b.filter.few(r) || n < leastNested || n*rowsPerLook > b.s.Table.Rows {
		return false, nil
	}
	correlation, err := s.correlation(ctx, b.s.Table, r)
	return math.Abs(correlation) >= inTableOrder, err
}

// correlation asks once for each column.
func (s *Snapshot) correlation(ctx context.Context, table *schema.Table, r driver.Restriction) (float64, error) {
	column := [2]string{table.Name.String(), r.Columns[0]}
	if known, there := s.correlations[column]; there {
		return known, nil
	}
	var correlation float64 // 0 where the role may not ask
	asked := server.Nicety{
		SQL: correlationSQL, Args: []any{table.Name.Schema, table.Name.Table, r.Columns[0]}, Scan: func(row pgx.Row) error { return row.Scan(&correlation) },
	}
	if err := server.Ask(ctx, s.conn, "read statistics", asked); err != nil {
		return 0, err
	}
	if s.correlations == nil {
		s.correlations = map[[2]string]float64{}
	}
	s.correlations[column] = correlation
	return correlation, nil
}
