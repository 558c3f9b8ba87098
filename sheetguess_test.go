package gyro_test

import (
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/config"
	"github.com/gyrodata/gyro/schema"
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
	} {
		catalog[t.Name] = t
	}
	return catalog
}

// sheetOf is a file in memory.
func sheetOf(table, text string) gyro.Sheet {
	return gyro.Sheet{Model: gyro.Table(table), Name: table + ".csv", Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }}
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
			files{"products_product: SKU,Product Name,Descripton,Price (EUR),Inventory,Active,Created At,Shop URL,Tenant Subdomain\na-1,A,,\"1,50\",3,yes,2026-01-31,one.example,acme\nb-2,B,text,\"2,75\",4,no,2026-02-01,one.example,acme"},
			`
    csv:
      decimal: ","
    ids: {natural: [shop, sku]} # a unique key: a row that is there already is used, and stays as it is
    # conflict: update # it gets the file's values instead
    columns:
      name: {from: Product Name} # guessed by its name
      description: {from: Descripton} # guessed by its name
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
  # several columns are called "label": none of them can be meant, rename all but one
  tag:
    csv:
      ignore: [label, "", "=a"] # no column was found for what stands here; "" is a header without a name, of column 3
    # columns:
      # label: {from: HEADER} # TODO: it is NOT NULL without a default, and nothing was found for it
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
			var sheets gyro.Sheets
			for _, file := range c.files {
				table, text, _ := strings.Cut(file, ": ")
				sheets = append(sheets, sheetOf(table, text+"\n"))
			}
			guesses, err := sheets.Guess(guessCatalog(), nil)
			if err != nil {
				t.Fatal(err)
			}
			text := string(config.Guessed(guesses))
			lines := strings.SplitAfter(text, "\n")
			if d := cmp.Diff(strings.TrimPrefix(c.want, "\n"), strings.Join(lines[3:], "")); d != "" {
				t.Errorf("(-want +got):\n%s\n%s", d, text)
			}
			again(t, text, guesses)
		})
	}
}

// again holds the written guesses against what is read of them.
func again(t *testing.T, text string, guesses []gyro.SheetGuess) {
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

func TestGuessMistakes(t *testing.T) {
	t.Parallel()
	_, err := gyro.Sheets{sheetOf("accounts_shopp", "a\n"), sheetOf("nothing", "a\n")}.Guess(guessCatalog(), nil)
	var mistake *gyro.Mistake
	if !errors.As(err, &mistake) || !strings.Contains(err.Error(), "accounts_shop") || !strings.Contains(err.Error(), "nothing") {
		t.Errorf("got %v", err)
	}
}
