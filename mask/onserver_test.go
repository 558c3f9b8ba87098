package mask_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/internal/pgtest"
	"github.com/gyrodata/gyro/mask"
	"github.com/gyrodata/gyro/schema"
)

// source is a server that masks values, by a key. In front of its own functions and operators stand others, which fail: no
// search_path leads to them.
type source struct {
	t    testing.TB
	conn *pgx.Conn
}

func newSource(t testing.TB) source {
	t.Helper()
	url := pgtest.DB(t)
	pgtest.Exec(t, url, `
		CREATE SCHEMA trap;
		CREATE FUNCTION trap.fail() RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE 'trapped'; END $$;
		CREATE FUNCTION trap.length(text) RETURNS int LANGUAGE sql AS 'SELECT trap.fail()::int';
		CREATE FUNCTION trap.sha256(bytea) RETURNS bytea LANGUAGE sql AS 'SELECT trap.fail()::bytea';
		CREATE FUNCTION trap.less(int, int) RETURNS bool LANGUAGE sql AS 'SELECT trap.fail() IS NULL';
		CREATE FUNCTION trap.sum(int, int) RETURNS int LANGUAGE sql AS 'SELECT trap.fail()::int';
		CREATE FUNCTION trap.join(text, text) RETURNS text LANGUAGE sql AS 'SELECT trap.fail()';
		CREATE OPERATOR trap.< (LEFTARG = int, RIGHTARG = int, FUNCTION = trap.less);
		CREATE OPERATOR trap.+ (LEFTARG = int, RIGHTARG = int, FUNCTION = trap.sum);
		CREATE OPERATOR trap.- (LEFTARG = int, RIGHTARG = int, FUNCTION = trap.sum);
		CREATE OPERATOR trap.% (LEFTARG = int, RIGHTARG = int, FUNCTION = trap.sum);
		CREATE OPERATOR trap.|| (LEFTARG = text, RIGHTARG = text, FUNCTION = trap.join);
		CREATE TYPE trap.text AS (a int);
		CREATE TYPE trap.date AS (a int);`)
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	s := source{t, conn}
	s.exec("SET TimeZone = UTC; SET jit = off; SET search_path = trap, pg_catalog")
	s.key("a key")
	return s
}

func (s source) exec(sql string) {
	s.t.Helper()
	if _, err := s.conn.Exec(s.t.Context(), sql); err != nil {
		s.t.Fatalf("%v: %s", err, sql)
	}
}

func (s source) key(key string) {
	s.t.Helper()
	if _, err := s.conn.Exec(s.t.Context(), "SELECT pg_catalog.set_config('gyro.mask_key', $1, false)", key); err != nil {
		s.t.Fatal(err)
	}
}

// masked gives what a mask makes of values of a type, in a READ ONLY transaction, as their texts; NULL is <null>. Each value's
// subject is that of the same place, where there is one.
func (s source) masked(m gyro.Mask, typ string, values []string, subjects ...string) []string {
	s.t.Helper()
	got, err := s.try(m, typ, values, subjects...)
	if err != nil {
		s.t.Fatalf("%s of %s: %v", m.Name, typ, err)
	}
	return got
}

