package guess_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/config"
	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/guess"
	"github.com/gyrodata/gyro/schema"
	"github.com/gyrodata/gyro/sheets"
)

// typed makes a table of "name type" columns: NOT NULL, unless a ? follows the type; ids are numbered.
func typed(name, unique string, columns ...string) *schema.Table {
	n, err := schema.ParseName(name)
	if err != nil {
		panic(err)
	}
	t := &schema.Table{Name: n, Kind: schema.Ordinary, PrimaryKey: []string{"id"}, Columns: []schema.Column{
		{Name: "id", Type: "bigint", NotNull: true, Default: true, Identity: "by default", Sequence: n.Table + "_id_seq"},
	}}
	for _, c := range columns {
		column, typ, _ := strings.Cut(c, " ")
		typ, nullable := strings.CutSuffix(typ, "?")
		t.Columns = append(t.Columns, schema.Column{Name: column, Type: typ, NotNull: !nullable})
	}
	for key := range strings.SplitSeq(unique, "; ") {
		if key != "" {
			t.Unique = append(t.Unique, strings.Split(key, ", "))
		}
	}
	return t
}

// refers adds a foreign key of one column.
func refers(t *schema.Table, column, to string) *schema.Table {
	name, err := schema.ParseName(to)
	if err != nil {
		panic(err)
	}
	t.References = append(t.References, schema.Reference{Name: column, Columns: []string{column}, To: name, ToColumns: []string{"id"}, Enforced: true})
	return t
}

// guessCatalog is a shop's, with a key for its shops.
func guessCatalog() schema.Catalog {
	catalog := schema.Catalog{}
	for _, t := range []*schema.Table{
		typed("accounts_tenant", "subdomain", "name character varying(200)", "subdomain character varying(50)", "created_at timestamp with time zone", "is_active boolean"),
		refers(typed("accounts_shop", "url, tenant_id", "name character varying(200)", "url character varying(200)", "currency character varying(3)", "created_at timestamp with time zone", "tenant_id bigint"),
			"tenant_id", "accounts_tenant"),
		refers(refers(typed("products_product", "shop_id, sku", "sku character varying(100)", "name character varying(200)", "description text?", "price numeric(10,2)",
			"inventory_count integer", "is_active boolean", "created_at timestamp with time zone", "shop_id bigint", "tenant_id bigint"),
			"shop_id", "accounts_shop"), "tenant_id", "accounts_tenant"),
		refers(refers(typed("orders_order", "shop_id, order_number", "order_number character varying(50)", "total_amount numeric(10,2)", "tax_amount numeric(10,2)?", "ordered date", "shop_id bigint", "owner_id bigint?"),
			"shop_id", "accounts_shop"), "owner_id", "accounts_user"),
		typed("accounts_user", "email; username", "email text", "username text", "note text?"),
		typed("fact", "", "day date", "sent timestamp without time zone?", "n integer?", "amount numeric?", "flag boolean?", "note text?", "of uuid?"),
		refers(typed("tagging", "", "tag_id bigint", "weight integer?"), "tag_id", "tag"),
		typed("tag", "", "label text", "color text"),
		typed("country", "", "alpha2 character(2)", "alpha3 character(3)?", "phone1 text?"),
		refers(typed("paint", "", "tag_id bigint", "color color"), "tag_id", "tag"),
	} {
		catalog[t.Name] = t
	}
	color := &catalog[schema.NewName("", "paint")].Columns[2]
	color.Enum, color.Labels = true, []string{"R", "G", "B"}
	return catalog
}

// sheetOf is a file in memory.
func sheetOf(table, text string) sheets.File {
	return sheets.File{Model: gyro.Table(table), From: driver.SheetFile{Name: table + ".csv", Open: func(context.Context) (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }}}
}

