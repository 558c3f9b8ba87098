package guess_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"strings"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/guess"
	"github.com/gyrodata/gyro/postgres"
	"github.com/gyrodata/gyro/sheets"
)

// A first importer for a CSV file, by its headers, its rows and the target's tables.
func ExampleImporters() {
	ctx := context.Background()
	target, err := postgres.DB{URL: shop()}.OpenTarget(ctx)
	if err != nil {
		log.Fatal(err)
	}
	catalog, err := target.Catalog(ctx)
	if err != nil {
		log.Fatal(err)
	}
	if err := target.Close(); err != nil {
		log.Fatal(err)
	}
	file := driver.SheetFile{Name: "new.csv", Open: func(context.Context) (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader("E-Mail;Shop Name;Tenant Subdomain\neve@example.com;Berlin;acme\n")), nil
	}}
	guesses, err := guess.Importers(ctx, []sheets.File{{Model: gyro.Table("customers"), From: file}}, catalog, nil)
	if err != nil {
		log.Fatal(err)
	}
	for _, column := range guesses[0].Columns { // email is E-Mail without being told
		fmt.Println(column.Key, "by", column.Column.By)
	}
	// Output:
	// shop by map[name:Shop Name tenant.subdomain:Tenant Subdomain]
}
