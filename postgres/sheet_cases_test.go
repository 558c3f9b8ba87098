package postgres_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/config"
	"github.com/gyrodata/gyro/csvdir"
	"github.com/gyrodata/gyro/internal/pgtest"
	"github.com/gyrodata/gyro/postgres"
	"github.com/gyrodata/gyro/sheets"
)

// sheetCase is a load of CSV files by importers as a file says them.
type sheetCase struct {
	schema, yaml string
	files        [][2]string // table, text
	reject       bool
	faults       []string // "table row: column: rule"
	fails        string   // what the error says
	query, want  string   // afterwards
}

const tenantShop = `
	CREATE TABLE tenant (id bigserial PRIMARY KEY, sub text NOT NULL UNIQUE);
	CREATE TABLE shop (id bigserial PRIMARY KEY, tenant_id bigint NOT NULL REFERENCES tenant, url text NOT NULL, UNIQUE (tenant_id, id), UNIQUE (tenant_id, url));
	CREATE TABLE ord (id bigserial PRIMARY KEY, tenant_id bigint NOT NULL REFERENCES tenant, shop_id bigint, n int, FOREIGN KEY (tenant_id, shop_id) REFERENCES shop (tenant_id, id));
	INSERT INTO tenant (sub) VALUES ('o'), ('p'); INSERT INTO shop (tenant_id, url) VALUES (1, 'old1'), (1, 'old2');`

const personPet = `
	CREATE TABLE person (id bigserial PRIMARY KEY, name text); INSERT INTO person (name) VALUES ('x'), ('y');
	CREATE TABLE pet (id bigserial PRIMARY KEY, name text, owner_id bigint, kind text, object_id bigint, friends bigint[]);`

