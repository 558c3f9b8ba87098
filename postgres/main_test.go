package postgres_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/csvdir"
	"github.com/gyrodata/gyro/export"
	"github.com/gyrodata/gyro/internal/pgtest"
	"github.com/gyrodata/gyro/postgres"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

// texts are notes as a Go program reads them.
func texts(notes []gyro.Text) []string {
	var all []string
	for _, note := range notes {
		all = append(all, note.String())
	}
	return all
}

// models are tables by their names.
func models(tables ...string) []gyro.Model {
	var all []gyro.Model
	for _, name := range tables {
		all = append(all, gyro.Table(name))
	}
	return all
}

// slice exports jobs into a fresh directory and gives its path.
func slice(t *testing.T, url string, jobs ...gyro.ImportJob) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "slice")
	if _, err := run(t, url, dir, jobs...); err != nil {
		t.Fatal(err)
	}
	return dir
}

// slicer takes whole tables.
func slicer(url, target string, tables ...string) export.Slice {
	return export.Slice{Source: postgres.DB{URL: url}, Target: csvdir.Dir{Path: target}, Jobs: jobs(tables...)}
}

// run exports jobs into target.
func run(t *testing.T, url, target string, jobs ...gyro.ImportJob) (*gyro.Report, error) {
	t.Helper()
	return export.Slice{Source: postgres.DB{URL: url}, Target: csvdir.Dir{Path: target}, Jobs: jobs}.Run(t.Context())
}

// plan gives the error of planning jobs.
func plan(t *testing.T, url string, jobs ...gyro.ImportJob) error {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "slice")
	_, err := export.Slice{Source: postgres.DB{URL: url}, Target: csvdir.Dir{Path: dir}, Jobs: jobs}.Plan(t.Context())
	return err
}

// wantBytes compares a file of a slice with what psql writes.
func wantBytes(t *testing.T, file string, want []byte) {
	t.Helper()
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Equal(got, want) {
		return
	}
	gotLines, wantLines := strings.Split(string(got), "\n"), strings.Split(string(want), "\n")
	for i := range gotLines {
		if i >= len(wantLines) || gotLines[i] != wantLines[i] {
			t.Fatalf("%s: %d bytes, psql wrote %d; line %d is\n%q\npsql's is\n%q", filepath.Base(file), len(got), len(want), i+1, gotLines[i], at(wantLines, i))
		}
	}
	t.Fatalf("%s: %d bytes, psql wrote %d", filepath.Base(file), len(got), len(want))
}

func at(lines []string, i int) string {
	if i < len(lines) {
		return lines[i]
	}
	return "(none)"
}

// connect opens a connection of the test's own.
func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.Background()) })
	return conn
}
