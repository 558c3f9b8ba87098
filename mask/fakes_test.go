package mask_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/bits"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/internal/pgtest"
	"github.com/gyrodata/gyro/mask"
	"github.com/gyrodata/gyro/schema"
)

// row is the n-th row of a table, as an export tells it.
func row(n int, c schema.Column) *gyro.MaskRow {
	r := &gyro.MaskRow{Number: uint64(n) * 0x9e3779b97f4a7c15, Numbered: true, Column: c} //nolint:gosec // n is small
	r.Whole = sum("whole", n)
	r.Seed = sum(c.Name, n)
	return r
}

func sum(of string, n int) [32]byte {
	h := hmac.New(sha256.New, []byte("a secret"))
	_ = binary.Write(h, binary.BigEndian, int64(n))
	h.Write([]byte(of))
	return [32]byte(h.Sum(nil))
}

// examples are settings for those masks that need some.
var examples = map[string]map[string]any{
	"digits": {"": 8}, "pattern": {"": "??-####"}, "template": {"": "{{first_name}}.{{last_name}}-{{number}}"},
	"choice": {"": []any{"new", "paid", "größer"}}, "partial": {"": []any{1, 1}}, "constant": {"": "1"}, "postcode_prefix": {"": 2}, "round": {"": 10},
	"range": {"": 10}, "noise": {"": 10}, "truncate_date": {"": "month"}, "shift_date": {"": 30}, "expr": {"": "1"},
}

