package config_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/config"
	"github.com/gyrodata/gyro/csvdir"
	"github.com/gyrodata/gyro/export"
	"github.com/gyrodata/gyro/postgres"
)

// env is the environment of the tests.
func env(name string) (string, bool) {
	value, ok := map[string]string{
		"PROD_URL": "postgres://gyro:hunter2@db/prod", "ORG": "dev-qa-org-1", "EMPTY": "", "NESTED": "${ORG}", "_x9": "under",
	}[name]
	return value, ok
}

// exact compares what is not exported too.
var exact = cmp.Options{cmp.AllowUnexported(gyro.Model{}, gyro.Query{}, gyro.IDs{}, gyro.Conflict{}), cmpopts.EquateEmpty()}

func TestKeyMemory(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int64{"64kB": 64 << 10, "256MB": 256 << 20, "3 GB": 3 << 30, "77B": 77} {
		c, err := config.Parse("gyro.yaml", []byte("key_memory: "+text+"\n"), env)
		if err != nil || c.Export().KeyMemory != want {
			t.Errorf("%s: got %d, %v", text, c.Export().KeyMemory, err)
		}
	}
}

// What a job can say of its sample and of what comes with it.
func TestJob(t *testing.T) {
	t.Parallel()
	c, err := config.Parse("gyro.yaml", []byte(`jobs: [{model: a, limit: 3, per: b, order_by: n DESC, orphans: true, follow: true, max_rows: 9}, {model: b, percent: 2.5, seed: 7}]`), env)
	want := []gyro.ImportJob{
		{Model: gyro.Table("a"), Limit: 3, Per: "b", OrderBy: "n DESC", Orphans: true, Follow: true, MaxRows: 9},
		{Model: gyro.Table("b"), Percent: 2.5, Seed: 7},
	}
	if d := cmp.Diff(want, c.Jobs, exact); d != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, d)
	}
}

// A whole file, and the export.Slice that a Go program would have built.
func TestExport(t *testing.T) {
	t.Parallel()
	const text = `
# A slice for development.
source: ${PROD_URL}
target: slices/${ORG}
overwrite: true
unsorted: true
lock_timeout: 2s
stall_timeout: 3m
statement_timeout: 5m
importers:
  accounts_shop: {columns: {tenant: accounts_tenant}} # short for {ref: accounts_tenant}
  sales.orders:
    file: orders.csv
    columns:
      shop: {ref: accounts_shop, soft: true, to: code}
      customer: {ref: accounts_customer, over: "tenant_id, customer_id"}
      note: {}
      status:
  accounts_customer:
jobs:
  - {model: accounts_tenant, where: id = $1, args: [1]}
  - {model: accounts_shop, where: "id IN (10, 11, 12)"}
  - accounts_customer
  - model: sales.orders
    sql: |
      SELECT id FROM sales.orders
      WHERE status = ANY($1)
    args: [[paid, sent]]
`
	c, err := config.Parse("gyro.yaml", []byte(text), env)
	if err != nil {
		t.Fatal(err)
	}
	tenant, shop, customer, orders := gyro.Table("accounts_tenant"), gyro.Table("accounts_shop"), gyro.Table("accounts_customer"), gyro.Table("sales.orders")
	want := export.Slice{
		Source: postgres.DB{URL: "postgres://gyro:hunter2@db/prod", LockTimeout: 2 * time.Second, StallTimeout: 3 * time.Minute, StatementTimeout: 5 * time.Minute},
		Target: csvdir.Dir{Path: "slices/dev-qa-org-1", Overwrite: true},
		Importers: gyro.Registry{
			{Model: shop, Columns: gyro.Columns{"tenant": {Ref: tenant}}},
			{Model: orders, File: "orders.csv", Columns: gyro.Columns{
				"shop": {Ref: shop, Soft: true, To: "code"}, "customer": {Ref: customer, Over: "tenant_id, customer_id"}, "note": {}, "status": {},
			}},
			{Model: customer},
			{Model: tenant}, // it has a job
		},
		Jobs: []gyro.ImportJob{
			{Model: tenant, Query: gyro.Where("id = $1", int64(1))},
			{Model: shop, Query: gyro.Where("id IN (10, 11, 12)")},
			{Model: customer},
			{Model: orders, Query: gyro.SQL("SELECT id FROM sales.orders\nWHERE status = ANY($1)\n", []string{"paid", "sent"})},
		},
		Unsorted: true,
	}
	if d := cmp.Diff(want, c.Export(), exact); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
	if err := c.Importers.Validate(); err != nil {
		t.Error(err)
	}
}

// What a file leaves out has the zero value; so has an empty file.
func TestParseEmpty(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "\n", "# only a comment\n", "---\n", "---\n---\n", "importers:\njobs:\n", "importers: {}\njobs: []\n", "null"} {
		c, err := config.Parse("gyro.yaml", []byte(text), env)
		if err != nil {
			t.Errorf("%q: %v", text, err)
		}
		if d := cmp.Diff(config.Config{}, c, exact); d != "" {
			t.Errorf("%q (-want +got):\n%s", text, d)
		}
	}
}