func (s source) try(m gyro.Mask, typ string, values []string, subjects ...string) ([]string, error) {
	c := schema.Column{Name: `the "c - d`, Type: typ}
	s.t.Helper()
	if problem := m.Problem(c); problem != "" {
		s.t.Fatalf("%s of %s: %s", m.Name, typ, problem)
	}
	const name = `"the ""c - d"`
	named := typ
	if typ == "text" || typ == "date" { // the type itself, not the trap
		named = "pg_catalog." + typ
	}
	s.exec(fmt.Sprintf(`DROP TABLE IF EXISTS public.things; CREATE TABLE public.things (n int, %s %s, subject pg_catalog.text)`, name, named))
	for i, v := range values {
		var value, subject any = v, nil
		if v == "<null>" {
			value = nil
		}
		if i < len(subjects) && subjects[i] != "<null>" {
			subject = subjects[i]
		}
		if _, err := s.conn.Exec(s.t.Context(), fmt.Sprintf(`INSERT INTO public.things VALUES ($1, ($2::pg_catalog.text)::%s, $3::pg_catalog.text)`, named), i, value, subject); err != nil {
			s.t.Fatal(err)
		}
	}
	tx, err := s.conn.BeginTx(s.t.Context(), pgx.TxOptions{AccessMode: pgx.ReadOnly})
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = tx.Rollback(s.t.Context()) }()
	// A value is of the column's own type, whose text it is asked for.
	rows, err := tx.Query(s.t.Context(), fmt.Sprintf(`SELECT CASE WHEN g IS NULL THEN '<null>' ELSE CAST(g AS pg_catalog.text) END, CAST(pg_catalog.pg_typeof(g) AS pg_catalog.text)
		FROM (SELECT t.n, %s AS g FROM public.things AS t) AS made ORDER BY made.n`, m.SQL("t."+name, c)))
	if err != nil {
		return nil, err
	}
	var got []string
	for rows.Next() {
		var value, of string
		if err := rows.Scan(&value, &of); err != nil {
			return nil, err
		}
		if base := schema.TypeOf(typ).Base; strings.TrimPrefix(of, "pg_catalog.") != base {
			s.t.Errorf("%s of %s is of type %s", m.Name, typ, of)
		}
		got = append(got, value)
	}
	return got, rows.Err()
}

func hmacOf(key, message string) string {
	h := hmac.New(sha256.New, []byte(key))
	h.Write([]byte(message))
	return hex.EncodeToString(h.Sum(nil))
}

// strange are texts as people write them.
var strange = []string{"", "<null>", "Maria", "o'Neill \\ \"x\"\nsecond\tline", "Zoë Müller-日本 🙂", "$1 {value} %s -- /* ", strings.Repeat("long ", 100)}

// The digest on the server is HMAC-SHA256 as others make it, whatever the key's length.
func TestHash(t *testing.T) {
	t.Parallel()
	s := newSource(t)
	for _, key := range []string{"k", "a key", "zwölf Ü", strings.Repeat("k", 64), strings.Repeat("k", 65), strings.Repeat("long", 100), "666\\\\\\"} {
		s.key(key)
		var want, short []string
		for _, v := range strange {
			h := hmacOf(key, v)
			if v == "<null>" {
				want, short = append(want, v), append(short, v)
				continue
			}
			want, short = append(want, h), append(short, h[:20])
		}
		if d := cmp.Diff(want, s.masked(mask.Hash(), "text", strange)); d != "" {
			t.Errorf("key of %d bytes:\n%s", len(key), d)
		}
		few := slices.DeleteFunc(slices.Clone(strange), func(v string) bool { return len(v) > 20 })
		got := s.masked(mask.Hash(), "character varying(20)", few)
		for i, v := range few {
			if k := slices.Index(strange, v); got[i] != short[k] {
				t.Errorf("cut: %s, want %s", got[i], short[k])
			}
		}
	}
	s.key("a key")
	h := hmacOf("a key", "18f1e2d8-7e2b-4a6b-9c1d-3f2a1b0c9d8e")
	want := []string{h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:32], "<null>"}
	if d := cmp.Diff(want, s.masked(mask.Hash(), "uuid", []string{"18f1e2d8-7e2b-4a6b-9c1d-3f2a1b0c9d8e", "<null>"})); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{`\x` + hmacOf("a key", `\x00ff`)}, s.masked(mask.Hash(), "bytea", []string{`\x00ff`})); d != "" {
		t.Error(d)
	}
}

// Without a key nothing is masked, and nothing comes out.
func TestNoKey(t *testing.T) {
	t.Parallel()
	s := newSource(t)
	s.key("")
	for _, m := range []gyro.Mask{mask.Hash(), mask.Token(""), mask.Shuffle()} {
		if _, err := s.try(m, "text", []string{"a"}); err == nil {
			t.Errorf("%s needs no key", m.Name)
		}
	}
	if _, err := s.try(mask.ShiftDate(3, ""), "date", []string{"2020-01-01"}); err == nil {
		t.Error("shift_date needs no key")
	}
	if _, err := s.try(mask.Noise(3), "integer", []string{"1"}); err == nil {
		t.Error("noise needs no key")
	}
}

