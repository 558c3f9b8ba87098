package gyro_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/csvdir"
	"github.com/gyrodata/gyro/export"
	"github.com/gyrodata/gyro/load"
	"github.com/gyrodata/gyro/postgres"
)

// What is declared wrong is told whole, before a database is asked.
func ExampleRegistry_Validate() {
	registry := gyro.Registry{
		{Model: gyro.Table("shops"), Columns: gyro.Columns{"tenant": {Ref: gyro.Table("tenant")}}},
		{Model: gyro.Table("orders"), File: "../orders.csv"},
	}
	err := registry.Validate()
	var mistake *gyro.Mistake
	if errors.As(err, &mistake) { // the first; err has all of them
		fmt.Println(mistake.Place)
		fmt.Println(mistake.Problem)
		fmt.Println(mistake.Hint)
	}
	// Output:
	// importer orders
	// file name ../orders.csv leads out of the slice's directory
	// a plain name, such as orders.csv
}

// Samples: one customer a shop, and of each the latest two orders. References carry the choice on: no
// job repeats its parents' conditions.
func ExampleImportJob() {
	report, err := export.Slice{
		Source: postgres.DB{URL: shop()},
		Target: csvdir.Dir{Path: temp()},
		Jobs: []gyro.ImportJob{
			{Model: gyro.Table("tenants")},
			{Model: gyro.Table("shops")},
			{Model: gyro.Table("customers"), Limit: 1, Per: "shop"},
			{Model: gyro.Table("orders"), Limit: 2, Per: "customer", OrderBy: "id DESC"},
		},
	}.Run(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	for _, file := range report.Files {
		fmt.Println(file.File, file.Rows)
	}
	// Output:
	// tenants.csv 2
	// shops.csv 3
	// customers.csv 3
	// orders.csv 6
}

// Percent keeps each row with a probability, the same rows for the same Seed.
func ExampleImportJob_percent() {
	job := gyro.ImportJob{Model: gyro.Table("orders"), Percent: 40, Seed: 1}
	for range 2 {
		report, err := export.Slice{
			Source: postgres.DB{URL: shop()}, Target: csvdir.Dir{Path: temp()},
			Jobs: []gyro.ImportJob{{Model: gyro.Table("tenants")}, {Model: gyro.Table("shops")}, {Model: gyro.Table("customers")}, job},
		}.Run(context.Background())
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(report.Files[3].Rows, "of 20 orders")
	}
	// Output:
	// 8 of 20 orders
	// 8 of 20 orders
}

// The query of any builder, such as squirrel's: its error waits for the run.
func ExampleBuilt() {
	toSQL := func() (string, []any, error) { // the builder's
		return "SELECT id FROM orders WHERE status = $1", []any{"pending"}, nil
	}
	report, err := export.Slice{
		Source: postgres.DB{URL: shop()},
		Target: csvdir.Dir{Path: temp()},
		Jobs: []gyro.ImportJob{
			{Model: gyro.Table("tenants")},
			{Model: gyro.Table("shops")},
			{Model: gyro.Table("customers")},
			{Model: gyro.Table("orders"), Query: gyro.Built(toSQL())},
		},
	}.Run(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(report.Files[3].Rows, "orders")
	// Output: 4 orders
}

// A natural key knows a tenant by its subdomain: the one that is there is reused, under its own id, and the
// shops of the slice become its shops.
func ExampleNaturalKey() {
	target := empty()
	insert(target, "INSERT INTO tenants VALUES (77, 'Acme here', 'acme')")
	_, err := load.Slice{
		Source: csvdir.Dir{Path: taken()},
		Target: postgres.DB{URL: target},
		IDs:    gyro.Sequential(),
		Importers: gyro.Registry{
			{Model: gyro.Table("tenants"), IDs: gyro.NaturalKey("subdomain"), Conflict: gyro.Skip()},
		},
	}.Run(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	show(target, "SELECT t.id, t.name, s.name FROM tenants t JOIN shops s ON s.tenant_id = t.id ORDER BY s.name")
	// Output:
	// 77 Acme here Berlin
	// 77 Acme here Paris
}

// Fixed ids: tenant 1 becomes 10, and whatever refers to it follows.
func ExampleFixed() {
	target := empty()
	_, err := load.Slice{
		Source: csvdir.Dir{Path: taken()},
		Target: postgres.DB{URL: target},
		Importers: gyro.Registry{
			{Model: gyro.Table("tenants"), IDs: gyro.Fixed(map[int]int{1: 10})},
		},
	}.Run(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	show(target, "SELECT id, tenant_id, name FROM shops ORDER BY id")
	// Output:
	// 10 10 Berlin
	// 11 10 Paris
}

// Rows that are there already, by their key, are updated.
func ExampleUpdate() {
	target := empty()
	insert(target, "INSERT INTO tenants VALUES (1, 'an old name', 'acme')")
	report, err := load.Slice{
		Source:   csvdir.Dir{Path: taken()},
		Target:   postgres.DB{URL: target},
		Tables:   []gyro.Model{gyro.Table("tenants"), gyro.Table("shops")},
		Conflict: gyro.Update(),
	}.Run(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	for _, table := range report.Load.Tables {
		fmt.Println(table.Model, table.Inserted, "inserted,", table.Updated, "updated")
	}
	show(target, "SELECT name FROM tenants")
	// Output:
	// tenants 0 inserted, 1 updated
	// shops 2 inserted, 0 updated
	// Acme
}
