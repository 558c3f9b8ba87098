package loading

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/postgres/internal/server"
	"github.com/gyrodata/gyro/schema"
)

// Mode says whether a load has its tables to itself.
type Mode string

// The modes. Auto, or none, is exclusive only where nobody is in the way.
const (
	Auto   Mode = "auto"
	Always Mode = "always"
	Never  Mode = "never"
)

// Options say how a load goes about it.
type Options struct {
	Exclusive       Mode
	DisableTriggers bool // those that are no constraint's
}

// Load is one load of a plan, which knows how far it is.
type Load struct {
	*Session
	Options
	Plan      *driver.LoadPlan
	Tables    []*TableLoad // as the plan's; they are there once it began
	Loaded    *driver.Loaded
	Merge     *Merge
	Mapping   *Mapping
	Inserter  *Inserter
	Sequences *Sequences
	Swaps     *Swaps
	access    *access
}

// NewLoad makes ready a load; nothing is done yet.
func NewLoad(s *Session, o Options, plan *driver.LoadPlan) *Load {
	l := &Load{Session: s, Options: o, Plan: plan, Loaded: &driver.Loaded{Tables: make([]driver.TableCount, len(plan.Tables))}}
	l.Merge = &Merge{load: l}
	l.Mapping = &Mapping{Load: l, merge: l.Merge}
	l.Inserter = &Inserter{Load: l, merge: l.Merge}
	l.Sequences = &Sequences{Load: l, merge: l.Merge}
	l.Swaps = &Swaps{Load: l, merge: l.Merge}
	l.access = &access{Load: l}
	return l
}

// Run loads a slice: all but committing.
//
// READ COMMITTED is enough: what was there before is looked at once, and where another session
// inserts the same key meanwhile, a unique constraint says so. There is no savepoint around
// what is inserted: every row bears the transaction's own id, by which undo knows it.
func (l *Load) Run(ctx context.Context) (*driver.Loaded, error) {
	for _, do := range []func(context.Context) error{
		l.Begin, l.Sequences.Raise, l.stageAll, l.recall, l.Mapping.makeAll, l.Sequences.Move, l.Inserter.collide, l.Swaps.Open, l.Inserter.insertAll, l.Swaps.Close, l.Finish,
	} {
		if err := do(ctx); err != nil {
			return nil, l.ofExpr(err)
		}
	}
	return l.Loaded, nil
}

// ofExpr adds to an error of data which columns have a value that SQL made, where nothing better is known.
func (l *Load) ofExpr(err error) error {
	var (
		failure *gyro.Error
		refused *pgconn.PgError
	)
	if !errors.As(err, &failure) || failure.Hint != "" || !errors.As(err, &refused) || !strings.HasPrefix(refused.Code, "22") {
		return err
	}
	var made []string
	for _, t := range l.Tables {
		for _, c := range t.Columns {
			if c.Expr != "" {
				made = append(made, t.Table.Name.String()+"."+c.Name)
			}
		}
	}
	if len(made) > 0 {
		failure.Hint = gyro.Text("perhaps the {Expr} of " + strings.Join(made, ", ") + "; {ShowValues} shows the server's words")
	}
	return err
}

// Begin begins the transaction, makes the tables that the plan asks for, and looks at all of them.
func (l *Load) Begin(ctx context.Context) error {
	if err := l.Session.Begin(ctx); err != nil {
		return err
	}
	if err := (&creation{l}).createAll(ctx); err != nil {
		return err
	}
	l.Stage(gyro.Preparing, -1)
	for i, planned := range l.Plan.Tables {
		t := &TableLoad{
			LoadTable: planned, Number: i, Types: map[string]string{}, MapColumns: mapColumns(planned),
			Staging: fmt.Sprintf("pg_temp.gyro_stage_%d", i),
		}
		l.Tables = append(l.Tables, t)
		if err := l.lookAt(ctx, t); err != nil {
			return err
		}
	}
	return l.access.take(ctx)
}

// typesSQL lists the types of a table's columns. With an empty search_path, they are named so that any path
// reads them.
var typesSQL = server.Own(`
SELECT a.attname, format_type(a.atttypid, a.atttypmod)
FROM pg_catalog.pg_attribute a, (SELECT set_config('search_path', 'pg_catalog', true)) p
WHERE a.attrelid = $1::text::regclass::oid AND a.attnum > 0::smallint AND NOT a.attisdropped`)

