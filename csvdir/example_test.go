package csvdir_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/gyrodata/gyro/csvdir"
)

// A slice is proved from its files alone: with no database, and against whoever changed them.
func ExampleVerify() {
	dir := taken()
	proof, err := csvdir.Verify(context.Background(), dir, csvdir.VerifyOptions{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("proved:", proof.Proved())

	// A hand takes the customers away.
	if err := os.WriteFile(filepath.Join(dir, "customers.csv"), []byte("id,shop_id,email\n"), 0o600); err != nil {
		log.Fatal(err)
	}
	proof, err = csvdir.Verify(context.Background(), dir, csvdir.VerifyOptions{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("proved:", proof.Proved())
	fmt.Println(proof.Problems[0])
	// Output:
	// proved: true
	// proved: false
	// customers.csv: 17 bytes, the manifest says 87
}

// A fence: no row of the slice belongs to another tenant.
func ExampleFence() {
	leaks, err := csvdir.Fence(context.Background(), taken(), "tenants", []string{"1"}, csvdir.VerifyOptions{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("only tenant 1:", leaks.None())
	// Output: only tenant 1: true
}

// Why is order 1003 in the slice?
func ExampleWhy() {
	steps, err := csvdir.Why(context.Background(), taken(), "orders", []string{"1003"})
	if err != nil {
		log.Fatal(err)
	}
	for _, step := range steps {
		fmt.Println(step.Table, "row", step.Row, step.Via)
	}
	// Output:
	// orders row 3 orders_customer_id_fkey
	// customers row 1 customers_shop_id_fkey
	// shops row 1 shops_tenant_id_fkey
	// tenants row 1
}
