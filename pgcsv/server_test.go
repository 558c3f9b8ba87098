package pgcsv_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/gyrodata/gyro/internal/pgtest"
	"github.com/gyrodata/gyro/pgcsv"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

// FuzzServer asks PostgreSQL itself, with rows of up to three columns, or none: COPY TO
// writes the bytes that Writer writes, COPY FROM takes them, and Reader gives the values.
func FuzzServer(f *testing.F) {
	for text, values := range rows {
		f.Add([]byte(text), byte(1), "id")
		f.Add([]byte(strings.Join(values, "\x01")), byte(len(values)), "a,b")
	}
	for _, seed := range []string{
		"", "\x01", "\x02", "\x02\x01\x02", " ", "\t", "\v\f\b", "\\.", "\\.\n", "\n\\.\n", "x\n\\.\ny", "\\.\x01\\.", "\\", "\\n", "\\N", "'", "\"", "\"\"",
		" lead", "trail ", "a\rb", "\r", "\r\n", "\n", "\xc2\x85", "\u2028", "\ufeff", "-- x", "NULL", ";", "$$", "a\x7f",
	} {
		for width := range byte(4) {
			f.Add([]byte(seed), width, "c"+seed)
		}
	}
	f.Add([]byte("x"), byte(1), `\.`)
	ctx := context.Background()
	conn, err := pgconn.Connect(ctx, pgtest.DB(f))
	if err != nil {
		f.Fatal(err)
	}
	defer func() { _ = conn.Close(ctx) }()
	f.Fuzz(func(t *testing.T, data []byte, width byte, name string) {
		ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
		defer cancel()
		table, want := tableOf(data, int(width%4), name)
		asked := askServer(ctx, t, conn, table)
		if d := cmp.Diff(want, asked); d != "" {
			t.Errorf("COPY TO (-Writer +server):\n%s", d)
		}
		got, _, err := file(strings.NewReader(asked))
		if d := cmp.Diff(table, got); d != "" || err != nil {
			t.Errorf("%q is read wrong: %v\n%s", asked, err, d)
		}
	})
}

// tableOf makes a header and rows of the fuzzer's bytes, and what Writer makes of them.
func tableOf(data []byte, width int, name string) (table [][]string, written string) {
	text := func(s string) string {
		return strings.Map(func(r rune) rune {
			if r == 0 {
				return -1
			}
			return r
		}, strings.ToValidUTF8(s, "?"))
	}
	header := []string{}
	for i := range width {
		n := []rune(text(name)) // PostgreSQL cuts a name after 63 bytes
		header = append(header, string(n[:min(len(n), 15)]))
		if i > 0 || header[i] == "" {
			header[i] += fmt.Sprint(i)
		}
	}
	table = [][]string{header}
	row := []string{}
	for v := range strings.SplitSeq(string(data), "\x01") {
		if width > 0 {
			if v = text(v); v == "\x02" {
				v = null
			}
			row = append(row, v)
		}
		if len(row) == width {
			table = append(table, row)
			row = []string{}
		}
	}
	var b bytes.Buffer
	w := pgcsv.NewWriter(&b)
	_ = w.Header(header)
	for _, r := range table[1:] {
		_ = w.Write(fieldsOf(r...))
	}
	_ = w.Flush()
	return table, b.String()
}

// askServer puts the rows into a table twice, as bound values and as CSV, and gives what COPY
// makes of both.
func askServer(ctx context.Context, t *testing.T, conn *pgconn.PgConn, table [][]string) string {
	t.Helper()
	run := func(sql string) {
		if _, err := conn.Exec(ctx, sql).ReadAll(); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
	var columns, places []string
	for i, name := range table[0] {
		columns = append(columns, pgx.Identifier{name}.Sanitize()+" text")
		places = append(places, fmt.Sprintf("$%d", i+1))
	}
	run("DROP TABLE IF EXISTS bound, copied")
	run("CREATE TEMP TABLE bound (" + strings.Join(columns, ", ") + ")")
	run("CREATE TEMP TABLE copied (LIKE bound)")
	insert := "INSERT INTO bound VALUES (" + strings.Join(places, ", ") + ")"
	if len(columns) == 0 {
		insert = "INSERT INTO bound DEFAULT VALUES"
	}
	for _, row := range table[1:] {
		var values [][]byte
		for _, v := range row {
			if v == null {
				values = append(values, nil)
				continue
			}
			values = append(values, []byte(v))
		}
		if r := conn.ExecParams(ctx, insert, values, nil, nil, nil).Read(); r.Err != nil {
			t.Fatal(r.Err)
		}
	}
	var bound, copied bytes.Buffer
	copyTo := func(table string, b *bytes.Buffer) {
		if _, err := conn.CopyTo(ctx, b, "COPY "+table+" TO STDOUT (FORMAT csv, HEADER)"); err != nil {
			t.Fatal(err)
		}
	}
	copyTo("bound", &bound)
	written := bound.String()
	if _, err := conn.CopyFrom(ctx, strings.NewReader(written), "COPY copied FROM STDIN (FORMAT csv, HEADER)"); err != nil {
		t.Fatalf("COPY FROM refuses %q: %v", written, err)
	}
	copyTo("copied", &copied)
	if d := cmp.Diff(written, copied.String()); d != "" {
		t.Errorf("COPY FROM took it otherwise (-bound +copied):\n%s", d)
	}
	return written
}
