package postgres_test

import (
	"testing"

	"github.com/gyrodata/gyro/driver/drivertest"
	"github.com/gyrodata/gyro/internal/pgtest"
	"github.com/gyrodata/gyro/postgres"
)

// base is a fresh database for the suite.
func base(t *testing.T) drivertest.Base {
	url := pgtest.DB(t)
	db := postgres.DB{URL: url}
	return drivertest.Base{
		Database: db, Loader: db,
		Exec:  func(t *testing.T, sql string) { pgtest.Exec(t, url, sql) },
		Query: func(t *testing.T, query string) []byte { return pgtest.Copy(t, url, query) },
	}
}

// PostgreSQL keeps the contracts of a database.
func TestDatabase(t *testing.T) {
	t.Parallel()
	drivertest.TestDatabase(t, base)
}

// PostgreSQL keeps the contracts of a loader.
func TestLoader(t *testing.T) {
	t.Parallel()
	drivertest.TestLoader(t, base)
}