// What a mask that hangs on no key makes of values is this.
func TestOnServer(t *testing.T) {
	t.Parallel()
	s := newSource(t)
	long := strings.Repeat("long ", 100)
	for _, c := range []struct {
		m            gyro.Mask
		typ          string
		values, want []string
	}{
		{mask.Null(), "text", []string{"a", "<null>"}, []string{"<null>", "<null>"}},
		{mask.Null(), "numeric(5,2)", []string{"1"}, []string{"<null>"}},
		{mask.Constant("it's"), "text", []string{"a", "", "<null>"}, []string{"it's", "it's", "<null>"}},
		{mask.Constant(`\n'`), "character varying(5)", []string{"a"}, []string{`\n'`}},
		{mask.Constant("1.5"), "numeric(5,2)", []string{"7"}, []string{"1.50"}},
		{mask.Constant("2020-02-29"), "timestamp with time zone", []string{"2000-01-01 12:00:00+00"}, []string{"2020-02-29 00:00:00+00"}},
		{mask.Constant("{}"), "jsonb", []string{`{"a": 1}`}, []string{"{}"}},
		{mask.Constant("{1,2}"), "integer[]", []string{"{3}"}, []string{"{1,2}"}},

		{mask.Partial(0, 4), "text", []string{"4111111111111111", "1234", "123", "", "<null>"}, []string{"************1111", "****", "***", "", "<null>"}},
		{mask.Partial(1, 1, "·"), "text", []string{"Zoë\nM", "日本語", "日本", "🙂"}, []string{"Z···M", "日·語", "··", "·"}},
		{mask.Partial(0, 0), "text", []string{"it's \\"}, []string{"******"}},
		{mask.Partial(2, 0), "character varying(5)", []string{"abcde"}, []string{"ab***"}},
		{mask.Partial(1, 0), "character(5)", []string{"abc"}, []string{"a**"}},
		{mask.Partial(1, 1), "name", []string{"abc"}, []string{"a*c"}},

		{mask.PostcodePrefix(3), "text", []string{"SW1A 1AA", "101", "1", "", "<null>", "日本語コ"}, []string{"SW1", "10", "", "", "<null>", "日本語"}},
		{mask.PostcodePrefix(2), "character varying(10)", []string{"10115"}, []string{"10"}},
		{mask.Lorem(), "text", []string{"", "<null>", "12345", "it's ö", long}, []string{"", "<null>", "Lorem", "Lorem ", ""}},
		{mask.Lorem(), "character varying(11)", []string{"12345678901"}, []string{"Lorem ipsum"}},

		{mask.Round(10), "smallint", []string{"0", "4", "5", "-5", "-14", "32767", "-32768", "<null>"}, []string{"0", "0", "10", "-10", "-10", "32760", "-32760", "<null>"}},
		{mask.Round(1000), "integer", []string{"1499", "2147483647"}, []string{"1000", "2147483000"}},
		{mask.Round(1000), "bigint", []string{"9223372036854775807", "-9223372036854775808"}, []string{"9223372036854775000", "-9223372036854775000"}},
		{mask.Round(0.05), "numeric(5,2)", []string{"1.02", "1.03", "999.99", "-0.01", "NaN"}, []string{"1.00", "1.05", "999.95", "0.00", "NaN"}},
		{mask.Round(100), "numeric(2,0)", []string{"99"}, []string{"0"}},
		{mask.Round(10), "numeric", []string{"123456789012345678901234567890.5"}, []string{"123456789012345678901234567890"}},
		{mask.Round(0.5), "double precision", []string{"1.3", "NaN", "Infinity", "-Infinity"}, []string{"1.5", "NaN", "Infinity", "-Infinity"}},
		{mask.Round(0.5), "real", []string{"1.3", "1e30"}, []string{"1.5", "1e+30"}},

		{mask.Range(10), "integer", []string{"0", "9", "10", "-1", "-10", "-2147483648", "<null>"}, []string{"0", "0", "10", "-10", "-10", "-2147483640", "<null>"}},
		{mask.Range(2.5), "numeric(6,1)", []string{"7.4", "-0.1", "99999.9"}, []string{"5.0", "-2.5", "99997.5"}},
		{mask.Range(100), "double precision", []string{"250.7"}, []string{"200"}},
		{mask.Range(7), "date", []string{"2000-01-01", "2000-01-07", "2000-01-08", "1999-12-31", "infinity", "-infinity", "<null>"}, []string{"2000-01-01", "2000-01-01", "2000-01-08", "1999-12-25", "infinity", "-infinity", "<null>"}},
		{mask.Range(1000), "date", []string{"4714-11-24 BC"}, []string{"4714-11-24 BC"}},
		{mask.Range(30), "timestamp without time zone", []string{"2000-01-30 23:59:59.5", "2000-01-31 00:00:00", "infinity"}, []string{"2000-01-01 00:00:00", "2000-01-31 00:00:00", "infinity"}},
		{mask.Range(30), "timestamp with time zone", []string{"2000-01-31 00:30:00+01"}, []string{"2000-01-01 00:00:00+00"}},

		{mask.TruncateDate("month"), "date", []string{"2024-02-29", "infinity", "<null>"}, []string{"2024-02-01", "infinity", "<null>"}},
		{mask.TruncateDate("week"), "date", []string{"2026-12-31"}, []string{"2026-12-28"}},
		{mask.TruncateDate("hour"), "timestamp without time zone", []string{"2024-02-29 13:14:15.16"}, []string{"2024-02-29 13:00:00"}},
		{mask.TruncateDate("year"), "timestamp with time zone", []string{"2024-01-01 00:30:00+01", "-infinity"}, []string{"2023-01-01 00:00:00+00", "-infinity"}},
		{mask.TruncateDate("second"), "timestamp(3) with time zone", []string{"2024-01-01 00:30:00.123+00"}, []string{"2024-01-01 00:30:00+00"}},
	} {
		got := s.masked(c.m, c.typ, c.values)
		for i, want := range c.want {
			if want == "" && c.values[i] != "" && got[i] != "" && c.m.Name != "postcode_prefix(3)" { // long ones, by their length alone
				if want = got[i]; c.m.Name == "lorem" && (len(want) != len(long) || !strings.HasPrefix(want, "Lorem ipsum dolor")) {
					t.Errorf("lorem: %s", want)
				}
			}
			if got[i] != want {
				t.Errorf("%s of %s %q: %q, want %q", c.m.Name, c.typ, c.values[i], got[i], want)
			}
		}
	}
}

