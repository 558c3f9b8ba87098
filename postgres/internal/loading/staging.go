package loading

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/postgres/internal/server"
)

// stageAll copies every file that does not go straight into its table into a staging table:
// one with the columns' types, and no constraint.
func (l *Load) stageAll(ctx context.Context) error {
	for _, t := range l.Tables {
		if t.Direct {
			t.Staged = t.Rows
			continue
		}
		if err := l.stageOne(ctx, t); err != nil {
			return err
		}
	}
	return nil
}

func (l *Load) stageOne(ctx context.Context, t *TableLoad) error {
	var columns []string
	for _, c := range t.Columns {
		text := server.Quote(c.Name)
		if c.Expr != "" || !c.Load { // its text, of which SQL makes a value, or nothing
			text = "''::pg_catalog.text AS " + text
		}
		columns = append(columns, text)
	}
	text := fmt.Sprintf("CREATE TEMP TABLE gyro_stage_%d ON COMMIT DROP AS SELECT %s FROM %s WITH NO DATA", t.Number, strings.Join(columns, ", "), t.Target())
	list := ""
	if t.Alone = l.Mapping.alone(t); t.Alone {
		list = t.staged()
		text += l.Mapping.draws(t)
	}
	if err := l.Exec(ctx, "make a staging table", text); err != nil {
		return err
	}
	var err error
	t.Staged, err = l.CopyIn(ctx, t, gyro.Staging, "COPY "+t.Staging+list+" FROM STDIN (FORMAT csv, HEADER)")
	if err != nil {
		return err
	}
	t.Fresh = t.Staged
	return l.Exec(ctx, "analyze", sketch(t.Staging))
}

// sketch has the server look at a table of ours: how many rows, and roughly what is in them, is all that joins by keys are
// planned by. As thoroughly as a table that stays, it would take ten times as long.
func sketch(table string) string {
	return "SET LOCAL default_statistics_target = 10; ANALYZE " + table + "; SET LOCAL default_statistics_target TO DEFAULT"
}

// CopyIn sends a file to COPY … FROM STDIN and tells how far it is.
func (l *Load) CopyIn(ctx context.Context, t *TableLoad, stage gyro.Stage, text string) (int64, error) {
	file, err := l.Plan.Open(ctx, t.Number)
	if err != nil {
		return 0, err
	}
	source := l.Read(t, file, stage)
	rows, err := l.Copy(ctx, t, source, text)
	return rows, l.Copied(t, stage, source, rows, file.Close(), err)
}

// Read begins to read a file that is to be copied.
func (l *Load) Read(t *TableLoad, file io.Reader, stage gyro.Stage) *Source {
	source := &Source{Reader: file, tell: func(bytes int64) { l.Tell(driver.LoadEvent{Stage: stage, Table: t.Number, Bytes: bytes}) }}
	source.tell(0)
	return source
}

// Copy sends what is read, up to io.EOF, to COPY … FROM STDIN.
func (l *Load) Copy(ctx context.Context, t *TableLoad, source *Source, text string) (int64, error) {
	tag, err := l.Conn.PgConn().CopyFrom(ctx, server.Feed(l.Conn, source), text)
	switch {
	case source.err != nil:
		return 0, source.err
	case err != nil:
		return 0, server.RefusedRow(server.Failed(ctx, "copy", t.Table.Name.String(), err))
	}
	return tag.RowsAffected(), nil
}

// Copied tells that a file was copied, where it was.
func (l *Load) Copied(t *TableLoad, stage gyro.Stage, source *Source, rows int64, closeErr, err error) error {
	switch {
	case err != nil:
		return err
	case closeErr != nil:
		return fmt.Errorf("close %s: %w", t.File, closeErr)
	}
	l.Tell(driver.LoadEvent{Stage: stage, Table: t.Number, Done: true, Rows: rows, Bytes: source.n})
	return nil
}

// Source counts what is read, and remembers its own error, to tell it from the connection's.
type Source struct {
	io.Reader
	n    int64
	err  error
	tell func(int64)
}

func (s *Source) Read(b []byte) (int, error) {
	n, err := s.Reader.Read(b)
	s.n += int64(n)
	if n > 0 {
		s.tell(s.n)
	}
	if err != nil && !errors.Is(err, io.EOF) {
		s.err = err
	}
	return n, err //nolint:wrapcheck // io.EOF has to stay what it is
}
