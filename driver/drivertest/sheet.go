package drivertest

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/pgcsv"
)

// portions is a SheetStream over rows, those of a kind in one portion.
type portions struct {
	kinds  []driver.SheetPortion
	rows   [][]driver.SheetRow
	encode driver.SheetEncoder
	at     int
	opened *int
	*strings.Reader
}

func (p *portions) Next() (driver.SheetPortion, error) {
	if p.at == len(p.kinds) {
		return 0, io.EOF
	}
	p.at++
	var text []byte
	for _, row := range p.rows[p.at-1] {
		text = p.encode.AppendRow(text, &row)
	}
	p.Reader = strings.NewReader(string(text))
	return p.kinds[p.at-1], nil
}

func (p *portions) Close() error {
	*p.opened--
	return nil
}

func texts(all ...string) (fields [][]byte) {
	for _, text := range all {
		fields = append(fields, []byte(text))
	}
	return fields
}

// A sheet of parents: two rows that are good, one whose id is none, and one that is bad already.
func testRejected(t *testing.T, b Base) {
	for _, reject := range []bool{true, false} {
		l := b.target(t)
		name := l.plan.Tables[0].Table.Name
		sheet := &driver.Sheet{
			Headers: []string{"Id", "Name"}, Reject: reject,
			Fields: []driver.SheetField{{Header: "Id", Table: name, Column: "id"}, {Header: "Name", Table: name, Column: "name"}},
			Values: []driver.SheetValue{{Column: "id", Field: 0}, {Column: "name", Field: 1}},
		}
		parents := l.plan.Tables[0]
		parents.Sheet, parents.Straight, parents.Map = sheet, false, true
		l.plan.Tables, l.plan.Circles, l.plan.Maps, l.plan.Sheets = l.plan.Tables[:1], [][]int{{0}}, []int{0}, [][]int{{0}}
		l.plan.OpenSheet = func(_ context.Context, _ int, encode driver.SheetEncoder) (driver.SheetStream, error) {
			l.opened++
			return &portions{
				kinds: []driver.SheetPortion{driver.SheetRows, driver.SheetSuspects},
				rows: [][]driver.SheetRow{
					{{Row: 1, Line: 2, Fields: texts("7", "Ann")}, {Row: 4, Line: 5, Fields: texts("8", "Bob")}},
					{
						{Row: 2, Line: 3, Test: []int{0}, Fields: texts("seven", "Eve")},
						{Row: 3, Line: 4, Broken: []driver.SheetBroken{{In: driver.InHeaders, Number: 1, Rule: pgcsv.InvalidEncoding}}, Fields: texts("9", "Joe")},
					},
				},
				encode: encode, opened: &l.opened,
			}, nil
		}
		if err := l.Check(t.Context(), l.plan); err != nil {
			t.Fatalf("Check: %v", err)
		}
		done, err := l.Load(t.Context(), l.plan)
		if err != nil {
			t.Fatalf("Load: %v", err)
		}
		if n := done.Sheets[0]; n.Rows != 4 || n.Bad != 2 || len(n.Rules) != 2 {
			t.Errorf("Load found %+v", n)
		}
		var rows []int64
		var reasons []string
		if err := l.Rejected(t.Context(), 0, func(row int64, why []string) error {
			rows, reasons = append(rows, row), append(reasons, why...)
			return nil
		}); err != nil {
			t.Errorf("Rejected: %v", err)
		}
		if len(rows) != 2 || rows[0] != 2 || rows[1] != 3 || len(reasons) != 2 || !strings.HasPrefix(reasons[0], "Id: ") || !strings.HasPrefix(reasons[1], "Name: ") {
			t.Errorf("Rejected gives rows %v, for %q", rows, reasons)
		}
		if strings.Contains(strings.Join(reasons, " "), "seven") {
			t.Errorf("the reasons %q quote a row", reasons)
		}
		if !reject {
			stop := errors.New("the file of rejects is full")
			wantError(t, "Rejected", l.Rejected(t.Context(), 0, func(int64, []string) error { return stop }), stop)
			l.close()
			b.wantNothing(t, "rows that are not rejected")
			continue
		}
		if got := column(t, l.keysOf(t, 0)); got != "7 8" {
			t.Errorf("Keys lists %q", got)
		}
		if err := l.Commit(t.Context()); err != nil {
			t.Fatal(err)
		}
		l.close()
		b.want(t, "the good rows", "SELECT * FROM parents ORDER BY id", "7,Ann", "8,Bob")
		b.Exec(t, "DELETE FROM parents")
	}
}
