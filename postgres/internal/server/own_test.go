package server

import "testing"

func TestOwn(t *testing.T) {
	t.Parallel()
	for sql, want := range map[string]string{
		"SELECT count(*) FROM {t} t WHERE t.a = 1 AND NOT b":           "SELECT pg_catalog.count(*) FROM {t} t WHERE t.a OPERATOR(pg_catalog.=) 1 AND NOT b",
		"SELECT max(a)::int8, b::text[] FROM x":                        "SELECT pg_catalog.max(a)::pg_catalog.int8, b::pg_catalog.text[] FROM x",
		"SELECT a::integer, '='::bigint, -1, \"a=b\"":                  "SELECT a::integer, '='::bigint, -1, \"a=b\"",
		"SELECT coalesce(l.n, 0) FROM %s AS q(row, line)":              "SELECT coalesce(l.n, 0) FROM %s AS q(row, line)",
		"SELECT 'x' || (a - 1) FROM pg_catalog.unnest($1) u":           "SELECT 'x' OPERATOR(pg_catalog.||) (a OPERATOR(pg_catalog.-) 1) FROM pg_catalog.unnest($1) u",
		"SELECT t.*, * FROM t WHERE a > ANY (SELECT b)":                "SELECT t.*, * FROM t WHERE a OPERATOR(pg_catalog.>) ANY (SELECT b)",
		"CASE WHEN a = b THEN c = d END":                               "CASE WHEN a OPERATOR(pg_catalog.=) b THEN c OPERATOR(pg_catalog.=) d END",
		"row_number() OVER (ORDER BY a) AS n":                          "pg_catalog.row_number() OVER (ORDER BY a) AS n",
		"a IS NOT NULL AND (a = b) IS NOT FALSE":                       "a IS NOT NULL AND (a OPERATOR(pg_catalog.=) b) IS NOT FALSE",
		"SELECT %[1]s::xid FROM x ORDER BY a, b DESC":                  "SELECT %[1]s::pg_catalog.xid FROM x ORDER BY a, b DESC",
		"WITH m AS MATERIALIZED (SELECT 1) SELECT sum(n)::int8 FROM m": "WITH m AS MATERIALIZED (SELECT 1) SELECT pg_catalog.sum(n)::pg_catalog.int8 FROM m",
	} {
		if got := Own(sql); got != want {
			t.Errorf("Own(%q)\n  gives %q\n  not   %q", sql, got, want)
		}
	}
}

func TestOwnRefuses(t *testing.T) {
	t.Parallel()
	for _, sql := range []string{
		"a = b || c", "a + 1 = 2", "a IN (1)", "a BETWEEN 1 AND 2", "a IS DISTINCT FROM b", "a IS NOT DISTINCT FROM b", "CASE a WHEN 1 THEN 2 END",
		"NULLIF(a, b)", "a LIKE 'x'",
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("Own(%q) is written", sql)
				}
			}()
			Own(sql)
		}()
	}
}
