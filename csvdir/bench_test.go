package csvdir_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"

	"github.com/gyrodata/gyro/csvdir"
)

// large is a slice of one tenant: n orders of n/6 customers, three items each, whose key is a
// number or, where texts, a uuid. GYRO_BENCH_ORDERS sets n.
func large(b *testing.B, texts bool) (dir string, size int64) {
	n := 100_000
	if text := os.Getenv("GYRO_BENCH_ORDERS"); text != "" {
		n, _ = strconv.Atoi(text)
	}
	kind, id := "bigint", strconv.Itoa
	if texts {
		kind, id = "uuid", func(i int) string {
			return fmt.Sprintf("%08x-7b1c-4ef8-bb6d-%012x", uint32(i)*2654435761, i) // in no order
		}
	}
	r := rand.New(rand.NewPCG(1, 2))
	table := func(header string, rows int, row func(i int) string) string {
		var text bytes.Buffer
		text.WriteString(header + "\n")
		for i := range rows {
			text.WriteString(row(i))
		}
		size += int64(text.Len())
		return text.String()
	}
	columns := func(names ...string) string {
		text := "id " + kind
		for _, name := range names {
			text += ", " + name + " " + kind
		}
		return text
	}
	customers := table("id,tenant_id", n/6, func(i int) string { return id(i) + "," + id(1) + "\n" })
	orders := table("id,tenant_id,customer_id,note", n, func(i int) string {
		return id(i) + "," + id(1) + "," + id(r.IntN(n/6)) + ",2024-05-06 07:08:09.123456+00\n"
	})
	items := table("id,tenant_id,order_id,product_id,quantity", 3*n, func(i int) string {
		return id(i) + "," + id(1) + "," + id(i/3) + "," + id(r.IntN(n/6)) + ",2\n"
	})
	return makeSlice(
		b,
		made("tenant", columns(), "id\n"+id(1)+"\n").job(1, true, false),
		made("customer", columns("tenant_id"), customers).to("tenant_id -> tenant.id"),
		made("orders", columns("tenant_id", "customer_id")+", note text", orders).to("tenant_id -> tenant.id").to("customer_id -> customer.id"),
		made("item", columns("tenant_id", "order_id", "product_id")+", quantity integer", items).
			to("tenant_id -> tenant.id").to("order_id -> orders.id").to("product_id -> customer.id"),
	), size
}

func BenchmarkVerify(b *testing.B) {
	for _, keys := range []string{"bigint", "uuid"} {
		b.Run(keys, func(b *testing.B) {
			dir, size := large(b, keys == "uuid")
			b.SetBytes(size)
			for b.Loop() {
				if v, err := csvdir.Verify(b.Context(), dir, csvdir.VerifyOptions{}); err != nil || !v.Proved() {
					b.Fatal(v, err)
				}
			}
		})
	}
}

// BenchmarkPlanted is BenchmarkVerify with 500 values that are looked for.
func BenchmarkPlanted(b *testing.B) {
	var values []string
	for i := range 500 {
		values = append(values, fmt.Sprintf("planted.person%d@example.org", i), fmt.Sprintf("+49 30 1234 %04d", i))
	}
	planted := list(b, values...)
	dir, size := large(b, false)
	b.SetBytes(size)
	for b.Loop() {
		if v, err := csvdir.Verify(b.Context(), dir, csvdir.VerifyOptions{Planted: planted}); err != nil || !v.Proved() {
			b.Fatal(v, err)
		}
	}
}

func BenchmarkFence(b *testing.B) {
	dir, size := large(b, false)
	b.SetBytes(size)
	for b.Loop() {
		if leaks, err := csvdir.Fence(b.Context(), dir, "tenant", []string{"1"}, csvdir.VerifyOptions{}); err != nil || !leaks.None() {
			b.Fatal(leaks, err)
		}
	}
}
