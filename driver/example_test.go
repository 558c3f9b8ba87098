package driver_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/export"
	"github.com/gyrodata/gyro/postgres"
)

// memory is a Store that keeps the files of one slice. It is never asked for the slice again; a store
// that is to be loaded from gives one, and passes drivertest.TestStore.
type memory struct {
	files    map[string]*bytes.Buffer
	manifest driver.Manifest
}

func (m *memory) Slice(context.Context) (driver.Slice, error) {
	return nil, &gyro.Error{Op: "open", Place: "memory", Err: errors.New("it is only written to")}
}

func (m *memory) Check(context.Context, []string) error { return nil }

func (m *memory) Begin(context.Context, []string) (driver.SliceWriter, error) {
	m.files = map[string]*bytes.Buffer{}
	return m, nil
}

func (m *memory) Create(_ context.Context, file string) (io.WriteCloser, error) {
	m.files[file] = &bytes.Buffer{}
	return closer{m.files[file]}, nil
}

func (m *memory) Commit(_ context.Context, manifest driver.Manifest) error {
	m.manifest = manifest
	return nil
}

func (m *memory) Abort() error { return nil }

func (m *memory) Place() string { return "memory" }

type closer struct{ io.Writer }

func (closer) Close() error { return nil }

// An endpoint of one's own: a slice goes where a program wants it.
func ExampleStore() {
	target := &memory{}
	_, err := export.Slice{
		Source: postgres.DB{URL: shop()},
		Target: target,
		Jobs:   []gyro.ImportJob{{Model: gyro.Table("tenants")}},
	}.Run(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print(target.files["tenants.csv"])
	fmt.Println(target.manifest.Files[0].Rows, "rows in", target.manifest.Files[0].File)
	// Output:
	// id,name,subdomain
	// 1,Acme,acme
	// 2,Umbrella,umbrella
	// 2 rows in tenants.csv
}