func TestParseAnchors(t *testing.T) {
	t.Parallel()
	const text = `
target: &org ${ORG}
source: *org
importers:
  a: &same {columns: {b: &b b_table}}
  c: *same
  b_table: {}
jobs:
  - {model: a, where: &one id = $1, args: &args [&seven 7, *seven]}
  - {model: c, where: *one, args: *args}
`
	c, err := config.Parse("gyro.yaml", []byte(text), env)
	if err != nil {
		t.Fatal(err)
	}
	b := gyro.Columns{"b": {Ref: gyro.Table("b_table")}}
	want := config.Config{
		Source: "dev-qa-org-1", Target: "dev-qa-org-1",
		Importers: gyro.Registry{{Model: gyro.Table("a"), Columns: b}, {Model: gyro.Table("c"), Columns: b}, {Model: gyro.Table("b_table")}},
		Jobs: []gyro.ImportJob{
			{Model: gyro.Table("a"), Query: gyro.Where("id = $1", int64(7), int64(7))},
			{Model: gyro.Table("c"), Query: gyro.Where("id = $1", int64(7), int64(7))},
		},
	}
	if d := cmp.Diff(want, c, exact); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}

// ${NAME} is put in once; what it stands for is taken as it is.
func TestParseVariables(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"plain":                   "plain",
		"${ORG}":                  "dev-qa-org-1",
		"a/${ORG}/${_x9}${EMPTY}": "a/dev-qa-org-1/under",
		"${NESTED}":               "${ORG}",
		"$${ORG}":                 "${ORG}",
		"a$${b":                   "a${b",
		"$ORG $$ $1 {ORG} }":      "$ORG $$ $1 {ORG} }",
	} {
		c, err := config.Parse("gyro.yaml", []byte("source: '"+text+"'\ntarget: '"+text+"'\njobs: [{model: a, where: x, args: ['"+text+"', ['"+text+"']]}]\n"), env)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		_, args, _ := c.Jobs[0].Query.Condition()
		if d := cmp.Diff([]any{want, []string{want}}, args); c.Source != want || c.Target != want || d != "" {
			t.Errorf("%s: got source %s, target %s, arguments %s", text, c.Source, c.Target, d)
		}
	}
}

func TestParseArgs(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]any{
		"1":                              int64(1),
		"-1":                             int64(-1),
		"+5":                             int64(5),
		"0x1F":                           int64(31),
		"9223372036854775807":            int64(9223372036854775807),
		"9223372036854775808":            "9223372036854775808", // a numeric, as PostgreSQL reads it
		"-9223372036854775808":           int64(-9223372036854775808),
		"18446744073709551615":           "18446744073709551615",
		"184467440737095516150":          "184467440737095516150",
		"1.50":                           "1.50", // its digits as they were written
		"1e3":                            "1e3",
		"12345678901234567890.123456789": "12345678901234567890.123456789",
		"true":                           true,
		"false":                          false,
		"yes":                            "yes", // a text since YAML 1.2
		"null":                           nil,
		"~":                              nil,
		"text":                           "text",
		"'1'":                            "1",
		`"a\nb"`:                         "a\nb",
		"''":                             "",
		"2026-01-02":                     "2026-01-02",
		"2026-01-02 03:04:05":            "2026-01-02 03:04:05",
		"[1, 2]":                         []int64{1, 2},
		"[]":                             []int64{},
		"[a, '2']":                       []string{"a", "2"},
		"[true, false]":                  []bool{true, false},
		"[1.50, 2.25]":                   []string{"1.50", "2.25"},
		"[1, 2.5]":                       []string{"1", "2.5"}, // numbers, all of them
		"[1, 18446744073709551615]":      []string{"1", "18446744073709551615"},
		"|-\n    several\n    lines":     "several\nlines",
		">-\n    folded\n    text":       "folded text",
		"\n    - 1\n    - 2":             []int64{1, 2},
	} {
		c, err := config.Parse("gyro.yaml", []byte("jobs:\n- model: a\n  where: x = $1\n  args:\n  - "+text+"\n"), env)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		_, args, _ := c.Jobs[0].Query.Condition()
		if d := cmp.Diff([]any{want}, args); d != "" {
			t.Errorf("%s (-want +got):\n%s", text, d)
		}
	}
}

// SQL is taken as it is: a dollar, a brace or a comment sign in it is not ours.
func TestParseSQL(t *testing.T) {
	t.Parallel()
	c, err := config.Parse("gyro.yaml", []byte("jobs:\n- model: a\n  where: |\n    a = $1 AND b = '{x}' # $HOME\n    AND c = $$d$$\n"), env)
	if err != nil {
		t.Fatal(err)
	}
	if text, _, _ := c.Jobs[0].Query.Condition(); text != "a = $1 AND b = '{x}' # $HOME\nAND c = $$d$$\n" {
		t.Errorf("got %q", text)
	}
}

func TestLoad(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "gyro.yaml")
	if err := os.WriteFile(path, []byte("target: ${ORG}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := config.Load(path, env)
	if err != nil || c.Target != "dev-qa-org-1" {
		t.Errorf("got %+v, %v", c, err)
	}
	for missing, want := range map[string]string{
		path + ".no":       path + ".no: can't be read: no such file or directory (-c names another file)",
		filepath.Dir(path): filepath.Dir(path) + ": can't be read: is a directory (-c names another file)",
	} {
		if _, err := config.Load(missing, env); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}
