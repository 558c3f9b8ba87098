package reading

import (
	"testing"

	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/keyset"
	"github.com/gyrodata/gyro/schema"
)

// Why keys lead is said in figures that a person reads.
func TestReason(t *testing.T) {
	b := newBuilder(driver.Selection{Table: &schema.Table{Rows: 1000}}, nil, AnyShape)
	for _, c := range []struct {
		expected, share float64
		want            string
	}{
		{1, 0.02, "about 1 key, 2 % of those that there are"},
		{10000, 0.0333, "about 10000 keys, 3.3 % of those that there are"},
		{10, 1, "about 10 keys, 100 % of those that there are"},
		{3, 0.125, "about 3 keys, 12 % of those that there are"},
		{7, 0.00001234, "about 7 keys, 0.0012 % of those that there are"},
		{7, 0, "about 7 keys"},
	} {
		got := b.reason(driver.Restriction{Keys: keyset.NewSet(1, keyset.Integers).Seal(), Expected: c.expected, Share: c.share})
		if got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}