var sheetCases = map[string]sheetCase{
	"a part of a composite key in the file": {
		schema: tenantShop, yaml: "shop: {ids: sequential, columns: {tenant: {by: {sub: tenant}}}}\n  ord: {columns: {tenant: {over: tenant_id, ref: tenant, by: {sub: tenant}}}}",
		files: [][2]string{{"shop", "id,url,tenant\n1,new1,o\n2,new2,o\n"}, {"ord", "n,tenant,shop_id\n1,o,1\n2,o,2\n"}},
		fails: "the file has only a part of the key",
	},
	"a composite key in the file": {
		schema: tenantShop, yaml: "tenant: {ids: sequential}\n  shop: {ids: sequential}\n  ord: {}",
		files: [][2]string{{"tenant", "id,sub\n2,new\n"}, {"shop", "id,tenant_id,url\n1,2,new1\n2,2,new2\n"}, {"ord", "n,tenant_id,shop_id\n7,2,2\n8,2,\n"}},
		query: "SELECT o.n, t.sub, s.url FROM ord o JOIN tenant t ON t.id = o.tenant_id LEFT JOIN shop s ON s.id = o.shop_id ORDER BY 1", want: "n,sub,url\n7,new,new2\n8,new,",
	},
	"a composite reference beside one that gives a part of it": {
		schema: tenantShop, yaml: "ord: {columns: {tenant: {over: tenant_id, ref: tenant, by: {sub: tenant}}, shop: {ref: shop, over: 'tenant_id, shop_id', by: {url: shop, tenant.sub: st}}}}",
		files:  [][2]string{{"ord", "n,tenant,shop,st\n1,o,,\n2,o,old1,o\n3,,,\n4,p,old1,o\n5,,old2,o\n"}},
		faults: []string{"ord 3: st, shop, tenant: required", "ord 4: st, shop, tenant: references-disagree"}, reject: true,
		query: "SELECT o.n, t.sub, s.url FROM ord o JOIN tenant t ON t.id = o.tenant_id LEFT JOIN shop s ON s.id = o.shop_id ORDER BY 1", want: "n,sub,url\n1,o,\n2,o,old1\n5,o,old2",
	},
	"references that may be NULL": {
		schema: "CREATE TABLE airport (id bigserial PRIMARY KEY, code text UNIQUE); INSERT INTO airport (code) VALUES ('FRA'); CREATE TABLE trip (no int, start_id bigint REFERENCES airport, stop_id bigint REFERENCES airport)",
		yaml:   "trip: {columns: {start: {by: {code: from}, missing: set_null}, stop: {by: {code: to}}}}",
		files:  [][2]string{{"trip", "no,from,to\n1,FRA,FRA\n2,SJU,\n3,SJU,FRA\n4,FRA,SJU\n"}}, reject: true,
		faults: []string{"trip 4: to: unknown-reference"},
		query:  "SELECT t.no, a.code FROM trip t LEFT JOIN airport a ON a.id = t.start_id ORDER BY 1", want: "no,code\n1,FRA\n2,\n3,",
	},
	"references in the load that may be NULL": {
		schema: personPet + "ALTER TABLE pet ADD FOREIGN KEY (owner_id) REFERENCES person", yaml: "person: {ids: sequential}\n  pet: {columns: {owner_id: {missing: set_null}}}",
		files: [][2]string{{"person", "id,name\n1,Ann\n"}, {"pet", "name,owner_id\nRex,1\nTom,2\n"}},
		query: "SELECT t.name, p.name AS owner FROM pet t LEFT JOIN person p ON p.id = t.owner_id ORDER BY 1", want: "name,owner\nRex,Ann\nTom,",
	},
	"a reference that may not be NULL": {
		schema: tenantShop, yaml: "shop: {columns: {tenant: {by: {sub: tenant}, missing: set_null}}}",
		files: [][2]string{{"shop", "url,tenant\nx,q\n"}}, fails: "may not be NULL",
	},
	"NULL, and made": {
		schema: tenantShop, yaml: "ord: {columns: {tenant: {over: tenant_id, ref: tenant, by: {sub: tenant}, missing: set_null, create_missing: true}}}",
		files: [][2]string{{"ord", "n,tenant\n1,q\n"}}, fails: "a row that is not found is made, or the reference is NULL",
	},
	"columns by their places": {
		schema: "CREATE TABLE trade (title text, bought numeric, sold numeric, price numeric)",
		yaml:   `trade: {csv: {ignore: ["#5"]}, columns: {bought: {from: "#2"}, sold: {from: "#3", max: 5}}}`,
		files:  [][2]string{{"trade", "Title,Price,Price,PRICE,\nnet,1.5,2.5,3.5,x\nrod,2,9,,\n"}}, reject: true,
		faults: []string{"trade 2: Price #3: out-of-range"},
		query:  "SELECT * FROM trade", want: "title,bought,sold,price\nnet,1.5,2.5,3.5",
	},
	"one name, and nothing said": {
		schema: "CREATE TABLE trade (title text, price numeric)", yaml: "trade: {}",
		files: [][2]string{{"trade", "Title,Price,Price\nnet,1.5,2.5\n"}}, fails: `the file has several columns "Price": #2, #3`,
	},
	"one name, said by it": {
		schema: "CREATE TABLE trade (title text, sold numeric)", yaml: "trade: {columns: {sold: {from: Price}}}",
		files: [][2]string{{"trade", "Title,Price,Price\nnet,1.5,2.5\n"}}, fails: `say which is meant by its place`,
	},
	"one of a name left over": {
		schema: "CREATE TABLE trade (title text, sold numeric)", yaml: `trade: {columns: {sold: {from: "#3"}}}`,
		files: [][2]string{{"trade", "Title,Price,Price\nnet,1.5,2.5\n"}}, fails: `unmapped headers: "Price #2"`,
	},
	"a place that is not there": {
		schema: "CREATE TABLE trade (title text, sold numeric)", yaml: `trade: {columns: {sold: {from: "#4"}}}`,
		files: [][2]string{{"trade", "Title,4,\nnet,1.5,2.5\n"}}, fails: `the file has no column "#4"`,
	},
	"lines above the header and a total below": {
		schema: "CREATE TABLE stock (name text, qty int)", yaml: "stock: {csv: {skip: 3, footer: 1}}",
		files: [][2]string{{"stock", "Stock report,\nPeriod: May,\n,\nName,Qty\nbolt,1\nnut,x\nTotal,3\n,\n"}}, reject: true,
		faults: []string{"stock 2: Qty: invalid-value"},
		query:  "SELECT * FROM stock", want: "name,qty\nbolt,1",
	},
	"lines above the header, and nothing said": {
		schema: "CREATE TABLE stock (name text, qty int)", yaml: "stock: {}",
		files: [][2]string{{"stock", "Stock report,\nPeriod: May,\n,\nName,Qty\nbolt,1\n"}}, fails: "is its header another line (Skip)",
	},
	"a footer of more records than there are": {
		schema: "CREATE TABLE stock (name text, qty int)", yaml: "stock: {csv: {footer: 2}}",
		files: [][2]string{{"stock", "Name,Qty\nbolt,1\n"}}, fails: "fewer records than its footer",
	},
	"amounts of accountants": {
		schema: "CREATE TABLE booking (no int, paid numeric(10,2), fee numeric, rate numeric, plain numeric, n int)",
		yaml:   `booking: {csv: {decimal: ",", thousands: "."}, columns: {paid: {currency: €, negative: parentheses}, fee: {decimal: ".", negative: behind}, rate: {percent: true}}}`,
		files:  [][2]string{{"booking", "no;paid;fee;rate;plain;n\n1;1.234,50 €;5.25-;12,5%;1.000;(7)\n2;(€ 3,25);5;-3%;;7\n3;$ 3;5,25-;3;5-;\n4;3-;(5);x%;(5);7,0\n5;€ 1,001;;;;1.000\n"}},
		reject: true, faults: []string{
			"booking 1: n: dressed-number",
			"booking 3: paid: dressed-number", "booking 3: fee: ambiguous-number", "booking 3: rate: dressed-number", "booking 3: plain: dressed-number",
			"booking 4: paid: dressed-number", "booking 4: fee: dressed-number", "booking 4: rate: not-a-number", "booking 4: plain: dressed-number", "booking 4: n: invalid-value",
			"booking 5: paid: digits-lost",
		},
		query: "SELECT * FROM booking ORDER BY 1", want: "no,paid,fee,rate,plain,n\n2,-3.25,5,-0.03,,7",
	},
	"amounts without a format": {
		schema: "CREATE TABLE booking (no int, paid numeric)", yaml: "booking: {}",
		files:  [][2]string{{"booking", "no,paid\n1,(5.00)\n2,$5\n3,5-\n4,5%\n5,-5\n6,x\n"}},
		faults: []string{"booking 1: paid: dressed-number", "booking 2: paid: dressed-number", "booking 3: paid: dressed-number", "booking 4: paid: dressed-number", "booking 6: paid: invalid-value"},
	},
	"a soft reference": {
		schema: personPet, yaml: "person: {ids: sequential}\n  pet: {columns: {owner_id: {ref: person, soft: true}}}",
		files: [][2]string{{"person", "id,name\n1,Ann\n2,Bob\n"}, {"pet", "name,owner_id\nRex,1\nTom,2\n"}},
		query: "SELECT t.name, p.name AS owner FROM pet t JOIN person p ON p.id = t.owner_id ORDER BY 1", want: "name,owner\nRex,Ann\nTom,Bob",
	},
	"a polymorphic reference": {
		schema: personPet, yaml: "person: {}\n  pet: {columns: {object_id: {cases: [{when: \"kind = 'p'\", ref: person}]}}}",
		files: [][2]string{{"pet", "name,kind,object_id\nRex,p,1\n"}}, fails: "can't be looked for",
	},
	"an array of keys": {
		schema: personPet, yaml: "person: {}\n  pet: {columns: {friends: {ref: person, each: true, soft: true}}}",
		files: [][2]string{{"pet", "name,friends\nRex,{1}\n"}}, fails: "can't be looked for",
	},
	"a constant for a reference": {
		schema: tenantShop, yaml: "shop: {columns: {tenant_id: {default: 1}}}",
		files: [][2]string{{"shop", "url\nx\n"}}, fails: "a Default for a reference does not say",
	},
	"a default for a reference": {
		schema: tenantShop, yaml: "shop: {columns: {tenant_id: {default: 1}}}\n  tenant: {ids: sequential}",
		files: [][2]string{{"tenant", "id,sub\n1,new\n"}, {"shop", "url,tenant_id\nx,\n"}}, fails: "Default are set",
	},
	"a date as the file has it": {
		schema: "CREATE TABLE t (id serial PRIMARY KEY, d date, n numeric(8,3))", yaml: "t: {csv: {date: DD.MM.YYYY, decimal: ',', thousands: '.'}, columns: {d: {default: 01.02.2024}}}",
		files: [][2]string{{"t", "n\n\"1,5\"\n"}}, fails: "no date of the form 2026-12-31",
	},
	"a default of another type": {
		schema: "CREATE TABLE t (id serial PRIMARY KEY, n numeric(8,3))", yaml: "t: {csv: {decimal: ',', delimiter: ';'}, columns: {n: {default: '1,5'}}}",
		files: [][2]string{{"t", "n\n2,5\n"}}, fails: "it is no value of type numeric(8,3)",
	},
	"time zones": {
		schema: "CREATE DOMAIN ts AS timestamptz; CREATE TABLE t (id serial PRIMARY KEY, a timestamptz, b timestamptz(3), c ts, d timestamp, e timestamptz)",
		yaml:   "t: {csv: {time_zone: Europe/Berlin, date: DD.MM.YYYY HH24:MI}, columns: {e: {date: YYYY-MM-DD HH24:MI:SS}}}",
		files:  [][2]string{{"t", "a,b,c,d,e\n01.07.2024 12:00,01.07.2024 12:00,01.07.2024 12:00,01.07.2024 12:00,2024-07-01 12:00:00\n"}},
		query:  "SELECT a = '2024-07-01 10:00Z' a, b = '2024-07-01 10:00Z' b, c = '2024-07-01 10:00Z' c, d = '2024-07-01 12:00' d, e = '2024-07-01 10:00Z' e FROM t", want: "a,b,c,d,e\nt,t,t,t,t",
	},
	"a time zone without a pattern": {
		schema: "CREATE TABLE t (id serial PRIMARY KEY, a timestamptz)", yaml: "t: {csv: {time_zone: Europe/Berlin}}",
		files: [][2]string{{"t", "a\n2024-07-01 12:00:00\n2024-07-01 12:00:00+00\n"}},
		query: "SELECT a = '2024-07-01 10:00Z' AS a FROM t ORDER BY id", want: "a\nt\nf",
	},
	"rules of a reference": {
		schema: personPet + "ALTER TABLE pet ADD FOREIGN KEY (owner_id) REFERENCES person", yaml: "person: {ids: sequential}\n  pet: {columns: {owner_id: {min: 100}}}",
		files: [][2]string{{"person", "id,name\n1,A\n"}, {"pet", "name,owner_id\nRex,1\n"}}, fails: "Pattern, Min, Max, Check or Default are set",
	},
	"rules of a column that is not there": {
		schema: "CREATE TABLE t (id serial PRIMARY KEY, m int, n int)", yaml: "t: {columns: {n: {default: 5, min: 10}}}",
		files: [][2]string{{"t", "m\n1\n"}}, fails: "the file has no such column",
	},
	"a header that another column names": {
		schema: "CREATE TABLE t (id bigserial PRIMARY KEY, external_id text, name text)", yaml: "t: {columns: {external_id: {from: id}}}",
		files: [][2]string{{"t", "id,name\n700,x\n"}}, query: "SELECT id, external_id FROM t", want: "id,external_id\n1,700",
	},
	"a key beside By": {
		schema: tenantShop, yaml: "shop: {columns: {tenant: {by: {sub: tenant}}}}",
		files: [][2]string{{"shop", "url,tenant_id,tenant\nx,7,o\n"}}, fails: `unmapped headers: "tenant_id"`,
	},
	"two files that refer to each other": {
		schema: "CREATE TABLE a (id bigserial PRIMARY KEY, code text NOT NULL UNIQUE, b_id bigint); CREATE TABLE b (id bigserial PRIMARY KEY, code text NOT NULL UNIQUE, a_id bigint REFERENCES a); ALTER TABLE a ADD FOREIGN KEY (b_id) REFERENCES b",
		yaml:   "a: {columns: {b: {by: {code: b}}}}\n  b: {columns: {a: {by: {code: a}}}}",
		files:  [][2]string{{"a", "code,b\nx,y\n"}, {"b", "code,a\ny,x\n"}},
		query:  "SELECT a.code, b.code AS b FROM a JOIN b ON b.id = a.b_id AND b.a_id = a.id", want: "code,b\nx,y",
	},
	"a domain that is NOT NULL": {
		schema: "CREATE DOMAIN email AS text NOT NULL CHECK (VALUE LIKE '%@%'); CREATE TABLE t (id serial PRIMARY KEY, e email UNIQUE, n int CHECK (n > 0))", yaml: "t: {}",
		files:  [][2]string{{"t", "e,n\na@b,1\nbad,2\n,3\nb@c,-1\na@b,4\n"}},
		faults: []string{"t 2: e: check", "t 3: e: required", "t 4: : check", "t 5: e: duplicate"}, reject: true,
		query: "SELECT e, n FROM t", want: "e,n\na@b,1",
	},
	"no primary key": {
		schema: `CREATE TABLE "Log" ("When" text, "Who" text UNIQUE, n int); INSERT INTO "Log" VALUES ('x', 'y', 1)`, yaml: "Log: {}",
		files:  [][2]string{{"Log", "when,WHO,n\na,b,1\na,b,1\na,y,2\nc,,3\nd,,4\n"}},
		faults: []string{"Log 2: WHO: duplicate", "Log 3: WHO: exists"}, reject: true,
		query: `SELECT "When", n FROM "Log" ORDER BY 2, 1`, want: "When,n\na,1\nx,1\nc,3\nd,4",
	},
	"no primary key, and a reference in the load": {
		schema: "CREATE TABLE p (id serial PRIMARY KEY, code text UNIQUE); CREATE TABLE l (p_id int REFERENCES p, n int)", yaml: "p: {}\n  l: {columns: {p: {by: {code: p}}}}",
		files: [][2]string{{"p", "code\na\nb\n"}, {"l", "p,n\nb,1\n,2\n"}}, query: "SELECT code, n FROM l LEFT JOIN p ON p.id = p_id ORDER BY 2", want: "code,n\nb,1\n,2",
	},
	"arrays of sized types": {
		schema: "CREATE TABLE t (id serial PRIMARY KEY, a varchar(10)[], b numeric(6,2)[])", yaml: "t: {csv: {delimiter: ';'}}",
		files:  [][2]string{{"t", "a;b\n{x,y};{1,2}\n{x};5\n"}},
		faults: []string{"t 2: b: invalid-value"}, reject: true, query: "SELECT a, b FROM t", want: "a,b\n\"{x,y}\",\"{1.00,2.00}\"",
	},
	"keys without a hash": {
		schema: "CREATE TABLE t (id bigserial PRIMARY KEY, a bit(3) UNIQUE, m money UNIQUE, n int)", yaml: "t: {csv: {delimiter: ';'}}",
		files: [][2]string{{"t", "a;m;n\n101;1;1\n100;2;2\n100;3;3\n"}}, faults: []string{"t 3: a: duplicate"}, reject: true, query: "SELECT count(*) FROM t", want: "count\n2",
	},
	"a check over references": {
		schema: "CREATE TABLE p (id serial PRIMARY KEY, code text UNIQUE); INSERT INTO p (code) VALUES ('x'); CREATE TABLE t (id serial PRIMARY KEY, a_id int REFERENCES p, b_id int REFERENCES p, CHECK ((a_id IS NULL) <> (b_id IS NULL)))",
		yaml:   "t: {columns: {a: {by: {code: a}}, b: {by: {code: b}}}}",
		files:  [][2]string{{"t", "a,b\nx,\nx,x\n,x\nnope,\n"}},
		faults: []string{"t 2: : check", "t 4: a: unknown-reference"}, reject: true, query: "SELECT count(*) FROM t", want: "count\n2",
	},
	"an update that collides by another key": {
		schema: "CREATE TABLE u (id serial PRIMARY KEY, name text UNIQUE, email text UNIQUE); INSERT INTO u (name, email) VALUES ('a', 'a@'), ('b', 'b@'), ('c', 'c@')", yaml: "u: {ids: {natural: [name]}, conflict: update}",
		files:  [][2]string{{"u", "name,email\na,new@\nb,c@\nd,d@\nc,d@\n"}},
		faults: []string{"u 2: email: exists", "u 4: email: duplicate"}, reject: true, query: "SELECT name, email FROM u ORDER BY 1", want: "name,email\na,new@\nb,b@\nc,c@\nd,d@",
	},
	"a row that is made breaks a check": {
		schema: "CREATE TABLE p (id serial PRIMARY KEY, code text UNIQUE CHECK (code <> 'no')); CREATE TABLE t (id serial PRIMARY KEY, p_id int REFERENCES p)", yaml: "t: {columns: {p: {by: {code: p}, create_missing: true}}}",
		files: [][2]string{{"t", "p\nyes\nno\n"}}, faults: []string{"t 2: p: unknown-reference"}, reject: true, query: "SELECT code FROM p JOIN t ON p_id = p.id", want: "code\nyes",
	},
	"a collation by which case does not count": {
		schema: "CREATE COLLATION ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false); CREATE TABLE p (id serial PRIMARY KEY, code text COLLATE ci UNIQUE); CREATE TABLE t (id serial PRIMARY KEY, p_id int REFERENCES p, c text COLLATE ci UNIQUE)",
		yaml:   "t: {columns: {p: {by: {code: p}, create_missing: true}}}",
		files:  [][2]string{{"t", "p,c\nN,a\nn,A\nn,b\n"}},
		faults: []string{"t 2: c: duplicate"}, reject: true, query: "SELECT count(*), count(DISTINCT p_id) AS p FROM t", want: "count,p\n2,1",
	},
	"an expression of NULL": {
		schema: "CREATE TABLE t (id serial PRIMARY KEY, name text NOT NULL)", yaml: `t: {columns: {name: {expr: "coalesce(value, 'none')"}}}`,
		files: [][2]string{{"t", "name,z\n,\nx,\n"}}, fails: "unmapped headers",
	},
	"an expression over NULL": {
		schema: "CREATE TABLE t (id serial PRIMARY KEY, name text NOT NULL, n int)", yaml: `t: {columns: {name: {expr: "coalesce(value, 'none')"}}}`,
		files: [][2]string{{"t", "name,n\n,1\nx,2\n"}}, query: "SELECT name FROM t ORDER BY n", want: "name\nnone\nx",
	},
	"a check where a value could not be read": {
		schema: "CREATE TABLE t (id serial PRIMARY KEY, a int, b int, c text, CHECK (a IS NOT NULL OR b IS NOT NULL))", yaml: "t: {}",
		files: [][2]string{{"t", "a,b,c\nx,,\n,,z\n1,,\n,,\n"}}, faults: []string{"t 1: a: invalid-value", "t 2: : check"}, reject: true,
	},
	"keys of which a part is missing are not the same": {
		schema: "CREATE TABLE m (id serial PRIMARY KEY, code text UNIQUE); CREATE TABLE g (id serial PRIMARY KEY, m_id int REFERENCES m, sku text NOT NULL)",
		yaml:   "g: {ids: {natural: [m, sku]}, columns: {m: {by: {code: m}}}}",
		files:  [][2]string{{"g", "m,sku\nn1,a\nn2,a\n,a\n,b\n,b\n"}},
		faults: []string{"g 1: m: unknown-reference", "g 2: m: unknown-reference", "g 5: m, sku: duplicate"},
	},
	"a parent twice": {
		schema: "CREATE TABLE p (id serial PRIMARY KEY, name text UNIQUE, boss_id int REFERENCES p); CREATE TABLE c (id serial PRIMARY KEY, p_id int REFERENCES p)",
		yaml:   "p: {columns: {boss: {by: {name: boss}}}}\n  c: {columns: {p: {by: {name: p}}}}",
		files:  [][2]string{{"p", "name,boss\nA,\nA,\nB,A\n"}, {"c", "p\nA\n"}}, faults: []string{"p 2: name: duplicate"},
	},
	"a parent twice, rejected": {
		schema: "CREATE TABLE p (id serial PRIMARY KEY, name text UNIQUE, boss_id int REFERENCES p)", yaml: "p: {columns: {boss: {by: {name: boss}}}}",
		files: [][2]string{{"p", "name,boss\nA,\nA,\nB,A\n"}}, faults: []string{"p 2: name: duplicate"}, reject: true, query: "SELECT count(*) FROM p", want: "count\n2",
	},
	"rows that are made for rejected ones": {
		schema: "CREATE TABLE p (id serial PRIMARY KEY, code text UNIQUE); CREATE TABLE c (id serial PRIMARY KEY, n text UNIQUE, p_id int REFERENCES p); CREATE TABLE d (id serial PRIMARY KEY, p_id int REFERENCES p)",
		yaml:   "c: {columns: {p: {by: {code: p}, create_missing: true}}}\n  d: {columns: {p: {by: {code: p}, create_missing: true}}}",
		files:  [][2]string{{"c", "n,p\nx,ok\nx,orphan\n"}, {"d", "p\nother\n"}}, faults: []string{"c 2: n: duplicate"}, reject: true,
		query: "SELECT code FROM p ORDER BY 1", want: "code\nok\nother",
	},
	"nothing asks for a row": {
		schema: "CREATE TABLE p (id serial PRIMARY KEY, code text UNIQUE); CREATE TABLE c (id serial PRIMARY KEY, n text, p_id int REFERENCES p)", yaml: "c: {columns: {p: {by: {code: '=lit'}, create_missing: true}}}",
		files: [][2]string{{"c", "n\n"}}, query: "SELECT count(*) FROM p", want: "count\n0",
	},
	"a column called here": {
		schema: "CREATE TABLE t (id serial PRIMARY KEY, here text, row int, bad int, UNIQUE (here)); INSERT INTO t (here) VALUES ('x')", yaml: "t: {ids: {natural: [here]}, conflict: update}",
		files: [][2]string{{"t", "here,row,bad\nx,1,2\ny,3,4\n"}}, query: "SELECT here, row, bad FROM t ORDER BY 1", want: "here,row,bad\nx,1,2\ny,3,4",
	},
	"what only the server knows": {
		schema: `CREATE TABLE u (id serial PRIMARY KEY, name text, email text, active bool DEFAULT true, a int, b int DEFAULT 5, CHECK (a < b), state text);
			CREATE UNIQUE INDEX ON u (lower(email)); CREATE UNIQUE INDEX only_active ON u (name) WHERE active; INSERT INTO u (name, email) VALUES ('there', 'THERE@');
			CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN IF NEW.name = ''forbidden'' THEN RAISE EXCEPTION ''no''; END IF; RETURN NEW; END';
			CREATE TRIGGER no BEFORE INSERT ON u FOR EACH ROW EXECUTE FUNCTION no()`,
		yaml:   `u: {columns: {state: {expr: "nullif(value, '-')"}}}`,
		files:  [][2]string{{"u", "name,email,a,state\na,a@,1,x\nb,A@,1,x\nc,There@,1,-\nthere,t@,1,x\nforbidden,f@,1,x\nd,d@,9,x\ne,e@,4,\n"}},
		faults: []string{"u 2: : refused", "u 3: : refused", "u 4: : refused", "u 5: : refused", "u 6: : refused"}, reject: true,
		query: "SELECT name FROM u ORDER BY id", want: "name\nthere\na\ne",
	},
	"what only the server knows, and nothing rejected": {
		schema: "CREATE TABLE u (id serial PRIMARY KEY, email text); CREATE UNIQUE INDEX ON u (lower(email)); CREATE TABLE c (id serial PRIMARY KEY, u_id int REFERENCES u)",
		yaml:   "u: {}\n  c: {columns: {u: {by: {email: u}}}}",
		files:  [][2]string{{"u", "email\na\nA\nb\n"}, {"c", "u\nA\nb\n"}}, faults: []string{"u 2: : refused"},
	},
	"what refers to a row that the server refuses": {
		schema: "CREATE TABLE u (id serial PRIMARY KEY, email text UNIQUE, boss_id int REFERENCES u); CREATE UNIQUE INDEX ON u (lower(email)); CREATE TABLE c (id serial PRIMARY KEY, u_id int REFERENCES u)",
		yaml:   "u: {columns: {boss: {by: {email: boss}}}}\n  c: {columns: {u: {by: {email: u}}}}",
		files:  [][2]string{{"u", "email,boss\nb,z\na,\nA,\nz,a\nq,A\n"}, {"c", "u\nA\nb\n"}}, reject: true,
		faults: []string{"u 3: : refused", "u 5: boss: rejected-reference", "c 1: u: rejected-reference"},
		query:  "SELECT u.email, b.email AS boss, (SELECT count(*) FROM c WHERE u_id = u.id) n FROM u LEFT JOIN u b ON b.id = u.boss_id ORDER BY 1", want: "email,boss,n\na,,0\nb,z,1\nz,a,0",
	},
	"an update that the server refuses": {
		schema: "CREATE TABLE u (id serial PRIMARY KEY, name text UNIQUE, email text); CREATE UNIQUE INDEX ON u (lower(email)); INSERT INTO u (name, email) VALUES ('a', 'a'), ('b', 'b'), ('c', 'c')",
		yaml:   "u: {ids: {natural: [name]}, conflict: update}",
		files:  [][2]string{{"u", "name,email\na,x\nb,C\nd,D\n"}}, reject: true, faults: []string{"u 2: : refused"},
		query: "SELECT name, email FROM u ORDER BY 1", want: "name,email\na,x\nb,b\nc,c\nd,D",
	},
	"a sequence that is behind": {
		schema: "CREATE TABLE u (id serial PRIMARY KEY, name text); INSERT INTO u VALUES (1, 'a'), (2, 'b')", yaml: "u: {}",
		files: [][2]string{{"u", "name\nx\n"}}, reject: true, query: "SELECT id, name FROM u ORDER BY 1", want: "id,name\n1,a\n2,b\n3,x",
	},
	"bounds of texts": {
		schema: "CREATE TABLE t (id serial PRIMARY KEY, a text)", yaml: "t: {columns: {a: {min: b, max: d}}}",
		files: [][2]string{{"t", "a\na\nb\nd\ne\n"}}, faults: []string{"t 1: a: out-of-range", "t 4: a: out-of-range"},
	},
}

