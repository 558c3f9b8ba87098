package main

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/gyrodata/gyro/examples/shop/shopdb"
	"github.com/gyrodata/gyro/internal/browser"
	"github.com/gyrodata/gyro/internal/pgtest"
)

// command runs gyro, which is to succeed, and gives what it printed.
func command(t *testing.T, args ...string) string {
	t.Helper()
	var out, failed bytes.Buffer
	if code := run(context.Background(), args, &out, &failed, func(string) (string, bool) { return "", false }); code != exitDone {
		t.Fatalf("gyro %s: exit code %d\n%s", strings.Join(args, " "), code, failed.Bytes())
	}
	return out.String()
}

// writeFile writes a file into a directory of the test's, and gives its path.
func writeFile(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

const shopSlice = `
jobs:
  - {model: accounts_tenant, where: id = 1}
  - {model: accounts_shop, limit: 3}
  - {model: products_product, limit: 40, per: shop}
  - {model: accounts_customer, limit: 100, seed: 3}
  - {model: orders_order, limit: 10, per: customer}
  - {model: orders_orderitem}
importers:
  accounts_tenant: {}
  accounts_shop: {}
  products_product: {}
  accounts_customer: {columns: {email: {fake: email}, first_name: {fake: first_name}, last_name: {fake: last_name}}}
  orders_order: {columns: {id: {keep: true}}}
  orders_orderitem: {columns: {product: {missing: include}}}
`

// shopSource is a shop, and a file that takes a slice of it.
func shopSource(t *testing.T) (url, conf string) {
	t.Helper()
	url = pgtest.DB(t)
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	if err := shopdb.Fill(t.Context(), conn, 0.05); err != nil {
		t.Fatal(err)
	}
	pgtest.Exec(t, url, "ANALYZE")
	return url, writeFile(t, "gyro.yaml", shopSlice)
}

// applicationSource is a database of so many tables, as applications have them, in two schemas, and a file that takes a slice of it.
func applicationSource(t *testing.T, tables int) (url, conf string) {
	t.Helper()
	dice := rand.New(rand.NewPCG(3, 3)) //nolint:gosec // the same in every run
	var ddl, rows, jobs strings.Builder
	nouns := strings.Fields("order line invoice item entry address contact event note tag batch price rule plan step log file link state type unit group member role slot")
	modules := strings.Fields("sales billing catalog stock shipping support auth media report task document campaign")
	ddl.WriteString("CREATE SCHEMA crm;\nCREATE TABLE core_tenant (id int PRIMARY KEY, name text);\nINSERT INTO core_tenant SELECT n, 'clear value' FROM generate_series(1, 3) n;\n")
	jobs.WriteString("jobs:\n  - {model: core_tenant, where: id = 1}\n")
	var names []string
	for i := 1; i < tables; i++ {
		module := modules[(i/len(nouns))%len(modules)]
		name := module + "_" + nouns[i%len(nouns)]
		if i/len(nouns) >= len(modules) {
			name += "_archived_before_the_last_migration"
		}
		if dice.IntN(6) == 0 {
			name = "crm." + name
		}
		fmt.Fprintf(&ddl, "CREATE TABLE %s (id int PRIMARY KEY, tenant_id int NOT NULL REFERENCES core_tenant, email text", name)
		fmt.Fprintf(&rows, "INSERT INTO %s SELECT n, 1 + n %% 3, 'clear value'", name)
		recent := names[max(0, len(names)-12):]
		for k, parent := range dice.Perm(len(recent))[:min(len(recent), dice.IntN(3))] {
			fmt.Fprintf(&ddl, ", %s_id int REFERENCES %s", []string{"parent", "related"}[k], recent[parent])
			fmt.Fprintf(&rows, ", CASE WHEN n %% 3 = 0 AND n %% 5 > 1 THEN 3 * (1 + n * n %% %d) END", 3+dice.IntN(7))
		}
		ddl.WriteString(");\n")
		fmt.Fprintf(&rows, " FROM generate_series(1, %d) n;\n", 30+dice.IntN(300))
		fmt.Fprintf(&jobs, "  - {model: %s}\n", name)
		names = append(names, name)
	}
	url = pgtest.DB(t)
	pgtest.Exec(t, url, ddl.String()+rows.String()+"ANALYZE;")
	jobs.WriteString("importers:\n")
	for i, name := range append([]string{"core_tenant"}, names...) {
		mask := ""
		if i%9 == 1 {
			mask = "email: {fake: email}"
		}
		fmt.Fprintf(&jobs, "  %s: {columns: {%s}}\n", name, mask)
	}
	return url, writeFile(t, "gyro.yaml", jobs.String())
}

// Slices of a shop and of an application of 300 tables, from configuration to page, all of it looked at in a browser: narrow and
// wide, light and dark, and on paper. Alone on two cores a graph of the 300 takes half a second and a report a tenth; ten times
// that is too long on any machine.
func TestPictures(t *testing.T) {
	t.Parallel()
	for name, source := range map[string]func(*testing.T) (url, conf string){
		"shop":        shopSource,
		"application": func(t *testing.T) (string, string) { return applicationSource(t, 300) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url, conf := source(t)
			dir := t.TempDir()
			slice, at := filepath.Join(dir, name+"-slice"), func(file string) string { return filepath.Join(dir, file) }
			begin := time.Now()
			command(t, "graph", "-c", conf, "--source", url, "-o", at("config.svg"))
			t.Logf("graph of the configuration: %s", time.Since(begin))
			if took := time.Since(begin); took > 10*time.Second {
				t.Errorf("the graph of the configuration took %s", took)
			}
			command(t, "export", "-c", conf, "--source", url, "--target", slice, "--progress", "none")
			command(t, "graph", slice, "--source", url, "-o", at("slice.svg"))
			begin = time.Now()
			if out := command(t, "report", slice, "-o", at("report.html")); out != "report   "+at("report.html")+"\n" {
				t.Errorf("it prints %q", out)
			}
			t.Logf("report: %s", time.Since(begin))
			page, err := os.ReadFile(at("report.html"))
			if err != nil {
				t.Fatal(err)
			}
			for _, secret := range []string{dir, "clear value", "@"} { // where it lies; and what stands in its files
				if strings.Contains(strings.ReplaceAll(string(page), "@media", ""), secret) {
					t.Errorf("the page holds %q", secret)
				}
			}
			b := browser.Start(t)
			for _, svg := range []string{"config.svg", "slice.svg"} {
				for _, view := range browser.Views[2:] {
					p := b.Open(at(svg), view)
					p.Look(t)
					browser.Keep(t, fmt.Sprintf("%s-%s-%s.png", name, svg, view), p.Screenshot(5000))
				}
			}
			for _, view := range browser.Views {
				p := b.Open(at("report.html"), view)
				p.Look(t)
				shot := p.Screenshot(9000)
				if len(shot) < 20_000 {
					t.Errorf("%s: a picture of %d bytes", view, len(shot))
				}
				browser.Keep(t, fmt.Sprintf("%s-report-%s.png", name, view), shot)
				if view == browser.Views[3] {
					printed := p.Print()
					if n := len(regexp.MustCompile(`/Type\s*/Page\b`).FindAll(printed, -1)); n == 0 {
						t.Error("nothing was printed")
					}
					browser.Keep(t, name+"-report.pdf", printed)
				}
			}
		})
	}
}
