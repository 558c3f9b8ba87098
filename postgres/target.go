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
	"github.com/gyrodata/gyro/schema"
)

// Exclusive says whether a load may have its tables to itself: see [DB].
type Exclusive string

// The choices.
const (
	ExclusiveAuto   Exclusive = "auto"
	ExclusiveAlways Exclusive = "always"
	ExclusiveNever  Exclusive = "never"
)

// loading is one connection to a target, and the one transaction on it.
type loading struct {
	db      DB
	conn    *pgx.Conn
	origin  gyro.Origin
	plan    *driver.LoadPlan
	parts   []*part // as the plan's tables
	loaded  *driver.Loaded
	began   bool                                  // a transaction is open
	trying  bool                                  // rows of sheets are tried before they go in
	refused map[int]refusals                      // by table, the rows of sheets that the server was found to refuse
	version int                                   // of the server, as 150018
	types   map[schema.Name]map[string]columnType // of tables that sheets are compared with
	// dropped are the foreign keys, and the indexes, that are to be made again.
	dropped  [2][]restorable
	triggers []string // statements that turn triggers on again
}

var (
	_ driver.Loader = DB{}
	_ driver.Target = (*loading)(nil)
)

// OpenTarget connects.
func (d DB) OpenTarget(ctx context.Context) (driver.Target, error) {
	switch d.Exclusive {
	case "", ExclusiveAuto, ExclusiveAlways, ExclusiveNever:
	default:
		return nil, &gyro.Error{Op: "load", Err: fmt.Errorf("Exclusive can't be %q", string(d.Exclusive)), Hint: "auto, always or never"}
	}
	conn, err := d.server().Connect(ctx)
	if err != nil {
		return nil, err
	}
	l := &loading{db: d, conn: conn}
	if err := l.look(ctx); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return l, nil
}

// look finds out what the server is.
func (l *loading) look(ctx context.Context) error {
	var (
		version string
		micros  int64
	)
	err := l.conn.QueryRow(ctx, `SELECT current_setting('server_version_num')::int, current_setting('server_version'), pg_is_in_recovery(),
		(extract(epoch FROM clock_timestamp()) * 1000000)::bigint`).Scan(&l.version, &version, &l.origin.Standby, &micros)
	switch {
	case err != nil:
		return server.Failed(ctx, "connect", "", err)
	case l.version < server.Oldest:
		return &gyro.Error{Op: "connect", Err: fmt.Errorf("the target is PostgreSQL %s; Gyro loads into 13 and later", version)}
	case l.origin.Standby:
		return &gyro.Error{Op: "connect", Err: errors.New("the target is a standby, into which nothing can be written"), Hint: "name the primary"}
	}
	version, _, _ = strings.Cut(version, " ")
	l.origin.Server, l.origin.Time = "PostgreSQL "+version, time.UnixMicro(micros).UTC()
	return nil
}

// Origin says what is loaded into.
func (l *loading) Origin() gyro.Origin { return l.origin }

// Catalog reads all tables of the target.
func (l *loading) Catalog(ctx context.Context) (schema.Catalog, error) {
	if err := l.exec(ctx, "read the catalog", "BEGIN READ ONLY; SET LOCAL search_path = public; SET LOCAL quote_all_identifiers = off"); err != nil {
		return nil, err
	}
	catalog, err := server.ReadCatalog(ctx, l.conn)
	if err != nil {
		return nil, err
	}
	if err := l.domains(ctx, catalog); err != nil {
		return nil, err
	}
	return catalog, l.exec(ctx, "read the catalog", "COMMIT")
}

// domains says of columns of a domain what that is made of, and whether it takes NULL.
func (l *loading) domains(ctx context.Context, catalog schema.Catalog) error {
	rows, err := l.conn.Query(ctx, `WITH RECURSIVE d AS (
			SELECT oid AS domain, typbasetype AS base, typtypmod AS typmod, typnotnull AS required FROM pg_type WHERE typtype = 'd'
			UNION ALL SELECT d.domain, t.typbasetype, t.typtypmod, d.required OR t.typnotnull FROM d JOIN pg_type t ON t.oid = d.base WHERE t.typtype = 'd')
		SELECT n.nspname, c.relname, a.attname, format_type(d.base, d.typmod), d.required
		FROM d JOIN pg_type b ON b.oid = d.base AND b.typtype <> 'd' JOIN pg_attribute a ON a.atttypid = d.domain AND a.attnum > 0 AND NOT a.attisdropped
		JOIN pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p', 'f') JOIN pg_namespace n ON n.oid = c.relnamespace`)
	if err != nil {
		return server.Failed(ctx, "read the catalog", "", err)
	}
	defer rows.Close()
	for rows.Next() {
		var (
			name         schema.Name
			column, base string
			required     bool
		)
		if err := rows.Scan(&name.Schema, &name.Table, &column, &base, &required); err != nil {
			return server.Failed(ctx, "read the catalog", "", err)
		}
		table := catalog[name]
		if table == nil {
			continue
		}
		for i := range table.Columns {
			if c := &table.Columns[i]; c.Name == column {
				c.Base, c.NotNull = base, c.NotNull || required
			}
		}
	}
	if err := rows.Err(); err != nil {
		return server.Failed(ctx, "read the catalog", "", err)
	}
	return nil
}

