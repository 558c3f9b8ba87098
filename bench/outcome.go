package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/gyrodata/gyro/pgcsv"
)

// tables are those of the shop, parents first.
var tables = []string{
	"accounts_tenant", "accounts_shop", "accounts_customer", "products_product", "orders_order", "orders_orderitem",
}

// files compares CSV files: their rows in any order.
func files(names ...string) func(context.Context, string) (outcome, error) {
	return func(_ context.Context, dir string) (outcome, error) {
		var all outcome
		for _, name := range names {
			rows, sum, err := csvRows(filepath.Join(dir, name+".csv"))
			if err != nil {
				return all, err
			}
			all.rows += rows
			all.content += fmt.Sprintf("%s %d %x\n", name, rows, sum)
		}
		return all, nil
	}
}

// csvRows counts the rows of a file, and adds up a hash of each.
func csvRows(path string) (rows int64, sum uint64, err error) {
	file, err := os.Open(path)
	if err != nil {
		return 0, 0, err
	}
	defer file.Close() //nolint:errcheck // it was only read
	reader, record := pgcsv.NewReader(file), []byte(nil)
	for {
		row, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return rows, sum, nil
		}
		if err != nil {
			return rows, sum, err
		}
		record = pgcsv.AppendRecord(record[:0], row)
		sum += maphash.Bytes(rowSeed, record)
		rows++
	}
}

var rowSeed = maphash.MakeSeed()

// dumped counts the rows of a dump in PostgreSQL's text format: each in a line, behind them one of \. alone.
func dumped(_ context.Context, dir string) (all outcome, err error) {
	err = filepath.WalkDir(dir, func(path string, _ os.DirEntry, err error) error {
		if err != nil || !strings.Contains(path, ".dat") || filepath.Base(path) == "toc.dat" {
			return err
		}
		file, err := os.Open(path)
		if err != nil {
			return err
		}
		defer file.Close() //nolint:errcheck // it was only read
		var r io.Reader = file
		if strings.HasSuffix(path, ".gz") {
			if r, err = gzip.NewReader(file); err != nil {
				return err
			}
		}
		lines := bufio.NewScanner(r)
		lines.Buffer(nil, 1<<24)
		for lines.Scan() && !bytes.Equal(lines.Bytes(), []byte(`\.`)) {
			all.rows++
		}
		return lines.Err()
	})
	return all, err
}

// sampled counts the rows of COPY in a script for psql.
func sampled(_ context.Context, dir string) (all outcome, err error) {
	file, err := os.Open(filepath.Join(dir, "sample.sql"))
	if err != nil {
		return all, err
	}
	defer file.Close() //nolint:errcheck // it was only read
	lines, inside := bufio.NewScanner(file), false
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		switch {
		case inside && lines.Text() == `\.`:
			inside = false
		case inside:
			all.rows++
		default:
			inside = strings.HasPrefix(lines.Text(), "COPY ") && strings.Contains(strings.ToUpper(lines.Text()), "FROM STDIN")
		}
	}
	return all, lines.Err()
}

// loaded compares what the tables of a database have more than before: the rows, less their ids, which may be new.
func (b *bench) loaded(before string) func(context.Context, string) (outcome, error) {
	return func(ctx context.Context, _ string) (outcome, error) {
		old := map[string]outcome{}
		if before != "" {
			var err error
			if old, err = b.contents(ctx, before); err != nil {
				return outcome{}, err
			}
		}
		now, err := b.contents(ctx, target)
		var all outcome
		for _, table := range tables {
			all.rows += now[table].rows - old[table].rows
			if before == "" {
				all.content += table + " " + now[table].content + "\n"
			}
		}
		return all, err
	}
}

// contents are the rows of each table: how many, and a hash of them without their ids.
func (b *bench) contents(ctx context.Context, database string) (map[string]outcome, error) {
	conn, err := pgx.Connect(ctx, b.server.URL(database))
	if err != nil {
		return nil, err
	}
	defer conn.Close(ctx)
	all := map[string]outcome{}
	for _, table := range tables {
		const text = `(to_jsonb(t) - ARRAY['id', 'tenant_id', 'shop_id', 'customer_id', 'product_id', 'order_id'])::text`
		var o outcome
		if err := conn.QueryRow(ctx, "SELECT count(*), coalesce(sum(hashtextextended("+text+", 0)), 0)::text FROM "+table+" AS t").Scan(&o.rows, &o.content); err != nil {
			return nil, err
		}
		all[table] = o
	}
	return all, nil
}
