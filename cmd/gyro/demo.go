package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/jackc/pgx/v5"
	"github.com/spf13/cobra"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/csvdir"
	"github.com/gyrodata/gyro/examples/shop/shopdb"
	"github.com/gyrodata/gyro/export"
	"github.com/gyrodata/gyro/internal/pgtest"
	"github.com/gyrodata/gyro/load"
	"github.com/gyrodata/gyro/postgres"
	"github.com/gyrodata/gyro/progress"
)

func (c *cli) demo() *cobra.Command {
	var (
		scale  float64
		target string
	)
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Show the main job on a throwaway PostgreSQL",
		Long: `Start a PostgreSQL of its own, fill it with the shops of five tenants, take the slice of
tenant 1 with three of its shops, and load it, with new ids, into another database, which has
tenants of its own. The server is gone afterwards, the slice stays. It needs PostgreSQL's server binaries, which are found where systems put them.`,
		Example: "  gyro demo\n  gyro demo --scale 0.1 --target /tmp/slice",
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if _, err := shopdb.Size(scale); err != nil {
				return &usageError{err: err, hint: "1 is 100,000 orders"}
			}
			return c.runDemo(cmd.Context(), scale, target)
		},
	}
	cmd.Flags().Float64Var(&scale, "scale", 1, "how much data: 1 is 20,000 customers and 100,000 orders")
	cmd.Flags().StringVar(&target, "target", "", "directory for the slice (default: a new one for temporary files)")
	_ = cmd.MarkFlagDirname("target")
	return cmd
}

func (c *cli) runDemo(ctx context.Context, scale float64, target string) (err error) {
	if target == "" {
		if target, err = os.MkdirTemp("", "gyro-demo-"); err != nil {
			return &gyro.Error{Op: "make a directory", Err: err}
		}
		made := target
		defer func() {
			if err != nil {
				_ = os.Remove(made) // empty again
			}
		}()
		target = filepath.Join(target, "tenant-1")
	}
	directory := csvdir.Dir{Path: target}
	if err := directory.Check(ctx, []string{"accounts_tenant.csv"}); err != nil {
		return &gyro.Error{Op: "use the target", Err: err, Hint: "leave --target out, or name a directory that is not there"}
	}
	server, err := pgtest.Start(ctx, pgtest.Options{Log: c.stderr})
	if err != nil {
		return err //nolint:wrapcheck // it says what to install
	}
	defer func() { err = errors.Join(err, server.Stop()) }()
	url := server.URL("postgres")
	fmt.Fprintf(c.stderr, "filling the shop at scale %g\n", scale)
	if err := c.fill(ctx, url, scale); err != nil {
		return err
	}
	shown, err := progress.New("auto", c.stderr, c.env)
	if err != nil {
		return err //nolint:wrapcheck // auto is known
	}
	fmt.Fprintln(c.stderr, "taking the slice of tenant 1")
	report, err := export.Slice{
		Source:    postgres.DB{URL: url},
		Target:    directory,
		Importers: demoImporters(gyro.Columns{}),
		Jobs:      demoJobs(),
		Progress:  shown.Event,
	}.Run(ctx)
	shown.Close()
	if err != nil {
		return err //nolint:wrapcheck // it says operation and place itself
	}
	c.printReport(report)
	fmt.Fprintln(c.stdout)
	return c.demoLoad(ctx, server, directory)
}

// demoLoad loads the slice into a database that has a small shop of its own.
func (c *cli) demoLoad(ctx context.Context, server *pgtest.Server, slice csvdir.Dir) error {
	conn, err := pgx.Connect(ctx, server.URL("postgres"))
	if err != nil {
		return &gyro.Error{Op: "connect to the demo's server", Err: err}
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if _, err := conn.Exec(ctx, "CREATE DATABASE dev"); err != nil {
		return &gyro.Error{Op: "make the demo's second database", Err: err}
	}
	url := server.URL("dev")
	fmt.Fprintln(c.stderr, "filling another database with a small shop of its own")
	if err := c.fill(ctx, url, demoScale); err != nil {
		return err
	}
	shown, err := progress.New("auto", c.stderr, c.env)
	if err != nil {
		return err //nolint:wrapcheck // auto is known
	}
	fmt.Fprintln(c.stderr, "loading the slice there, with new ids")
	report, err := load.Slice{
		Source: slice,
		Target: postgres.DB{URL: url},
		// A subdomain is one tenant's only, and tenant 1 is there already.
		Importers: demoImporters(gyro.Columns{"subdomain": {Expr: "value || '-copy'"}}),
		IDs:       gyro.Sequential(),
		Progress:  shown.Event,
	}.Run(ctx)
	shown.Close()
	if err != nil {
		return err //nolint:wrapcheck // it says operation and place itself
	}
	c.printLoad(report)
	return nil
}

// demoImporters are those of the shop's tables. The database knows their references; examples/shop
// has them as Go structs.
func demoImporters(tenant gyro.Columns) gyro.Registry {
	all := gyro.Registry{{Model: gyro.Table("accounts_tenant"), Columns: tenant}}
	for _, table := range []string{"accounts_shop", "products_product", "accounts_customer", "orders_order", "orders_orderitem"} {
		all = append(all, gyro.Importer{Model: gyro.Table(table)})
	}
	return all
}

// demoJobs are tenant 1, three of its shops, all their products, 100 customers, at most 10 orders
// of each, and every item.
func demoJobs() []gyro.ImportJob {
	return []gyro.ImportJob{
		{Model: gyro.Table("accounts_tenant"), Query: gyro.Where("id = 1")},
		{Model: gyro.Table("accounts_shop"), Query: gyro.Where("id IN (10, 11, 12)")},
		{Model: gyro.Table("products_product")},
		{Model: gyro.Table("accounts_customer"), Limit: 100},
		{Model: gyro.Table("orders_order"), Limit: 10, Per: "customer"},
		{Model: gyro.Table("orders_orderitem")},
	}
}

// demoScale is the size of the shop that is there before the demo's load.
const demoScale = 0.05

func (c *cli) fill(ctx context.Context, url string, scale float64) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return &gyro.Error{Op: "connect to the demo's server", Err: err}
	}
	defer conn.Close(context.WithoutCancel(ctx))
	say := func(step string) { fmt.Fprintln(c.stderr, "  "+step) }
	if err := shopdb.FillSteps(ctx, conn, scale, say); err != nil {
		return &gyro.Error{Op: "fill the shop", Err: err}
	}
	return nil
}
