package csvdir_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/csvdir"
	"github.com/gyrodata/gyro/export"
	"github.com/gyrodata/gyro/internal/pgtest"
	"github.com/gyrodata/gyro/postgres"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

// temp is a directory that is not there yet.
func temp() string { return filepath.Join(pgtest.ExampleDir(), "slice") }

// taken is the directory of a slice: tenant 1, its shops, their customers and orders.
func taken() string {
	dir := temp()
	_, err := export.Slice{
		Source: postgres.DB{URL: pgtest.Example(pgtest.Shop)}, Target: csvdir.Dir{Path: dir},
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