// rewritingSQL lists the triggers that see a row before it is inserted, those that stay on where triggers are switched off
// or all of them.
var rewritingSQL = server.Own(`
SELECT ARRAY(
  SELECT DISTINCT tgname::text
  FROM pg_catalog.pg_trigger
  WHERE tgrelid = ANY (SELECT $1::text::regclass::oid UNION ALL SELECT relid::oid FROM pg_partition_tree($1::text::regclass))
    AND NOT tgisinternal AND (tgtype & 7::smallint) = 7::smallint AND (tgenabled = 'A' OR tgenabled = 'O' AND NOT $2::bool)
  ORDER BY 1)`)

// lookAt finds out whether a table is empty, and its types. The lock that reading takes keeps
// it from being altered up to the end.
func (l *Load) lookAt(ctx context.Context, t *TableLoad) error {
	place := t.Table.Name.String()
	var secured bool
	err := l.Conn.QueryRow(ctx, "SELECT NOT EXISTS (SELECT FROM "+t.Target()+"), pg_catalog.row_security_active("+server.Literal(t.Target())+")").Scan(&t.Empty, &secured)
	if err != nil {
		return server.Failed(ctx, "look at", place, err)
	}
	if len(t.Key) > 0 {
		if err := l.Conn.QueryRow(ctx, rewritingSQL, t.Target(), l.DisableTriggers).Scan(&t.Rewriting); err != nil {
			return server.Failed(ctx, "look at the triggers of", place, err)
		}
	}
	// COPY FROM does not work with row security, and does not say what a trigger made of a key.
	t.Direct = t.Straight && t.Empty && !secured && len(t.Rewriting) == 0
	if secured {
		l.Loaded.Notes = append(l.Loaded.Notes, gyro.Text(place+": row security is on for the role; rows that its policies hide are not seen"))
	}
	rows, err := l.Conn.Query(ctx, typesSQL, t.Target())
	if err != nil {
		return server.Failed(ctx, "look at", place, err)
	}
	defer rows.Close()
	for rows.Next() {
		var name, typ string
		if err := rows.Scan(&name, &typ); err != nil {
			return server.Failed(ctx, "look at", place, err)
		}
		t.Types[name] = schema.QualifiedType(typ)
	}
	if err := rows.Err(); err != nil {
		return server.Failed(ctx, "look at", place, err)
	}
	return l.Exec(ctx, "reset search_path", server.RolePath)
}

// Finish makes again what was dropped, and leaves statistics: all that is left to do is to commit.
func (l *Load) Finish(ctx context.Context) error {
	for _, do := range []func(context.Context) error{l.Mapping.Leave, l.access.giveBack, l.analyze, l.identify} {
		if err := do(ctx); err != nil {
			return err
		}
	}
	if l.Loaded.Transaction.System == "" {
		l.Loaded.Notes = append(l.Loaded.Notes, "the role may not ask which server it is (pg_control_system): an undo will know the database by its number alone")
	}
	return nil
}

// analyze leaves statistics for the rows that came in.
func (l *Load) analyze(ctx context.Context) error {
	for _, t := range l.Tables {
		if n := l.Loaded.Tables[t.Number]; n.Inserted+n.Updated == 0 {
			continue
		}
		l.Stage(gyro.Analyzing, t.Number)
		if err := l.Exec(ctx, "analyze", "ANALYZE "+t.Target()); err != nil {
			return err
		}
	}
	return nil
}

// Tell tells what was done.
func (l *Load) Tell(e driver.LoadEvent) {
	if l.Plan.Tell != nil {
		l.Plan.Tell(e)
	}
}

// Stage tells a stage of one table, or of none (-1).
func (l *Load) Stage(stage gyro.Stage, table int) {
	l.Tell(driver.LoadEvent{Stage: stage, Table: table})
}

// Keys lists the rows that were inserted.
func (l *Load) Keys(ctx context.Context, table int, w io.Writer) (int64, error) {
	t := l.Tables[table]
	var from string
	quoted := t.quotedKey()
	switch {
	case t.Direct:
		from = fmt.Sprintf(server.Own("SELECT %s FROM %s WHERE xmin = pg_current_xact_id()::xid"), strings.Join(quoted, ", "), t.Target())
	case t.Map:
		from = t.kept()
	default:
		from = fmt.Sprintf("SELECT %s FROM %s", strings.Join(quoted, ", "), t.Staging)
	}
	out := &server.Writer{To: w}
	tag, err := l.Conn.PgConn().CopyTo(ctx, out, "COPY ("+from+" ORDER BY "+strings.Join(quoted, ", ")+") TO STDOUT (FORMAT csv, HEADER)")
	switch {
	case out.Err != nil:
		return 0, out.Err
	case err != nil:
		return 0, server.Hidden(server.Failed(ctx, "list the keys of", t.Table.Name.String(), err))
	}
	return tag.RowsAffected(), nil
}
