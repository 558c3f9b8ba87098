package export_test

import (
	"context"
	"fmt"
	"log"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/csvdir"
	"github.com/gyrodata/gyro/export"
	"github.com/gyrodata/gyro/postgres"
)

// A first slice: one tenant, all of its shops, and their customers. The foreign keys say which rows
// belong to it.
func ExampleSlice() {
	report, err := export.Slice{
		Source: postgres.DB{URL: shop()}, // postgres://user@host/database
		Target: csvdir.Dir{Path: temp()}, // a directory that is to be made
		Jobs: []gyro.ImportJob{
			{Model: gyro.Table("tenants"), Query: gyro.Where("id = $1", 1)},
			{Model: gyro.Table("shops")},
			{Model: gyro.Table("customers")},
		},
	}.Run(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	for _, file := range report.Files {
		fmt.Println(file.File, file.Rows)
	}
	// Output:
	// tenants.csv 1
	// shops.csv 2
	// customers.csv 3
}

// A plan says what a run would do, and what becomes of each reference; no row is read.
func ExampleSlice_Plan() {
	plan, err := export.Slice{
		Source: postgres.DB{URL: shop()},
		Target: csvdir.Dir{Path: temp()},
		Jobs: []gyro.ImportJob{
			{Model: gyro.Table("shops"), Query: gyro.Where("name = $1", "Berlin")},
			{Model: gyro.Table("customers")},
		},
		Importers: gyro.Registry{
			{Model: gyro.Table("tenants")},
			{Model: gyro.Table("shops"), Columns: gyro.Columns{"tenant": {Ref: gyro.Table("tenants"), Missing: gyro.Include}}},
			{Model: gyro.Table("customers")},
		},
	}.Plan(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	for _, job := range plan.Jobs {
		fmt.Println(job.File, job.References)
	}
	// Output:
	// tenants.csv []
	// shops.csv [tenant_id -> tenants: include]
	// customers.csv [shop_id -> shops: restrict]
}

// Progress is told of each file, ten times a second at most. Package progress shows it.
func ExampleSlice_progress() {
	_, err := export.Slice{
		Source: postgres.DB{URL: shop()},
		Target: csvdir.Dir{Path: temp()},
		Jobs:   []gyro.ImportJob{{Model: gyro.Table("tenants")}, {Model: gyro.Table("shops")}},
		Progress: func(e gyro.Event) {
			if e.Type == gyro.Finished {
				fmt.Printf("%d/%d %s: %d rows\n", e.Job+1, e.Jobs, e.File, e.Rows)
			}
		},
	}.Run(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	// Output:
	// 1/2 tenants.csv: 2 rows
	// 2/2 shops.csv: 3 rows
}
