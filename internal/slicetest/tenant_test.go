package slicetest

import (
	"fmt"
	"slices"

	"pgregory.net/rapid"

	"github.com/gyrodata/gyro"
)

// tenant is the column that holds the tenant of a table's rows.
const tenant = "tenant"

// drawTenants picks a table of tenants and lets others belong to it: the tenant is part of their primary key, or
// of a unique one.
func (w *world) drawTenants(t *rapid.T) {
	if rapid.Bool().Draw(t, "no tenants") {
		return
	}
	first := rapid.IntRange(0, len(w.tables)-1).Draw(t, "tenants")
	to := w.tables[first]
	if len(to.pk) > 1 {
		return
	}
	for _, tab := range w.tables[first+1:] {
		if len(tab.pk) > 1 || rapid.IntRange(0, 2).Draw(t, "without tenant") == 0 {
			continue
		}
		inKey := rapid.Bool().Draw(t, "tenant in the primary key")
		typ := to.column(to.pk[0]).typ
		if !loose(typ) { // else two writings of one tenant would be two tenants to the tree
			typ = w.drawKin(t, typ)
		}
		tab.columns = append(tab.columns, column{tenant, typ, inKey || rapid.IntRange(0, 2).Draw(t, "tenant not null") > 0})
		if len(tab.unique) > 0 && rapid.Bool().Draw(t, "code of a tenant") {
			tab.unique[0] = []string{tenant, "code"}
		}
		tab.byTenant = []string{tenant, "id"}
		if inKey {
			tab.pk = tab.byTenant
		} else {
			tab.unique = append(tab.unique, tab.byTenant)
		}
		missing := rapid.SampledFrom([]gyro.Missing{"", "", gyro.Restrict, gyro.Include}).Draw(t, "missing")
		tab.refs = append(tab.refs, &ref{name: tab.name + "_of", from: tab, columns: []string{tenant}, to: to, toColumns: to.pk, deferred: rapid.Bool().Draw(t, "deferrable"), missing: missing})
	}
}

// drawTrees lets tables with tenants refer to themselves and to each other, in both directions, by a key that holds the tenant.
func (w *world) drawTrees(t *rapid.T) {
	var all []*table
	for _, tab := range w.tables {
		if len(tab.byTenant) > 0 {
			all = append(all, tab)
		}
	}
	for i, tab := range all {
		for k := range rapid.IntRange(0, 2).Draw(t, "trees") {
			to := i
			if rapid.Bool().Draw(t, "not to itself") {
				to = rapid.IntRange(0, len(all)-1).Draw(t, "to")
			}
			from, held := tab.column(tenant).typ, all[to].column(tenant).typ
			if from != held && !slices.Contains(kin[held], from) {
				continue
			}
			name := fmt.Sprintf("tree%d", k)
			notNull := to < i && rapid.IntRange(0, 2).Draw(t, "not null") == 0
			tab.columns = append(tab.columns, column{name, w.drawKin(t, all[to].column("id").typ), notNull})
			tab.refs = append(tab.refs, &ref{
				name: tab.name + "_" + name, from: tab, columns: []string{tenant, name}, to: all[to], toColumns: all[to].byTenant,
				deferred: rapid.Bool().Draw(t, "deferrable"), missing: drawMissing(t, !notNull),
			})
		}
	}
}

// own is the one column of the primary key that is in no reference, or "".
func (t *table) own() string {
	own := slices.DeleteFunc(slices.Clone(t.pk), t.refers)
	if len(own) != 1 {
		return ""
	}
	return own[0]
}

// refers reports whether a column is part of a reference.
func (t *table) refers(column string) bool {
	return slices.ContainsFunc(t.refs, func(r *ref) bool { return slices.Contains(r.columns, column) })
}

// shares reports whether another reference of the table has the column as well.
func (t *table) shares(one *ref, column string) bool {
	return slices.ContainsFunc(t.refs, func(r *ref) bool {
		return r != one && (r.kind == nil || one.kind == nil) && slices.Contains(r.columns, column)
	})
}
