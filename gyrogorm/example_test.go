package gyrogorm_test

import (
	"context"
	"fmt"
	"log"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/csvdir"
	"github.com/gyrodata/gyro/export"
	"github.com/gyrodata/gyro/gyrogorm"
	"github.com/gyrodata/gyro/postgres"
)

// Tenant and Shop are structs as GORM wants them.
type Tenant struct {
	ID        int64
	Name      string
	Subdomain string
}

// Shop belongs to a Tenant.
type Shop struct {
	ID       int64
	TenantID int64
	Tenant   *Tenant
	Name     string
}

// The query of an ORM says which rows are wanted, and its structs which references there are.
func ExampleQuery() {
	tenants, shops := gyrogorm.Model[Tenant](), gyrogorm.Model[Shop]()
	acme := gyrogorm.Select[Tenant]().Where("subdomain = ?", "acme")
	shopsOfAcme := gyrogorm.Select[Shop]().Where("tenant_id IN (?)", gyrogorm.Keys(acme)).Limit(1)
	report, err := export.Slice{
		Source: postgres.DB{URL: shop()},
		Target: csvdir.Dir{Path: temp()},
		Importers: gyro.Registry{
			{Model: tenants},
			{Model: shops, Columns: gyro.Columns{"tenant": {Ref: tenants}}}, // checked against the struct
		},
		Jobs: []gyro.ImportJob{
			{Model: tenants, Query: gyrogorm.Query(acme)},
			{Model: shops, Query: gyrogorm.Query(shopsOfAcme)},
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
	// shops.csv 1
}
