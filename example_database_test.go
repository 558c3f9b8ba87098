package gyro_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/csvdir"
	"github.com/gyrodata/gyro/export"
	"github.com/gyrodata/gyro/internal/pgtest"
	"github.com/gyrodata/gyro/postgres"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

// shop is the URL of a database with the tables tenants, shops, customers and orders.
func shop() string { return pgtest.Example(pgtest.Shop) }

// empty is the URL of a database with the same tables, without rows.
func empty() string { return pgtest.Example(pgtest.ShopTables) }

// temp is a directory that is not there yet.
func temp() string { return filepath.Join(pgtest.ExampleDir(), "slice") }

// taken is the directory of a slice: tenant 1, its shops, their customers and orders.
func taken() string {
	dir := temp()
	_, err := export.Slice{
		Source: postgres.DB{URL: shop()}, Target: csvdir.Dir{Path: dir},
		Jobs: []gyro.ImportJob{
			{Model: gyro.Table("tenants"), Query: gyro.Where("id = 1")},
			{Model: gyro.Table("shops")},
			{Model: gyro.Table("customers")},
			{Model: gyro.Table("orders")},
		},
	}.Run(context.Background())
	if err != nil {
		panic(err)
	}
	return dir
}

// show prints what a query gives, a row a line.
func show(url, query string) {
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		panic(err)
	}
	defer conn.Close(ctx)
	rows, err := conn.Query(ctx, query)
	if err != nil {
		panic(err)
	}
	for rows.Next() {
		values, err := rows.Values()
		if err != nil {
			panic(err)
		}
		fmt.Println(values...)
	}
	if err := rows.Err(); err != nil {
		panic(err)
	}
}

// insert changes a database.
func insert(url, statement string) { show(url, statement) }
