package progress_test

import (
	"context"
	"log"
	"os"
	"strings"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/csvdir"
	"github.com/gyrodata/gyro/export"
	"github.com/gyrodata/gyro/postgres"
	"github.com/gyrodata/gyro/progress"
)

// fixed writes to stdout, less the times, which are others each time.
type fixed struct{}

func (fixed) Write(p []byte) (int, error) {
	text, _, _ := strings.Cut(string(p), ",")
	_, err := os.Stdout.WriteString(text + "\n")
	return len(p), err
}

// A Progress shows the events of a run: "auto" draws bars on a terminal.
func ExampleNew() {
	shown, err := progress.New("plain", fixed{}, os.LookupEnv) // as a rule to os.Stderr
	if err != nil {
		log.Fatal(err)
	}
	_, err = export.Slice{
		Source:   postgres.DB{URL: shop()},
		Target:   csvdir.Dir{Path: temp()},
		Jobs:     []gyro.ImportJob{{Model: gyro.Table("tenants")}, {Model: gyro.Table("shops")}},
		Progress: shown.Event,
	}.Run(context.Background())
	shown.Close() // also where the run failed
	if err != nil {
		log.Fatal(err)
	}
	// Output:
	// 1/2 tenants: 2 rows
	// 2/2 shops: 3 rows
}
