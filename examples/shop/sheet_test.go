package shop_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/config"
	"github.com/gyrodata/gyro/csvdir"
	"github.com/gyrodata/gyro/examples/shop/shopdb"
	"github.com/gyrodata/gyro/internal/pgtest"
	"github.com/gyrodata/gyro/postgres"
	"github.com/gyrodata/gyro/sheets"
)

// germanMapping is the mapping of a German spreadsheet's orders, in ten lines.
const germanMapping = `importers: {orders_order: {ids: {natural: [shop, order_number]},
  csv: {decimal: ",", thousands: ".", date: "DD.MM.YYYY HH24:MI", time_zone: Europe/Berlin, nulls: [k.A.], trim: true, ignore: [Bemerkung]},
  columns: {
    order_number: {from: Bestellnummer, pattern: "B-[0-9]+[a-z]*"}, created_at: {from: Bestellt am},
    status: {from: Status, one_of: [pending, processing, shipped, delivered, cancelled]},
    total_amount: {from: Betrag, min: 0, max: 100000, check: total_amount >= tax_amount},
    tax_amount: {from: Steuer}, shipping_amount: {from: Versand, default: 0},
    tenant: {by: {subdomain: Mandant}},
    shop: {by: {url: Shop, tenant.subdomain: Mandant}},
    customer: {by: {email: Kunde, shop.url: Shop, shop.tenant.subdomain: Mandant}}}}}`

// germanTables are what the orders refer to. Two shops of one tenant have one url.
const germanTables = `
	INSERT INTO accounts_tenant (name, subdomain, created_at, is_active) SELECT 'M' || n, 'mandant-' || n, now(), true FROM generate_series(1, 3) n;
	INSERT INTO accounts_shop (name, url, currency, created_at, tenant_id) SELECT 'Büro ' || n, 'https://büro-' || n || '.example', 'EUR', now(), 1 + n % 3 FROM generate_series(1, 12) n;
	INSERT INTO accounts_shop (name, url, currency, created_at, tenant_id) SELECT 'doppelt', 'https://doppelt.example', 'EUR', now(), 1 FROM generate_series(1, 2) n;
	INSERT INTO accounts_customer (email, first_name, last_name, created_at, shop_id, tenant_id) SELECT 'kunde' || n || '@büro.example', 'K', 'ö', now(), 1 + n % 12, 1 + (1 + n % 12) % 3 FROM generate_series(0, 599) n;
	INSERT INTO orders_order (order_number, status, total_amount, tax_amount, shipping_amount, created_at, customer_id, shop_id, tenant_id)
		SELECT 'B-777', 'pending', 1, 0, 0, '2020-01-01', 1, 1, 2;`

// german writes the file's rows: Bestellnummer, Mandant, Shop, Kunde, Status, Betrag, Steuer,
// Versand, Bestellt am, Bemerkung.
func german(i int) []string {
	customer := i % 600
	h := 1 + customer%12
	note := ""
	switch i % 5 {
	case 0:
		note = "\"zwei\r\nZeilen; mit \"\"Zeichen\"\" und Umlaut ä\""
	case 1:
		note = "\"\n\""
	}
	cents := (i * 7919) % 9_999_999
	amount := fmt.Sprintf("%d,%02d", cents/100, cents%100)
	if cents >= 100_000 {
		amount = fmt.Sprintf("%d.%03d,%02d", cents/100_000, cents/100%1000, cents%100)
	}
	versand := []string{"", "k.A.", "4,90", `"0,00"`}[i%4]
	return []string{
		fmt.Sprintf(" B-%06d", i), fmt.Sprintf("mandant-%d", 1+h%3), fmt.Sprintf("https://büro-%d.example", h), fmt.Sprintf("kunde%d@büro.example ", customer),
		[]string{"pending", "processing", "shipped", "delivered", "cancelled"}[i%5], amount, "0,00", versand,
		fmt.Sprintf("%02d.%02d.%d %02d:%02d", 1+i%28, 1+i%12, 2019+i%7, i%24, i%60), note,
	}
}

const germanHeader = "Bestellnummer;Mandant;Shop;Kunde;Status;Betrag;Steuer;Versand;Bestellt am;Bemerkung"

// planted are thirty faults: what is done to a row, and the rules that it breaks then, each with
// the header.
func planted() []struct {
	spoil func(c []string) []string
	rules []string
} {
	type fault = struct {
		spoil func(c []string) []string
		rules []string
	}
	set := func(column int, text string, rules ...string) fault {
		return fault{func(c []string) []string { c[column] = text; return c }, rules}
	}
	return []fault{
		{func(c []string) []string { return c[:9] }, []string{": too-few-fields"}},
		{func(c []string) []string { return append(c, "noch eins") }, []string{": too-many-fields"}},
		set(4, `"pend"ing`, "Status: text-after-quote"),
		set(4, ` "pending"`, "Status: quote-inside"),
		set(5, "viel", "Betrag: not-a-number"),
		set(5, "12,345.67", "Betrag: ambiguous-number"),
		set(5, "1.2345,00", "Betrag: ambiguous-number"),
		set(6, "0,1e", "Steuer: not-a-number"),
		set(8, "2024-01-31", "Bestellt am: not-a-date"),
		set(8, "31.02.2024 10:00", "Bestellt am: no-such-date"),
		set(8, "30.01.2024 25:00", "Bestellt am: no-such-date"),
		set(8, "", "Bestellt am: required"),
		set(8, "k.A.", "Bestellt am: required"),
		set(0, "", "Bestellnummer: required"),
		set(0, "B-"+strings.Repeat("1", 60), "Bestellnummer: too-long"),
		set(0, "C-17", "Bestellnummer: pattern"),
		set(4, "verschickt", "Status: not-allowed"),
		set(4, "Shipped", "Status: not-allowed"),
		set(5, "999999999999,00", "Betrag: out-of-range"),
		set(7, "123456789,00", "Versand: out-of-range"),
		set(5, "100.000,01", "Betrag: out-of-range"),
		set(5, "-0,01", ": check", "Betrag: out-of-range"),
		set(6, "99.999,99", ": check"),
		{func(c []string) []string { c[0] = "B-000000"; return slices.Concat(c[:1], german(0)[1:]) }, []string{"Mandant, Shop, Bestellnummer: duplicate"}},
		{func(c []string) []string {
			c[0] = "B-777"
			c[1], c[2], c[3] = "mandant-2", "https://büro-1.example", "kunde0@büro.example"
			return c
		}, nil}, // there already: reused
		{func(c []string) []string { c[1] = ""; return c }, []string{"Mandant, Shop: incomplete-reference", "Mandant: required", "Shop, Mandant, Kunde: incomplete-reference"}},
		{func(c []string) []string { c[2] = "https://nirgends.example"; return c }, []string{"Mandant, Shop: unknown-reference", "Kunde, Mandant, Shop: unknown-reference"}},
		set(3, "niemand@büro.example", "Kunde, Mandant, Shop: unknown-reference"),
		{func(c []string) []string { c[1], c[2] = "mandant-1", "https://doppelt.example"; return c }, []string{"Mandant, Shop: ambiguous-reference", "Kunde, Mandant, Shop: unknown-reference"}},
		{func(c []string) []string { c[1] = "mandant-9"; return c }, []string{"Mandant: unknown-reference", "Mandant, Shop: unknown-reference", "Kunde, Mandant, Shop: unknown-reference"}},
		set(3, "k.A.", "Kunde, Mandant, Shop: incomplete-reference"),
	}
}

// A German spreadsheet's export of 50,000 orders is loaded by a mapping of ten lines; what was
// planted into it is found, and nothing else. Once as UTF-8 with a byte order mark, once as
// Windows-1252.
func TestGermanSpreadsheet(t *testing.T) {
	t.Parallel()
	if lines := strings.Count(germanMapping, "\n") + 1; lines > 10 {
		t.Errorf("the mapping has %d lines", lines)
	}
	for _, encoding := range []string{"utf-8", "windows-1252"} {
		t.Run(encoding, func(t *testing.T) {
			t.Parallel()
			testGerman(t, encoding == "utf-8")
		})
	}
}

