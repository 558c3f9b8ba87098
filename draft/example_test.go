package draft_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/gyrodata/gyro/csvdir"
	"github.com/gyrodata/gyro/draft"
	"github.com/gyrodata/gyro/export"
	"github.com/gyrodata/gyro/mask"
	"github.com/gyrodata/gyro/postgres"
	"github.com/gyrodata/gyro/schema"
)

// A first slice of a database that nobody has described.
func ExampleBrief_Draw() {
	slice := export.Slice{Source: postgres.DB{URL: shop()}, Target: csvdir.Dir{Path: filepath.Join(os.TempDir(), "slice-of-shop")}}
	d, err := draft.Brief{Slice: slice, Root: schema.NewName("", "tenants"), Where: "id = 1", Mask: mask.Named}.Draw(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	for _, job := range d.Jobs {
		fmt.Printf("%s, of %s\n", job.Table, d.Root.Table)
	}
	// Output:
	// tenants, of tenants
	// shops, of tenants
	// customers, of tenants
	// orders, of tenants
}
