package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

const itemsQuery = "SELECT * FROM items ORDER BY id"

// export measures the full export of orders_orderitem, as a table that refers to nothing, beside psql's \copy of the same rows
// in the same order: both to a file, psql without and with a flush to disk, which Gyro does;
// Gyro without progress, and with bars on a terminal.
func (b *bench) export(ctx context.Context) error {
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
	config := filepath.Join(b.dir, "gyro.yaml")
	if err := os.WriteFile(config, []byte("jobs: [items]\n"), 0o600); err != nil {
		return err
	}
	alone := `CREATE TABLE items (LIKE orders_orderitem INCLUDING ALL)`
	for _, sql := range []string{alone, "INSERT INTO items SELECT * FROM orders_orderitem ORDER BY id", "VACUUM (FREEZE, ANALYZE) items", "CHECKPOINT"} {
		if _, err := measure(exec.CommandContext(ctx, psql, "-X", "-q", "-d", url, "-c", sql)); err != nil {
			return err
		}
	}
	file, slice := filepath.Join(b.dir, "psql.csv"), filepath.Join(b.dir, "slice")
	gyro := func(progress string) *exec.Cmd {
		return exec.CommandContext(ctx, b.gyro, "export", "-c", config, "--source", url, "--target", slice, "--progress", progress)
	}
	copyCommand := `\copy (` + itemsQuery + `) TO '` + file + `' (FORMAT csv, HEADER)`
	runs := []run{
		{`psql \copy`, func() *exec.Cmd { return exec.CommandContext(ctx, psql, "-X", "-q", "-d", url, "-c", copyCommand) }},
		{`psql \copy, file flushed`, func() *exec.Cmd {
			return exec.CommandContext(ctx, "sh", "-c", `"$0" -X -q -d "$1" -c "$2" && sync "$3"`, psql, url, copyCommand, file)
		}},
		{"gyro export", func() *exec.Cmd { return gyro("none") }},
		{"gyro export, bars", func() *exec.Cmd {
			return exec.CommandContext(ctx, "script", "-q", "-e", "-c", "'"+strings.Join(gyro("auto").Args, "' '")+"'", os.DevNull)
		}},
	}
	for _, r := range runs {
		if b.other(r.cmd()) != nil {
			runs = append(runs, run{r.name + ", other", func() *exec.Cmd { return b.other(r.cmd()) }})
		}
	}
	taken, err := b.interleaved(runs, slice)
	if err != nil {
		return err
	}
	one, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	two, err := os.ReadFile(filepath.Join(slice, "items.csv"))
	if err != nil {
		return err
	}
	if !bytes.Equal(one, two) {
		return fmt.Errorf("the files differ: %d and %d bytes", len(one), len(two))
	}
	fmt.Printf("orders_orderitem, %d bytes, the same for all; medians of %d\n\n", len(one), b.rounds)
	base := median(taken[0]).wall
	for i, r := range runs {
		m := median(taken[i])
		fmt.Printf("%-26s %8.2f s  %6.2f s CPU of the client  %6.1f MB/s  time / psql's %.2f\n",
			r.name, m.wall.Seconds(), m.cpu.Seconds(), float64(len(one))/1e6/m.wall.Seconds(), float64(m.wall)/float64(base))
	}
	return nil
}

// memory measures the peak of a full export of all six tables at two scales.
func (b *bench) memory(ctx context.Context) error {
	config := filepath.Join(b.dir, "all.yaml")
	text := "jobs: [accounts_tenant, accounts_shop, accounts_customer, products_product, orders_order, orders_orderitem]\n"
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		return err
	}
	for _, scale := range []float64{1, 30} {
		peaks, err := b.peaks(ctx, scale, config)
		if err != nil {
			return err
		}
		m := median(peaks)
		fmt.Printf("scale %4g: peak memory of gyro export %.1f MB, %.2f s\n", scale, float64(m.peak)/1024, m.wall.Round(time.Millisecond).Seconds())
	}
	return nil
}

func (b *bench) peaks(ctx context.Context, scale float64, config string) ([]usage, error) {
	server, err := b.shop(ctx, scale)
	if err != nil {
		return nil, err
	}
	defer server.Stop() //nolint:errcheck // throwaway
	var all []usage
	slice := filepath.Join(b.dir, "memory")
	for range b.rounds {
		if err := os.RemoveAll(slice); err != nil {
			return nil, err
		}
		u, err := measure(exec.CommandContext(ctx, b.gyro, "export", "-c", config, "--source", server.URL("postgres"), "--target", slice, "--progress", "none"))
		if err != nil {
			return nil, err
		}
		all = append(all, u)
	}
	return all, nil
}
