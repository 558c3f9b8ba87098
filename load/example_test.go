package load_test

import (
	"context"
	"fmt"
	"log"
	"os"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/csvdir"
	"github.com/gyrodata/gyro/load"
	"github.com/gyrodata/gyro/postgres"
)

// A slice goes into a database that has rows of its own: its rows get new ids, and refer to each
// other as before.
func ExampleSlice() {
	target := empty()
	insert(target, "INSERT INTO tenants (name, subdomain) VALUES ('Initech', 'initech')") // was there before
	report, err := load.Slice{
		Source: csvdir.Dir{Path: taken()},
		Target: postgres.DB{URL: target},
		IDs:    gyro.Sequential(),
	}.Run(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	for _, table := range report.Load.Tables {
		fmt.Println(table.Model, table.Inserted)
	}
	show(target, "SELECT t.id, t.name, s.name FROM tenants t LEFT JOIN shops s ON s.tenant_id = t.id ORDER BY t.id, s.name")
	// Output:
	// tenants 1
	// shops 2
	// customers 3
	// orders 15
	// 1 Initech <nil>
	// 2 Acme Berlin
	// 2 Acme Paris
}

// A load that leaves a record can be taken back: the rows that it inserted are deleted, and no others.
func ExampleUndo() {
	target := empty()
	record := csvdir.Dir{Path: temp()}
	_, err := load.Slice{
		Source: csvdir.Dir{Path: taken()},
		Target: postgres.DB{URL: target},
		Record: record,
	}.Run(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	insert(target, "INSERT INTO tenants VALUES (5, 'Hooli', 'hooli')")
	report, err := load.Undo(context.Background(), record, postgres.DB{URL: target})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(report.Rows, "rows were deleted")
	show(target, "SELECT id, name FROM tenants")
	// Output:
	// 21 rows were deleted
	// 5 Hooli
}

// A dry run does all that a load does, and rolls it back. Progress tells its stages.
func ExampleSlice_dryRun() {
	report, err := load.Slice{
		Source: csvdir.Dir{Path: taken()},
		Target: postgres.DB{URL: empty()},
		DryRun: true,
		Progress: func(e gyro.Event) {
			if e.Type == gyro.Staged && e.Stage == gyro.Verifying {
				fmt.Fprintln(os.Stdout, "the slice is proved")
			}
		},
	}.Run(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(report.Rows, "rows would be loaded")
	// Output:
	// the slice is proved
	// 21 rows would be loaded
}
