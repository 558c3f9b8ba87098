package postgres_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/csvdir"
	"github.com/gyrodata/gyro/internal/pgtest"
	"github.com/gyrodata/gyro/load"
	"github.com/gyrodata/gyro/postgres"
	"github.com/gyrodata/gyro/schema"
)

// keyValues are two values of each type that has an order, and so may be a key.
var keyValues = map[string][2]string{
	"smallint": {"7", "8"}, "integer": {"7", "8"}, "bigint": {"7", "8"}, "oid": {"7", "8"}, "numeric": {"7.0", "8.00"}, "real": {"7", "8"},
	"double precision": {"7", "8"}, "text": {"a", "b "}, "character varying(9)": {"a", "b "}, "character(5)": {"a", "b"}, "name": {"a", "b"},
	"date": {"2024-01-01", "0044-03-15 BC"}, "timestamp without time zone": {"2024-01-01 00:00", "0044-03-15 00:00 BC"},
	"timestamp with time zone": {"2024-01-01 00:00Z", "0044-03-15 00:00Z BC"}, "inet": {"10.0.0.1", "::1"}, "cidr": {"10.0.0.1", "::1"},
	"macaddr": {"08:00:2b:01:02:03", "08:00:2b:01:02:04"}, "macaddr8": {"08:00:2b:ff:fe:01:02:03", "08:00:2b:ff:fe:01:02:04"},
	"bit(3)": {"101", "111"}, "bit varying(5)": {"101", "111"}, "time without time zone": {"10:00", "11:00"}, "time with time zone": {"10:00Z", "11:00Z"},
	"boolean": {"t", "f"}, "uuid": {"00000000-0000-0000-0000-00000000000a", "00000000-0000-0000-0000-00000000000b"}, "bytea": {`\x01`, `\x02`},
	"interval": {"1 day", "2 days"},
}

// Every pair of types between which PostgreSQL takes a foreign key: the slice has the child of the parent that was
// selected, and no other, is proved or says that files can't prove it, and is loaded, with the same rows and undone.
func TestForeignKeysBetweenTypes(t *testing.T) {
	t.Parallel()
	source := pgtest.DB(t)
	conn := connect(t, source)
	exec := func(sql string) error { _, err := conn.Exec(t.Context(), sql); return err }
	if err := exec("SET timezone = 'UTC'"); err != nil {
		t.Fatal(err)
	}
	var all []gyro.ImportJob
	var tables, ddl, pairs []string
	n := 0
	for to, toValues := range keyValues {
		for from, values := range keyValues {
			n++
			parent, child := fmt.Sprintf("p%d", n), fmt.Sprintf("c%d", n)
			create := fmt.Sprintf("CREATE TABLE %[1]s (k %[3]s PRIMARY KEY); CREATE TABLE %[2]s (id int PRIMARY KEY, k %[4]s REFERENCES %[1]s)", parent, child, to, from)
			rows := fmt.Sprintf("INSERT INTO %[1]s VALUES ('%[3]s'), ('%[4]s'); INSERT INTO %[2]s VALUES (1, '%[5]s'), (2, '%[6]s')",
				parent, child, toValues[0], toValues[1], values[0], values[1])
			if exec("BEGIN; "+create+"; "+rows+"; COMMIT") != nil {
				if err := exec("ROLLBACK"); err != nil {
					t.Fatal(err)
				}
				continue
			}
			if as := schema.TypeOf(from).ComparedAs(schema.TypeOf(to)); as == schema.AsText && from != to {
				t.Errorf("%s to %s is compared as texts", from, to)
			}
			ddl, tables, pairs = append(ddl, create), append(tables, parent, child), append(pairs, from+" to "+to)
			all = append(all, gyro.ImportJob{Model: gyro.Table(parent), Query: gyro.Where("k = $1", toValues[0])}, gyro.ImportJob{Model: gyro.Table(child)})
		}
	}
	if len(pairs) < 50 {
		t.Errorf("only %d pairs: %s", len(pairs), strings.Join(pairs, ", "))
	}
	dir := slice(t, source, all...)
	for i, pair := range pairs {
		wantBytes(t, dir+"/"+tables[2*i+1]+".csv", pgtest.Copy(t, source+"&options=-ctimezone%3DUTC", "SELECT * FROM "+tables[2*i+1]+" WHERE id = 1"))
		if t.Failed() {
			t.Fatal(pair)
		}
	}
	if v, err := csvdir.Verify(t.Context(), dir, csvdir.VerifyOptions{}); err != nil || len(v.Problems) > 0 {
		t.Errorf("verify: %v, %v", v, err)
	}
	target := pgtest.DB(t)
	pgtest.Exec(t, target, strings.Join(ddl, ";"))
	record := csvdir.Dir{Path: t.TempDir() + "/record"}
	staged := load.Slice{Importers: gyro.Registry{}, Conflict: gyro.Skip(), Record: record}
	mustLoad(t, dir, target, staged)
	for i, pair := range pairs {
		wantQuery(t, target, "SELECT count(*) FROM "+tables[2*i+1], "count\n1")
		if t.Failed() {
			t.Fatal(pair)
		}
	}
	if _, err := load.Undo(t.Context(), record, postgres.DB{URL: target}); err != nil {
		t.Error(err)
	}
}

