package postgres

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/postgres/internal/server"
)

// part is one table of a load on its way.
type part struct {
	*driver.LoadTable
	i        int
	empty    bool              // the table had no row when the load began
	straight bool              // the file is copied into the table itself
	types    map[string]string // of the table's columns, as any search_path reads them
	columns  []string          // of the map: the key's, then those that others refer to
	rows     int64             // in the staging table, or that were copied
	suspects int64             // of a sheet, those that have to be tested
	fresh    int64             // of them, those to be inserted
	found    int64             // of them, those that are there already
	faults   int64             // of a sheet, and how many of them made their rows bad
	marked   int64
	twice    bool // rows of a sheet stand several times in its map
	unmapped bool // a sheet has no map: nothing will be loaded, and its values are as they would be
}

// target is the table's name in SQL.
func (p *part) target() string { return server.Identifier(p.Table.Name) }

// staging is the staging table, or the query that stands for it.
func (l *loading) staging(p *part) string {
	if p.Sheet != nil {
		return l.sheetStaging(p)
	}
	return fmt.Sprintf("pg_temp.gyro_stage_%d", p.i)
}

func (p *part) idMap() string { return idMapOf(p.i) }

func idMapOf(i int) string { return fmt.Sprintf("pg_temp.gyro_map_%d", i) }

// Load does all but committing.
//
// READ COMMITTED is enough: what was there before is looked at once, and where another session
// inserts the same key meanwhile, a unique constraint says so. There is no savepoint around
// what is inserted: every row bears the transaction's own id, by which undo knows it.
//
// Where the server refuses a row of a sheet for a reason that only it knows, such as a trigger or a
// partial index, all begins anew, and it is found out which rows it refuses: see try.
func (l *loading) Load(ctx context.Context, plan *driver.LoadPlan) (*driver.Loaded, error) {
	for {
		loaded, err := l.once(ctx, plan)
		var refused refusal
		if !errors.As(err, &refused) {
			return loaded, err
		}
		if err := l.again(ctx, refused); err != nil {
			return nil, err
		}
	}
}

// once is one try.
func (l *loading) once(ctx context.Context, plan *driver.LoadPlan) (*driver.Loaded, error) {
	l.plan, l.loaded, l.parts, l.types = plan, &driver.Loaded{Tables: make([]driver.TableCount, len(plan.Tables))}, nil, nil
	if err := l.begin(ctx); err != nil {
		return nil, err
	}
	for _, do := range []func(context.Context) error{
		l.create, l.prepare, l.stageAll, l.validate, l.moveSequences, l.mapAll, l.collide, l.insertAll, l.restore, l.analyze, l.identify,
	} {
		if err := do(ctx); err != nil {
			return nil, err
		}
		if l.faulty() {
			break
		}
	}
	return l.loaded, l.tellFaults(ctx)
}

// loadSettings decide how the text of a slice is read; all else is the role's own, for
// triggers and defaults to find what they are used to.
func (l *loading) loadSettings() map[string]string {
	s := map[string]string{
		"standard_conforming_strings": "on",
		"client_encoding":             "UTF8",
		"DateStyle":                   "ISO, MDY",
		"IntervalStyle":               "postgres",
		"TimeZone":                    "UTC", // texts that ids are derived from have to be the same everywhere
		"bytea_output":                "hex",
		"extra_float_digits":          "1",
		"lc_monetary":                 "C",
		"xmloption":                   "content",
		"synchronize_seqscans":        "off",
		"jit":                         "off", // it compiles for seconds what runs once
	}
	l.db.server().AddTimeouts(s)
	return s
}

// roomSQL gives joins, index builds and temporary tables room, where the server's settings are
// narrower than that.
const roomSQL = `SELECT set_config(name, '64MB', true) FROM pg_settings
	WHERE name IN ('work_mem', 'maintenance_work_mem', 'temp_buffers') AND pg_size_bytes(current_setting(name)) < pg_size_bytes('64MB')`

