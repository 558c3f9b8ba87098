package progress_test

import (
	"context"
	"fmt"
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

// In a Go kernel that displays HTML, the bars stand in one output of the cell. display stands for what the kernel has for that;
// with GoNB:
//
//	id := gonbui.UniqueID()
//	display := func(html string) { gonbui.UpdateHTML(id, html) }
func ExampleNotebook() {
	cell := ""
	display := func(html string) { cell = html }

	shown := progress.Notebook{Show: display}
	slice := export.Slice{
		Source:   postgres.DB{URL: shop()},
		Target:   csvdir.Dir{Path: temp()},
		Jobs:     []gyro.ImportJob{{Model: gyro.Table("tenants")}, {Model: gyro.Table("shops")}},
		Progress: shown.Event,
	}
	plan, err := slice.Plan(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	table := progress.PlanHTML(plan) // a value that gophernotes displays; of GoNB: gonbui.DisplayHTML(table.HTML())
	report, err := slice.Run(context.Background())
	shown.Close() // also where the run failed
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(strings.Count(cell, "100%</td>"), "bars are full")
	fmt.Println(strings.Contains(table.HTML(), "whole table"), strings.Contains(progress.ReportHTML(report).HTML(), "<td style=\"text-align:left\">shops.csv</td>"))
	// Output:
	// 2 bars are full
	// true true
}
