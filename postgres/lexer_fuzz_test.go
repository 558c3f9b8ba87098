package postgres_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/gyrodata/gyro/internal/pgtest"
	"github.com/gyrodata/gyro/postgres"
)

// FuzzLexer asks PostgreSQL itself: whatever text the lexer lets through, put where a
// query's text is put and sent by the simple protocol, is one statement, and its
// parenthesis is closed by ours. The sentinel behind it says so: a text that swallowed or
// left the parenthesis would change what comes back.
func FuzzLexer(f *testing.F) {
	for _, seed := range []string{
		"true", "'a' = 'b'", `E'\'' = ''''`, "$$;$$ = $a$)$a$", "1 IN (1, 2) -- ;)", "/* ; /* ) */ ( */ true",
		"true) TO STDOUT; DROP TABLE victim; COPY (SELECT 1 WHERE true", `"x""y" = 1`, "1E'\\';--'", "U&'\\0041' = 'A'", "ARRAY[1][1] = 1",
		"E'a'\n'\\'; SELECT 2; --'", "B'1' = B'1'", "1--\r=1", "$1", "a$b$c", "'\\'; SELECT 2 --'", "(SELECT 1) = 1", "true\n) AS x", "N'x' = 'x'",
		"true /*", "'", "\"", "$$", "x'1F'::int = 31", "1.e'x'", "0x1g'", "1_000 = 1000", "''''", "e''''", "'a' 'b'", "'a' --c\n'b' = 'ab'",
	} {
		f.Add(seed)
	}
	ctx := context.Background()
	conn, err := pgconn.Connect(ctx, pgtest.DB(f))
	if err != nil {
		f.Fatal(err)
	}
	defer func() { _ = conn.Close(ctx) }()
	f.Fuzz(func(t *testing.T, text string) {
		checked, err := postgres.Splice(text, nil)
		if err != nil {
			return
		}
		if checked != text {
			t.Fatalf("without arguments the text changed: %q", checked)
		}
		if strings.Contains(strings.ToLower(text), "sleep") || strings.Contains(text, "pg_") {
			return // a fuzzer with taste; the server is to answer at once
		}
		ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
		defer cancel()
		results, err := conn.Exec(ctx, "BEGIN READ ONLY; SET LOCAL statement_timeout = '2s'").ReadAll()
		if err != nil {
			t.Fatal(err, results)
		}
		results, err = conn.Exec(ctx, "SELECT 'gyro', (SELECT count(*) FROM (SELECT 1 WHERE ("+text+"\n)) AS q), 'end'").ReadAll()
		var refused *pgconn.PgError
		switch {
		case errors.As(err, &refused): // most texts are no SQL; one statement failed as a whole
			if len(results) > 1 {
				t.Errorf("%q ran %d statements before one failed", text, len(results))
			}
		case err != nil:
			t.Fatal(err)
		case len(results) != 1 || len(results[0].FieldDescriptions) != 3 || len(results[0].Rows) != 1 || string(results[0].Rows[0][2]) != "end":
			t.Errorf("%q left its parenthesis: %d results", text, len(results))
		}
		if _, err := conn.Exec(ctx, "ROLLBACK").ReadAll(); err != nil {
			t.Fatal(err)
		}
	})
}