func (l *loading) begin(ctx context.Context) error {
	if err := l.exec(ctx, "begin", "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"); err != nil {
		return err
	}
	l.began = true
	if err := server.Set(ctx, l.conn, l.loadSettings()); err != nil {
		return err
	}
	return l.exec(ctx, "set the session's settings", roomSQL)
}

// prepare looks at the tables, and makes ready what keeps others from being in the way.
func (l *loading) prepare(ctx context.Context) error {
	l.stage(gyro.Preparing, -1)
	for i, t := range l.plan.Tables {
		p := &part{LoadTable: t, i: i, types: map[string]string{}}
		l.parts = append(l.parts, p)
		if err := l.lookAt(ctx, p); err != nil {
			return err
		}
	}
	exclusive, note, err := l.exclusive(ctx)
	if err != nil {
		return err
	}
	if note != "" {
		l.loaded.Notes = append(l.loaded.Notes, note)
	}
	if l.db.DisableTriggers {
		if err := l.disableTriggers(ctx); err != nil {
			return err
		}
	}
	if exclusive {
		return l.dropAll(ctx)
	}
	return l.immediate(ctx)
}

// lookAt finds out whether a table is empty, and its types. The lock that reading takes keeps
// it from being altered up to the end.
func (l *loading) lookAt(ctx context.Context, p *part) error {
	place := p.Table.Name.String()
	var secured bool
	err := l.conn.QueryRow(ctx, "SELECT NOT EXISTS (SELECT FROM "+p.target()+"), row_security_active("+server.Literal(p.target())+")").Scan(&p.empty, &secured)
	if err != nil {
		return server.Failed(ctx, "look at", place, err)
	}
	p.straight = p.Straight && p.empty && !secured // COPY FROM does not work with row security
	if secured {
		l.loaded.Notes = append(l.loaded.Notes, place+": row security is on for the role; rows that its policies hide are not seen")
	}
	// With an empty search_path, types are named so that any path reads them.
	rows, err := l.conn.Query(ctx, `SELECT a.attname, format_type(a.atttypid, a.atttypmod) FROM pg_attribute a,
		(SELECT set_config('search_path', 'pg_catalog', true)) p
		WHERE a.attrelid = $1::text::regclass AND a.attnum > 0 AND NOT a.attisdropped`, p.target())
	if err != nil {
		return server.Failed(ctx, "look at", place, err)
	}
	defer rows.Close()
	for rows.Next() {
		var name, typ string
		if err := rows.Scan(&name, &typ); err != nil {
			return server.Failed(ctx, "look at", place, err)
		}
		p.types[name] = typ
	}
	if err := rows.Err(); err != nil {
		return server.Failed(ctx, "look at", place, err)
	}
	return l.exec(ctx, "reset search_path", "SET LOCAL search_path TO DEFAULT")
}

// immediate has deferrable foreign keys of the tables checked statement by statement, so that
// no queue of checks grows up to the commit. Other constraints are left as they are.
func (l *loading) immediate(ctx context.Context) error {
	var all []*part
	for _, p := range l.parts {
		if !p.MapOnly {
			all = append(all, p)
		}
	}
	return l.constraints(ctx, all, "IMMEDIATE")
}

// constraints sets when the deferrable foreign keys of tables are checked.
func (l *loading) constraints(ctx context.Context, parts []*part, when string) error {
	var names []string
	for _, p := range parts {
		for _, r := range p.Table.References {
			if r.Deferrable {
				names = append(names, pgx.Identifier{p.Table.Name.Schema, r.Name}.Sanitize())
			}
		}
	}
	if len(names) == 0 {
		return nil
	}
	if _, err := l.conn.Exec(ctx, "SET CONSTRAINTS "+strings.Join(names, ", ")+" "+when); err != nil {
		return server.RefusedRow(server.Failed(ctx, "check references", "", err))
	}
	return nil
}

// insertAll fills the tables, those of a circle together.
func (l *loading) insertAll(ctx context.Context) error {
	for _, circle := range l.plan.Circles {
		var parts []*part
		for _, i := range circle {
			parts = append(parts, l.parts[i])
		}
		if l.trying {
			if err := l.try(ctx, parts); err != nil || l.faulty() {
				return err
			}
		}
		if err := l.insertCircle(ctx, parts); err != nil {
			return l.refuse(err)
		}
	}
	return nil
}

