package sheets_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/gyrodata/gyro/internal/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

// shop is the URL of a database with the tables tenants, shops, customers and orders.
func shop() string { return pgtest.Example(pgtest.Shop) }

// folder is a directory with one file.
func folder(name, content string) string {
	dir := pgtest.ExampleDir()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
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
