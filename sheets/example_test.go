package sheets_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"
	"strings"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/csvdir"
	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/pgcsv"
	"github.com/gyrodata/gyro/postgres"
	"github.com/gyrodata/gyro/sheets"
)

// text is a file in memory; csvdir.File is one on disk.
func text(name, content string) driver.SheetFile {
	return driver.SheetFile{Name: name, Open: func(context.Context) (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader(content)), nil
	}}
}

// A CSV file that somebody else wrote: headers of their own, semicolons, and in place of a shop's id
// its name and its tenant's subdomain.
func ExampleLoad() {
	target := shop()
	report, err := sheets.Load{
		Files: []sheets.File{{Model: gyro.Table("customers"), From: text("new.csv",
			"E-Mail;Shop;Company\neve@example.com;Berlin;acme\nfay@example.com;Rome;umbrella\n")}},
		Target: postgres.DB{URL: target},
		Importers: gyro.Registry{{
			Model: gyro.Table("customers"),
			CSV:   gyro.CSV{Dialect: pgcsv.Dialect{Delimiter: ';'}},
			Columns: gyro.Columns{
				"email": {From: "E-Mail"},
				"shop":  {Ref: gyro.Table("shops"), By: gyro.By{"name": "Shop", "tenant.subdomain": "Company"}},
			},
		}, {Model: gyro.Table("shops")}},
	}.Run(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(report.Load.Tables[0].Inserted, "customers")
	show(target, "SELECT id, shop_id, email FROM customers WHERE id > 200 ORDER BY id")
	// Output:
	// 2 customers
	// 201 10 eve@example.com
	// 202 20 fay@example.com
}

// Rows that break rules are all found, and nothing is loaded.
func ExampleLoad_validation() {
	report, err := sheets.Load{
		Files: []sheets.File{{Model: gyro.Table("orders"), From: text("orders.csv",
			"customer_id,status,total\n100,paid,12.50\n101,paid,a lot\n999,paid,1\n110,,3\n")}},
		Target: postgres.DB{URL: shop()},
		Importers: gyro.Registry{
			{Model: gyro.Table("orders"), Columns: gyro.Columns{
				"customer": {Ref: gyro.Table("customers"), By: gyro.By{"id": "customer_id"}},
			}},
			{Model: gyro.Table("customers")},
		},
	}.Run(context.Background())
	if !errors.Is(err, gyro.ErrInvalid) {
		log.Fatal(err)
	}
	for _, file := range report.Load.Validation.Files {
		fmt.Println(file.File, file.Bad, "of", file.Rows, "rows")
		for _, rule := range file.Rules {
			fmt.Println(rule.Column, rule.Rule, "line", rule.First[0].Line)
		}
	}
	// Output:
	// orders.csv 3 of 4 rows
	// total invalid-value line 3
	// customer_id unknown-reference line 4
	// status required line 5
}

// With a place for rejects the good rows go in, and the bad ones stay behind with their reasons.
func ExampleLoad_rejects() {
	dir := folder("tenants.csv", "name,subdomain\nHooli,hooli\n,nameless\n")
	rejects := filepath.Join(dir, "rejects.csv")
	report, err := sheets.Load{
		Files:  []sheets.File{{Model: gyro.Table("tenants"), From: csvdir.File(filepath.Join(dir, "tenants.csv"), rejects)}},
		Target: postgres.DB{URL: shop()},
	}.Run(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(report.Load.Tables[0].Inserted, "loaded,", report.Load.Tables[0].Rejected, "rejected")
	bad, err := os.ReadFile(rejects)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print(string(bad))
	// Output:
	// 1 loaded, 1 rejected
	// reason,name,subdomain
	// name: name may not be NULL,,nameless
}