func (l *loading) insertCircle(ctx context.Context, parts []*part) error {
	together, deferred := false, false
	for _, p := range parts {
		for _, r := range p.Table.References {
			for _, other := range parts {
				if other != p && other.Table.Name == r.To {
					together = together || !r.Deferrable && !l.loaded.Exclusive
					deferred = true
				}
			}
		}
	}
	switch {
	case together:
		if err := l.insertTogether(ctx, parts); err != nil {
			return err
		}
	case deferred && !l.loaded.Exclusive:
		if err := l.constraints(ctx, parts, "DEFERRED"); err != nil {
			return err
		}
	}
	for _, p := range parts {
		if !together {
			if err := l.insert(ctx, p); err != nil {
				return err
			}
		}
		if err := l.update(ctx, p); err != nil {
			return err
		}
	}
	if deferred && !together && !l.loaded.Exclusive {
		l.stage(gyro.Referring, -1)
		return l.constraints(ctx, parts, "IMMEDIATE")
	}
	return nil
}

// insert fills one table.
func (l *loading) insert(ctx context.Context, p *part) error {
	if p.straight {
		rows, err := l.copyIn(ctx, p, gyro.Copying, "COPY "+p.target()+" ("+p.list("")+") FROM STDIN (FORMAT csv, HEADER)")
		l.loaded.Tables[p.i] = driver.TableCount{Straight: true, Inserted: rows}
		if err == nil && rows != p.rows {
			err = l.unresolved(ctx, p, p.rows-rows)
		}
		return err
	}
	l.stage(gyro.Inserting, p.i)
	rows, err := l.changed(ctx, "insert into", p.Table.Name.String(), l.insertion(p))
	if err != nil {
		return err
	}
	return l.inserted(ctx, p, rows)
}

// inserted sees to it that all rows went in that had to.
func (l *loading) inserted(ctx context.Context, p *part, rows int64) error {
	l.loaded.Tables[p.i].Inserted = rows
	if rows == p.fresh {
		return nil
	}
	return l.unresolved(ctx, p, p.fresh-rows)
}

// insertTogether fills the tables of a circle by one statement: PostgreSQL checks foreign
// keys that are not deferrable at its end.
func (l *loading) insertTogether(ctx context.Context, parts []*part) error {
	var with, counts []string
	for _, p := range parts {
		l.stage(gyro.Inserting, p.i)
		with = append(with, fmt.Sprintf("i%d AS (%s RETURNING 1)", p.i, l.insertion(p)))
		counts = append(counts, fmt.Sprintf("(SELECT count(*) FROM i%d)", p.i))
	}
	found := make([]int64, len(parts))
	into := make([]any, len(parts))
	for i := range found {
		into[i] = &found[i]
	}
	if err := l.conn.QueryRow(ctx, "WITH "+strings.Join(with, ", ")+" SELECT "+strings.Join(counts, ", ")).Scan(into...); err != nil {
		return server.RefusedRow(server.Failed(ctx, "insert into a circle with", parts[0].Table.Name.String(), err))
	}
	for i, p := range parts {
		if err := l.inserted(ctx, p, found[i]); err != nil {
			return err
		}
	}
	return nil
}

// update writes into the rows that were found.
func (l *loading) update(ctx context.Context, p *part) error {
	count := &l.loaded.Tables[p.i]
	found := p.found
	if p.straight || found == 0 || p.Found != gyro.UpdateRow {
		if !p.straight {
			count.Skipped = found
		}
		return nil
	}
	text := l.updating(p)
	if text == "" { // it has no column but those it is known by
		count.Skipped = found
		return nil
	}
	rows, err := l.changed(ctx, "update", p.Table.Name.String(), text)
	if err != nil {
		return err
	}
	count.Updated = rows
	if rows != found {
		return l.unresolved(ctx, p, found-rows)
	}
	return nil
}

