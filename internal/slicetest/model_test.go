package slicetest

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/gyrodata/gyro"
)

// model says what a slice of a world is, slowly: rows are sets of pointers, and every rule
// is a loop over all of them.
type model struct {
	w        *world
	selected map[*table][]row
	kept     map[*table][]row // selected and included
	broken   bool             // a row that is to be included is not there
}

func (w *world) model() *model {
	m := &model{w: w, selected: map[*table][]row{}, kept: map[*table][]row{}}
	for _, t := range w.tables {
		if t.job != nil {
			m.selected[t] = m.selects(t)
			m.kept[t] = slices.Clone(m.selected[t])
		}
	}
	m.close()
	return m
}

// policy is what becomes of rows that refer to rows which were not selected.
func (m *model) policy(t *table, r *ref) gyro.Missing {
	later := r.to == t || slices.Index(m.w.tables, r.to) > slices.Index(m.w.tables, t)
	switch {
	case r.missing != "":
		return r.missing
	case later || t.job == nil:
		return gyro.Include
	}
	return gyro.Restrict
}

func (m *model) selects(t *table) []row {
	var all []row
	for _, r := range t.rows {
		if (t.job.matches == nil || t.job.matches(r)) && m.allowed(t, r) {
			all = append(all, r)
		}
	}
	return sample(t, all)
}

// allowed reports whether the references that restrict let a row pass.
func (m *model) allowed(t *table, r row) bool {
	restricting, somewhere := 0, 0
	for _, f := range t.refs {
		if m.policy(t, f) != gyro.Restrict {
			continue
		}
		restricting++
		if f.isNull(r) {
			continue
		}
		somewhere++
		if !has(m.selected[f.to], f.target(r)) {
			return false
		}
	}
	return restricting == 0 || somewhere > 0 || t.job.where != "" || t.job.orphans
}

// drawn reports whether a percentage has a row.
func drawn(t *table, r row) bool {
	lot := lot(t, r)
	return t.job.percent == 0 || binary.BigEndian.Uint64(lot[:8]) < uint64(t.job.percent/100*math.MaxUint64)
}

func sample(t *table, rows []row) []row {
	j := t.job
	rows = slices.DeleteFunc(rows, func(r row) bool { return !drawn(t, r) })
	if j.limit == 0 {
		return rows
	}
	slices.SortFunc(rows, func(a, b row) int {
		switch {
		case j.orderBy && a["n"] != b["n"]:
			return -cmp.Compare(a["n"], b["n"]) // one digit
		case j.seed != 0:
			x, y := lot(t, a), lot(t, b)
			return bytes.Compare(x[:], y[:])
		}
		return compareKeys(t, a, b)
	})
	taken := map[string]int{}
	return slices.DeleteFunc(rows, func(r row) bool {
		var group strings.Builder
		for _, c := range j.perCols {
			v, ok := r[c]
			fmt.Fprintf(&group, "%v %q;", ok, t.grouped(*t.column(c), v))
		}
		taken[group.String()]++
		return taken[group.String()] > j.limit
	})
}

// grouped is what values of a job's Per have in common that count together: where its columns are a reference, that they
// lead to one row.
func (t *table) grouped(c column, v string) string {
	for _, f := range t.refs {
		i := slices.Index(f.columns, c.name)
		if i < 0 || f.kind != nil || !slices.Equal(f.columns, t.job.perCols) {
			continue
		}
		switch to := f.to.column(f.toColumns[i]).typ; {
		case loose(to):
			return meaning(c.typ, folded(v))
		case loose(c.typ):
			return v
		}
	}
	return meaning(c.typ, v)
}

func lot(t *table, r row) [32]byte {
	var values []string
	for _, k := range t.pk {
		v := r[k]
		if typ := t.column(k).typ; typ == "inet" || typ == "char(12)" { // which print otherwise as text
			v = meaning(typ, v)
		}
		values = append(values, v)
	}
	return sha256.Sum256([]byte(fmt.Sprintf("%d:%s", t.job.seed, strings.Join(values, "\x1f"))))
}

func compareKeys(t *table, a, b row) int {
	for _, k := range t.pk {
		c := 0
		switch t.column(k).typ {
		case "smallint", "integer", "bigint", "oid", "numeric":
			x, _ := strconv.ParseFloat(a[k], 64)
			y, _ := strconv.ParseFloat(b[k], 64)
			c = cmp.Compare(x, y)
		default:
			c = cmp.Compare(sorted(t.column(k).typ, a[k]), sorted(t.column(k).typ, b[k]))
		}
		if c != 0 {
			return c
		}
	}
	return 0
}

// follows reports whether a row that is not kept is to be, for the included rows it refers to.
func (m *model) follows(t *table, r row) bool {
	if t.job == nil || !t.job.follow || has(m.kept[t], r) || !drawn(t, r) || t.job.matches != nil && !t.job.matches(r) {
		return false
	}
	included := false
	for _, f := range t.refs {
		if m.policy(t, f) != gyro.Restrict || f.isNull(r) {
			continue
		}
		if !has(m.kept[f.to], f.target(r)) {
			return false
		}
		included = included || !has(m.selected[f.to], f.target(r))
	}
	return included
}

// close includes what kept rows refer to, and the rows that follow, until nothing is missing.
func (m *model) close() {
	for changed := true; changed; {
		changed = false
		for _, t := range m.w.tables {
			for _, r := range t.rows {
				if m.follows(t, r) {
					m.kept[t] = append(m.kept[t], r)
					changed = true
				}
			}
			for _, r := range m.kept[t] {
				for _, f := range t.refs {
					policy := m.policy(t, f)
					pulls := policy == gyro.Include || (policy == gyro.Restrict && !has(m.selected[t], r))
					target := f.target(r)
					if pulls && !f.isNull(r) && target == nil {
						m.broken = true
						return
					}
					if pulls && !f.isNull(r) && !has(m.kept[f.to], target) {
						m.kept[f.to] = append(m.kept[f.to], target)
						changed = true
					}
				}
			}
		}
	}
}

// has reports whether rows holds this very row.
func has(rows []row, r row) bool {
	return r != nil && slices.ContainsFunc(rows, func(other row) bool { return fmt.Sprintf("%p", other) == fmt.Sprintf("%p", r) })
}

// csv is the file of a table: its rows in key order, references that lead out nulled.
func (m *model) csv(t *table) string {
	var b strings.Builder
	for i, c := range t.columns {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(c.name)
	}
	b.WriteByte('\n')
	rows := slices.Clone(m.kept[t])
	slices.SortFunc(rows, func(x, y row) int { return compareKeys(t, x, y) })
	for _, r := range rows {
		for i, c := range t.columns {
			if i > 0 {
				b.WriteByte(',')
			}
			v, ok := r[c.name]
			if !ok || m.nulled(t, r, c.name) {
				continue
			}
			if v == "" || strings.ContainsAny(v, "\",\n\r") {
				v = `"` + strings.ReplaceAll(v, `"`, `""`) + `"`
			}
			b.WriteString(v)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// nulled reports whether a column becomes NULL for a reference that leads out; what stands in a key or in another
// reference stays.
func (m *model) nulled(t *table, r row, column string) bool {
	for _, f := range t.refs {
		if t.shares(f, column) || t.column(column).notNull || t.inKey(column) {
			continue
		}
		if f.missing == gyro.SetNull && slices.Contains(f.columns, column) && !f.isNull(r) && !has(m.kept[f.to], f.target(r)) {
			return true
		}
	}
	return false
}
