package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/csvdir"
	"github.com/gyrodata/gyro/internal/pgtest"
	"github.com/gyrodata/gyro/load"
	"github.com/gyrodata/gyro/pgcsv"
	"github.com/gyrodata/gyro/postgres"
	"github.com/gyrodata/gyro/sheets"
)

// sheetOf writes a CSV file for a table.
func sheetOf(t *testing.T, table, text string) sheets.File {
	t.Helper()
	path := filepath.Join(t.TempDir(), table+".csv")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return sheets.File{Model: gyro.Table(table), From: csvdir.File(path, "")}
}

// loadSheets loads CSV files by importers.
func loadSheets(t *testing.T, url string, importers gyro.Registry, files ...sheets.File) (*gyro.Report, error) {
	t.Helper()
	return sheets.Load{Files: files, Target: postgres.DB{URL: url}, Importers: importers}.Run(t.Context())
}

// faultsOf are the faults of a report: "row: column: rule", sorted.
func faultsOf(r *gyro.Report) string {
	if r == nil {
		return "no report"
	}
	var all []string
	for _, f := range r.Load.Validation.Files {
		for _, rule := range f.Rules {
			for _, fault := range rule.First {
				all = append(all, fmt.Sprintf("%s %d: %s: %s", f.Model, fault.Row, rule.Column, rule.Rule))
			}
		}
	}
	slices.Sort(all)
	return strings.Join(all, "\n")
}

// wantFaults wants just these faults, and nothing loaded.
func wantFaults(t *testing.T, report *gyro.Report, err error, want ...string) {
	t.Helper()
	slices.Sort(want)
	if !errors.Is(err, gyro.ErrInvalid) || faultsOf(report) != strings.Join(want, "\n") {
		t.Errorf("%v\ngot\n%s\nwant\n%s", err, faultsOf(report), strings.Join(want, "\n"))
	}
}

const goods = `
	CREATE TABLE maker (id bigserial PRIMARY KEY, code text NOT NULL UNIQUE, name text);
	CREATE TABLE good (id bigserial PRIMARY KEY, sku text NOT NULL, maker_id bigint REFERENCES maker, price numeric(8, 2), UNIQUE (maker_id, sku));`

// What becomes of rows that are loaded again, changed, or with the columns in another order.
func TestSheetAgain(t *testing.T) {
	t.Parallel()
	const (
		first   = "sku,maker,price\na,m,1\nb,m,2\n"
		changed = "sku,maker,price\na,m,1.50\nb,m,2\nc,m,3\n"
		swapped = "price,sku,maker\n1,a,m\n2,b,m\n"
		less    = "maker,sku\nm,a\n"
	)
	natural := gyro.NaturalKey("maker", "sku")
	for _, c := range []struct {
		name     string
		ids      gyro.IDs
		conflict gyro.Conflict
		second   string
		want     string // rows afterwards; or the faults
	}{
		{"new ids, no policy, the same", gyro.IDs{}, gyro.Conflict{}, first, "good 1: maker, sku: exists\ngood 2: maker, sku: exists"},
		{"natural key, the same", natural, gyro.Conflict{}, first, "1,a,1.00 2,b,2.00"},
		{"natural key, changed, skipped by default", natural, gyro.Conflict{}, changed, "1,a,1.00 2,b,2.00 3,c,3.00"},
		{"natural key, fail", natural, gyro.Fail(), changed, "good 1: maker, sku: exists\ngood 2: maker, sku: exists"},
		{"natural key, skip", natural, gyro.Skip(), changed, "1,a,1.00 2,b,2.00 3,c,3.00"},
		{"natural key, update, the same", natural, gyro.Update(), first, "1,a,1.00 2,b,2.00"},
		{"natural key, update, changed", natural, gyro.Update(), changed, "1,a,1.50 2,b,2.00 3,c,3.00"},
		{"natural key, update, swapped", natural, gyro.Update(), swapped, "1,a,1.00 2,b,2.00"},
		{"natural key, update, fewer columns", natural, gyro.Update(), less, "1,a,1.00 2,b,2.00"},
		{"conflict by the key, skip", gyro.IDs{}, gyro.Skip("maker", "sku"), changed, "1,a,1.00 2,b,2.00 3,c,3.00"},
		{"conflict by the key, update", gyro.IDs{}, gyro.Update("maker", "sku"), changed, "1,a,1.50 2,b,2.00 3,c,3.00"},
		{"swapped, no policy", gyro.IDs{}, gyro.Conflict{}, swapped, "good 1: maker, sku: exists\ngood 2: maker, sku: exists"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			url := pgtest.DB(t)
			pgtest.Exec(t, url, goods+"INSERT INTO maker (code) VALUES ('m')")
			importers := gyro.Registry{{Model: gyro.Table("maker")}, {
				Model: gyro.Table("good"), IDs: c.ids, Conflict: c.conflict,
				Columns: gyro.Columns{"maker": {Ref: gyro.Table("maker"), By: gyro.By{"code": "maker"}}},
			}}
			if _, err := loadSheets(t, url, importers, sheetOf(t, "good", first)); err != nil {
				t.Fatal(err)
			}
			report, err := loadSheets(t, url, importers, sheetOf(t, "good", c.second))
			if strings.Contains(c.want, ": ") {
				wantFaults(t, report, err, strings.Split(c.want, "\n")...)
				wantQuery(t, url, "SELECT count(*) FROM good", "count\n2")
				return
			}
			if err != nil {
				t.Fatalf("%v\n%s", err, faultsOf(report))
			}
			wantQuery(t, url, "SELECT string_agg(concat_ws(',', dense, sku, price), ' ' ORDER BY id) FROM (SELECT *, row_number() OVER (ORDER BY id) AS dense FROM good) g", "string_agg\n"+`"`+c.want+`"`)
		})
	}
}