// analyze leaves statistics for the rows that came in.
func (l *loading) analyze(ctx context.Context) error {
	for _, p := range l.parts {
		if n := l.loaded.Tables[p.i]; n.Inserted+n.Updated == 0 {
			continue
		}
		l.stage(gyro.Analyzing, p.i)
		if err := l.exec(ctx, "analyze", "ANALYZE "+p.target()); err != nil {
			return err
		}
	}
	return nil
}

// identify asks for the transaction's name.
func (l *loading) identify(ctx context.Context) error {
	t := &l.loaded.Transaction
	var id, system string
	err := l.conn.QueryRow(ctx, `SELECT pg_current_xact_id()::text, (SELECT system_identifier::text FROM pg_control_system()),
		(SELECT oid::int8 FROM pg_database WHERE datname = current_database())`).Scan(&id, &system, &t.Database)
	if err != nil {
		return server.Failed(ctx, "ask for the transaction's id", "", err)
	}
	t.System = system
	_, err = fmt.Sscan(id, &t.ID)
	return err //nolint:wrapcheck // it is a number
}

// Keys lists the rows that were inserted.
func (l *loading) Keys(ctx context.Context, table int, w io.Writer) (int64, error) {
	p := l.parts[table]
	var from string
	quoted := p.quotedKey()
	switch {
	case p.straight:
		from = fmt.Sprintf("SELECT %s FROM %s WHERE xmin = pg_current_xact_id()::xid", strings.Join(quoted, ", "), p.target())
	case p.Map:
		var columns []string
		for i, c := range quoted {
			columns = append(columns, fmt.Sprintf("v_%d AS %s", i, c))
		}
		from = fmt.Sprintf("SELECT %s FROM %s WHERE NOT found", strings.Join(columns, ", "), p.idMap())
	default:
		from = fmt.Sprintf("SELECT %s FROM %s", strings.Join(quoted, ", "), l.staging(p))
	}
	out := &server.Writer{To: w}
	tag, err := l.conn.PgConn().CopyTo(ctx, out, "COPY ("+from+" ORDER BY "+strings.Join(quoted, ", ")+") TO STDOUT (FORMAT csv, HEADER)")
	switch {
	case out.Err != nil:
		return 0, out.Err
	case err != nil:
		return 0, server.Hidden(server.Failed(ctx, "list the keys of", p.Table.Name.String(), err))
	}
	return tag.RowsAffected(), nil
}

// Commit commits, and where the connection is lost, asks on another one whether it did.
func (l *loading) Commit(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return context.Cause(ctx)
	}
	_, err := l.conn.Exec(ctx, "COMMIT")
	if err == nil {
		l.began = false
		return nil
	}
	if !server.Lost(err) && ctx.Err() == nil && !l.conn.IsClosed() {
		return server.RefusedRow(server.Failed(ctx, "commit", "", err))
	}
	return l.settle(&gyro.Error{Op: "commit", Err: server.ErrLost, Hint: "nothing was loaded; run again"})
}

// settle finds out what became of a commit whose answer did not come.
func (l *loading) settle(failure error) error {
	ctx, cancel := context.WithTimeout(context.Background(), settleTime)
	defer cancel()
	unknown := &gyro.Error{
		Op: "commit", Err: fmt.Errorf("%w; %w", server.ErrLost, gyro.ErrUncertain),
		Hint: fmt.Sprintf("ask the server: SELECT pg_xact_status('%d')", l.loaded.Transaction.ID),
	}
	for {
		conn, err := l.db.server().Connect(ctx)
		if err == nil {
			var status *string
			err = conn.QueryRow(ctx, "SELECT pg_xact_status($1::text::xid8)", fmt.Sprint(l.loaded.Transaction.ID)).Scan(&status)
			_ = conn.Close(ctx) // only read
			if err == nil && status != nil {
				switch *status {
				case "committed":
					l.began = false
					l.loaded.Notes = append(l.loaded.Notes, "the connection was lost at the end; the server says that the load was committed")
					return nil
				case "aborted":
					return failure
				}
			}
		}
		select {
		case <-ctx.Done():
			return unknown
		case <-time.After(time.Second):
		}
	}
}

// settleTime is how long a commit is asked after.
const settleTime = 30 * time.Second