// Each case is files, "table: text", and the YAML that is guessed, less its first lines.
func TestGuess(t *testing.T) {
	t.Parallel()
	type files = []string
	for name, c := range map[string]struct {
		files files
		want  string
	}{
		"own names, and what the load finds itself": {
			files{"accounts_tenant: Name,sub-domain,CREATED_AT,Is Active\nAcme,acme,2026-01-31 10:00:00,true\nBeta,beta,2026-02-01 11:00:00,false"},
			`
    ids: {natural: [subdomain]} # a unique key: a row that is there already is used, and stays as it is
    # conflict: update # it gets the file's values instead
`,
		},
		"a table's words, a reference by its key, what is left": {
			files{"accounts_shop: Shop Name,Url,currency,Tenant,Remark\nOne,one.example,EUR,acme,x\nTwo,two.example,EUR,beta,y"},
			`
    csv:
      ignore: [Remark] # no column was found for what stands here
    ids: {natural: [url, tenant]} # a unique key: a row that is there already is used, and stays as it is
    # conflict: update # it gets the file's values instead
    columns:
      name: {from: Shop Name} # guessed by its name
      created_at: {default: now} # the file has none: the time of the load
      tenant: {by: {subdomain: Tenant}} # taken for subdomain, a unique key of accounts_tenant
`,
		},
		"a key of several columns, one of them a reference": {
			files{"products_product: SKU,Product Name,Descriptn,Price (EUR),Inventory,Active,Created At,Shop URL,Tenant Subdomain\na-1,A,,\"1,50\",3,yes,2026-01-31,one.example,acme\nb-2,B,text,\"2,75\",4,no,2026-02-01,one.example,acme"},
			`
    csv:
      decimal: ","
    ids: {natural: [shop, sku]} # a unique key: a row that is there already is used, and stays as it is
    # conflict: update # it gets the file's values instead
    columns:
      name: {from: Product Name} # guessed by its name
      description: {from: Descriptn} # guessed by its name
      price: {from: "Price (EUR)"} # guessed by its name
      inventory_count: {from: Inventory} # guessed by its name
      is_active: {from: Active} # guessed by its name
      # taken for url, tenant_id, a unique key of accounts_shop
      shop: {by: {tenant.subdomain: Tenant Subdomain, url: Shop URL}}
      tenant: {by: {subdomain: Tenant Subdomain}} # taken for subdomain, a unique key of accounts_tenant
`,
		},
		"keys of the target, and values that are open": {
			files{"products_product: sku,name,price,inventory_count,shop_id\na-1,A,1.50,3,10\nb-2,B,2.75,4,11"},
			`
    ids: {natural: [shop, sku]} # a unique key: a row that is there already is used, and stays as it is
    # conflict: update # it gets the file's values instead
    columns:
      # is_active: {default: "true"} # TODO: it is NOT NULL without a default, and nothing was found for it
      created_at: {default: now} # the file has none: the time of the load
      # taken for id of accounts_shop in the target: if these are the keys of another system, say what finds the row
      shop: {by: {id: shop_id}}
      # tenant: {by: {subdomain: HEADER}} # TODO: it is NOT NULL without a default, and nothing was found for it
`,
		},
		"a reference that is open": {
			files{"orders_order: order_number,total_amount,ordered\n1,2,2026-01-31"},
			`
    # columns:
      # TODO: it is NOT NULL without a default, and nothing was found for it
      # shop: {by: {tenant.subdomain: HEADER, url: HEADER}}
`,
		},
		"ids that are kept, doubled keys, texts that are too long": {
			files{"accounts_tenant: id,name,subdomain,created_at,is_active\n1,A,a,2026-01-31,1\n2,B,a,2026-01-31,0", "accounts_shop: Name,URL,Currency,Tenant ID\nA,a.example,Euro,1\nB,a.example,Euro,1"},
			`
    # ids: the file has id, which rows keep; ids: {natural: [subdomain]} would find rows by a unique key, and give others new ids
  # guessed by the headers of accounts_shop.csv and its first 2 rows: to be looked over
  accounts_shop:
    # a unique key: a row that is there already is used, and stays as it is
    # 1 of the first 2 rows repeat it, which refuses the load
    ids: {natural: [url, tenant]}
    # conflict: update # it gets the file's values instead
    columns:
      # currency: some texts are longer than character varying(3) has room for
      created_at: {default: now} # the file has none: the time of the load
`,
		},
		"two files of one load: keys of each other": {
			files{"tag: id,Label,colour\n1,red,#f00\n2,blue,#00f", "tagging: tag,weight\n1,5\n2,7"},
			`
    columns:
      color: {from: colour} # guessed by its name
  # guessed by the headers of tagging.csv and its first 2 rows: to be looked over
  tagging:
    columns:
      tag_id: {from: tag}
`,
		},
		"a unique key by its values": {
			files{"orders_order: Order Number,Total,Tax,Ordered,Shop,Owner\n1,1,,2026-01-31,a.example,a@x.example\n2,2,,2026-02-01,b.example,b@x.example"},
			`
    ids: {natural: [shop, order_number]} # a unique key: a row that is there already is used, and stays as it is
    # conflict: update # it gets the file's values instead
    columns:
      total_amount: {from: Total} # guessed by its name
      tax_amount: {from: Tax} # guessed by its name; no cell holds a value
      shop: {by: {url: Shop}} # taken for url of accounts_shop, of which no unique key sees to it that it means one row
      owner: {by: {email: Owner}} # taken for email, a unique key of accounts_user
`,
		},
		"what contradicts the types": {
			files{"fact: day,sent,n,amount,flag,note,of\n2026-01-31 10:00,soon,1.5,much,maybe,x,17\n2026-01-31 10:00,later,2.5,little,no,x,18"},
			`
    # columns:
      # day: it holds times of day as well, and the column is of type date
      # sent: it holds text, and the column is of type timestamp without time zone
      # n: it holds fractions, and the column is of type integer
      # amount: it holds text, and the column is of type numeric
      # flag: it holds text, and the column is of type boolean
      # of: it holds whole numbers, and the column is of type uuid
`,
		},
		"columns decide together, and alone": {
			files{"fact: day;sent;n;amount;flag\n01/02/2026;13/02/2026 10:00;1.234;1.234;j\n03/04/2026;14/02/2026 11:00;2.345;2,5;n\n05/06/2026;15/02/2026 11:00;-;2.345,50;n"},
			`
    csv:
      decimal: ","
      thousands: "."
      true: [j]
      false: ["n"]
    columns:
      day: {date: DD/MM/YYYY} # another way of reading it fits, too: it is read as the others are
      sent: {date: "DD/MM/YYYY HH24:MI"}
      "n": {nulls: ["-"]}
`,
		},
		"words for NULL": {
			files{"fact: day,n,amount,note\n2026-01-31,NULL,n/a,NULL\n2026-01-31,1,2.5,n/a\nNULL,3,4.5,x"},
			`
    csv:
      nulls: ["NULL"]
    columns:
      # day: in 1 of the first 3 rows it has no value, and the column is NOT NULL: default would give one
      amount: {nulls: ["NULL", n/a]}
      # note: taken for NULL: "NULL"; taken for text, but may be NULL: "n/a"
`,
		},
		"no header": {
			files{"tagging: 7,1\n8,2\n9,3"},
			`
    csv:
      header: false # it is taken to have no header: its first record holds a number or a date
    columns:
      # guessed by its place
      # taken for id of tag in the target: if these are the keys of another system, say what finds the row
      tag: {by: {id: "1"}}
      weight: {from: "2"} # guessed by its place
`,
		},
		"headers that can't be said": {
			files{"tag: label,label,,*,=a,Color\na,b,c,d,e,f\na,b,c,d,e,f"},
			`
  tag:
    csv:
      # no column was found for what stands here
      # "" is a header without a name, of column 3
      ignore: [label, "", "#4", "=a"]
    # columns:
      # label: {from: HEADER} # TODO: it is NOT NULL without a default, and nothing was found for it
`,
		},
		"a reference called by its key's name, and holding no key": {
			files{"accounts_shop: name,url,currency,created_at,tenant_id\nA,a.example,EUR,2026-01-31,acme\nB,b.example,EUR,2026-01-31,beta"},
			`
    ids: {natural: [url, tenant]} # a unique key: a row that is there already is used, and stays as it is
    # conflict: update # it gets the file's values instead
    columns:
      tenant: {by: {subdomain: tenant_id}} # taken for subdomain, a unique key of accounts_tenant
`,
		},
		"a table's own words in the header of a reference; enums": {
			files{"paint: Paint Tag,Color\nred,R\nblue,X"},
			`
    columns:
      # guessed by its name
      # taken for label of tag, of which no unique key sees to it that it means one row
      tag: {by: {label: Paint Tag}}
      # color: some values are no labels of color, which are R, G, B
`,
		},
		"a date that may be another": {
			files{"accounts_tenant: Name,Subdomain,Since,Is Active\nA,a,2026-01-31,t\nB,b,2026-02-01,f"},
			`
    csv:
      ignore: [Since] # no column was found for what stands here
    ids: {natural: [subdomain]} # a unique key: a row that is there already is used, and stays as it is
    # conflict: update # it gets the file's values instead
    columns:
      created_at: {default: now} # the time of the load; or is it "Since"?
`,
		},
		"ids of others, and words with digits": {
			files{"country: Geoname ID,ISO3166-1-Alpha-2,ISO3166-1-Alpha-3,Phone 2\n1,DE,DEU,5\n2,FR,FRA,6"},
			`
    csv:
      ignore: [Geoname ID, Phone 2] # no column was found for what stands here
    columns:
      alpha2: {from: ISO3166-1-Alpha-2} # guessed by its name
      alpha3: {from: ISO3166-1-Alpha-3} # guessed by its name
`,
		},
		"lines above the header": {
			files{"tag: A report;;\nof May;;\n\nLabel;Color;Id\na;b;1\nTotal;;2"},
			`  tag:
    csv:
      header: true # a column has no name
      ignore: [A report, ""] # no column was found for what stands here; "" is a header without a name, of column 2
    # columns:
      # label: {from: HEADER} # TODO: it is NOT NULL without a default, and nothing was found for it
      # color: {from: HEADER} # TODO: it is NOT NULL without a default, and nothing was found for it
`,
		},
		"no rows": {
			files{"tag: label,color"},
			`
`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var files []sheets.File
			for _, file := range c.files {
				table, text, _ := strings.Cut(file, ": ")
				files = append(files, sheetOf(table, text+"\n"))
			}
			guesses, err := guess.Importers(t.Context(), files, guessCatalog(), nil)
			if err != nil {
				t.Fatal(err)
			}
			text := string(config.Guessed(guesses))
			lines := strings.SplitAfter(text, "\n")
			if name == "lines above the header" && !strings.Contains(lines[2], "line 4 is called as the table's columns are: with csv: {skip: 3} it is the header") {
				t.Error(text)
			}
			if d := cmp.Diff(strings.TrimPrefix(c.want, "\n"), strings.Join(lines[3:], "")); d != "" {
				t.Errorf("(-want +got):\n%s\n%s", d, text)
			}
			again(t, text, guesses)
		})
	}
}