// References lead to rows of the same load, whose ids are new, and to those that the target has;
// in whatever order the files are named.
func TestSheetReferences(t *testing.T) {
	t.Parallel()
	url := pgtest.DB(t)
	pgtest.Exec(t, url, `
		CREATE TABLE tenant (id bigserial PRIMARY KEY, subdomain text NOT NULL UNIQUE);
		CREATE TABLE shop (id bigserial PRIMARY KEY, tenant_id bigint NOT NULL REFERENCES tenant, url text NOT NULL, UNIQUE (tenant_id, url));
		CREATE TABLE orders (id bigserial PRIMARY KEY, shop_id bigint NOT NULL REFERENCES shop, number int NOT NULL, again_id bigint REFERENCES orders, UNIQUE (shop_id, number));
		INSERT INTO tenant (subdomain) VALUES ('old'), ('other');
		INSERT INTO shop (tenant_id, url) VALUES (1, 'x'), (2, 'x');`)
	tenants, shops, orders := gyro.Table("tenant"), gyro.Table("shop"), gyro.Table("orders")
	importers := gyro.Registry{
		{Model: tenants, IDs: gyro.NaturalKey("subdomain")},
		{Model: shops, Columns: gyro.Columns{"tenant": {Ref: tenants, By: gyro.By{"subdomain": "Tenant"}}}},
		{Model: orders, Columns: gyro.Columns{
			"shop":  {Ref: shops, By: gyro.By{"url": "Shop", "tenant.subdomain": "Tenant"}},
			"again": {Ref: orders, By: gyro.By{"number": "Again", "shop.url": "Shop", "shop.tenant.subdomain": "Tenant"}},
		}},
	}
	_, err := loadSheets(t, url, importers,
		sheetOf(t, "orders", "Number,Shop,Tenant,Again\n1,x,old,\n2,y,old,3\n3,y,old,\n4,x,new,4\n"),
		sheetOf(t, "shop", "URL,Tenant\ny,old\nx,new\n"),
		sheetOf(t, "tenant", "Subdomain\nnew\nold\n"))
	if err == nil {
		t.Error("a part of a key is NULL: the others are refused")
	}
	importers[2].Columns["again"] = gyro.Column{Ref: orders, By: gyro.By{"number": "Again"}}
	if _, err := loadSheets(t, url, importers,
		sheetOf(t, "orders", "Number,Shop,Tenant,Again\n1,x,old,\n2,y,old,3\n3,y,old,\n4,x,new,4\n"),
		sheetOf(t, "shop", "URL,Tenant\ny,old\nx,new\n"),
		sheetOf(t, "tenant", "Subdomain\nnew\nold\n")); err != nil {
		t.Fatal(err)
	}
	wantQuery(t, url, `SELECT o.number, h.url, t.subdomain, a.number AS again FROM orders o JOIN shop h ON h.id = o.shop_id JOIN tenant t ON t.id = h.tenant_id LEFT JOIN orders a ON a.id = o.again_id ORDER BY 1`,
		"number,url,subdomain,again\n1,x,old,\n2,y,old,3\n3,y,old,\n4,x,new,4")
	wantQuery(t, url, "SELECT count(*) FROM tenant", "count\n3")

	// The target's order 3, unless a row of the load is one.
	if _, err := loadSheets(t, url, importers[:3:3].With(gyro.Importer{Model: orders}), sheetOf(t, "orders", "number,shop,tenant,again\n9,x,new,3\n")); err != nil {
		t.Fatal(err)
	}
	wantQuery(t, url, `SELECT a.number FROM orders o JOIN orders a ON a.id = o.again_id WHERE o.number = 9`, "number\n3")
	report, err := loadSheets(t, url, importers, sheetOf(t, "orders", "number,Shop,Tenant,Again\n10,x,nowhere,\n11,z,old,17\n12,x,,\n13,,,\n"))
	wantFaults(t, report, err,
		"orders 1: Tenant, Shop: unknown-reference", "orders 2: Tenant, Shop: unknown-reference", "orders 2: Again: unknown-reference",
		"orders 3: Tenant, Shop: incomplete-reference", "orders 4: Tenant, Shop: required")
}