func named(t testing.TB, name string) gyro.Mask {
	t.Helper()
	m, err := mask.Named(name, examples[name])
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// fakes are all that are made here.
func fakes(t testing.TB) []gyro.Mask {
	t.Helper()
	var all []gyro.Mask
	for _, d := range mask.List() {
		if d.OnServer || d.Name == "dictionary" || d.Name == "command" {
			continue
		}
		all = append(all, named(t, d.Name))
	}
	if len(all) < 60 {
		t.Fatalf("%d fakes: they are to be 60 at least", len(all))
	}
	return all
}

// column is one of a type.
func column(typ string) schema.Column { return schema.Column{Name: "c", Type: typ} }

// The values are these: another version of the tables, or another die, would write others where a team has old ones.
// GYRO_UPDATE=1 writes them anew.
func TestFakesGolden(t *testing.T) {
	t.Parallel()
	var got strings.Builder
	for _, m := range fakes(t) {
		typ := "text"
		if m.Problem(column(typ)) != "" {
			typ = "integer"
		}
		for n := range 3 {
			fmt.Fprintf(&got, "%s\t%s\n", m.Name, m.Fake(nil, row(n, column(typ))))
		}
	}
	path := filepath.Join("testdata", "fakes.txt")
	if os.Getenv("GYRO_UPDATE") != "" {
		if err := os.WriteFile(path, []byte(got.String()), 0o644); err != nil { //nolint:gosec // public
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got.String()); d != "" {
		t.Errorf("the values of fakes are others (-file +made):\n%s", d)
	}
}

// types are those that columns have, of many sizes.
var types = []string{
	"text", "character varying(1)", "character varying(3)", "character varying(10)", "character varying(14)", "character varying(20)",
	"character varying(25)", "character varying(40)", "character varying(254)", "character varying", "character(1)", "character(12)", "character(40)", "name",
	"smallint", "integer", "bigint", "numeric", "numeric(3,0)", "numeric(5,2)", "numeric(12,4)", "numeric(2,2)", "numeric(30,10)", "real", "double precision",
	"date", "timestamp without time zone", "timestamp(0) without time zone", "timestamp with time zone", "timestamp(3) with time zone",
	"time without time zone", "time with time zone", "boolean", "uuid", "inet", "cidr", "macaddr", "bytea", "interval", "jsonb", "text[]",
}

// What a fake writes into a column that it says it fits, a real server takes and prints as the same bytes.
func TestFakesFit(t *testing.T) {
	t.Parallel()
	url := pgtest.DB(t)
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(t.Context()) })
	exec := func(sql string) {
		t.Helper()
		if _, err := conn.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	exec("SET TimeZone = UTC; SET extra_float_digits = 1; SET bytea_output = hex")
	const rows = 200
	for i, typ := range types {
		table := fmt.Sprintf("t%d", i)
		exec("CREATE TABLE " + table + " (n serial, c " + typ + ")")
		fitting := 0
		for _, m := range fakes(t) {
			c := column(typ)
			if m.Problem(c) != "" || m.Name == "choice" && !strings.Contains(typ, "char") { // whose values are the user's
				continue
			}
			fitting++
			var want bytes.Buffer
			for n := range rows {
				value := m.Fake([]byte("before,"), row(n, c))
				value, ok := bytes.CutPrefix(value, []byte("before,"))
				if !ok {
					t.Fatalf("%s changes what stood before", m.Name)
				}
				want.Write(bytes.ReplaceAll(value, []byte(`\`), []byte(`\\`)))
				want.WriteByte('\n')
			}
			exec("TRUNCATE " + table)
			if _, err := conn.PgConn().CopyFrom(t.Context(), bytes.NewReader(want.Bytes()), "COPY "+table+" (c) FROM STDIN"); err != nil {
				t.Errorf("%s into %s: %v", m.Name, typ, err)
				continue
			}
			var got bytes.Buffer
			if _, err := conn.PgConn().CopyTo(t.Context(), &got, "COPY (SELECT c FROM "+table+" ORDER BY n) TO STDOUT"); err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got.Bytes(), want.Bytes()) {
				t.Errorf("%s into %s is not what PostgreSQL prints:\n%s", m.Name, typ, cmp.Diff(strings.Split(want.String(), "\n"), strings.Split(got.String(), "\n")))
			}
		}
		if wantNone := slices.Contains([]string{"interval", "jsonb", "text[]"}, typ); wantNone != (fitting == 0) {
			t.Errorf("%d fakes are for %s", fitting, typ)
		}
	}
}

// Two rows have different values in a column, as long as their numbers are within the bits that the mask says.
func TestUnique(t *testing.T) {
	t.Parallel()
	rows, others := 1_000_000, 50_000 // of text, of other types
	if os.Getenv("GYRO_LONG") != "" {
		rows, others = 10_000_000, 10_000_000
	}
	slots := make(chan struct{}, 2)
	seen := 0
	for _, m := range fakes(t) {
		if (m.Bits == nil) == m.Unique {
			t.Errorf("%s: Unique and Bits say different things", m.Name)
		}
		if !m.Unique {
			continue
		}
		seen++
		for _, typ := range []string{"text", "character varying(16)", "character varying(24)", "character(40)", "integer", "bigint", "numeric(9,0)", "uuid", "inet", "macaddr"} {
			c := column(typ)
			if m.Problem(c) != "" {
				continue
			}
			t.Run(m.Name+"/"+typ, func(t *testing.T) {
				t.Parallel()
				slots <- struct{}{}
				defer func() { <-slots }()
				size := min(64, m.Bits(c))
				if typ == "text" && size < 23 { // 10 million rows
					t.Errorf("room for 2^%d rows", size)
				}
				if size == 0 {
					return
				}
				count := others
				if typ == "text" {
					count = rows
				}
				if size < 24 {
					count = min(count, 1<<size)
				}
				seed := row(1, c)
				var dice [7]*gyro.MaskRow
				for i := range dice {
					dice[i] = row(i, c)
				}
				// Numbers below 2^size: spread over all bits by an odd factor; the lowest; those that differ
				// in the middle, and in their highest bits.
				for _, pass := range []struct {
					count  int
					number func(n uint64) uint64
				}{
					{count, func(n uint64) uint64 { return n * 0x9e3779b97f4a7c15 << (64 - size) >> (64 - size) }},
					{min(count, 20_000), func(n uint64) uint64 { return n }},
					{min(count, 20_000), func(n uint64) uint64 { return n << max(0, size/2-7) }},
					{min(count, 20_000), func(n uint64) uint64 { return bits.Reverse64(n) >> (64 - size) }},
				} {
					// Of a hash of 64 bits alone, two of 10 million meet once in 400,000 runs.
					values := make(map[uint64]struct{}, pass.count)
					var text []byte
					for n := range pass.count {
						seed.Number = pass.number(uint64(n)) //nolint:gosec // n is small
						// Dice fall alike for many rows: the number alone tells them apart.
						seed.Seed, seed.Whole = dice[n%len(dice)].Seed, dice[n/2%len(dice)].Whole
						text = m.Fake(text[:0], seed)
						hash := hashOf(text)
						if _, twice := values[hash]; twice {
							t.Fatalf("row %d of %d, within 2^%d: its value is there already: %s", n, pass.count, size, text)
						}
						values[hash] = struct{}{}
					}
				}
				if m.Bits(c) >= 120 { // without a number, by what the seed has beyond the die
					seed.Numbered, seed.Wide = false, true
					values := map[string]bool{}
					for n := range 120 + 60 { // each bit alone, then two of them
						seed.Seed, seed.Whole = dice[0].Seed, dice[0].Whole
						flip := func(bit int) { seed.Seed[16+(8+bit/8)%16] ^= 1 << (bit % 8) }
						flip(n % 120)
						if n >= 120 {
							flip((n + 7) % 120)
						}
						text := m.Fake(nil, seed)
						if values[string(text)] {
							t.Fatalf("bit %d of the seed changes nothing: %s", n, text)
						}
						values[string(text)] = true
					}
				}
			})
		}
	}
	if seen < 12 {
		t.Errorf("%d fakes are unique", seen)
	}
}

func hashOf(text []byte) uint64 {
	h := uint64(14695981039346656037)
	for _, c := range text {
		h = (h ^ uint64(c)) * 1099511628211
		h ^= h >> 29
	}
	return h
}

// What is of one person or one place is so in all columns of the row.
func TestWhole(t *testing.T) {
	t.Parallel()
	value := func(m gyro.Mask, n int, name string) string {
		return string(m.Fake(nil, row(n, schema.Column{Name: name, Type: "text"})))
	}
	letters := func(s string) string {
		return strings.Map(func(r rune) rune {
			if r < 'a' || r > 'z' {
				return -1
			}
			return r
		}, strings.ToLower(s))
	}
	for n := range 500 {
		first, last := value(mask.FirstName(), n, "first"), value(mask.LastName(), n, "last")
		if got := value(mask.Name(), n, "name"); got != first+" "+last {
			t.Errorf("%s: %s %s", got, first, last)
		}
		if got := value(mask.Email(), n, "email"); !strings.HasPrefix(got, letters(first)+"."+letters(last)+".") || !strings.HasSuffix(got, "@example.com") {
			t.Errorf("%s: %s %s", got, first, last)
		}
		if got := value(mask.Template("{{last_name}}, {{first_name}}"), n, "t"); got != last+", "+first {
			t.Errorf("%s: %s %s", got, first, last)
		}
		line := value(mask.Street(), n, "a") + ", " + value(mask.Postcode(), n, "b") + " " + value(mask.City(), n, "c") + ", " + value(mask.Country(), n, "d")
		if got := value(mask.Address(), n, "e"); got != line {
			t.Errorf("%s: %s", got, line)
		}
		if code := value(mask.CountryCode(), n, "f"); code == "DE" != (value(mask.Country(), n, "d") == "Germany") {
			t.Errorf("%s: %s", code, line)
		}
		if number, street := value(mask.HouseNumber(), n, "g"), value(mask.StreetName(), n, "h"); !strings.HasPrefix(line, number+" "+street+",") {
			t.Errorf("%s %s: %s", number, street, line)
		}
		if city := value(mask.City("CH"), n, "c"); city != "Zürich" && city != "Genève" {
			t.Errorf("%s is not in Switzerland", city)
		}
	}
}

// Numbers of accounts, cards and articles have the check digits that they are to have.
func TestChecksums(t *testing.T) {
	t.Parallel()
	for n := range 2000 {
		for _, country := range []string{"DE", "GB", "NL", "AT"} {
			value := string(mask.IBAN(country).Fake(nil, row(n, column("text"))))
			if size := map[string]int{"DE": 22, "GB": 22, "NL": 18, "AT": 20}[country]; len(value) != size {
				t.Errorf("%s: %d characters", value, len(value))
			}
			rest := 0
			for _, c := range value[4:] + value[:4] {
				part := string(c)
				if c >= 'A' {
					part = strconv.Itoa(int(c-'A') + 10)
				}
				for _, digit := range part {
					rest = (rest*10 + int(digit-'0')) % 97
				}
			}
			if rest != 1 {
				t.Errorf("%s is no valid IBAN", value)
			}
		}
		for brand, size := range map[string]int{"visa": 16, "mastercard": 16, "amex": 15} {
			value := string(mask.Card(brand).Fake(nil, row(n, column("text"))))
			total := 0
			for i := range len(value) {
				digit := int(value[len(value)-1-i] - '0')
				if i%2 == 1 {
					digit = digit*2/10 + digit*2%10
				}
				total += digit
			}
			if total%10 != 0 || len(value) != size {
				t.Errorf("%s does not pass Luhn's check", value)
			}
		}
		value := mask.EAN().Fake(nil, row(n, column("text")))
		total := 0
		for i, c := range value {
			total += int(c-'0') * (1 + 2*(i%2))
		}
		if total%10 != 0 || len(value) != 13 {
			t.Errorf("%s is no valid EAN", value)
		}
	}
}

// The same row has the same value, whoever asks and however many at once; nothing is allocated for it.
func TestFakesRepeat(t *testing.T) {
	t.Parallel()
	for _, m := range fakes(t) {
		c := column("text")
		if m.Problem(c) != "" {
			c = column("integer")
		}
		var want [100]string
		for n := range want {
			want[n] = string(m.Fake(nil, row(n, c)))
		}
		if want[1] == want[2] && want[2] == want[3] && want[3] == want[4] && want[4] == want[5] && want[5] == want[6] && m.Name != "boolean" && m.Name != "gender" {
			t.Errorf("%s: the same in all rows", m.Name)
		}
		short := column("character varying(30)")
		var group sync.WaitGroup
		for range 4 {
			group.Go(func() {
				for n := range want {
					_ = m.Fake(nil, row(n, short))
					if got := string(m.Fake(nil, row(n, c))); got != want[n] {
						t.Errorf("%s: %s, then %s", m.Name, want[n], got)
					}
				}
			})
		}
		group.Wait()
	}
}

func TestFakesAllocate(t *testing.T) { // not parallel: it counts
	text := make([]byte, 0, 4096)
	for _, m := range fakes(t) {
		r := row(1, column("character varying(254)"))
		if m.Problem(r.Column) != "" {
			continue
		}
		if n := testing.AllocsPerRun(100, func() { text = m.Fake(text[:0], r) }); n > 0 {
			t.Errorf("%s allocates %.0f times a value", m.Name, n)
		}
	}
}

// What a text has no room for is drawn again, then cut, never longer; of characters, not of bytes.
func TestCut(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "towns.txt")
	if err := os.WriteFile(path, []byte("Köln\r\nDüsseldorf\n\nMünchen\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	seen := map[string]int{}
	for n := range 200 {
		r := row(n, column("character varying(4)"))
		value := string(mask.Dictionary(path).Fake(nil, r))
		seen[value]++
		if utf8.RuneCountInString(value) > 4 || !utf8.ValidString(value) {
			t.Errorf("%q", value)
		}
	}
	if cut := seen["Düss"] + seen["Münc"]; cut == 0 || cut > 20 || seen["Köln"]+cut != 200 { // 2 of 3 are drawn again
		t.Errorf("%v", seen)
	}
	if got := mask.Dictionary(path).Problem(column("character varying(3)")); !strings.Contains(got, "no value of the file has room") {
		t.Error(got)
	}
	if got := string(mask.Choice("ab").Fake(nil, row(1, column("character(4)")))); got != "ab  " {
		t.Errorf("%q", got)
	}
}

// Weights say how often a value comes.
func TestWeighted(t *testing.T) {
	t.Parallel()
	m := mask.Weighted(map[string]float64{"often": 9, "seldom": 1, "never": 0})
	count := map[string]int{}
	for n := range 10_000 {
		count[string(m.Fake(nil, row(n, column("text"))))]++
	}
	if count["never"] > 0 || count["often"] < 8800 || count["often"] > 9200 || count["often"]+count["seldom"] != 10_000 {
		t.Errorf("%v", count)
	}
}

// A fake of one's own has dice that fall alike for the same row.
func TestFunc(t *testing.T) {
	t.Parallel()
	m := mask.Func("dice", func(dice *rand.Rand, r *gyro.MaskRow) string {
		return fmt.Sprintf("%s %d %d", r.Column.Name, dice.IntN(1000), dice.IntN(1000))
	})
	a, b, c := m.Fake(nil, row(1, column("text"))), m.Fake(nil, row(2, column("text"))), m.Fake(nil, row(1, column("text")))
	if bytes.Equal(a, b) || !bytes.Equal(a, c) || m.Name != "dice" || !bytes.HasPrefix(a, []byte("c ")) {
		t.Errorf("%s, %s, %s", a, b, c)
	}
	if got := m.Fake(nil, row(1, column("character varying(3)"))); len(got) != 3 {
		t.Errorf("%s", got)
	}
}

// What a fake has no room for, it refuses, and what keeps it from being unique, it says.
func TestProblem(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		m       gyro.Mask
		typ     string
		problem string
		bits    int
	}{
		{mask.Email(), "text", "", 128},
		{mask.Email(), "character varying(254)", "", 128},
		{mask.Email(), "character varying(20)", "", 40},
		{mask.Email(), "character varying(12)", "email needs 13 characters; the column has room for 12", 0},
		{mask.Email(), "integer", "email is for text; the column is of type integer", 0},
		{mask.Email("a b"), "text", "email(a b): the domain is to be of letters, digits, points and hyphens", 0},
		{mask.UUID(), "uuid", "", 122},
		{mask.IBAN(), "text", "", 56},
		{mask.IBAN("FR"), "text", "iban(FR): the country is to be DE, GB, NL or AT", 0},
		{mask.Phone(), "text", "", 29},
		{mask.Integer(), "integer", "", 31},
		{mask.Integer(), "smallint", "", 15},
		{mask.Integer(), "bigint", "", 63},
		{mask.Integer(1, 100), "integer", "", 6},
		{mask.Integer(1, 100_000), "smallint", "integer(1, 100000): the column holds no number beyond 32767", 0},
		{mask.Integer(), "numeric(3,0)", "", 9},
		{mask.Decimal(0, 1000, 2), "numeric(5,2)", "decimal: the column holds no number beyond 999", 0},
		{mask.Choice("a", "bcd"), "character varying(2)", "choice: a value is longer than the column's 2 characters", 0},
		{mask.Template("{{first_name}}-{{number}}"), "text", "", 128},
		{mask.Template("{{first_name}}-{{number}}"), "character varying(25)", "", 64},
		{mask.Template("{{first_name}}-{{number}}"), "character varying(24)", "", 0},
		{mask.Template("{{first_name}}-{{number}}-{{word}}"), "text", "", 0},
		{mask.Template("{{number}}-{{word}}"), "text", "", 128},
		{mask.Template("{{fist_name}} {{}"), "text", "template: there is no mask \"fist_name\": is it first_name?\na {{ has no }}", 0},
		{mask.Template("{{hash}}"), "text", "template: hash is no fake: it needs the clear value", 0},
		{mask.Date(), "integer", "date is for text, date, timestamps; the column is of type integer", 0},
		{mask.Name(), "public.thing", "name is for text; the column is of type public.thing", 0},
		{mask.Partial(-1, 0), "text", "partial(-1, 0): a number of characters is below 0", 0},
		{mask.Round(0), "integer", "round(0): the step is to be above 0, and below 10^18", 0},
		{mask.Token("x"), "text", `token("x"): the format has none of #, ? and *`, 0},
		{mask.Token(""), "integer", "", 64},
		{mask.Token("####"), "text", "", 0},
	} {
		col := column(c.typ)
		got, size := c.m.Problem(col), 0
		if c.m.Bits != nil {
			size = c.m.Bits(col)
		}
		if got != c.problem || size != c.bits {
			t.Errorf("%s on %s: %q, 2^%d; want %q, 2^%d", c.m.Name, c.typ, got, size, c.problem, c.bits)
		}
	}
	notNull := column("text")
	notNull.NotNull = true
	if mask.Null().Problem(notNull) == "" || mask.Null().Problem(column("text")) != "" {
		t.Error("null: NOT NULL is not seen")
	}
	enum := schema.Column{Name: "c", Type: "status", Enum: true, Labels: []string{"new", "paid"}}
	if mask.Choice("new").Problem(enum) != "" || mask.Choice("old").Problem(enum) == "" || mask.Word().Problem(enum) == "" {
		t.Error("labels of an enum are not seen")
	}
}

func BenchmarkFakes(b *testing.B) {
	group := ""
	masks := map[string][]gyro.Mask{}
	var groups []string
	for _, d := range mask.List() {
		if d.OnServer || d.Name == "dictionary" || d.Name == "command" {
			continue
		}
		if d.Group != group {
			group = d.Group
			groups = append(groups, group)
		}
		masks[group] = append(masks[group], named(b, d.Name))
	}
	for _, g := range groups {
		for _, m := range masks[g] {
			b.Run(g+"/"+m.Name, func(b *testing.B) {
				c := column("character varying(254)")
				if m.Problem(c) != "" {
					c = column("bigint")
				}
				r, text := row(1, c), make([]byte, 0, 4096)
				b.ReportAllocs()
				for b.Loop() {
					r.Seed[0]++
					r.Whole[1]++
					r.Number++
					text = m.Fake(text[:0], r)
				}
			})
		}
	}
}