// A token is the same for the same value, another for others, and of its format; of whole numbers a permutation.
func TestToken(t *testing.T) {
	t.Parallel()
	s := newSource(t)
	all := append(slices.Clone(strange), "maria", "Maria ")
	got := s.masked(mask.Token(""), "text", append(all, "Maria"))
	format := regexp.MustCompile(`^tok_[0-9a-z]{26}$`)
	seen := map[string]bool{}
	for i, v := range got[:len(all)] {
		if (v == "<null>") != (all[i] == "<null>") || v != "<null>" && !format.MatchString(v) || seen[v] {
			t.Errorf("%q: %q", all[i], v)
		}
		seen[v] = true
	}
	if got[len(all)] != got[2] {
		t.Error("the same value has two tokens")
	}
	shown := s.masked(mask.Token("K-##/?? it's ****"), "character varying(17)", []string{"a", "b"})
	if !regexp.MustCompile(`^K-\d\d/[a-z]{2} it's [0-9a-z]{4}$`).MatchString(shown[0]) || shown[0] == shown[1] {
		t.Errorf("%q", shown)
	}
	wide := s.masked(mask.Token(strings.Repeat("#", 70)), "text", []string{"a"})[0]
	if len(wide) != 70 || wide[:32] == wide[32:64] {
		t.Errorf("%q", wide)
	}
	ids := s.masked(mask.Token(""), "uuid", []string{"18f1e2d8-7e2b-4a6b-9c1d-3f2a1b0c9d8e", "18f1e2d8-7e2b-4a6b-9c1d-3f2a1b0c9d8f", "<null>"})
	if ids[0] == ids[1] || ids[2] != "<null>" || len(ids[0]) != 36 {
		t.Errorf("%q", ids)
	}
	for typ, edges := range map[string][]string{
		"integer": {"0", "1", "-1", "2147483647", "-2147483648", "<null>"},
		"bigint":  {"0", "1", "-1", "9223372036854775807", "-9223372036854775808", "<null>"},
	} {
		got := s.masked(mask.Token(""), typ, edges)
		for i, v := range got {
			if v == edges[i] != (v == "<null>") || strings.HasPrefix(v, "-") != strings.HasPrefix(edges[i], "-") || slices.Index(got, v) != i {
				t.Errorf("%s %s: %s in %q", typ, edges[i], v, got)
			}
		}
	}
	// Every smallint once: the whole of the type.
	c := schema.Column{Name: "v", Type: "smallint"}
	var count, distinct, same, sign int
	s.exec("SET search_path = pg_catalog")
	err := s.conn.QueryRow(t.Context(), `SELECT count(*), count(DISTINCT g), count(*) FILTER (WHERE g = v), count(*) FILTER (WHERE (g < 0) <> (v < 0))
		FROM (SELECT v, `+mask.Token("").SQL("v", c)+` AS g FROM (SELECT i::smallint AS v FROM generate_series(-32768, 32767) AS i) AS n OFFSET 0) AS made`).Scan(&count, &distinct, &same, &sign)
	if err != nil || count != 65536 || distinct != count || same > 20 || sign > 0 {
		t.Errorf("%d numbers, %d tokens, %d the same, %d of another sign: %v", count, distinct, same, sign, err)
	}
	before := s.masked(mask.Token(""), "integer", []string{"5"})
	s.key("another")
	if after := s.masked(mask.Token(""), "integer", []string{"5"}); after[0] == before[0] {
		t.Error("another key, the same token")
	}
}