// Rows that are missing are made, once each, where that is asked for; of rows that are rejected
// none is left behind.
func TestSheetCreateMissing(t *testing.T) {
	t.Parallel()
	url := pgtest.DB(t)
	pgtest.Exec(t, url, goods+"INSERT INTO maker (code) VALUES ('there')")
	makers := gyro.Table("maker")
	importers := gyro.Registry{
		{Model: makers, Columns: gyro.Columns{"name": {Default: "made"}}},
		{Model: gyro.Table("good"), Columns: gyro.Columns{"maker": {Ref: makers, By: gyro.By{"code": "maker"}, CreateMissing: true}, "price": {Min: "0"}}},
	}
	sheet := sheetOf(t, "good", "sku,maker,price\na,there,1\nb,new,2\nc,new,3\nd,,4\ne,bad,-1\n")
	report, err := loadSheets(t, url, importers, sheet)
	wantFaults(t, report, err, "good 5: price: out-of-range")
	wantQuery(t, url, "SELECT count(*) FROM maker", "count\n1")
	path := filepath.Join(t.TempDir(), "bad.csv")
	source := filepath.Join(t.TempDir(), "good.csv")
	if err := os.WriteFile(source, []byte("sku,maker,price\na,there,1\nb,new,2\nc,new,3\nd,,4\ne,bad,-1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	report, err = loadSheets(t, url, importers, sheets.File{Model: gyro.Table("good"), From: csvdir.File(source, path)})
	if err != nil {
		t.Fatal(err)
	}
	if n := report.Load.Tables; len(n) != 2 || n[0].Inserted != 1 || n[1].Inserted != 4 || n[1].Rejected != 1 {
		t.Errorf("%+v", n)
	}
	wantQuery(t, url, "SELECT g.sku, m.code, m.name FROM good g LEFT JOIN maker m ON m.id = g.maker_id ORDER BY 1", "sku,code,name\na,there,\nb,new,made\nc,new,made\nd,,")
	wantQuery(t, url, "SELECT code FROM maker ORDER BY 1", "code\nnew\nthere")
	rejected, err := os.ReadFile(path)
	if err != nil || string(rejected) != "reason,sku,maker,price\nprice: less than 0,e,bad,-1\n" {
		t.Errorf("%q %v", rejected, err)
	}
	if _, err := loadSheets(t, url, importers, sheets.File{Model: gyro.Table("good"), From: csvdir.File(source, path)}); !errors.Is(err, gyro.ErrExists) {
		t.Errorf("rejects are written over: %v", err)
	}
}

// Rejected rows take those with them that refer to them, also in a circle; a row of the target
// stands in for a rejected one.
func TestSheetRejectFollows(t *testing.T) {
	t.Parallel()
	url := pgtest.DB(t)
	pgtest.Exec(t, url, `
		CREATE TABLE person (id bigserial PRIMARY KEY, name text NOT NULL UNIQUE, boss_id bigint REFERENCES person, age int CHECK (age > 0));
		CREATE TABLE pet (id bigserial PRIMARY KEY, name text, owner_id bigint NOT NULL REFERENCES person);
		INSERT INTO person (name, age) VALUES ('Old', 70);`)
	people := gyro.Table("person")
	importers := gyro.Registry{
		{Model: people, Columns: gyro.Columns{"boss": {Ref: people, By: gyro.By{"name": "boss"}}}},
		{Model: gyro.Table("pet"), Columns: gyro.Columns{"owner": {Ref: people, By: gyro.By{"name": "owner"}}}},
	}
	dir := t.TempDir()
	texts := map[string]string{
		"person": "name,boss,age\nA,B,30\nB,C,30\nC,,minus\nD,Old,30\nE,E,-1\nF,D,20\nOld,,5\nA,,31\n",
		"pet":    "name,owner\na,A\nd,D\nold,Old\nnone,Nobody\n",
	}
	files := []sheets.File{}
	for _, name := range []string{"pet", "person"} {
		path := filepath.Join(dir, name+".csv")
		if err := os.WriteFile(path, []byte(texts[name]), 0o600); err != nil {
			t.Fatal(err)
		}
		files = append(files, sheets.File{Model: gyro.Table(name), From: csvdir.File(path, filepath.Join(dir, name+".bad.csv"))})
	}
	report, err := loadSheets(t, url, importers, files...)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"person 1: boss: rejected-reference", "person 2: boss: rejected-reference", "person 3: age: invalid-value", "person 5: : check",
		"person 7: name: exists", "pet 4: owner: unknown-reference", // person 8 has the name of one that is out by then
	}
	slices.Sort(want)
	if got := faultsOf(report); got != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", got, strings.Join(want, "\n"))
	}
	wantQuery(t, url, "SELECT p.name, b.name AS boss FROM person p LEFT JOIN person b ON b.id = p.boss_id ORDER BY 1", "name,boss\nA,\nD,Old\nF,D\nOld,")
	wantQuery(t, url, "SELECT t.name, p.name AS owner FROM pet t JOIN person p ON p.id = t.owner_id ORDER BY 1", "name,owner\na,A\nd,D\nold,Old")
}

