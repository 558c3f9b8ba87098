package queries_test

import (
	"context"
	"fmt"
	"log"

	"github.com/Masterminds/squirrel"
	"github.com/doug-martin/goqu/v9"
	_ "github.com/doug-martin/goqu/v9/dialect/postgres" // for $1 in place of ?

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/csvdir"
	"github.com/gyrodata/gyro/examples/queries/shopsql"
	"github.com/gyrodata/gyro/export"
	"github.com/gyrodata/gyro/postgres"
)

var (
	tenants   = gyro.Table("tenants")
	shops     = gyro.Table("shops")
	customers = gyro.Table("customers")
	orders    = gyro.Table("orders")
)

// squirrel writes $1 when told to; values stand apart from the text, and ToSql's three results go in as they are.
func Example_squirrel() {
	psql := squirrel.StatementBuilder.PlaceholderFormat(squirrel.Dollar)
	acme := psql.Select("id").From("tenants").Where(squirrel.Eq{"subdomain": "acme"})
	inCities := psql.Select("id").From("shops").Where(squirrel.Eq{"name": []string{"Berlin", "Rome"}})
	take(
		gyro.ImportJob{Model: tenants, Query: gyro.Built(acme.ToSql())},
		gyro.ImportJob{Model: shops, Query: gyro.Built(inCities.ToSql())}, // of these, Acme's
	)
	// Output:
	// tenants.csv 1
	// shops.csv 1
}

// goqu pastes values into its text unless Prepared is said, and writes ? unless it is told the dialect.
func Example_goqu() {
	db := goqu.Dialect("postgres")
	acme := db.From("tenants").Prepared(true).Select("id").Where(goqu.C("subdomain").Eq("acme"))
	dearest := db.From("orders").Prepared(true).Select("id").Where(goqu.C("status").In("paid", "pending"), goqu.C("total").Gte(20)).Order(goqu.C("total").Desc())
	take(
		gyro.ImportJob{Model: tenants, Query: gyro.Built(acme.ToSQL())},
		gyro.ImportJob{Model: shops},
		gyro.ImportJob{Model: customers},
		gyro.ImportJob{Model: orders, Query: gyro.Built(dearest.ToSQL())},
	)
	// Output:
	// tenants.csv 1
	// shops.csv 2
	// customers.csv 3
	// orders.csv 12
}

// sqlc writes the text of each query as a constant, which emit_exported_queries exports; arguments are given in the order of $1, $2.
func Example_sqlc() {
	take(
		gyro.ImportJob{Model: tenants, Query: gyro.SQL(shopsql.TenantBySubdomain, "acme")},
		gyro.ImportJob{Model: shops},
		gyro.ImportJob{Model: customers},
		gyro.ImportJob{Model: orders, Query: gyro.SQL(shopsql.OrdersInState, []string{"pending"}, "20.00")},
	)
	// Output:
	// tenants.csv 1
	// shops.csv 2
	// customers.csv 3
	// orders.csv 3
}

// take exports a slice, and says how many rows each file has.
func take(jobs ...gyro.ImportJob) {
	report, err := export.Slice{Source: postgres.DB{URL: shop()}, Target: csvdir.Dir{Path: temp()}, Jobs: jobs}.Run(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	for _, file := range report.Files {
		fmt.Println(file.File, file.Rows)
	}
}