// Letters and digits become others of their class, and the rest stays.
func TestShuffle(t *testing.T) {
	t.Parallel()
	s := newSource(t)
	class := func(r rune) rune {
		switch {
		case '0' <= r && r <= '9':
			return '0'
		case 'a' <= r && r <= 'z':
			return 'a'
		case 'A' <= r && r <= 'Z':
			return 'A'
		case r == 'ß', r == 'ö', r == '日', r == '🙂', r == '本':
			return 'a'
		case r == 'Ö', r == 'É':
			return 'A'
		}
		return r
	}
	values := []string{"", "<null>", "AB-12 cd", "o'Neill \\ \"x\"\nzwei\t", "Öl ßö 日本 🙂 É", strings.Repeat("Long 1 ", 40), "AB-12 cd"}
	got := s.masked(mask.Shuffle(), "text", values)
	for i, v := range values {
		if v == "<null>" {
			if got[i] != v {
				t.Error(got[i])
			}
			continue
		}
		if want := strings.Map(class, v); strings.Map(class, got[i]) != want {
			t.Errorf("%q: %q, want one like %q", v, got[i], want)
		}
		old, made := []rune(v), []rune(got[i])
		for k := range old {
			if class(old[k]) != old[k] && old[k] == made[k] && old[k] != '0' && old[k] != 'a' && old[k] != 'A' {
				t.Errorf("%q: %q keeps character %d", v, got[i], k)
			}
		}
	}
	if got[2] != got[6] || strings.Count(got[5], got[5][:7]) > 1 {
		t.Errorf("%q", got)
	}
	if got := s.masked(mask.Shuffle(), "character(6)", []string{"ab1"}); len(got[0]) != 3 {
		t.Errorf("%q", got)
	}
}