// All that an importer says wrong of a file is told at once, before anything is loaded.
func TestSheetMistakes(t *testing.T) {
	t.Parallel()
	url := pgtest.DB(t)
	pgtest.Exec(t, url, goods)
	makers, goodsModel := gyro.Table("maker"), gyro.Table("good")
	for name, c := range map[string]struct {
		columns gyro.Columns
		csv     gyro.CSV
		text    string
		want    []string
	}{
		"unknown headers":                     {nil, gyro.CSV{}, "sku,Prise,colour\na,1,red\n", []string{`"Prise" (near: price)`, `"colour"`}},
		"an ignored one":                      {nil, gyro.CSV{Ignore: []string{"Colour"}}, "sku,colour\n", nil},
		"all ignored":                         {nil, gyro.CSV{Ignore: []string{"*"}}, "sku,colour\n", nil},
		"no such header":                      {gyro.Columns{"price": {From: "Cost"}}, gyro.CSV{}, "sku,cots\n", []string{`the file has no column "Cost"`, `did you mean "cots"?`}},
		"twice":                               {nil, gyro.CSV{}, "sku,SKU\n", []string{`unmapped headers: "SKU"`}},
		"ambiguous":                           {nil, gyro.CSV{}, "S K U,sk-u\n", []string{"the file has several columns"}},
		"required":                            {nil, gyro.CSV{}, "price\n1\n", []string{`column "sku" is NOT NULL without a default`}},
		"keys unsaid":                         {nil, gyro.CSV{}, "sku,maker_id\na,1\n", []string{"nothing says what the file's values mean"}},
		"no path":                             {gyro.Columns{"maker": {Ref: makers, By: gyro.By{"kode": "maker"}}}, gyro.CSV{}, "sku,maker\na,1\n", []string{`"kode"`}},
		"By and From":                         {gyro.Columns{"maker": {Ref: makers, By: gyro.By{"code": "maker"}, From: "x"}}, gyro.CSV{}, "sku,maker\na,1\n", []string{"By is set, and what is for values"}},
		"Default":                             {gyro.Columns{"price": {Default: "much"}}, gyro.CSV{}, "sku\na\n", []string{"Default of price", "no value of type numeric(8,2)"}},
		"Min":                                 {gyro.Columns{"price": {Min: "low"}}, gyro.CSV{}, "sku,price\na,1\n", []string{"Min of price"}},
		"Pattern":                             {gyro.Columns{"sku": {Pattern: "(a"}}, gyro.CSV{}, "sku\na\n", []string{`Pattern of column "sku"`}},
		"Check":                               {gyro.Columns{"sku": {Check: "prise > 1"}}, gyro.CSV{}, "sku\na\n", []string{"Check"}},
		"Check runs away":                     {gyro.Columns{"sku": {Check: "true) OR (true; DROP TABLE maker"}}, gyro.CSV{}, "sku\na\n", []string{"Check"}},
		"Expr runs away":                      {gyro.Columns{"sku": {Expr: "value); DROP TABLE maker; --"}}, gyro.CSV{}, "sku\na\n", []string{"Expr"}},
		"time zone":                           {nil, gyro.CSV{TimeZone: "Europe/Bärlin"}, "sku\na\n", []string{"TimeZone"}},
		"two formats":                         {gyro.Columns{"price": {Format: pgcsv.Conversion{Decimal: ",", Date: "DD"}}}, gyro.CSV{}, "sku,price\na,1\n", []string{"at once"}},
		"an empty file":                       {nil, gyro.CSV{}, "", []string{"read good.csv"}},
		"constant":                            {gyro.Columns{"maker": {Ref: makers, By: gyro.By{"code": "=m"}}}, gyro.CSV{}, "sku\n", nil},
		"from by a number":                    {gyro.Columns{"sku": {From: "1"}}, gyro.CSV{Dialect: pgcsv.Dialect{Header: pgcsv.No}}, "a\nb\n", nil},
		"rules of a column that is not there": {gyro.Columns{"price": {Min: "1"}}, gyro.CSV{}, "sku\na\n", []string{"the file has no such column"}},
		"rules if present, absent": {
			gyro.Columns{"price": {Min: "1", Max: "9", OneOf: []string{"1"}, Pattern: ".", Check: "price > 1", IfPresent: true}}, gyro.CSV{}, "sku\na\n", nil,
		},
		"rules if present, with a default": {gyro.Columns{"price": {Min: "1", Default: "0", IfPresent: true}}, gyro.CSV{}, "sku\na\n", nil},
		"rules if present, present":        {gyro.Columns{"price": {Min: "1", IfPresent: true}}, gyro.CSV{}, "sku,price\na,0\n", []string{"1 row"}},
		"if present, and no rules":         {gyro.Columns{"price": {Default: "0", IfPresent: true}}, gyro.CSV{}, "sku\na\n", []string{"IfPresent"}},
		"if present, and a header":         {gyro.Columns{"price": {Min: "1", From: "Cost", IfPresent: true}}, gyro.CSV{}, "sku\na\n", []string{"IfPresent"}},
		"if present, and By":               {gyro.Columns{"maker": {Ref: makers, By: gyro.By{"code": "maker"}, IfPresent: true}}, gyro.CSV{}, "sku,maker\n", []string{"IfPresent"}},
		"create, but no By":                {gyro.Columns{"maker": {Ref: makers, CreateMissing: true}}, gyro.CSV{}, "sku\na\n", []string{"CreateMissing is set, but no By"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			importers := gyro.Registry{{Model: makers}, {Model: goodsModel, Columns: c.columns, CSV: c.csv}}
			_, err := sheets.Load{Files: []sheets.File{sheetOf(t, "good", c.text)}, Target: postgres.DB{URL: url}, Importers: importers, DryRun: true}.Run(t.Context())
			if c.want == nil {
				if err != nil {
					t.Error(err)
				}
				return
			}
			for _, w := range c.want {
				if err == nil || !strings.Contains(err.Error(), w) {
					t.Errorf("%v\ndoes not say %s", err, w)
				}
			}
		})
	}
}

