package shopdb

import (
	"math"
	"strings"
	"testing"
)

func TestSize(t *testing.T) {
	t.Parallel()
	for scale, want := range map[float64]Counts{
		1:      {5, 30, 20_000, 20_000, 100_000, 300_000},
		0.05:   {5, 30, 1000, 1000, 5000, 15_000},
		0.0001: {5, 30, 200, 200, 1000, 3000},
		1.5:    {7, 45, 30_000, 30_000, 150_000, 450_000},
		100:    {500, 3000, 2_000_000, 2_000_000, 10_000_000, 30_000_000},
	} {
		if got, err := Size(scale); err != nil || got != want {
			t.Errorf("Size(%v) = %+v, %v; want %+v", scale, got, err, want)
		}
	}
	for _, scale := range []float64{0, -1, math.NaN(), math.Inf(1), MaxScale + 1} {
		if got, err := Size(scale); err == nil {
			t.Errorf("Size(%v) = %+v; want an error", scale, got)
		}
	}
}

func TestSteps(t *testing.T) {
	t.Parallel()
	all, err := steps()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, s := range all {
		names = append(names, s.name)
		if strings.TrimSpace(s.sql) == "" {
			t.Errorf("step %q is empty", s.name)
		}
	}
	if names[0] != "create the tables" || names[len(names)-1] != "create the keys of order items" {
		t.Errorf("steps are %q; want the tables first and the keys last", names)
	}
}
