package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// sample is one slice, as Gyro's configuration and as the best SQL that we could write by
// hand, in several ways; all give the same bytes.
type sample struct {
	name, yaml string
	// scripts for psql: %s is the directory to write to.
	scripts map[string]string
}

const (
	tenants6 = "jobs:\n  - {model: accounts_tenant, where: id = 1}\n  - {model: accounts_shop, where: 'id IN (10, 11, 12)'}\n"
	rest6    = "  - {model: products_product}\n  - {model: accounts_customer, %s}\n  - {model: orders_order, limit: 10, per: customer}\n  - {model: orders_orderitem}\n"
)

// copies writes the six files of a sample: keys is where the chosen orders are, and so on.
func copies(tenant, shop, product, customer, order, item string) string {
	var b strings.Builder
	for _, t := range [][2]string{
		{"accounts_tenant", tenant},
		{"accounts_shop", shop},
		{"products_product", product},
		{"accounts_customer", customer},
		{"orders_order", order},
		{"orders_orderitem", item},
	} {
		fmt.Fprintf(&b, "\\copy (SELECT t.* FROM %s t %s ORDER BY t.id) TO '%%[1]s/%s.csv' (FORMAT csv, HEADER)\n", t[0], t[1], t[0])
	}
	return b.String()
}

const begin = "BEGIN ISOLATION LEVEL REPEATABLE READ;\n"

var samples = []sample{
	{
		"six lines, one tenant", tenants6 + fmt.Sprintf(rest6, "limit: 100"),
		byHand("id = 1", "id IN (10, 11, 12) AND tenant_id = 1", "SELECT id FROM accounts_customer WHERE shop_id IN (10, 11, 12) ORDER BY id LIMIT 100"),
	},
	{
		"six lines, all tenants",
		"jobs:\n  - {model: accounts_tenant}\n  - {model: accounts_shop}\n" + fmt.Sprintf(rest6, "limit: 100, per: shop"),
		byHand("true", "true", "SELECT id FROM (SELECT id, row_number() OVER (PARTITION BY shop_id ORDER BY id) AS n FROM accounts_customer) c WHERE n <= 100"),
	},
	{
		"tenant 1, whole",
		"jobs:\n  - {model: accounts_tenant, where: id = 1}\n  - accounts_shop\n  - products_product\n  - accounts_customer\n  - orders_order\n  - orders_orderitem\n",
		map[string]string{
			"by tenant_id": copies("WHERE id = 1", "WHERE tenant_id = 1", "WHERE tenant_id = 1", "WHERE tenant_id = 1", "WHERE tenant_id = 1", "WHERE tenant_id = 1"),
		},
	},
}

// byHand writes a sample in three ways: nested with a window, nested with a lateral join, and
// by way of temporary tables, which a standby or a role with SELECT could not make.
func byHand(tenant, shop, customers string) map[string]string {
	window := "SELECT id FROM (SELECT id, row_number() OVER (PARTITION BY customer_id ORDER BY id) AS n FROM orders_order WHERE customer_id IN (" + customers + ")) o WHERE n <= 10"
	lateral := "SELECT o.id FROM (" + customers + ") c CROSS JOIN LATERAL (SELECT id FROM orders_order WHERE customer_id = c.id ORDER BY id LIMIT 10) o"
	tenant, shop = "WHERE "+tenant, "WHERE "+shop
	product := "WHERE t.shop_id IN (SELECT id FROM accounts_shop " + shop + ")"
	nested := func(orders string) string {
		return begin + copies(tenant, shop, product, "WHERE t.id IN ("+customers+")", "WHERE t.id IN ("+orders+")", "WHERE t.order_id IN ("+orders+")") + "COMMIT;\n"
	}
	temporary := begin + "CREATE TEMP TABLE c AS " + customers + ";\nANALYZE c;\n" +
		"CREATE TEMP TABLE o AS SELECT o.id FROM c CROSS JOIN LATERAL (SELECT id FROM orders_order WHERE customer_id = c.id ORDER BY id LIMIT 10) o;\nANALYZE o;\n" +
		copies(tenant, shop, product, "JOIN c USING (id)", "JOIN o USING (id)", "JOIN o ON o.id = t.order_id") + "COMMIT;\n"
	return map[string]string{"window": nested(window), "lateral": nested(lateral), "temporary tables": temporary}
}

// selects measures whole slices beside SQL written by hand.
func (b *bench) selects(ctx context.Context) error {
	server, err := b.shop(ctx, b.scale)
	if err != nil {
		return err
	}
	defer server.Stop() //nolint:errcheck // throwaway
	url := server.URL("postgres")
	psql, err := server.Bin("psql")
	if err != nil {
		return err
	}
	for _, s := range samples {
		if err := b.sample(ctx, s, url, psql); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
	}
	return nil
}

func (b *bench) sample(ctx context.Context, s sample, url, psql string) error {
	config := filepath.Join(b.dir, "sample.yaml")
	if err := os.WriteFile(config, []byte(s.yaml), 0o600); err != nil {
		return err
	}
	names := []string{"gyro"}
	place := func(name string) string { return filepath.Join(b.dir, "by-"+strings.ReplaceAll(name, " ", "-")) }
	runs := map[string]func() *exec.Cmd{"gyro": func() *exec.Cmd {
		return exec.CommandContext(ctx, b.gyro, "export", "-c", config, "--source", url, "--target", place("gyro"), "--progress", "none")
	}}
	for name, script := range s.scripts {
		names = append(names, name)
		runs[name] = func() *exec.Cmd {
			cmd := exec.CommandContext(ctx, psql, "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", url, "-f", "-")
			cmd.Stdin = strings.NewReader(fmt.Sprintf(script, place(name)))
			cmd.Env = append(os.Environ(), "PGOPTIONS=-c TimeZone=UTC")
			return cmd
		}
	}
	if b.against != "" {
		names = append(names, "gyro, other")
		runs["gyro, other"] = func() *exec.Cmd {
			return exec.CommandContext(ctx, b.against, "export", "-c", config, "--source", url, "--target", place("gyro, other"), "--progress", "none")
		}
	}
	taken := map[string][]usage{}
	for round := range b.rounds + 1 {
		for _, name := range names {
			if err := errors.Join(os.RemoveAll(place(name)), os.Mkdir(place(name), 0o700)); err != nil { // new, for all of them
				return err
			}
			u, err := measure(runs[name]())
			if err != nil {
				return err
			}
			if round > 0 { // the first warms up
				taken[name] = append(taken[name], u)
			}
		}
	}
	for _, name := range names[1:] {
		if out, err := exec.CommandContext(ctx, "diff", "-rq", "-x", "manifest.json", place("gyro"), place(name)).CombinedOutput(); err != nil {
			return fmt.Errorf("gyro and %s differ: %s", name, out)
		}
	}
	fmt.Printf("%s (scale %g, medians of %d)\n", s.name, b.scale, b.rounds)
	best := median(taken[names[1]]).wall
	for _, name := range names[1:] {
		if name != "gyro, other" {
			best = min(best, median(taken[name]).wall)
		}
	}
	for _, name := range names {
		m := median(taken[name])
		fmt.Printf("  %-18s %8.3f s  time / the best by hand %.2f  peak memory of the client %.0f MB\n", name, m.wall.Seconds(), float64(m.wall)/float64(best), float64(m.peak)/1024)
	}
	return nil
}