// TestSheetKeys of other kinds: composite ones with a reference in them, one-to-one, uuid, text, external
// numbers that only tell the rows of one load apart; and a table without key.
func TestSheetKeys(t *testing.T) {
	t.Parallel()
	url := pgtest.DB(t)
	pgtest.Exec(t, url, `
		CREATE TABLE a (id uuid PRIMARY KEY, code text NOT NULL UNIQUE);
		CREATE TABLE profile (a_id uuid PRIMARY KEY REFERENCES a, bio text);
		CREATE TABLE line (a_id uuid REFERENCES a, n int, t text, PRIMARY KEY (a_id, n));
		CREATE TABLE note (a_id uuid, n int, FOREIGN KEY (a_id, n) REFERENCES line, body text);
		CREATE TABLE tree (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, up_id int REFERENCES tree, name text);
		INSERT INTO tree (name) VALUES ('mine'), ('mine too');`)
	a := gyro.Table("a")
	code := func(header string) gyro.Column { return gyro.Column{Ref: a, By: gyro.By{"code": header}} }
	importers := gyro.Registry{
		{Model: a},
		{Model: gyro.Table("profile"), Columns: gyro.Columns{"a": code("who")}},
		{Model: gyro.Table("line"), Columns: gyro.Columns{"a": code("who")}},
		{Model: gyro.Table("note"), Columns: gyro.Columns{"note": {Ref: gyro.Table("line"), Over: "a_id, n", By: gyro.By{"a.code": "who", "n": "n"}}}},
		{Model: gyro.Table("tree"), IDs: gyro.Sequential()},
	}
	report, err := loadSheets(t, url, importers,
		sheetOf(t, "note", "who,n,body\nx,1,first\nx,2,second\n,,none\n"),
		sheetOf(t, "line", "who,n,t\nx,1,one\nx,2,two\ny,1,uno\n"),
		sheetOf(t, "profile", "who,bio\nx,ex\ny,why\n"),
		sheetOf(t, "a", "code\nx\ny\n"),
		sheetOf(t, "tree", "id,up_id,name\n1,,root\n2,1,leaf\n3,2,leaf of leaf\n4,4,self\n"))
	if err != nil {
		t.Fatalf("%v\n%s", err, faultsOf(report))
	}
	wantQuery(t, url, "SELECT a.code, p.bio, l.n, l.t, o.body FROM a JOIN profile p ON p.a_id = a.id JOIN line l ON l.a_id = a.id LEFT JOIN note o ON (o.a_id, o.n) = (l.a_id, l.n) ORDER BY 1, 3",
		"code,bio,n,t,body\nx,ex,1,one,first\nx,ex,2,two,second\ny,why,1,uno,")
	wantQuery(t, url, "SELECT count(*) FROM note WHERE a_id IS NULL AND n IS NULL AND body = 'none'", "count\n1")
	wantQuery(t, url, "SELECT t.id, t.name, u.name AS up FROM tree t LEFT JOIN tree u ON u.id = t.up_id ORDER BY 1", "id,name,up\n1,mine,\n2,mine too,\n3,root,\n4,leaf,root\n5,leaf of leaf,leaf\n6,self,self")

	// Once more: by natural keys nothing is added.
	natural := importers.With(
		gyro.Importer{Model: a, IDs: gyro.NaturalKey("code")}, gyro.Importer{Model: gyro.Table("profile"), Conflict: gyro.Update()},
		gyro.Importer{Model: gyro.Table("line"), Conflict: gyro.Skip()})
	report, err = loadSheets(t, url, natural, sheetOf(t, "profile", "who,bio\nx,EX\n"), sheetOf(t, "line", "who,n,t\nx,1,one\nx,3,three\n"), sheetOf(t, "a", "code\nx\n"))
	if err != nil {
		t.Fatalf("%v\n%s", err, faultsOf(report))
	}
	wantQuery(t, url, "SELECT (SELECT count(*) FROM a) a, (SELECT bio FROM profile p JOIN a ON a.id = a_id WHERE code = 'x') bio, (SELECT count(*) FROM line) lines", "a,bio,lines\n2,EX,4")

	// A line twice, and lines of a row that is not there.
	report, err = loadSheets(t, url, importers, sheetOf(t, "line", "who,n,t\nx,7,\nx,7,\nx,1,\nz,1,\n"))
	wantFaults(t, report, err, "line 2: who, n: duplicate", "line 3: who, n: exists", "line 4: who: unknown-reference")
}

