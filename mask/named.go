package mask

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/schema"
)

// Named makes a mask by its name, as a file says it. Settings are those of [List], by their names; "" is one value or a list
// of them, in their order: {"": 10}, {"": []any{0, 4}}. Errors name what is near, and all that is wrong.
func Named(name string, settings map[string]any) (gyro.Mask, error) {
	r, err := made(name, settings)
	if err != nil {
		return gyro.Mask{}, err
	}
	m := r.mask()
	m.Null = name == "null"
	return m, nil
}

// made is the recipe of that name.
func made(name string, given map[string]any) (recipe, error) {
	i := slices.IndexFunc(entries, func(e entry) bool { return e.name == name })
	if i < 0 {
		var names []string
		for _, e := range entries {
			names = append(names, e.name)
		}
		if near := schema.Nearest(name, names); near != "" {
			return recipe{}, fmt.Errorf("there is no mask %q: is it %s?", name, near)
		}
		return recipe{}, fmt.Errorf("there is no mask %q", name)
	}
	v, err := entries[i].read(given)
	if err != nil {
		return recipe{}, fmt.Errorf("%s: %w", name, err)
	}
	r := entries[i].make(v)
	return r, r.err
}

// kind is what a setting is.
type kind string

const (
	aNumber kind = "a number"
	aWhole  kind = "a whole number"
	aText   kind = "a text"
	aDay    kind = "a day such as 2024-12-31"
	// aDuration is one as Go writes it.
	aDuration kind = "a duration such as 30s"
	aList     kind = "a list"
	aWeights  kind = "values with weights"
)

// setting is one of a mask's settings.
type setting struct {
	name     string
	kind     kind
	fallback any // nil: it has to be said
}

// values are settings as they were read.
type values map[string]any

func (v values) whole(name string) int              { return int(v[name].(int64)) }
func (v values) number(name string) float64         { return v[name].(float64) }
func (v values) text(name string) string            { return v[name].(string) }
func (v values) day(name string) time.Time          { return v[name].(time.Time) }
func (v values) duration(name string) time.Duration { return v[name].(time.Duration) }
func (v values) integer(name string) int64          { return v[name].(int64) }
func (v values) list(name string) []string          { return v[name].(weighted).values }
func (v values) weights(name string) []float64      { return v[name].(weighted).weights }

// weighted are values, and how often each comes; no weights: all alike.
type weighted struct {
	values  []string
	weights []float64
}

// read makes values of what was given, all mistakes at once.
func (e entry) read(given map[string]any) (values, error) {
	var errs []error
	named := maps.Clone(given)
	if all, ok := given[""]; ok {
		delete(named, "")
		list, several := all.([]any)
		if !several || len(e.settings) == 1 && e.settings[0].kind == aList {
			list = []any{all}
		}
		if len(list) > len(e.settings) {
			errs = append(errs, fmt.Errorf("%d settings are given, and it has %d", len(list), len(e.settings)))
			list = list[:len(e.settings)]
		}
		for i, value := range list {
			if _, twice := named[e.settings[i].name]; twice {
				errs = append(errs, fmt.Errorf("%s is given twice", e.settings[i].name))
			}
			if named == nil {
				named = map[string]any{}
			}
			named[e.settings[i].name] = value
		}
	}
	v := values{}
	for _, s := range e.settings {
		value, ok := named[s.name]
		delete(named, s.name)
		if !ok {
			if s.fallback == nil {
				errs = append(errs, fmt.Errorf("%s is to be said: %s", s.name, s.kind))
			}
			v[s.name] = s.fallback
			continue
		}
		read, ok := s.kind.read(value)
		if !ok {
			errs = append(errs, fmt.Errorf("%s is to be %s", s.name, s.kind))
		}
		v[s.name] = read
	}
	for _, name := range slices.Sorted(maps.Keys(named)) {
		errs = append(errs, e.unknown(name))
	}
	return v, errors.Join(errs...)
}

func (e entry) unknown(name string) error {
	var names []string
	for _, s := range e.settings {
		names = append(names, s.name)
	}
	if near := schema.Nearest(name, names); near != "" {
		return fmt.Errorf("there is no setting %q: is it %s?", name, near)
	}
	if len(names) == 0 {
		return fmt.Errorf("there is no setting %q: it has none", name)
	}
	return fmt.Errorf("there is no setting %q: it has %s", name, strings.Join(names, ", "))
}

// read makes a value of the kind of what a file says.
func (k kind) read(given any) (any, bool) {
	switch k {
	case aWhole:
		switch n := given.(type) {
		case int:
			return int64(n), true
		case int64:
			return n, true
		case uint64:
			return int64(n), n <= math.MaxInt64 //nolint:gosec // told
		}
	case aNumber:
		switch n := given.(type) {
		case int:
			return float64(n), true
		case int64:
			return float64(n), true
		case uint64:
			return float64(n), true
		case float64:
			return n, true
		}
	case aText:
		return scalar(given)
	case aDay:
		if t, ok := given.(time.Time); ok {
			return t, true
		}
		t, err := time.Parse(time.DateOnly, fmt.Sprint(given))
		return t, err == nil
	case aDuration:
		d, err := time.ParseDuration(fmt.Sprint(given))
		return d, err == nil && d > 0
	case aList, aWeights:
		return listed(given)
	}
	return nil, false
}

// scalar is a text, or a number as it is written.
func scalar(given any) (string, bool) {
	switch s := given.(type) {
	case string:
		return s, true
	case int, int64, uint64, bool:
		return fmt.Sprint(s), true
	case float64:
		return decimalText(s), true
	}
	return "", false
}

// listed are values: a list, or values with their weights.
func listed(given any) (weighted, bool) {
	var w weighted
	switch all := given.(type) {
	case []any:
		for _, one := range all {
			s, ok := scalar(one)
			if !ok {
				return w, false
			}
			w.values = append(w.values, s)
		}
		return w, true
	case []string:
		return weighted{values: all}, true
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(all)) {
			weight, ok := aNumber.read(all[name])
			if !ok {
				return w, false
			}
			w.values, w.weights = append(w.values, name), append(w.weights, weight.(float64))
		}
		return w, true
	}
	return w, false
}
