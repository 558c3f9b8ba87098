package config

import (
	"fmt"
	"math"
	"slices"

	"github.com/goccy/go-yaml/ast"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/csvdir"
	"github.com/gyrodata/gyro/export"
	"github.com/gyrodata/gyro/load"
	"github.com/gyrodata/gyro/postgres"
)

// IDs is the strategy of a name that stands alone: keep, sequential or max+1.
func IDs(name string) (gyro.IDs, bool) {
	switch name {
	case "keep":
		return gyro.Keep(), true
	case "sequential":
		return gyro.Sequential(), true
	case "max+1":
		return gyro.MaxPlusOne(), true
	}
	return gyro.IDs{}, false
}

// Conflict is the policy of a name that stands alone: fail, skip or update.
func Conflict(name string) (gyro.Conflict, bool) {
	switch name {
	case "fail":
		return gyro.Fail(), true
	case "skip":
		return gyro.Skip(), true
	case "update":
		return gyro.Update(), true
	}
	return gyro.Conflict{}, false
}

// loadKeys are the keys of a file that say how a slice is loaded.
func (r *reader) loadKeys(c *Config) map[string]func(ast.Node) {
	return map[string]func(ast.Node){
		"ids":              func(n ast.Node) { c.IDs = r.ids(n) },
		"conflict":         func(n ast.Node) { c.Conflict = r.conflict(n) },
		"create":           func(n ast.Node) { c.Create = r.boolean(n, "create") },
		"disable_triggers": func(n ast.Node) { c.DisableTriggers = r.boolean(n, "disable_triggers") },
		"via":              func(n ast.Node) { c.Via = r.expanded(n, "via") },
		"record":           func(n ast.Node) { c.Record = r.expanded(n, "record") },
		"exclusive": func(n ast.Node) {
			text, ok := r.text(n, "exclusive")
			c.Exclusive = postgres.Exclusive(text)
			if ok && !slices.Contains([]postgres.Exclusive{postgres.ExclusiveAuto, postgres.ExclusiveAlways, postgres.ExclusiveNever}, c.Exclusive) {
				r.fail(n, "auto, always or never", "exclusive must be one of these")
			}
		},
	}
}

// ids reads keep, sequential, max+1, {offset: 1000000}, {natural: [slug]}, {derived: [slug]}, or {fixed: {1060: 10}}.
func (r *reader) ids(n ast.Node) gyro.IDs {
	const hint = "keep, sequential, max+1, {offset: 1000000}, {natural: [slug]}, {derived: [slug]} or {fixed: {1060: 10}}"
	if node, ok := r.resolve(n).(*ast.StringNode); ok {
		ids, ok := IDs(node.Value)
		if !ok {
			r.fail(n, hint, "ids must be one of these")
		}
		return ids
	}
	var ids gyro.IDs
	has := r.object(n, "ids", map[string]func(ast.Node){
		"natural": func(n ast.Node) { ids = gyro.NaturalKey(r.names(n, "natural")...) },
		"derived": func(n ast.Node) { ids = gyro.Derived(r.names(n, "derived")...) },
		"fixed":   func(n ast.Node) { ids = gyro.Fixed(r.pairs(n, "fixed")) },
		"offset":  func(n ast.Node) { ids = gyro.Offset(r.whole(n, "offset", math.MinInt64)) },
	})
	if has != nil && len(has) != 1 {
		r.fail(n, hint, "ids must be one of them")
	}
	return ids
}

// conflict reads fail, skip, update, {skip: [slug]} or {update: [slug]}.
func (r *reader) conflict(n ast.Node) gyro.Conflict {
	const hint = "fail, skip, update, {skip: [slug]} or {update: [slug]}"
	if node, ok := r.resolve(n).(*ast.StringNode); ok {
		conflict, ok := Conflict(node.Value)
		if !ok {
			r.fail(n, hint, "conflict must be one of these")
		}
		return conflict
	}
	var conflict gyro.Conflict
	has := r.object(n, "conflict", map[string]func(ast.Node){
		"skip":   func(n ast.Node) { conflict = gyro.Skip(r.names(n, "skip")...) },
		"update": func(n ast.Node) { conflict = gyro.Update(r.names(n, "update")...) },
	})
	if has != nil && len(has) != 1 {
		r.fail(n, hint, "conflict must be one of them")
	}
	return conflict
}

// names reads a list of columns, or one alone.
func (r *reader) names(n ast.Node, what string) []string {
	if node, ok := r.resolve(n).(*ast.StringNode); ok {
		return []string{node.Value}
	}
	var names []string
	for i, item := range r.items(n, what) {
		if name, ok := r.text(item, fmt.Sprintf("%s, column %d", what, i+1)); ok {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		r.fail(n, "", "%s names no column", what)
	}
	return names
}

// pairs reads a mapping of numbers or texts, as they are written.
func (r *reader) pairs(n ast.Node, what string) map[string]string {
	entries, _ := r.entries(n, what)
	pairs := map[string]string{}
	for _, entry := range entries {
		value := r.scalar(entry.Value, "a number or a text", what)
		if value == nil {
			r.fail(entry.Value, "a number or a text", "%s: a new id can't be null", what)
			continue
		}
		pairs[entry.Key.GetToken().Value] = fmt.Sprint(value)
	}
	return pairs
}

// Into is the database that is loaded into.
func (c Config) Into() postgres.DB {
	return postgres.DB{
		URL: c.Target, LockTimeout: c.LockTimeout, StatementTimeout: c.StatementTimeout, StallTimeout: c.StallTimeout,
		Exclusive: c.Exclusive, DisableTriggers: c.DisableTriggers,
	}
}

// Load is what the configuration describes where a slice is loaded: Source is a directory,
// Target a URL. Jobs say how a slice is taken; of a load they are left out.
func (c Config) Load() load.Slice {
	s := load.Slice{
		Source: csvdir.Dir{Path: c.Source}, Target: c.Into(), Importers: c.Importers, IDs: c.IDs, Conflict: c.Conflict, Create: c.Create,
	}
	if c.Record != "" {
		s.Record = csvdir.Dir{Path: c.Record}
	}
	return s
}

// Copy is what the configuration describes where a slice is taken and loaded in one run:
// Source and Target are URLs, Via a directory.
func (c Config) Copy() (export.Slice, load.Slice) {
	take, load := c.Export(), c.Load()
	via := csvdir.Dir{Path: c.Via, Overwrite: c.Overwrite}
	take.Target, load.Source = via, via
	return take, load
}
