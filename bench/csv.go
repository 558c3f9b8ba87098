package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/jackc/pgx/v5"
)

// sheetTables are what the orders of a foreign CSV file refer to: 10 tenants, 100 shops, 20,000
// customers.
const sheetTables = `
	CREATE TABLE tenant (id bigserial PRIMARY KEY, subdomain varchar(50) NOT NULL UNIQUE);
	CREATE TABLE shop (id bigserial PRIMARY KEY, tenant_id bigint NOT NULL REFERENCES tenant, url varchar(200) NOT NULL, UNIQUE (tenant_id, url));
	CREATE TABLE customer (id bigserial PRIMARY KEY, shop_id bigint NOT NULL REFERENCES shop, email varchar(254) NOT NULL, UNIQUE (shop_id, email));
	CREATE TABLE orders (id bigserial PRIMARY KEY, shop_id bigint NOT NULL REFERENCES shop, customer_id bigint NOT NULL REFERENCES customer,
		number varchar(20) NOT NULL, status varchar(20) NOT NULL, total numeric(10, 2) NOT NULL, tax numeric(10, 2) NOT NULL, quantity int NOT NULL,
		paid boolean NOT NULL, ordered date NOT NULL, note text, UNIQUE (shop_id, number));
	INSERT INTO tenant (subdomain) SELECT 'tenant-' || n FROM generate_series(1, 10) n;
	INSERT INTO shop (tenant_id, url) SELECT 1 + (n - 1) % 10, 'https://shop-' || n || '.example' FROM generate_series(1, 100) n;
	INSERT INTO customer (shop_id, email) SELECT 1 + (n - 1) % 100, 'customer-' || n || '@example.com' FROM generate_series(1, 20000) n;
	ANALYZE;`

// sheetMapping is the mapping of the file, with ten rules that rows of it break.
const sheetMapping = `importers:
  orders:
    csv: {decimal: ",", thousands: ".", date: DD.MM.YYYY, "true": [ja], "false": [nein]}
    ids: {natural: [shop, number]}
    columns:
      number: {from: Nummer, pattern: "B-[0-9]+"}
      status: {from: Status, one_of: [offen, bezahlt, versandt]}
      total: {from: Betrag, min: 0}
      tax: {from: Steuer, check: "total >= tax"}
      quantity: {from: Menge}
      paid: {from: Bezahlt}
      ordered: {from: Datum}
      note: {from: Notiz}
      shop: {by: {url: Shop, tenant.subdomain: Mandant}}
      customer: {by: {email: Kunde, shop.url: Shop}}
`

// sheetFaults are the rules that rows break, a hundred each: what they make of a row's cells
// (Nummer, Mandant, Shop, Kunde, Status, Betrag, Steuer, Menge, Bezahlt, Datum, Notiz).
var sheetFaults = []func(cells []string){
	func(c []string) { c[0] = "X" + c[0] },                // pattern
	func(c []string) { c[2] = "https://nowhere.example" }, // unknown reference, twice: shop, and its customer
	func(c []string) { c[3] = "nobody@example.com" },      // unknown reference
	func(c []string) { c[4] = "verloren" },                // not allowed
	func(c []string) { c[5] = "viel" },                    // not a number
	func(c []string) { c[5], c[6] = "-1,00", "-2,00" },    // out of range
	func(c []string) { c[5], c[6] = "1,00", "2,00" },      // check
	func(c []string) { c[7] = "99999999999" },             // beyond int
	func(c []string) { c[9] = "31.02.2026" },              // no such date
	func(c []string) { c[8] = "" },                        // required
}

func writeSheet(path string, rows int, faults bool) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(file, 1<<20)
	fmt.Fprint(w, "Nummer;Mandant;Shop;Kunde;Status;Betrag;Steuer;Menge;Bezahlt;Datum;Notiz\r\n")
	states, paid := []string{"offen", "bezahlt", "versandt"}, []string{"ja", "nein"}
	every := max(1, rows/1000)
	for i := range rows {
		customer := i%20000 + 1
		shop := (customer-1)%100 + 1
		cells := []string{
			fmt.Sprintf("B-%07d", i), fmt.Sprintf("tenant-%d", (shop-1)%10+1), fmt.Sprintf("https://shop-%d.example", shop),
			fmt.Sprintf("customer-%d@example.com", customer), states[i%3], fmt.Sprintf("%d.%03d,%02d", 1+i%9, i%1000, i%100), fmt.Sprintf("%d,%02d", i%190, i%100),
			fmt.Sprint(1 + i%50), paid[i%2], fmt.Sprintf("%02d.%02d.%d", 1+i%28, 1+i%12, 2020+i%6), "",
		}
		if i%4 == 0 {
			cells[10] = `"zweite Wahl; siehe ""Lager"""`
		}
		if faults && i%every == every/2 {
			sheetFaults[i/every%len(sheetFaults)](cells)
		}
		fmt.Fprint(w, strings.Join(cells, ";"), "\r\n")
	}
	return errors.Join(w.Flush(), file.Close())
}

