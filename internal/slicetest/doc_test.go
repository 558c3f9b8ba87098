// Package slicetest holds the slices that Gyro takes against two judges that share no code
// with it: a slow and obvious model of what a slice is (model_test.go), and PostgreSQL
// itself, into which each slice must load with every key and constraint of the source
// (restore_test.go). Schemas, data, jobs and policies are random (world_test.go).
package slicetest

import (
	"os"
	"testing"

	"github.com/gyrodata/gyro/internal/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }
