package postgres_test

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/internal/pgtest"
)

// attacks are texts that tried to leave the place they stand in.
var attacks = []string{
	"true) TO STDOUT; COMMIT; DROP TABLE victim; COPY (SELECT 1 WHERE true",
	"true; DROP TABLE victim",
	"true); DROP TABLE victim; --",
	"true\n); DROP TABLE victim; --",
	"true) TO PROGRAM 'touch /tmp/x'; --",
	"true) TO '/tmp/x'; --",
	"id = 1 /* */); DROP TABLE victim; --",
	"'\\'; DROP TABLE victim; --' = ''",
	"E'\\\\'; DROP TABLE victim; --' = ''",
	"E'x'\n'\\'); DROP TABLE victim; --'",
	"U&'\\'; DROP TABLE victim; --' = ''",
	"1E'\\'; DROP TABLE victim; --' = ''",
	"$$ $$; DROP TABLE victim; --",
	"$a$ $a$ ); DROP TABLE victim; --",
	"$ü$ $u$); DROP TABLE victim; -- $ü$",
	"\"a\"\"); DROP TABLE victim; --",
	"id = 1 --\r); DROP TABLE victim; --",
	"EXISTS (SELECT 1 FROM victim)); DROP TABLE victim",
	"id IN (WITH d AS (DELETE FROM victim RETURNING id) SELECT id FROM d)",
	"id = (SELECT nextval('victim_seq'))",
	"true) UNION ALL SELECT secret FROM secrets WHERE (true",
	"true) ORDER BY 1 LIMIT ALL OFFSET (0",
	"id = 1\x00); DROP TABLE victim; --",
	"set_config('transaction_read_only', 'off', true) = 'off'; DROP TABLE victim",
}

const victim = `
CREATE TABLE victim (id int PRIMARY KEY, name text);
CREATE SEQUENCE victim_seq;
CREATE TABLE secrets (secret int PRIMARY KEY);
INSERT INTO victim VALUES (1, 'a'), (2, 'b');
INSERT INTO secrets VALUES (42);`

// What only looks like an attack is taken for what it is.
func TestHarmlessQueries(t *testing.T) {
	t.Parallel()
	url := pgtest.DB(t)
	pgtest.Exec(t, url, victim)
	for _, query := range []string{
		"id = 1 /* /* */); DROP TABLE victim; -- */",
		"id = 1 AND name <> '); DROP TABLE victim; --'",
		"id = 1 AND name <> $x$); DROP TABLE victim; --$x$",
		"id = 1 -- ); DROP TABLE victim",
	} {
		dir := slice(t, url, gyro.ImportJob{Model: gyro.Table("victim"), Query: gyro.Where(query)})
		wantBytes(t, filepath.Join(dir, "victim.csv"), []byte("id,name\n1,a\n"))
		unharmed(t, url, query)
	}
}

// unharmed checks that victim has its two rows and its sequence never moved.
func unharmed(t *testing.T, url, attack string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url) // closed at once: there are many attacks
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	var rows int
	var called bool
	err = conn.QueryRow(t.Context(), "SELECT (SELECT count(*) FROM victim), (SELECT is_called FROM victim_seq)").Scan(&rows, &called)
	if err != nil || rows != 2 || called {
		t.Fatalf("after %q: %d rows, sequence called: %v, %v", attack, rows, called, err)
	}
}

// A predicate, or a whole query, can't run a second statement, write, or leave its place.
func TestInjectionInQueries(t *testing.T) {
	t.Parallel()
	url := pgtest.DB(t)
	pgtest.Exec(t, url, victim)
	for _, attack := range attacks {
		for kind, query := range map[string]gyro.Query{
			"where":  gyro.Where(attack),
			"sql":    gyro.SQL("SELECT id FROM victim WHERE " + attack),
			"as sql": gyro.SQL(attack),
		} {
			target := filepath.Join(t.TempDir(), "slice")
			_, err := run(t, url, target, gyro.ImportJob{Model: gyro.Table("victim"), Query: query})
			if err == nil {
				t.Errorf("%s %q was taken", kind, attack)
			}
			if left, _ := filepath.Glob(filepath.Join(target, "*")); len(left) > 0 {
				t.Errorf("%s %q left %v", kind, attack, left)
			}
			unharmed(t, url, attack)
		}
	}
}

// Arguments are values whatever they hold.
func TestInjectionInArguments(t *testing.T) {
	t.Parallel()
	url := pgtest.DB(t)
	pgtest.Exec(t, url, victim)
	conn := connect(t, url)
	for i, attack := range append([]string{"'", "''", `\'`, `\`, "$1", "$$", `"`, "a\nb", "--", "/*", "x' OR 'x'='x", "\\.", "é'; --", ""}, attacks...) {
		if strings.Contains(attack, "\x00") {
			if err := plan(t, url, gyro.ImportJob{Model: gyro.Table("victim"), Query: gyro.Where("name = $1", attack)}); err == nil || !strings.Contains(err.Error(), "$1 holds a NUL byte") {
				t.Errorf("NUL in an argument: %v", err)
			}
			continue
		}
		id := 100 + i
		if _, err := conn.Exec(t.Context(), "INSERT INTO victim VALUES ($1, $2)", id, attack); err != nil {
			t.Fatal(err)
		}
		for _, query := range map[string]gyro.Query{
			"text":  gyro.Where("name = $1 AND id > 2", attack),
			"array": gyro.Where("name = ANY($1) AND id > 2", []string{attack, "no such name"}),
			"sql":   gyro.SQL("SELECT id FROM victim WHERE name = $2 AND id > $1", 2, attack),
			"json":  gyro.Where("to_jsonb(name) = $1 AND id > 2", asJSON(t, attack)),
		} {
			dir := slice(t, url, gyro.ImportJob{Model: gyro.Table("victim"), Query: query})
			wantBytes(t, filepath.Join(dir, "victim.csv"), pgtest.Copy(t, url, fmt.Sprintf("SELECT * FROM victim WHERE id = %d", id)))
		}
		if _, err := conn.Exec(t.Context(), "DELETE FROM victim WHERE id = $1", id); err != nil {
			t.Fatal(err)
		}
		unharmed(t, url, attack)
	}
}

// Names of tables and columns are quoted whatever they hold; where they don't exist, the
// error says so and nothing has run.
func TestInjectionInNames(t *testing.T) {
	t.Parallel()
	url := pgtest.DB(t)
	pgtest.Exec(t, url, victim)
	for _, attack := range attacks {
		if strings.Contains(attack, "\x00") {
			continue
		}
		name := attack[:min(len(attack), 40)]
		quoted := `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
		pgtest.Exec(t, url, "CREATE TABLE "+quoted+" (id int PRIMARY KEY, "+strings.ReplaceAll(quoted, "id", "ID")+" text); INSERT INTO "+quoted+" VALUES (7, 'x')")
		dir := filepath.Join(t.TempDir(), "slice")
		if _, err := run(t, url, dir, gyro.ImportJob{Model: gyro.Table(quoted), Query: gyro.Where("id = $1", 7)}); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		files, _ := filepath.Glob(filepath.Join(dir, "*.csv"))
		if len(files) != 1 {
			t.Fatalf("%s: %v", name, files)
		}
		wantBytes(t, files[0], pgtest.Copy(t, url, "SELECT * FROM "+quoted))
		pgtest.Exec(t, url, "DROP TABLE "+quoted)
		unharmed(t, url, attack)
	}
}

// asJSON is a text as a JSON document.
func asJSON(t *testing.T, text string) string {
	t.Helper()
	b, err := json.Marshal(text)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