// sheetShop is the database with what the rows of the file refer to.
const sheetShop = "bench_sheet"

// faults is a foreign CSV file with a thousand faults, the whole report, beside psql's \copy of the file into a staging table of texts.
func (b *bench) faults(ctx context.Context) (task, error) {
	file, rows, err := b.sheet(ctx, "bad.csv", true)
	return task{note: rows, runs: []run{
		{name: `psql \copy into staging`, template: sheetShop, cmd: b.staged(ctx, file, "")},
		{name: "gyro import, 1,000 faults reported", template: sheetShop, cmd: func(dir, url string) *exec.Cmd {
			args := b.imported(file, dir, url) // exit code 4 is what is expected
			return exec.CommandContext(ctx, "sh", append([]string{"-c", `"$0" "$@" >/dev/null 2>&1; test $? = 4`, b.gyro}, args...)...)
		}},
	}}, err
}

// csv is the same file without faults on its way into the table, beside \copy and the SQL that one would write by hand.
func (b *bench) csv(ctx context.Context) (task, error) {
	const insert = `INSERT INTO orders (shop_id, customer_id, number, status, total, tax, quantity, paid, ordered, note)
		SELECT h.id, c.id, nummer, status, replace(replace(betrag, '.', ''), ',', '.')::numeric(10, 2), replace(replace(steuer, '.', ''), ',', '.')::numeric(10, 2),
			menge::int, bezahlt = 'ja', to_date(datum, 'DD.MM.YYYY'), notiz
		FROM s JOIN tenant t ON t.subdomain = s.mandant JOIN shop h ON h.tenant_id = t.id AND h.url = s.shop JOIN customer c ON c.shop_id = h.id AND c.email = s.kunde;
`
	file, _, err := b.sheet(ctx, "good.csv", false)
	return task{runs: []run{
		{name: `psql \copy, INSERT by hand`, template: sheetShop, outcome: b.sheetRows, cmd: b.staged(ctx, file, insert)},
		{name: "gyro import", template: sheetShop, outcome: b.sheetRows, cmd: func(dir, url string) *exec.Cmd {
			return exec.CommandContext(ctx, b.gyro, b.imported(file, dir, url)...)
		}},
	}}, err
}

// sheet writes the file and makes the database, and says how many lines it has.
func (b *bench) sheet(ctx context.Context, name string, faults bool) (file, lines string, err error) {
	rows := max(1000, int(b.scale*1_000_000))
	file = filepath.Join(b.dir, name)
	err = errors.Join(writeSheet(file, rows, faults), os.WriteFile(filepath.Join(b.dir, sheetConfig), []byte(sheetMapping), 0o600))
	if err == nil {
		err = b.template(ctx, sheetShop, "template0", sheetTables)
	}
	return file, thousands(int64(rows)) + " lines", err
}

const sheetConfig = "orders.yaml"

// imported are the arguments of gyro import of the file.
func (b *bench) imported(file, dir, url string) []string {
	return []string{
		"import", "-c", filepath.Join(b.dir, sheetConfig), "--csv", "orders=" + file, "--target", url, "--progress", "none",
		"--no-record", "--exclusive", "never", "--report", filepath.Join(dir, "report.json"),
	}
}

// staged is psql that copies the file into a table of texts, and does more.
func (b *bench) staged(ctx context.Context, file, more string) func(_, url string) *exec.Cmd {
	const stage = "CREATE TEMP TABLE s (nummer text, mandant text, shop text, kunde text, status text, betrag text, steuer text, menge text, bezahlt text, datum text, notiz text);\n"
	text := "BEGIN;\n" + stage + `\copy s FROM '` + file + `' (FORMAT csv, HEADER, DELIMITER ';')` + "\n" + more + "COMMIT;\n"
	return func(_, url string) *exec.Cmd { return b.script(ctx, url, text) }
}

// sheetRows are the rows of the file that were loaded.
func (b *bench) sheetRows(ctx context.Context, _ string) (outcome, error) {
	var o outcome
	conn, err := pgx.Connect(ctx, b.server.URL(target))
	if err != nil {
		return o, err
	}
	defer conn.Close(ctx)
	return o, conn.QueryRow(ctx, "SELECT count(*), sum(hashtextextended((to_jsonb(o) - 'id')::text, 0))::text FROM orders o").Scan(&o.rows, &o.content)
}
