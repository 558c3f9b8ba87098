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
	"github.com/gyrodata/gyro/examples/shop"
	"github.com/gyrodata/gyro/internal/pgtest"
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
tenant 1 with three of its shops, and say where it lies. The server is gone afterwards, the
slice stays. It needs PostgreSQL's server binaries, which are found where systems put them.`,
		Example: "  gyro demo\n  gyro demo --scale 0.1 --target /tmp/slice",
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if _, err := shop.Size(scale); err != nil {
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
	report, err := gyro.Slicer{
		Source:    postgres.DB{URL: url},
		Target:    directory,
		Importers: shop.Importers,
		Jobs:      shop.Jobs(),
		Progress:  shown.Event,
	}.Run(ctx)
	shown.Close()
	if err != nil {
		return err //nolint:wrapcheck // it says operation and place itself
	}
	c.printReport(report)
	return nil
}

func (c *cli) fill(ctx context.Context, url string, scale float64) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return &gyro.Error{Op: "connect to the demo's server", Err: err}
	}
	defer conn.Close(context.WithoutCancel(ctx))
	say := func(step string) { fmt.Fprintln(c.stderr, "  "+step) }
	if err := shop.FillSteps(ctx, conn, scale, say); err != nil {
		return &gyro.Error{Op: "fill the shop", Err: err}
	}
	return nil
}
