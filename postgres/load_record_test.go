package postgres_test

import (
	"context"
	"io"
	"path/filepath"
	"testing"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/csvdir"
	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/internal/pgtest"
	"github.com/gyrodata/gyro/load"
	"github.com/gyrodata/gyro/postgres"
)

// countingStore counts how often the files of a record are written to.
type countingStore struct {
	csvdir.Dir
	writes *int
}

type countingWriter struct {
	driver.SliceWriter
	writes *int
}

type countingFile struct {
	io.WriteCloser
	writes *int
}

func (s countingStore) Begin(ctx context.Context, files []string) (driver.SliceWriter, error) {
	w, err := s.Dir.Begin(ctx, files)
	return countingWriter{w, s.writes}, err
}

func (w countingWriter) Create(ctx context.Context, file string) (io.WriteCloser, error) {
	f, err := w.SliceWriter.Create(ctx, file)
	return countingFile{f, w.writes}, err
}

func (f countingFile) Write(b []byte) (int, error) {
	*f.writes++
	return f.WriteCloser.Write(b) //nolint:wrapcheck // as it is
}

// A record of many keys is written in few pieces.
func TestLoadRecordsInPieces(t *testing.T) {
	t.Parallel()
	const table = "CREATE TABLE a (id bigserial PRIMARY KEY);"
	_, dir := taken(t, table+"INSERT INTO a SELECT n FROM generate_series(1, 20000) n", "a")
	for _, ids := range []gyro.IDs{gyro.Keep(), gyro.Sequential()} {
		target, writes := pgtest.DB(t), 0
		pgtest.Exec(t, target, table)
		store := countingStore{csvdir.Dir{Path: filepath.Join(t.TempDir(), "record")}, &writes}
		mustLoad(t, dir, target, load.Slice{IDs: ids, Record: store})
		if writes > 10 {
			t.Errorf("%v: %d writes for 20,000 keys", ids, writes)
		}
		pgtest.Exec(t, target, "INSERT INTO a VALUES (1000000)")
		if report, err := load.Undo(t.Context(), store.Dir, postgres.DB{URL: target}); err != nil || report.Load.Tables[0].Deleted != 20000 {
			t.Errorf("%v: undone: %v, %v", ids, report, err)
		}
	}
}