// Dates of one subject are moved alike, by 1 to so many days; those of others otherwise.
func TestShiftDate(t *testing.T) {
	t.Parallel()
	s := newSource(t)
	var dates, subjects []string
	first := time.Date(2020, 2, 20, 0, 0, 0, 0, time.UTC)
	for n := range 300 {
		dates = append(dates, first.AddDate(0, 0, n%3).Format(time.DateOnly))
		subjects = append(subjects, fmt.Sprint("customer ", n/3))
	}
	shift := func(from, to string) int {
		a, err := time.Parse(time.DateOnly, from)
		b, err2 := time.Parse(time.DateOnly, to)
		if err != nil || err2 != nil {
			t.Fatal(from, to)
		}
		return int(b.Sub(a).Hours() / 24)
	}
	got := s.masked(mask.ShiftDate(30, "subject"), "date", dates, subjects...)
	shifts := map[int]bool{}
	for n := 0; n < 300; n += 3 {
		by := shift(dates[n], got[n])
		shifts[by] = true
		if by == 0 || by > 30 || by < -30 || shift(dates[n+1], got[n+1]) != by || shift(dates[n+2], got[n+2]) != by {
			t.Errorf("%v became %v", dates[n:n+3], got[n:n+3])
		}
	}
	if len(shifts) < 30 {
		t.Errorf("%d shifts", len(shifts))
	}
	// In another column, of another type, by as much.
	stamps := s.masked(mask.ShiftDate(30, "subject"), "timestamp with time zone", []string{"2020-02-20 12:34:56.789+00", "infinity", "<null>"}, "customer 0", "customer 0", "customer 0")
	if want := []string{got[0] + " 12:34:56.789+00", "infinity", "<null>"}; !slices.Equal(stamps, want) {
		t.Errorf("%q, want %q", stamps, want)
	}
	if got := s.masked(mask.ShiftDate(1, ""), "date", []string{"2020-01-10", "2020-01-20", "infinity", "<null>"}); shift(got[0], got[1]) != 10 || got[0] == "2020-01-10" || got[2] != "infinity" || got[3] != "<null>" {
		t.Errorf("%q", got)
	}
	if got := s.masked(mask.ShiftDate(9, "subject"), "date", []string{"2020-01-10", "2020-01-10"}, "<null>", "<null>"); got[0] == "<null>" || got[0] != got[1] || got[0] == "2020-01-10" {
		t.Errorf("no subject: %q", got)
	}
}

// Noise keeps within its bounds, and those of the type.
func TestNoise(t *testing.T) {
	t.Parallel()
	s := newSource(t)
	c := func(typ string) schema.Column { return schema.Column{Name: "v", Type: typ} }
	s.exec("SET search_path = pg_catalog")
	for _, typ := range []string{"integer", "bigint", "numeric(12,2)", "double precision", "numeric"} {
		var beyond, same, values int
		err := s.conn.QueryRow(t.Context(), `SELECT count(*) FILTER (WHERE abs(g - v) > abs(v) * 0.1), count(*) FILTER (WHERE g = v), count(DISTINCT g - v)
			FROM (SELECT v, `+mask.Noise(10).SQL("v", c(typ))+` AS g FROM (SELECT (i * 1000)::`+typ+` AS v FROM generate_series(-1000, 1000) AS i WHERE i <> 0) AS n OFFSET 0) AS made`).
			Scan(&beyond, &same, &values)
		if err != nil || beyond > 0 || same > 20 || values < 1000 {
			t.Errorf("%s: %d beyond, %d the same, %d others: %v", typ, beyond, same, values, err)
		}
	}
	s.exec("SET search_path = trap, pg_catalog")
	for typ, edges := range map[string][]string{
		"smallint":         {"32767", "-32768", "0", "<null>", "32766", "32765", "32764", "32763"},
		"bigint":           {"9223372036854775807", "-9223372036854775808", "0", "<null>", "9223372036854775806"},
		"numeric(3,1)":     {"99.9", "-99.9", "0.0", "<null>", "99.8", "99.7"},
		"numeric":          {"NaN"},
		"double precision": {"NaN", "Infinity", "-Infinity", "0", "<null>"},
		"real":             {"1.5", "NaN"},
	} {
		got := s.masked(mask.Noise(50), typ, edges)
		for i, v := range edges {
			if (v == "<null>" || v == "NaN" || strings.HasSuffix(v, "Infinity")) && got[i] != v {
				t.Errorf("%s %s: %s", typ, v, got[i])
			}
		}
	}
}
