package mask_test

import (
	"strings"
	"testing"
	"time"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/mask"
)

// A file's settings, by name or in their order, make the mask that Go makes.
func TestNamed(t *testing.T) {
	t.Parallel()
	day := func(y int) time.Time { return time.Date(y, 1, 2, 0, 0, 0, 0, time.UTC) }
	for _, c := range []struct {
		name     string
		settings map[string]any
		want     gyro.Mask
	}{
		{"email", nil, mask.Email()},
		{"email", map[string]any{"domain": "test.local"}, mask.Email("test.local")},
		{"email", map[string]any{"": "test.local"}, mask.Email("test.local")},
		{"keep", nil, mask.Keep()},
		{"null", nil, mask.Null()},
		{"partial", map[string]any{"": []any{uint64(0), uint64(4)}}, mask.Partial(0, 4)},
		{"partial", map[string]any{"": uint64(2)}, mask.Partial(2, 0)},
		{"partial", map[string]any{"first": 1, "last": int64(2), "with": "x"}, mask.Partial(1, 2, "x")},
		{"partial", map[string]any{"": []any{1, 2}, "with": "x"}, mask.Partial(1, 2, "x")},
		{"round", map[string]any{"": 0.05}, mask.Round(0.05)},
		{"round", map[string]any{"step": uint64(10)}, mask.Round(10)},
		{"shift_date", map[string]any{"": []any{uint64(30), "customer_id"}}, mask.ShiftDate(30, "customer_id")},
		{"date", map[string]any{"from": "2020-01-02", "to": "2021-01-02"}, mask.Date(day(2020), day(2021))},
		{"datetime", map[string]any{"": []any{day(2020), "2021-01-02"}}, mask.Datetime(day(2020), day(2021))},
		{"integer", map[string]any{"": []any{uint64(1), uint64(9)}}, mask.Integer(1, 9)},
		{"decimal", nil, mask.Decimal(0, 1000, 2)},
		{"choice", map[string]any{"": []any{"a", uint64(2), true}}, mask.Choice("a", "2", "true")},
		{"choice", map[string]any{"values": map[string]any{"a": uint64(3), "b": 1.5}}, mask.Weighted(map[string]float64{"a": 3, "b": 1.5})},
		{"template", map[string]any{"": "{{name}}"}, mask.Template("{{name}}")},
		{"expr", map[string]any{"": "lower(x)"}, mask.Expr("lower(x)")},
		{"constant", map[string]any{"": uint64(5)}, mask.Constant("5")},
		{"phone", map[string]any{"format": "+49 ###"}, mask.Phone("+49 ###")},
	} {
		got, err := mask.Named(c.name, c.settings)
		if err != nil {
			t.Errorf("%s %v: %v", c.name, c.settings, err)
			continue
		}
		if got.Name != c.want.Name || got.Keeps() != c.want.Keeps() || got.Null != c.want.Null || got.Expr != c.want.Expr || got.Unique != c.want.Unique {
			t.Errorf("%s %v: %+v, want %+v", c.name, c.settings, got, c.want)
		}
		text := column("text")
		if got.SQL != nil && got.Problem(text) == "" && got.SQL("v", text) != c.want.SQL("v", text) {
			t.Errorf("%s %v: another expression", c.name, c.settings)
		}
		for n := range 20 {
			if got.Fake != nil && string(got.Fake(nil, row(n, text))) != string(c.want.Fake(nil, row(n, text))) {
				t.Errorf("%s %v: another value", c.name, c.settings)
			}
		}
	}
}

// All mistakes are told at once, with what is near.
func TestNamedMistakes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		settings map[string]any
		want     string
	}{
		{"emial", nil, `there is no mask "emial": is it email?`},
		{"first name", nil, `there is no mask "first name": is it first_name?`},
		{"xyzzy", nil, `there is no mask "xyzzy"`},
		{"name", map[string]any{"size": 1}, `name: there is no setting "size": it has none`},
		{"name", map[string]any{"": 1}, `name: 1 settings are given, and it has 0`},
		{"round", nil, `round: step is to be said: a number`},
		{"round", map[string]any{"": "ten"}, `round: step is to be a number`},
		{"round", map[string]any{"": -1}, `round(-1): the step is to be above 0, and below 10^18`},
		{"partial", map[string]any{"frist": 1, "last": 1.5}, "partial: first is to be said: a whole number\nlast is to be a whole number\nthere is no setting \"frist\": is it first?"},
		{"partial", map[string]any{"": []any{1, 2, "x", 4}, "last": 3}, "partial: 4 settings are given, and it has 3\nlast is given twice"},
		{"date", map[string]any{"from": "1.1.2020"}, "date: from is to be a day such as 2024-12-31"},
		{"date", map[string]any{"from": "2025-01-01"}, "date: the first day is to be before the last, and both from the year 1 to 9999"},
		{"choice", map[string]any{"": []any{}}, "choice: there is no value to choose"},
		{"choice", map[string]any{"": map[string]any{"a": "often"}}, "choice: values is to be a list"},
		{"template", map[string]any{"": "no hole"}, "template: there is no {{…}} in it"},
		{"truncate_date", map[string]any{"": "moth"}, "truncate_date(moth): the unit is to be one of second, minute, hour, day, week, month, quarter, year, decade, century"},
	} {
		_, err := mask.Named(c.name, c.settings)
		if err == nil || err.Error() != c.want {
			t.Errorf("%s %v: %v, want %s", c.name, c.settings, err, c.want)
		}
	}
	if _, err := mask.Named("dictionary", map[string]any{"": "no/such/file"}); err == nil || !strings.Contains(err.Error(), "no/such/file") {
		t.Error(err)
	}
}