// Keys that are other texts and equal to the database mean one row, which is included once.
func TestIncludeEqualKeys(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ prepare, parent, child, key, values string }{
		"numeric":    {"", "numeric", "numeric", "'1.0'", "(1, '1'), (2, '1.00'), (3, '1.0'), (4, NULL)"},
		"characters": {"", "text", "character(5)", "'a'", "(1, 'a'), (2, 'a'), (3, 'a    '), (4, NULL)"},
		"citext":     {"CREATE EXTENSION citext;", "citext", "citext", "'Ab'", "(1, 'ab'), (2, 'AB'), (3, 'Ab'), (4, NULL)"},
		"collation":  {"CREATE COLLATION ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false);", "text COLLATE ci", "text", "'Ab'", "(1, 'ab'), (2, 'AB'), (3, 'Ab'), (4, NULL)"},
		"integers":   {"", "numeric", "integer", "'1.0'", "(1, 1), (2, 1), (3, 1), (4, NULL)"},
	} {
		for _, shape := range []string{"k", "t, k"} { // alone, and as a part of a key
			url := pgtest.DB(t)
			err := func() error {
				conn := connect(t, url)
				_, err := conn.Exec(t.Context(), fmt.Sprintf(`%s CREATE TABLE p (id serial PRIMARY KEY, t int, k %s, UNIQUE (%s)); CREATE TABLE c (id int PRIMARY KEY, k %s, t int DEFAULT 1, FOREIGN KEY (%s) REFERENCES p (%s));
					INSERT INTO p (t, k) VALUES (1, %s); INSERT INTO c VALUES %s`, c.prepare, c.parent, shape, c.child, shape, shape, c.key, c.values))
				return err
			}()
			if err != nil {
				t.Logf("%s, %s: %v", name, shape, err)
				continue
			}
			dir := t.TempDir() + "/slice"
			s := slicer(url, dir, "c")
			s.Missing = gyro.Include
			report, err := s.Run(t.Context())
			if err != nil {
				t.Errorf("%s, %s: %v", name, shape, err)
				continue
			}
			for _, f := range report.Files {
				if want := map[string]int64{"p": 1, "c": 4}[f.Model.String()]; f.Rows != want {
					t.Errorf("%s, %s: %d rows of %s", name, shape, f.Rows, f.Model)
				}
			}
			if v, err := csvdir.Verify(t.Context(), dir, csvdir.VerifyOptions{}); err != nil || len(v.Problems) > 0 {
				t.Errorf("%s, %s: %v %v", name, shape, v, err)
			}
		}
	}
}