func TestSheetCases(t *testing.T) {
	t.Parallel()
	for name, c := range sheetCases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.run(t)
		})
	}
}

func (c sheetCase) run(t *testing.T) {
	url := pgtest.DB(t)
	pgtest.Exec(t, url, c.schema)
	conf, err := config.Parse("gyro.yaml", []byte("importers:\n  "+c.yaml+"\n"), os.LookupEnv)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	var files []sheets.File
	for _, f := range c.files {
		path, reject := filepath.Join(dir, f[0]+".csv"), ""
		if err := os.WriteFile(path, []byte(f[1]), 0o600); err != nil {
			t.Fatal(err)
		}
		if c.reject {
			reject = filepath.Join(dir, f[0]+".bad.csv")
		}
		files = append(files, sheets.File{Model: gyro.Table(f[0]), From: csvdir.File(path, reject)})
	}
	report, err := sheets.Load{Files: files, Target: postgres.DB{URL: url}, Importers: conf.Importers}.Run(t.Context())
	switch {
	case c.fails != "":
		if err == nil || !strings.Contains(err.Error(), c.fails) {
			t.Fatalf("%v\ndoes not say %s", err, c.fails)
		}
		return
	case report == nil, err != nil && (c.faults == nil || c.reject):
		t.Fatalf("%v\n%s", err, faultsOf(report))
	}
	slices.Sort(c.faults)
	if got := faultsOf(report); got != strings.Join(c.faults, "\n") {
		t.Errorf("got\n%s\nwant\n%s", got, strings.Join(c.faults, "\n"))
	}
	if c.query != "" {
		wantQuery(t, url, c.query, c.want)
	}
}