// Close ends the transaction, where it is open, and the connection.
func (l *loading) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if l.began && !l.conn.IsClosed() {
		_, _ = l.conn.Exec(ctx, "ROLLBACK") // closing does it as well, a little later
	}
	if err := l.conn.Close(ctx); err != nil && !server.Lost(err) {
		return server.Failed(ctx, "disconnect", "", err)
	}
	return nil
}

// exec runs statements without arguments.
func (l *loading) exec(ctx context.Context, op, text string) error {
	if _, err := l.conn.PgConn().Exec(ctx, text).ReadAll(); err != nil {
		return server.Failed(ctx, op, "", err)
	}
	return nil
}

// number asks for one number, such as a count.
func (l *loading) number(ctx context.Context, op, text string) (int64, error) {
	var n *int64
	if err := l.conn.QueryRow(ctx, text).Scan(&n); err != nil {
		return 0, server.Hidden(server.Failed(ctx, op, "", err))
	}
	if n == nil {
		return 0, nil
	}
	return *n, nil
}

// changed runs a statement that changes rows, and says how many.
func (l *loading) changed(ctx context.Context, op, place, text string) (int64, error) {
	tag, err := l.conn.Exec(ctx, text)
	if err != nil {
		return 0, server.RefusedRow(server.Failed(ctx, op, place, err))
	}
	return tag.RowsAffected(), nil
}

// texts asks for a column of texts.
func (l *loading) texts(ctx context.Context, op, text string, args ...any) ([]string, error) {
	rows, err := l.conn.Query(ctx, text, args...)
	if err != nil {
		return nil, server.Failed(ctx, op, "", err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, server.Failed(ctx, op, "", err)
	}
	return all, nil
}

func (l *loading) tell(e driver.LoadEvent) {
	if l.plan.Tell != nil {
		l.plan.Tell(e)
	}
}

// stage tells a stage of one table, or of none (-1).
func (l *loading) stage(stage gyro.Stage, table int) {
	l.tell(driver.LoadEvent{Stage: stage, Table: table})
}

// copyIn sends a file to COPY … FROM STDIN and tells how far it is.
func (l *loading) copyIn(ctx context.Context, p *part, stage gyro.Stage, text string) (int64, error) {
	file, err := l.plan.Open(ctx, p.i)
	if err != nil {
		return 0, err
	}
	source := l.reading(p, file, stage)
	rows, err := l.copy(ctx, p, source, text)
	return rows, l.copied(p, stage, source, rows, file.Close(), err)
}

// reading begins to read a file that is to be copied.
func (l *loading) reading(p *part, file io.Reader, stage gyro.Stage) *counted {
	source := &counted{Reader: file, tell: func(bytes int64) { l.tell(driver.LoadEvent{Stage: stage, Table: p.i, Bytes: bytes}) }}
	source.tell(0)
	return source
}

// copy sends what is read, up to io.EOF, to COPY … FROM STDIN.
func (l *loading) copy(ctx context.Context, p *part, source *counted, text string) (int64, error) {
	tag, err := l.conn.PgConn().CopyFrom(ctx, source, text)
	switch {
	case source.err != nil:
		return 0, source.err
	case err != nil:
		return 0, server.RefusedRow(server.Failed(ctx, "copy", p.Table.Name.String(), err))
	}
	return tag.RowsAffected(), nil
}

// copied tells that a file was copied, where it was.
func (l *loading) copied(p *part, stage gyro.Stage, source *counted, rows int64, closeErr, err error) error {
	switch {
	case err != nil:
		return err
	case closeErr != nil:
		return fmt.Errorf("close %s: %w", p.File, closeErr)
	}
	l.tell(driver.LoadEvent{Stage: stage, Table: p.i, Done: true, Rows: rows, Bytes: source.n})
	return nil
}

// counted counts what is read, and remembers its own error, to tell it from the connection's.
type counted struct {
	io.Reader
	n    int64
	err  error
	tell func(int64)
}

func (r *counted) Read(b []byte) (int, error) {
	n, err := r.Reader.Read(b)
	r.n += int64(n)
	if n > 0 {
		r.tell(r.n)
	}
	if err != nil && !errors.Is(err, io.EOF) {
		r.err = err
	}
	return n, err //nolint:wrapcheck // io.EOF has to stay what it is
}