func testGerman(t *testing.T, utf8 bool) {
	const rows = 50_000
	url := pgtest.DB(t)
	pgtest.Exec(t, url, shopdb.Schema()+germanTables)
	dir := t.TempDir()
	mapping := germanMapping
	if !utf8 { // what is no UTF-8 says what it is
		mapping = strings.Replace(mapping, "csv: {", "csv: {encoding: windows-1252, ", 1)
	}
	conf, err := config.Parse("mapping.yaml", []byte(mapping), os.LookupEnv)
	if err != nil {
		t.Fatal(err)
	}
	encode := func(text string) []byte {
		if utf8 {
			return []byte("\xEF\xBB\xBF" + text)
		}
		var b []byte
		for _, r := range text {
			b = append(b, byte(r)) // Latin-1's first 256 characters are Unicode's
		}
		return b
	}
	write := func(name string, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, encode(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	faults := planted()
	var clean, spoilt, onlyGood strings.Builder
	want := map[string][]int64{}
	for _, b := range []*strings.Builder{&clean, &spoilt, &onlyGood} {
		b.WriteString(germanHeader + "\r\n")
	}
	bad := 0
	for i := range rows {
		row := strings.Join(german(i), ";") + "\r\n"
		clean.WriteString(row)
		if n := i / 1000; i%1000 != 500 || n >= len(faults) {
			spoilt.WriteString(row)
			onlyGood.WriteString(row)
			continue
		}
		fault := faults[i/1000]
		spoiltRow := strings.Join(fault.spoil(german(i)), ";") + "\r\n"
		spoilt.WriteString(spoiltRow)
		if fault.rules == nil {
			onlyGood.WriteString(spoiltRow)
			continue
		}
		bad++
		for _, rule := range fault.rules {
			want[sortedHeaders(rule)] = append(want[sortedHeaders(rule)], int64(i)+1)
		}
	}
	load := func(path, reject string) sheets.Load {
		return sheets.Load{
			Files: []sheets.File{{Model: gyro.Table("orders_order"), From: csvdir.File(path, reject)}}, Target: postgres.DB{URL: url}, Importers: conf.Importers,
		}
	}

	spoiltPath := write("spoilt.csv", spoilt.String())
	before := pgtest.Copy(t, url, "SELECT * FROM orders_order ORDER BY id")
	report, err := load(spoiltPath, "").Run(t.Context())
	if err == nil || report == nil {
		t.Fatal("the faults were loaded", err)
	}
	got := map[string][]int64{}
	for _, r := range report.Load.Validation.Files[0].Rules {
		for _, f := range r.First {
			key := sortedHeaders(r.Column + ": " + string(r.Rule))
			got[key] = append(got[key], f.Row)
		}
	}
	for key := range got {
		slices.Sort(got[key])
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		for key := range want {
			if !slices.Equal(got[key], want[key]) {
				t.Errorf("%s: got %v, want %v", key, got[key], want[key])
			}
		}
		for key := range got {
			if want[key] == nil {
				t.Errorf("%s: got %v, want none", key, got[key])
			}
		}
	}
	if n := report.Load.Validation.Files[0]; n.Rows != rows || n.Bad != int64(bad) {
		t.Errorf("%d rows, %d bad; want %d, %d", n.Rows, n.Bad, rows, bad)
	}
	if after := pgtest.Copy(t, url, "SELECT * FROM orders_order ORDER BY id"); string(before) != string(after) {
		t.Error("a load that was refused changed the table")
	}

	// Rejected, the bad rows are as they were, and the good ones are what psql and plain SQL make
	// of a file without the bad.
	reject := filepath.Join(dir, "bad.csv")
	report, err = load(spoiltPath, reject).Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if n := report.Load.Tables[0]; n.Rejected != int64(bad) || n.Skipped != 1 || n.Inserted != int64(rows-bad-1) {
		t.Errorf("%+v", n)
	}
	rejected, err := os.ReadFile(reject)
	if err != nil {
		t.Fatal(err)
	}
	wantHead := string(encode("reason;" + germanHeader + "\r\n"))
	if !strings.HasPrefix(string(rejected), wantHead) {
		t.Errorf("the rejects begin with %.80q", rejected)
	}
	for i := range faults {
		row := strings.Join(faults[i].spoil(german(i*1000+500)), ";") + "\r\n"
		raw := strings.TrimPrefix(string(encode(row)), "\xEF\xBB\xBF")
		if there := strings.Contains(string(rejected), ";"+raw); there != (faults[i].rules != nil) {
			t.Errorf("fault %d: in the file of rejects: %v", i, there)
		}
	}

	encodingName := "UTF8"
	if !utf8 {
		encodingName = "LATIN1"
	}
	path := write("good.csv", onlyGood.String())
	pgtest.Psql(t, url, `CREATE TABLE plain (nummer text, mandant text, shop text, kunde text, status text, betrag text, steuer text, versand text, am text, note text);
		\copy plain FROM '`+path+`' (FORMAT csv, HEADER, DELIMITER ';', ENCODING '`+encodingName+`')
`)
	money := func(column string) string {
		return "replace(replace(nullif(" + column + ", 'k.A.'), '.', ''), ',', '.')::numeric(10, 2)"
	}
	oracle := `SELECT trim(nummer) AS order_number, status, ` + money("betrag") + ` AS total_amount, ` + money("steuer") + ` AS tax_amount, coalesce(` + money("versand") + `, 0) AS shipping_amount,
		to_timestamp(am, 'DD.MM.YYYY HH24:MI')::timestamp AT TIME ZONE 'Europe/Berlin' AS created_at, c.id AS customer_id, h.id AS shop_id, t.id AS tenant_id
		FROM plain p LEFT JOIN accounts_tenant t ON t.subdomain = mandant LEFT JOIN accounts_shop h ON h.url = p.shop AND h.tenant_id = t.id
		LEFT JOIN accounts_customer c ON c.email = trim(kunde) AND c.shop_id = h.id WHERE trim(nummer) <> 'B-777'`
	loaded := "SELECT order_number, status, total_amount, tax_amount, shipping_amount, created_at, customer_id, shop_id, tenant_id FROM orders_order WHERE order_number <> 'B-777'"
	n := pgtest.Copy(t, url, "SELECT (SELECT count(*) FROM ("+oracle+" EXCEPT ALL "+loaded+") a) AS missing, (SELECT count(*) FROM ("+loaded+" EXCEPT ALL "+oracle+") b) AS other")
	if string(n) != "missing,other\n0,0\n" {
		t.Errorf("what was loaded is not what plain SQL makes of the file: %s", n)
	}
}

// sortedHeaders writes "b, a: rule" as "a, b: rule".
func sortedHeaders(text string) string {
	headers, rule, _ := strings.Cut(text, ": ")
	list := strings.Split(headers, ", ")
	slices.Sort(list)
	return strings.Join(list, ", ") + ": " + rule
}
