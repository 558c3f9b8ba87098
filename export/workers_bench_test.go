package export_test

import (
	"context"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/export"
	"github.com/gyrodata/gyro/schema"
)

// timed is a source that takes as long for a table as PostgreSQL was measured to take when one connection reads it (seconds of a run at scale
// 1), in a fiftieth of the time, whoever else reads: a core for each connection.
type timed struct {
	source
	rows    map[string]float64 // that are read of each table
	seconds map[string]float64
	cut     map[string]bool // tables that can be read in pieces
}

const timedScale = 50

func (s *timed) Open(context.Context) (driver.Snapshot, error) { return s, nil }

func (s *timed) Share(context.Context, ...driver.Selection) (driver.Snapshot, error) { return s, nil }

func (s *timed) Close() error { return nil }

func (s *timed) Explain(_ context.Context, all ...driver.Selection) ([]gyro.Estimate, error) {
	var estimates []gyro.Estimate
	for _, sel := range all {
		estimates = append(estimates, gyro.Estimate{Rows: s.rows[sel.Table.Name.Table]})
	}
	return estimates, nil
}

func (s *timed) Divide(_ context.Context, sel driver.Selection, pieces int) ([]driver.Piece, error) {
	if !s.cut[sel.Table.Name.Table] {
		return nil, nil
	}
	all := make([]driver.Piece, pieces)
	for i := range all {
		all[i].From = fmt.Sprintf("1/%d", pieces)
	}
	return all, nil
}

func (s *timed) Copy(ctx context.Context, sel driver.Selection, w io.Writer) (int64, error) {
	part, header := 1.0, ""
	if _, err := fmt.Sscanf(sel.Piece.From, "1/%f", &part); err != nil {
		part = 1
	}
	for i, c := range sel.Table.Columns {
		if i > 0 {
			header += ","
		}
		header += c.Name
	}
	if _, err := io.WriteString(w, header+"\n"); err != nil {
		return 0, err
	}
	select {
	case <-time.After(time.Duration(s.seconds[sel.Table.Name.Table] / part * float64(time.Second) / timedScale)):
	case <-ctx.Done():
	}
	return 0, ctx.Err()
}

// BenchmarkWorkers simulates runs by several connections, each of which has a core: what waits for what, and what is read meanwhile. It reports by
// how much of the time of one connection they take.
//
//	go test ./export -run '^$' -bench Workers -benchtime 3x
func BenchmarkWorkers(b *testing.B) {
	tables := []string{"tenant", "shop", "product", "customer", "orders", "item"}
	parents := map[string][]string{
		"shop": {"tenant"}, "product": {"tenant", "shop"}, "customer": {"tenant", "shop"}, "orders": {"tenant", "shop", "customer"},
		"item": {"tenant", "shop", "orders", "product"},
	}
	whole := map[string]float64{"tenant": 10, "shop": 100, "product": 300_000, "customer": 300_000, "orders": 3_000_000, "item": 9_000_000}
	for _, c := range []struct {
		name       string
		where      bool // one tenant
		limit      bool // of customers and orders
		rows       map[string]float64
		seconds    map[string]float64
		cut        map[string]bool
		connection []int
	}{
		{
			name: "whole", rows: whole, seconds: map[string]float64{"product": 0.25, "customer": 0.21, "orders": 1.77, "item": 3.52},
			cut: map[string]bool{"product": true, "customer": true, "orders": true, "item": true},
		},
		{
			name: "tenant", where: true, rows: map[string]float64{"tenant": 1, "shop": 10, "product": 30_000, "customer": 30_000, "orders": 300_000, "item": 900_000},
			seconds: map[string]float64{"product": 0.04, "customer": 0.04, "orders": 0.33, "item": 0.78},
		},
		{
			name: "six", where: true, limit: true, rows: map[string]float64{"tenant": 10, "shop": 100, "product": 300_000, "customer": 10_000, "orders": 100_000, "item": 300_000},
			seconds: map[string]float64{"product": 0.22, "customer": 0.17, "orders": 0.25, "item": 0.57}, cut: map[string]bool{"product": true, "orders": true, "item": true},
		},
	} {
		catalog := schema.Catalog{}
		var jobs []gyro.ImportJob
		for _, name := range tables {
			table := &schema.Table{
				Name: schema.Name{Schema: "public", Table: name}, Kind: schema.Ordinary, Rows: whole[name], PrimaryKey: []string{"id"},
				Columns: []schema.Column{{Name: "id", Type: "bigint", NotNull: true}},
			}
			for _, parent := range parents[name] {
				column := parent + "_id"
				table.Columns = append(table.Columns, schema.Column{Name: column, Type: "bigint", NotNull: true})
				table.References = append(table.References, schema.Reference{
					Name: column, Columns: []string{column}, To: schema.Name{Schema: "public", Table: parent}, ToColumns: []string{"id"}, Enforced: true,
				})
			}
			catalog[table.Name] = table
			job := gyro.ImportJob{Model: gyro.Table(name)}
			switch {
			case name == "tenant" && c.where:
				job.Query = gyro.Where("id = 1")
			case name == "customer" && c.limit:
				job.Limit, job.Per = 100, "shop_id"
			case name == "orders" && c.limit:
				job.Limit, job.Per = 10, "customer_id"
			}
			jobs = append(jobs, job)
		}
		var one float64
		for _, workers := range []int{1, 2, 4, 8} {
			b.Run(fmt.Sprintf("%s/%d", c.name, workers), func(b *testing.B) {
				for b.Loop() {
					calls := &calls{}
					s := export.Slice{
						Source: &timed{source: source{calls: calls, catalog: catalog}, rows: c.rows, seconds: c.seconds, cut: c.cut},
						Target: &target{calls: calls}, Jobs: jobs, Workers: workers,
					}
					if _, err := s.Run(b.Context()); err != nil {
						b.Fatal(err)
					}
				}
				took := b.Elapsed().Seconds() / float64(b.N)
				if workers == 1 {
					one = took
				}
				b.ReportMetric(took/one, "of-one")
			})
		}
	}
}