// What a load of CSV files inserted can be taken back, and a dry run changes nothing and takes no
// value of a sequence.
func TestSheetUndo(t *testing.T) {
	t.Parallel()
	url := pgtest.DB(t)
	pgtest.Exec(t, url, goods+"INSERT INTO maker (code) VALUES ('m'); INSERT INTO good (sku, maker_id) VALUES ('mine', 1)")
	before := pgtest.Copy(t, url, "SELECT * FROM good g, maker m ORDER BY 1")
	makers := gyro.Table("maker")
	s := sheets.Load{
		Files:     []sheets.File{sheetOf(t, "good", "sku,maker,price\na,m,1\nb,new,2\n")},
		Target:    postgres.DB{URL: url},
		Importers: gyro.Registry{{Model: makers}, {Model: gyro.Table("good"), Columns: gyro.Columns{"maker": {Ref: makers, By: gyro.By{"code": "maker"}, CreateMissing: true}}}},
		DryRun:    true,
	}
	report, err := s.Run(t.Context())
	if err != nil || report.Load.Tables[1].Inserted != 2 || report.Load.Tables[0].Inserted != 1 {
		t.Fatalf("%v %+v", err, report)
	}
	wantQuery(t, url, "SELECT last_value FROM good_id_seq", "last_value\n1")
	record := csvdir.Dir{Path: filepath.Join(t.TempDir(), "undo")}
	s.DryRun, s.Record = false, record
	if _, err := s.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantQuery(t, url, "SELECT count(*) FROM good", "count\n3")
	if _, err := load.Undo(t.Context(), record, postgres.DB{URL: url}); err != nil {
		t.Fatal(err)
	}
	if after := pgtest.Copy(t, url, "SELECT * FROM good g, maker m ORDER BY 1"); string(after) != string(before) {
		t.Errorf("was\n%s\nis\n%s", before, after)
	}
}

// Values of rows are not told unless they are asked for: neither in a report, nor in an error, also
// where the server stumbles over one at the end.
func TestSheetValues(t *testing.T) {
	t.Parallel()
	url := pgtest.DB(t)
	pgtest.Exec(t, url, goods+"CREATE UNIQUE INDEX ON good (lower(sku)); INSERT INTO good (sku) VALUES ('SECRET')")
	importers := gyro.Registry{{Model: gyro.Table("good")}}
	report, err := loadSheets(t, url, importers, sheetOf(t, "good", "sku,price\nsecret,1\n"))
	wantFaults(t, report, err, "good 1: : refused")
	if text := fmt.Sprintf("%v %+v", err, report.Load.Validation); strings.Contains(strings.ToLower(text), "secret") || !strings.Contains(text, "good_lower_idx") {
		t.Error(text)
	}
	s := sheets.Load{Files: []sheets.File{sheetOf(t, "good", "sku,price\nx,\"secret\nprice\"\ny,1\n")}, Target: postgres.DB{URL: url}, Importers: importers}
	report, err = s.Run(t.Context())
	if text := fmt.Sprintf("%v %+v", err, report.Load.Validation); strings.Contains(text, "secret") {
		t.Error(text)
	}
	s.ShowValues = true
	report, _ = s.Run(t.Context())
	if v := report.Load.Validation.Files[0].Rules[0].First[0].Value; v == nil || *v != "secret\nprice" {
		t.Errorf("%v", v)
	}
}

