// Package slicetest holds the slices that Gyro takes against two judges that share no code
// with it: a slow and obvious model of what a slice is (model_test.go), and PostgreSQL
// itself, into which each slice must load with every key and constraint of the source
// (restore_test.go). Schemas, data, jobs and policies are random (world_test.go), references
// that are only declared and polymorphic ones among them, and what grown databases have: tenants and trees within them
// (tenant_test.go), keys between columns of different types (value_test.go) and collations (collation_test.go), ids
// from wherever databases take them (idsource_test.go), values of unique keys that change places (unique_test.go),
// partitions and tables that inherit (parts_test.go). Loads are held against a model as well (loadmodel_test.go).
//
// Databases of the patterns that other people's programs make, some of more than a hundred tables, are
// held against rows that are known (filling_test.go) and against what rows say without their ids
// (description_test.go).
//
// Configurations that are drafted of random worlds, of such applications, and of kinds of schemas have to run as they
// stand (draft_test.go, draft_schema_test.go).
//
// A hundred worlds by default, ten thousand where GYRO_LONG is set, or as many as
// -rapid.checks says. A world that failed is kept in testdata/rapid and tried first.
package slicetest

import (
	"flag"
	"os"
	"strconv"
	"testing"

	"github.com/gyrodata/gyro/internal/pgtest"
)

// halves is how many tests share the worlds, to be run side by side.
const halves = 2

func TestMain(m *testing.M) {
	flag.Parse()
	worlds, given := 100, false
	if os.Getenv("GYRO_LONG") != "" {
		worlds = 10_000
	}
	flag.Visit(func(f *flag.Flag) { given = given || f.Name == "rapid.checks" })
	if !given {
		if err := flag.Set("rapid.checks", strconv.Itoa(worlds/halves)); err != nil {
			panic(err)
		}
	}
	os.Exit(pgtest.Main(m))
}