// again holds the written guesses against what is read of them.
func again(t *testing.T, text string, guesses []guess.Guess) {
	t.Helper()
	read, err := config.Parse("guess.yaml", []byte(text), func(string) (string, bool) { return "", false })
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	var want gyro.Registry
	for _, g := range guesses {
		want = append(want, g.Importer)
	}
	if d := cmp.Diff(want, read.Importers, cmp.AllowUnexported(gyro.Model{}, gyro.IDs{}, gyro.Conflict{}), cmpopts.EquateEmpty()); d != "" {
		t.Errorf("(-guessed +read):\n%s\n%s", d, text)
	}
}

// A header without a name is no column's, not even of one that nothing is said of.
func TestUnnamedHeader(t *testing.T) {
	t.Parallel()
	fact := gyro.Importer{Model: gyro.Table("fact"), CSV: gyro.CSV{Ignore: []string{""}}}
	plan, err := sheets.Load{
		Files: []sheets.File{sheetOf("fact", "day,\n2026-01-31,x\n")}, Target: tablesAlone{catalog: guessCatalog()}, Importers: gyro.Registry{fact},
	}.Plan(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"day: day", "id: new"}, plan.Loads[0].Columns); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func TestGuessMistakes(t *testing.T) {
	t.Parallel()
	_, err := guess.Importers(t.Context(), []sheets.File{sheetOf("accounts_shopp", "a\n"), sheetOf("nothing", "a\n")}, guessCatalog(), nil)
	var mistake *gyro.Mistake
	if !errors.As(err, &mistake) || !strings.Contains(err.Error(), "accounts_shop") || !strings.Contains(err.Error(), "nothing") {
		t.Errorf("got %v", err)
	}
}