// More keys than the reader remembers, and more rows that have to be tested than it puts aside at
// once: each row still refers to its own, and has its value.
func TestSheetManyKeys(t *testing.T) {
	t.Parallel()
	url := pgtest.DB(t)
	const keys = 50_000 // of a hundred bytes: five megabytes, of which four are remembered
	pgtest.Exec(t, url, goods+fmt.Sprintf("INSERT INTO maker (code) SELECT lpad(n::text, 100, '.') FROM generate_series(0, %d - 1) n", keys))
	var file strings.Builder
	file.WriteString("sku,maker,price\n")
	for i := range 2 * keys {
		zeros := strings.Repeat("0", i%3*20) // with which a price has more digits than its column
		fmt.Fprintf(&file, "%d,%s,%s%d.%d\n", i, strings.ReplaceAll(fmt.Sprintf("%100d", i%keys), " ", "."), zeros, i%1000, i%10)
	}
	importers := gyro.Registry{{Model: gyro.Table("maker")}, {Model: gyro.Table("good"), Columns: gyro.Columns{"maker": {By: gyro.By{"code": "maker"}}}}}
	if report, err := loadSheets(t, url, importers, sheetOf(t, "good", file.String())); err != nil {
		t.Fatalf("%v\n%s", err, faultsOf(report))
	}
	wantQuery(t, url, fmt.Sprintf("SELECT count(*) FROM good g JOIN maker m ON m.id = g.maker_id WHERE ltrim(m.code, '.') = (g.sku::int %% %d)::text AND price = (g.sku::int %% 1000) + (g.sku::int %% 10) / 10.0", keys), fmt.Sprintf("count\n%d", 2*keys))
}

// Rows get their new ids in the file's order, also those that had to be tested.
func TestSheetOrder(t *testing.T) {
	t.Parallel()
	url := pgtest.DB(t)
	pgtest.Exec(t, url, goods+"CREATE TABLE log (n bigserial, sku text, price numeric(8, 2))")
	for table, id := range map[string]string{"good": "id", "log": "n"} { // with a key, and without
		file := sheetOf(t, table, "sku,price\na,1\nb,00000000002\nc,3\nd,00000000004\ne,5\n")
		if _, err := loadSheets(t, url, gyro.Registry{{Model: gyro.Table(table)}}, file); err != nil {
			t.Fatal(err)
		}
		wantQuery(t, url, "SELECT string_agg(sku, ' ' ORDER BY "+id+") AS skus FROM "+table, "skus\na b c d e")
	}
}

