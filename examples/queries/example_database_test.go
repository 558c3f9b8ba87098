package queries_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/gyrodata/gyro/internal/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

// shop is the URL of a database with the tables tenants, shops, customers and orders.
func shop() string { return pgtest.Example(pgtest.Shop) }

// temp is a directory that is not there yet.
func temp() string { return filepath.Join(pgtest.ExampleDir(), "slice") }
