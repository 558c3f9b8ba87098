package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gyrodata/gyro/examples/shop/shopdb"
	"github.com/gyrodata/gyro/internal/pgtest"
)

// windows1252 is text of Western Europe in one byte a character.
func windows1252(text string) []byte {
	var b []byte
	for _, r := range text {
		if r == '€' {
			r = 0x80
		}
		b = append(b, byte(r))
	}
	return b
}

// A German spreadsheet is guessed, and loads as it was guessed: semicolons, Windows-1252, commas
// before fractions, days first, ja and nein, references by what people call things.
func TestGuessGerman(t *testing.T) {
	t.Parallel()
	url := pgtest.DB(t)
	pgtest.Exec(t, url, shopdb.Schema())
	pgtest.Exec(t, url, `
		INSERT INTO accounts_tenant VALUES (7, 'Möbel Müller', 'mueller', now(), true), (8, 'Acme', 'acme', now(), true);
		INSERT INTO accounts_shop VALUES (70, 'Stühle', 'stuhl.example', 'EUR', now(), 7), (80, 'Chairs', 'stuhl.example', 'EUR', now(), 8)`)
	dir := t.TempDir()
	products, customers, mapping := filepath.Join(dir, "Produkte.csv"), filepath.Join(dir, "Kunden.csv"), filepath.Join(dir, "guess.yaml")
	for path, text := range map[string]string{
		products: "SKU;Product Name;Description;Price;Inventory Count;Is Active;Created At;Shop;Tenant;Bemerkung\r\n" +
			"0815;Schöner Stuhl;\"Höhe; 1,20 m\";1.234,50;12;ja;31.12.2025 10:00;stuhl.example;mueller;\r\n" +
			"0816;Hocker;;19,90;1.200;nein;01.02.2026 09:30;stuhl.example;acme;alt\r\n" +
			"0817;Bank; roh ;1.099,00;0;ja;05.06.2026 23:59;stuhl.example;mueller;\r\n" +
			"0818;Tisch;NULL;5;3;ja;17.06.2026 00:00;stuhl.example;mueller;\r\n" +
			"0819;Regal;für 5 €;75,25;4;nein;20.06.2026 12:00;stuhl.example;mueller;\r\n",
		customers: "E-Mail;First Name;Last Name;Phone;Shop;Tenant\r\n" +
			"jörg@example.com;Jörg;Groß;0341 1234;stuhl.example;mueller\r\n" +
			"ann@example.com;Ann;;;stuhl.example;acme\r\n",
	} {
		if err := os.WriteFile(path, windows1252(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	gyro := func(args ...string) string {
		var out, failed bytes.Buffer
		args = append([]string{"import", "--csv", "products_product=" + products, "--csv", "accounts_customer=" + customers, "--target", url}, args...)
		if code := run(context.Background(), args, &out, &failed, func(string) (string, bool) { return "", false }); code != exitDone {
			t.Fatalf("exit %d\n%s%s", code, failed.Bytes(), out.Bytes())
		}
		if failed.Len() > 0 {
			t.Errorf("standard error has\n%s", failed.Bytes())
		}
		return out.String()
	}
	text := gyro("--guess", "--no-record")
	want := `importers:
  # guessed by the headers of Produkte.csv and its first 5 rows: to be looked over
  products_product:
    csv:
      # it is taken for Windows-1252: it is not UTF-8, and other encodings of one byte a character can't be told from it
      encoding: Windows-1252
      trim: true
      nulls: ["NULL"]
      decimal: ","
      thousands: "."
      date: "DD.MM.YYYY HH24:MI"
      true: [ja]
      false: [nein]
      ignore: [Bemerkung] # no column was found for what stands here
      # time_zone: Europe/Berlin # that of dates and times without one, such as those of created_at; else UTC is
    ids: {natural: [shop, sku]} # a unique key: a row that is there already is used, and stays as it is
    # conflict: update # it gets the file's values instead
    columns:
      name: {from: Product Name} # guessed by its name
      # description: taken for NULL: "NULL"
      # taken for url of accounts_shop, of which no unique key sees to it that it means one row
      shop: {by: {tenant.subdomain: Tenant, url: Shop}}
      tenant: {by: {subdomain: Tenant}} # taken for subdomain, a unique key of accounts_tenant
  # guessed by the headers of Kunden.csv and its first 2 rows: to be looked over
  accounts_customer:
    csv:
      # it is taken for Windows-1252: it is not UTF-8, and other encodings of one byte a character can't be told from it
      encoding: Windows-1252
    ids: {natural: [shop, email]} # a unique key: a row that is there already is used, and stays as it is
    # conflict: update # it gets the file's values instead
    columns:
      last_name: {empty: text} # a cell without text is taken for an empty text, since the column is NOT NULL
      created_at: {default: now} # the file has none: the time of the load
      # taken for url of accounts_shop, of which no unique key sees to it that it means one row
      shop: {by: {tenant.subdomain: Tenant, url: Shop}}
      tenant: {by: {subdomain: Tenant}} # taken for subdomain, a unique key of accounts_tenant
`
	if d := cmp.Diff(want, text); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if err := os.WriteFile(mapping, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	gyro("-c", mapping, "--no-record", "--progress", "none")
	got := string(pgtest.Copy(t, url, `SELECT sku, name, description, price, inventory_count, is_active, created_at AT TIME ZONE 'UTC' AS created_at, shop_id, tenant_id FROM products_product ORDER BY sku`)) +
		string(pgtest.Copy(t, url, `SELECT email, first_name, last_name, phone, created_at = max(created_at) OVER () AS same, shop_id, tenant_id FROM accounts_customer ORDER BY email`))
	want = strings.TrimPrefix(`
sku,name,description,price,inventory_count,is_active,created_at,shop_id,tenant_id
0815,Schöner Stuhl,"Höhe; 1,20 m",1234.50,12,t,2025-12-31 10:00:00,70,7
0816,Hocker,,19.90,1200,f,2026-02-01 09:30:00,80,8
0817,Bank,roh,1099.00,0,t,2026-06-05 23:59:00,70,7
0818,Tisch,,5.00,3,t,2026-06-17 00:00:00,70,7
0819,Regal,für 5 €,75.25,4,f,2026-06-20 12:00:00,70,7
email,first_name,last_name,phone,same,shop_id,tenant_id
ann@example.com,Ann,"",,t,80,8
jörg@example.com,Jörg,Groß,0341 1234,t,70,7
`, "\n")
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// What is guessed loads as it is, also where files refer to each other, by keys of several columns,
// to rows of the target, and without a header.
func TestGuessLoads(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		schema, query, want string
		files               []string // table, text
	}{
		"files of one load": {
			`CREATE TABLE tag (id serial PRIMARY KEY, label text NOT NULL UNIQUE, parent_id int REFERENCES tag);
			 CREATE TABLE tagging (tag_id int NOT NULL REFERENCES tag, thing uuid NOT NULL, weight int, PRIMARY KEY (tag_id, thing));`,
			"SELECT label, (SELECT label FROM tag p WHERE p.id = t.parent_id) AS parent, thing, weight FROM tag t LEFT JOIN tagging ON tag_id = t.id ORDER BY label, thing",
			"label,parent,thing,weight\nblue,red,d9428888-122b-11e1-b85c-61cd3cbb3210,2\nred,,d9428888-122b-11e1-b85c-61cd3cbb3210,1\n",
			[]string{
				"tag", "Id\tLabel\tParent\n11\tred\t\n12\tblue\t11\n",
				"tagging", "Tag\tThing\tWeight\n11\td9428888-122b-11e1-b85c-61cd3cbb3210\t1\n12\tD9428888-122B-11E1-B85C-61CD3CBB3210\t2\n",
			},
		},
		"a parent by its name in the same file": {
			`CREATE TABLE tag (id serial PRIMARY KEY, label text NOT NULL UNIQUE, parent_id int REFERENCES tag);`,
			"SELECT label, (SELECT label FROM tag p WHERE p.id = t.parent_id) AS parent FROM tag t ORDER BY label",
			"label,parent\nblue,red\nred,\n",
			[]string{"tag", "Tag Label;Parent\nred;\nblue;red\n"},
		},
		"keys of several columns, of the target": {
			`CREATE TABLE shop (tenant int, id int, PRIMARY KEY (tenant, id)); INSERT INTO shop VALUES (1, 1), (1, 2);
			 CREATE TABLE sale (id serial PRIMARY KEY, tenant int NOT NULL, shop_id int NOT NULL, amount numeric, FOREIGN KEY (tenant, shop_id) REFERENCES shop);`,
			"SELECT tenant, shop_id, amount FROM sale ORDER BY amount",
			"tenant,shop_id,amount\n1,1,1.5\n1,2,1000.25\n",
			[]string{"sale", "Tenant|Shop ID|Amount\n1|1|1.5\n1|2|1,000.25\n"},
		},
		"no header": {
			`CREATE TABLE tag (id serial PRIMARY KEY, label text NOT NULL UNIQUE); INSERT INTO tag (label) VALUES ('red');
			 CREATE TABLE tagging (id serial PRIMARY KEY, tag_id int NOT NULL REFERENCES tag, weight int);`,
			"SELECT tag_id, weight FROM tagging ORDER BY weight",
			"tag_id,weight\n1,7\n1,8\n",
			[]string{"tagging", "red,7\nred,8\n"},
		},
		"an order's customer, by what tells customers apart": {
			shopdb.Schema() + `; INSERT INTO accounts_tenant VALUES (7, 'A', 'a', now(), true), (8, 'B', 'b', now(), true);
			 INSERT INTO accounts_shop VALUES (70, 'Chairs', 'chairs.example', 'EUR', now(), 7), (80, 'Chairs', 'chairs.example', 'EUR', now(), 8);
			 INSERT INTO accounts_customer VALUES (700, 'ann@x.example', 'Ann', '', NULL, now(), 70, 7), (800, 'ann@x.example', 'Ann', '', NULL, now(), 80, 8)`,
			"SELECT order_number, status, total_amount, tax_amount, created_at::date, customer_id, shop_id, tenant_id FROM orders_order ORDER BY order_number",
			"order_number,status,total_amount,tax_amount,created_at,customer_id,shop_id,tenant_id\n1,paid,1200.00,200.00,2026-01-31,700,70,7\n2,new,1.20,0.20,2026-02-13,800,80,8\n",
			[]string{"orders_order", "Order No.,Status,Total,Tax,Shipping Amount,Created,Customer,Shop Name,Tenant\n" +
				"1,paid,\"1,200.00\",200.00,0,01/31/2026,ann@x.example,Chairs,a\n2,new,1.20,0.20,0,02/13/2026,ann@x.example,Chairs,b\n"},
		},
		"nothing to say": {
			`CREATE TABLE tag (id serial PRIMARY KEY, label text, at timestamptz NOT NULL DEFAULT '2026-01-31');`,
			"SELECT label FROM tag", "label\nred\n",
			[]string{"tag", "LABEL\nred\n"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url, dir := pgtest.DB(t), t.TempDir()
			pgtest.Exec(t, url, c.schema)
			args := []string{"import", "--target", url, "--no-record", "--progress", "none"}
			for i := 0; i < len(c.files); i += 2 {
				path := filepath.Join(dir, c.files[i]+".csv")
				if err := os.WriteFile(path, []byte(c.files[i+1]), 0o600); err != nil {
					t.Fatal(err)
				}
				args = append(args, "--csv", c.files[i]+"="+path)
			}
			none := func(string) (string, bool) { return "", false }
			var mapping, out, failed bytes.Buffer
			if code := run(context.Background(), append(args, "--guess"), &mapping, &failed, none); code != exitDone || failed.Len() > 0 {
				t.Fatalf("exit %d\n%s", code, failed.Bytes())
			}
			path := filepath.Join(dir, "guess.yaml")
			if err := os.WriteFile(path, mapping.Bytes(), 0o600); err != nil {
				t.Fatal(err)
			}
			if code := run(context.Background(), append(args, "-c", path), &out, &failed, none); code != exitDone {
				t.Fatalf("exit %d\n%s%s\n%s", code, failed.Bytes(), out.Bytes(), mapping.Bytes())
			}
			if d := cmp.Diff(c.want, string(pgtest.Copy(t, url, c.query))); d != "" {
				t.Errorf("(-want +got):\n%s\n%s", d, mapping.Bytes())
			}
		})
	}
}
