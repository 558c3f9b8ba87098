package gyrobun_test

import (
	"context"
	"fmt"
	"log"

	"github.com/uptrace/bun"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/csvdir"
	"github.com/gyrodata/gyro/export"
	"github.com/gyrodata/gyro/gyrobun"
	"github.com/gyrodata/gyro/postgres"
)

// Tenant and Shop are structs as bun wants them.
type Tenant struct {
	bun.BaseModel `bun:"table:tenants"`
	ID            int64 `bun:",pk"`
	Name          string
	Subdomain     string
}

// Shop belongs to a Tenant.
type Shop struct {
	bun.BaseModel `bun:"table:shops"`
	ID            int64 `bun:",pk"`
	TenantID      int64
	Tenant        *Tenant `bun:"rel:belongs-to"`
	Name          string
}

// The query of an ORM says which rows are wanted, and its structs which references there are.
func ExampleQuery() {
	tenants, shops := gyrobun.Model[Tenant](), gyrobun.Model[Shop]()
	acme := gyrobun.Select[Tenant]().Where("subdomain = ?", "acme")
	report, err := export.Slice{
		Source: postgres.DB{URL: shop()},
		Target: csvdir.Dir{Path: temp()},
		Importers: gyro.Registry{
			{Model: tenants},
			{Model: shops, Columns: gyro.Columns{"tenant": {Ref: tenants}}}, // checked against the struct
		},
		Jobs: []gyro.ImportJob{
			{Model: tenants, Query: gyrobun.Query(acme)},
			{Model: shops},
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
}