// An undo sees which rows refer to those that are to go as the server does when they are deleted: that changes such rows,
// or is refused. Oracle: what a DELETE by hand does.
func TestUndoAcrossCollations(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ parent, child, refers string }{
		"the child's calls more equal":  {`"C"`, "ci", "A"},
		"the parent's calls more equal": {"ci", `"C"`, "A"},
		"two that tell all apart":       {`"C"`, `"de-x-icu"`, "A"},
	} {
		source, target := pgtest.DB(t), pgtest.DB(t)
		const collation = "CREATE COLLATION ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false);"
		tables := fmt.Sprintf("CREATE TABLE p (k text COLLATE %s PRIMARY KEY); CREATE TABLE c (id int PRIMARY KEY, k text COLLATE %s REFERENCES p ON DELETE CASCADE);", c.parent, c.child)
		conn := connect(t, source)
		if _, err := conn.Exec(t.Context(), collation+tables+"INSERT INTO p VALUES ('a')"); err != nil {
			t.Logf("%s: %v", name, err) // PostgreSQL 18 refuses keys whose collations disagree
			continue
		}
		pgtest.Exec(t, target, collation+tables)
		if c.parent != "ci" {
			pgtest.Exec(t, target, "INSERT INTO p VALUES ('A')")
		}
		dir, record := slice(t, source, gyro.ImportJob{Model: gyro.Table("p")}), csvdir.Dir{Path: t.TempDir() + "/record"}
		mustLoad(t, dir, target, load.Slice{Record: record})
		pgtest.Exec(t, target, "INSERT INTO c VALUES (1, '"+c.refers+"')")
		_, err := load.Undo(t.Context(), record, postgres.DB{URL: target})
		refused := err != nil && strings.Contains(err.Error(), "refers to its rows")
		wantQuery(t, target, "SELECT k FROM c", "k\nA")
		pgtest.Exec(t, target, "INSERT INTO p VALUES ('a') ON CONFLICT DO NOTHING; DELETE FROM p WHERE k COLLATE \"C\" = 'a'")
		if changed := string(pgtest.Copy(t, target, "SELECT k FROM c")) == "k\n"; changed != refused || err != nil && !refused {
			t.Errorf("%s: by hand the row goes with it: %t; the undo: %v", name, changed, err)
		}
	}
}

// At most N rows for each parent are counted by the parent, whatever the writing of its key, in each shape of SELECT.
func TestPerParentOfEqualKeys(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ prepare, parent, child, key, values string }{
		"numeric":    {"", "numeric", "numeric", "'1.0'", "(1, '1'), (2, '1.00'), (3, '1.0')"},
		"characters": {"", "character(5)", "text", "'a'", "(1, 'a'), (2, 'a '), (3, 'a    ')"},
		"citext":     {"CREATE EXTENSION citext;", "citext", "citext", "'Ab'", "(1, 'ab'), (2, 'AB'), (3, 'Ab')"},
		"collation":  {"CREATE COLLATION ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false);", "text COLLATE ci", "text", "'Ab'", "(1, 'ab'), (2, 'AB'), (3, 'Ab')"},
	} {
		url := pgtest.DB(t)
		conn := connect(t, url)
		_, err := conn.Exec(t.Context(), fmt.Sprintf(`%s CREATE TABLE p (id serial PRIMARY KEY, k %s UNIQUE);
			CREATE TABLE never_null (id int PRIMARY KEY, k %[3]s NOT NULL REFERENCES p (k)); CREATE TABLE nullable (id int PRIMARY KEY, k %[3]s REFERENCES p (k));
			INSERT INTO p (k) VALUES (%[4]s); INSERT INTO never_null VALUES %[5]s; INSERT INTO nullable VALUES %[5]s, (4, NULL)`, c.prepare, c.parent, c.child, c.key, c.values))
		if err != nil {
			t.Logf("%s: %v", name, err) // PostgreSQL 18 refuses keys whose collations disagree
			continue
		}
		for _, parent := range []bool{true, false} { // with a job, whose keys restrict, or included
			for child, want := range map[string]int64{"never_null": 1, "nullable": 2} {
				s := slicer(url, t.TempDir()+"/slice")
				if parent {
					s.Jobs = append(s.Jobs, gyro.ImportJob{Model: gyro.Table("p"), Query: gyro.Where("id > 0")})
				} else {
					s.Missing = gyro.Include
				}
				s.Jobs = append(s.Jobs, gyro.ImportJob{Model: gyro.Table(child), Limit: 1, Per: "k", Orphans: true})
				report, err := s.Run(t.Context())
				if err != nil {
					t.Errorf("%s, %s: %v", name, child, err)
					continue
				}
				for _, f := range report.Files {
					if f.Model.Table == child && f.Rows != want {
						t.Errorf("%s: %d rows of %s, not %d; its parent has a job: %t", name, f.Rows, child, want, parent)
					}
				}
			}
		}
	}
}