// A load that is cancelled at any moment leaves nothing, and nothing running.
func TestSheetCancel(t *testing.T) {
	t.Parallel()
	url := pgtest.DB(t)
	pgtest.Exec(t, url, goods+"INSERT INTO maker (code) SELECT n::text FROM generate_series(0, 999) n")
	var file strings.Builder
	file.WriteString("sku,maker,price\n")
	for i := range 30_000 {
		fmt.Fprintf(&file, "%d,%d,%d\n", i, i%1000, 1-2*(i%7000/6999))
	}
	dir := t.TempDir()
	path, reject := filepath.Join(dir, "good.csv"), filepath.Join(dir, "bad.csv")
	if err := os.WriteFile(path, []byte(file.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	importers := gyro.Registry{{Model: gyro.Table("maker")}, {Model: gyro.Table("good"), Columns: gyro.Columns{"maker": {By: gyro.By{"code": "maker"}}, "price": {Min: "0"}}}}
	for after := 0; after < 40; after++ {
		ctx, cancel := context.WithCancel(t.Context())
		events := 0
		report, err := sheets.Load{
			Files: []sheets.File{{Model: gyro.Table("good"), From: csvdir.File(path, reject)}}, Target: postgres.DB{URL: url}, Importers: importers,
			Progress: func(gyro.Event) {
				if events++; events > after {
					cancel()
				}
			},
		}.Run(ctx)
		cancel()
		files, globErr := filepath.Glob(filepath.Join(dir, "*"))
		hidden, _ := filepath.Glob(filepath.Join(dir, ".*"))
		if globErr != nil {
			t.Fatal(globErr)
		}
		if err == nil {
			if len(files) != 2 || len(hidden) != 0 || report.Load.Tables[0].Rejected != 4 {
				t.Errorf("after %d events: %v %v, %+v", after, files, hidden, report.Load.Tables)
			}
			return // it was done before
		}
		if !errors.Is(err, context.Canceled) || len(files) != 1 || len(hidden) != 0 {
			t.Errorf("after %d events: %v, there are %v %v", after, err, files, hidden)
		}
		wantQuery(t, url, "SELECT count(*) FROM good", "count\n0")
	}
	t.Error("it never came to an end")
}

// IDs that are derived are the same each time; fixed ones are those that were named; kept ones move
// the sequence.
func TestSheetIDs(t *testing.T) {
	t.Parallel()
	url := pgtest.DB(t)
	pgtest.Exec(t, url, `CREATE TABLE a (id uuid PRIMARY KEY, code text NOT NULL, note text);
		CREATE TABLE b (id int PRIMARY KEY, code text); CREATE TABLE c (id serial PRIMARY KEY, code text); CREATE TABLE d (code text, a_id uuid REFERENCES a)`)
	a := gyro.Table("a")
	importers := gyro.Registry{
		{Model: a, IDs: gyro.Derived("code")},
		{Model: gyro.Table("b"), IDs: gyro.Fixed(map[int]int{1: 10, 2: 20})},
		{Model: gyro.Table("c")},
		{Model: gyro.Table("d"), Columns: gyro.Columns{"a": {Ref: a, By: gyro.By{"code": "a"}}}},
	}
	files := func() []sheets.File {
		return []sheets.File{
			sheetOf(t, "d", "code,a\nd1,x\nd2,\n"), sheetOf(t, "a", "code,note\nx,1\ny,2\n"), sheetOf(t, "b", "id,code\n1,one\n2,two\n"), sheetOf(t, "c", "id,code\n7,seven\n3,three\n"),
		}
	}
	if report, err := loadSheets(t, url, importers, files()...); err != nil {
		t.Fatalf("%v\n%s", err, faultsOf(report))
	}
	wantQuery(t, url, "SELECT (SELECT string_agg(id::text, ' ' ORDER BY id) FROM b) b, (SELECT string_agg(id::text, ' ' ORDER BY id) FROM c) c, nextval('c_id_seq') AS next", "b,c,next\n10 20,3 7,8")
	wantQuery(t, url, "SELECT d.code, a.code AS a FROM d LEFT JOIN a ON a.id = d.a_id ORDER BY 1", "code,a\nd1,x\nd2,")
	before := pgtest.Copy(t, url, "SELECT * FROM a ORDER BY code")
	if report, err := loadSheets(t, url, importers, files()[1]); err != nil || report.Load.Tables[0].Skipped != 2 {
		t.Fatalf("%v\n%s", err, faultsOf(report))
	}
	if after := pgtest.Copy(t, url, "SELECT * FROM a ORDER BY code"); string(after) != string(before) {
		t.Errorf("%s\n%s", before, after)
	}
	report, err := loadSheets(t, url, importers, sheetOf(t, "a", "code,note\nx,\nz,\nz,\n,w\n"))
	wantFaults(t, report, err, "a 3: code: duplicate", "a 4: code: required")
	report, err = loadSheets(t, url, importers, files()[2], sheetOf(t, "c", "id,code\n3,again\n99,\n99,\n"))
	wantFaults(t, report, err, "b 1: id: exists", "b 2: id: exists", "c 1: id: exists", "c 3: id: duplicate")
	report, err = loadSheets(t, url, importers, sheetOf(t, "b", "id,code\n3,three\n"))
	wantFaults(t, report, err, "b 1: id: not-allowed")
}

// Where Missing says so, a reference that finds no row is NULL, which is told; where it can't be, or something else is to
// become of it, that is refused.
func TestSheetSetNull(t *testing.T) {
	t.Parallel()
	url := pgtest.DB(t)
	pgtest.Exec(t, url, goods+"INSERT INTO maker (code) VALUES ('m'); CREATE TABLE part (id serial PRIMARY KEY, maker_id bigint NOT NULL REFERENCES maker)")
	registry := func(c gyro.Column) gyro.Registry {
		c.By = gyro.By{"code": "maker"}
		return gyro.Registry{
			{Model: gyro.Table("maker")}, {Model: gyro.Table("good"), Columns: gyro.Columns{"maker": c}}, {Model: gyro.Table("part"), Columns: gyro.Columns{"maker": c}},
		}
	}
	file := sheetOf(t, "good", "sku,maker\na,m\nb,nobody\nc,\nd,nobody\n")
	report, err := loadSheets(t, url, registry(gyro.Column{Missing: gyro.SetNull}), file)
	if err != nil {
		t.Fatalf("%v\n%s", err, faultsOf(report))
	}
	wantQuery(t, url, "SELECT string_agg(sku || coalesce(maker_id::text, '-'), ' ' ORDER BY sku) FROM good", "string_agg\na1 b- c- d-")
	wantMistakes(t, errors.New(strings.Join(texts(report.Notes), "\n")), "good.csv: 2 rows refer by maker to no row of maker by code, and got NULL")
	report, err = loadSheets(t, url, registry(gyro.Column{}), file)
	wantFaults(t, report, err, "good 2: maker: unknown-reference", "good 4: maker: unknown-reference", "good 1: maker, sku: exists")
	_, err = loadSheets(t, url, registry(gyro.Column{Missing: gyro.SetNull}), sheetOf(t, "part", "maker\nm\n"))
	wantMistakes(t, err, `Missing is SetNull, and maker_id may not be NULL`)
	_, err = loadSheets(t, url, registry(gyro.Column{Missing: gyro.SetNull, CreateMissing: true}), file)
	wantMistakes(t, err, "CreateMissing is set, and Missing is SetNull")
}