// tablesAlone is a target that says what tables it has, and no more.
type tablesAlone struct {
	driver.Target
	catalog schema.Catalog
}

func (t tablesAlone) String() string { return "tables" }

func (t tablesAlone) OpenTarget(context.Context) (driver.Target, error) { return t, nil }

func (t tablesAlone) Origin() gyro.Origin { return gyro.Origin{} }

func (t tablesAlone) Catalog(context.Context) (schema.Catalog, error) { return t.catalog, nil }

func (t tablesAlone) Check(context.Context, *driver.LoadPlan) error { return nil }

func (t tablesAlone) Close() error { return nil }

// Whatever headers are, what is guessed is written so that it is read back, and a load takes it,
// but for columns that it says are open, and headers it says can't be meant.
func TestGuessPlans(t *testing.T) {
	t.Parallel()
	names := []string{
		"id", "ID", "Name", "name", "Shop Name", "Shop", "shop_id", "Shop URL", "url", "Tenant", "tenant_id", "Tenant Subdomain", "subdomain", "Subdomain", "SKU", "Product SKU",
		"Preis", "Price", "price", "Total", "Amount", "total_amount", "Tax", "Order", "Number", "Order Number", "Owner", "User", "owner_id", "Email", "E-Mail", "Owner Email",
		"Created At", "created", "Active", "is_active", "Remark", "", "*", "=x", "tag", "Tag ID", "Tag Label", "label", "colour", "Day", "n", "N", "Note", "weight", "currency", "Currency Code",
	}
	values := []*rapid.Generator[string]{
		rapid.StringMatching(`[0-9]{1,4}`), rapid.StringMatching(`[0-9]{1,3}(,[0-9]{2})?`), rapid.StringMatching(`[0-9]{1,3}(,[0-9]{2})?( €|%|-)`), rapid.StringMatching(`[a-z]{1,6}( [a-z]{1,4})?`),
		rapid.StringMatching(`[0-3]1\.0[1-9]\.202[0-9]`), rapid.StringMatching(`[0-2][1-9]/0[1-9]/202[0-9] 10:00`), rapid.SampledFrom([]string{"ja", "nein", "NULL", ""}),
		rapid.SampledFrom([]string{"0", "1", "n/a"}), rapid.StringMatching(`[a-z]{2,5}@x\.example`), rapid.SampledFrom([]string{"", " a"}),
	}
	rapid.Check(t, func(t *rapid.T) {
		catalog := guessCatalog()
		tables := rapid.SliceOfNDistinct(rapid.SampledFrom(catalog.Names()), 1, 3, rapid.ID[schema.Name]).Draw(t, "tables")
		var files []sheets.File
		for _, table := range tables {
			headers := rapid.SliceOfN(rapid.SampledFrom(names), 2, 9).Draw(t, "headers")
			var b strings.Builder
			b.WriteString(strings.Join(headers, ";") + "\n")
			columns := make([]*rapid.Generator[string], len(headers))
			for i := range columns {
				columns[i] = rapid.SampledFrom(values).Draw(t, "kind")
			}
			for range rapid.IntRange(0, 6).Draw(t, "rows") {
				for i, c := range columns {
					if i > 0 {
						b.WriteString(";")
					}
					b.WriteString(c.Draw(t, "value"))
				}
				b.WriteString("\n")
			}
			files = append(files, sheetOf(table.String(), b.String()))
		}
		guesses, err := guess.Importers(context.Background(), files, catalog, nil)
		if err != nil {
			t.Fatal(err)
		}
		text := string(config.Guessed(guesses))
		read, err := config.Parse("guess.yaml", []byte(text), func(string) (string, bool) { return "", false })
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		plan, err := sheets.Load{Files: files, Target: tablesAlone{catalog: catalog}, Importers: read.Importers}.Plan(context.Background())
		if err == nil {
			err = plan.TargetError
		}
		nothing := "none of its headers is a column"
		open := err != nil && strings.Contains(err.Error(), nothing) || strings.Contains(text, "TODO") || strings.Contains(text, "can't be") || strings.Contains(text, "several columns are called")
		if err != nil && !open {
			t.Fatalf("%v\n%s", err, text)
		}
		for _, line := range strings.Split(fmt.Sprint(err), "\n") {
			if err != nil && !strings.Contains(line, nothing) && !strings.Contains(line, "NOT NULL without a default") && !strings.Contains(line, "the file has several columns") {
				t.Fatalf("%v\n%s", err, text)
			}
		}
	})
}
