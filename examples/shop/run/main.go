// Command run fills a database with the shop, or takes the example's slice of it:
//
//	go run ./examples/shop/run fill URL [SCALE]
//	go run ./examples/shop/run slice URL DIRECTORY
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strconv"

	"github.com/jackc/pgx/v5"

	"github.com/gyrodata/gyro/csvdir"
	"github.com/gyrodata/gyro/examples/shop"
	"github.com/gyrodata/gyro/examples/shop/shopdb"
	"github.com/gyrodata/gyro/export"
	"github.com/gyrodata/gyro/postgres"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1) //nolint:gocritic // nothing is left to be undone
	}
}

func run(ctx context.Context, args []string) error {
	switch {
	case len(args) >= 2 && len(args) <= 3 && args[0] == "fill":
		scale := 1.0
		if len(args) == 3 {
			var err error
			if scale, err = strconv.ParseFloat(args[2], 64); err != nil {
				return errors.New("the scale is no number: 1 is 100,000 orders")
			}
		}
		return fill(ctx, args[1], scale)
	case len(args) == 3 && args[0] == "slice":
		_, err := export.Slice{
			Source: postgres.DB{URL: args[1]}, Target: csvdir.Dir{Path: args[2]}, Importers: shop.Importers, Jobs: shop.Queries(),
		}.Run(ctx)
		return err //nolint:wrapcheck // it says operation and place itself
	}
	return errors.New("usage: run fill URL [SCALE], or run slice URL DIRECTORY")
}

func fill(ctx context.Context, url string, scale float64) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	return shopdb.Fill(ctx, conn, scale) //nolint:wrapcheck // it says what it did
}
