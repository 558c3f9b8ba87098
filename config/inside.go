package config

import (
	"strings"

	"github.com/goccy/go-yaml/ast"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/mask"
	"github.com/gyrodata/gyro/schema"
)

// insideKeys are the keys of a column that say what is written in the place of parts of its value.
func (r *reader) insideKeys(said func(ast.Node, gyro.Mask), what string) map[string]func(ast.Node) {
	return map[string]func(ast.Node){
		"json": func(n ast.Node) {
			if paths := r.parts(n, what+", json", true); len(paths) > 0 {
				said(n, r.fitting(n, mask.JSON(paths), "jsonb", what+", json"))
			}
		},
		"hstore": func(n ast.Node) {
			if keys := r.parts(n, what+", hstore", false); len(keys) > 0 {
				said(n, r.fitting(n, mask.HStore(keys), "hstore", what+", hstore"))
			}
		},
		"elements": func(n ast.Node) {
			if m := r.part(n, what+", elements"); !m.IsZero() {
				said(n, mask.Elements(m))
			}
		},
	}
}

// fitting tells what is wrong with a mask, whatever the column of the type.
func (r *reader) fitting(n ast.Node, m gyro.Mask, typ, what string) gyro.Mask {
	if problem := m.Problem(schema.Column{Type: typ}); problem != "" {
		r.fail(n, "docs/masking.md: inside of documents", "%s: %s", what, Words(gyro.Text(problem)))
	}
	return m
}

// parts reads the masks of paths, or of keys; nil where one is wrong, which has been told.
func (r *reader) parts(n ast.Node, what string, paths bool) map[string]gyro.Mask {
	entries, ok := r.entries(n, what)
	if !ok {
		return nil
	}
	before, all := len(r.found), map[string]gyro.Mask{}
	for _, entry := range entries {
		place := entry.Key.GetToken().Value
		if paths && !strings.HasPrefix(place, "$") { // not shown: it may be anything
			r.fail(entry.Key, `$.key, $."any key", $.list[*], $.list[0], $.*`, "%s: a path begins with $", what)
			continue
		}
		m := r.part(entry.Value, what+", "+place)
		if paths && !m.IsZero() {
			r.fitting(entry.Key, mask.JSON(mask.Paths{place: m}), "jsonb", what)
		}
		all[place] = m
	}
	if len(entries) == 0 {
		r.fail(n, "", "%s is empty", what)
	}
	if len(r.found) > before {
		return nil
	}
	return all
}

// part reads {fake: name}, {mask: hash}, {keep: true}, and null.
func (r *reader) part(n ast.Node, what string) gyro.Mask {
	if _, null := r.resolve(n).(*ast.NullNode); null {
		return mask.Null()
	}
	var c gyro.Column
	all, keys := r.maskKeys(&c, what), map[string]func(ast.Node){}
	for _, key := range []string{"fake", "mask", "domain", "keep"} {
		keys[key] = all[key]
	}
	before := len(r.found)
	r.object(n, what, keys)
	if c.Mask.IsZero() && len(r.found) == before {
		r.fail(n, "{fake: name}, {mask: hash}, {keep: true} or null", "%s: no mask is said", what)
	}
	if len(r.found) > before {
		return gyro.Mask{}
	}
	return c.Mask
}
