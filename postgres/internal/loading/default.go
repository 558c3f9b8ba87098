package loading

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/postgres/internal/server"
)

// Ids that a default gives, which is no plain sequence: a function, an expression over a sequence, what the column's
// domain has. The server prints it as PostgreSQL's own search_path reads it, so that a view is made with that; what a
// function calls is the role's to resolve, as in any INSERT.

// defaultSQL is the default of a column, or of its domain.
const defaultSQL = `
SELECT coalesce(pg_get_expr(d.adbin, d.adrelid), pg_get_expr(t.typdefaultbin, 0))
FROM pg_attribute a
JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE a.attrelid = $1::text::regclass AND a.attname = $2::text`

func defaultView(t *TableLoad, column string) string {
	return fmt.Sprintf("gyro_default_%d_%d", t.Number, slices.IndexFunc(t.New, func(id driver.NewID) bool { return id.Column == column }))
}

// Prepare makes what maps need.
func (m *Mapping) Prepare(ctx context.Context) error {
	for _, t := range m.Tables {
		for _, id := range t.New {
			var err error
			switch {
			case id.Default:
				err = m.view(ctx, t, id.Column)
			case id.Highest:
				err = m.Exec(ctx, "wait for other loads", fmt.Sprintf(countingSQL, server.Literal(t.Target())))
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// countingSQL lets loads that count on from a table's highest id wait for each other. The first number is only ours.
var countingSQL = server.Own("SELECT pg_advisory_xact_lock(1735620207, %s::regclass::oid::integer)")

func (m *Mapping) view(ctx context.Context, t *TableLoad, column string) error {
	if m.Plan.DryRun {
		m.Loaded.Notes = append(m.Loaded.Notes, gyro.Textf("%s: to try the load, ids were drawn from the default of column %s, and are not given again", t.Table.Name, column))
	}
	place := t.Table.Name.String()
	if err := m.Exec(ctx, "set search_path", server.SafePath); err != nil {
		return err
	}
	var expression string
	if err := m.Conn.QueryRow(ctx, defaultSQL, t.Target(), column).Scan(&expression); err != nil {
		return server.Failed(ctx, "look at the default of", place, err)
	}
	text := fmt.Sprintf("CREATE TEMP VIEW %s AS SELECT (%s)::%s AS v", defaultView(t, column), expression, t.Types[column])
	if err := m.Exec(ctx, "look at the default of "+place, text); err != nil {
		return err
	}
	m.views = append(m.views, "pg_temp."+defaultView(t, column))
	return m.Exec(ctx, "reset search_path", server.RolePath)
}

// drawn is a value of a default, another for each row: the LIMIT depends on the row. The server sorts before it evaluates
// what it sees to be volatile, which a subquery is not to it: the clock is.
func (m *Mapping) drawn(t *TableLoad, column string) string {
	row := "s.gyro_row"
	if !t.Numbered {
		row = "s." + server.Quote(t.Key[0])
	}
	return fmt.Sprintf("CASE WHEN pg_catalog.clock_timestamp() IS NOT NULL THEN (SELECT gyro_drawn.v FROM pg_temp.%s gyro_drawn LIMIT CASE WHEN %s IS NULL THEN 1 ELSE 1 END) END",
		defaultView(t, column), row)
}

// Leave drops what Prepare made: what is left in a session would be another's behind a pooler.
func (m *Mapping) Leave(ctx context.Context) error {
	if len(m.views) == 0 {
		return nil
	}
	return m.Exec(ctx, "drop views", "DROP VIEW "+strings.Join(m.views, ", "))
}
