package slicetest

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
)

// loadModel says what a load leaves, slowly: each value is looked for by walking from row to
// row. New ids that a database draws are not known here; "new:" and the row's mark stand for
// them.
type loadModel struct {
	*loadWorld
	result   map[string][]row // by table: what the target holds afterwards
	inserted map[string]int
	updated  map[string]int
	mayFail  bool // a value that is referred to changes, and may have to be parked
}

var errRefusal = errors.New("the load has to fail")

// find are the columns that a table's rows are looked for by; none: they are not.
func (l *loadWorld) find(tab *table) []string {
	p := l.plans[tab.name]
	switch {
	case len(p.arbiter) > 0:
		return p.arbiter
	case p.ids == "natural":
		return p.natural
	case p.ids == "derived", p.conflict == "skip", p.conflict == "update":
		return tab.pk
	}
	return nil
}

// lost stands for a value that the column can't hold.
const lost = "can't be held"

// value is what a column of a row of the file becomes where nothing but references changes it.
func (m *loadModel) value(tab *table, r row, column string) (string, bool) {
	for _, f := range tab.refs {
		i := slices.Index(f.columns, column)
		if i < 0 || f.isNull(r) {
			continue
		}
		if target := f.target(r); target != nil {
			v, ok := m.final(f.to, target, f.toColumns[i])
			if !ok {
				return "", false
			}
			if strings.HasPrefix(v, drawnLater) && m.plans[f.to.name].ids == "highest" { // a number whose decimals are those of the highest
				if _, ok := f.as(i, m.beyond(f.to, target)); !ok {
					return lost, true
				}
			}
			if v, ok = f.as(i, v); !ok {
				return lost, true
			}
			return v, true
		}
	}
	v, ok := r[column]
	return v, ok
}

// fresh is the value that a column has in a new row.
func (m *loadModel) fresh(tab *table, r row, column string) (string, bool) {
	p := m.plans[tab.name]
	if column == tab.own() {
		switch {
		case p.ids == "highest" && len(m.find(tab)) == 0:
			return m.beyond(tab, r), true
		case p.ids == "highest", m.numbered(tab) && (p.ids == "sequential" || p.ids == "natural" && !slices.Contains(p.natural, column)):
			return drawnLater + tab.name + ":" + r[mark], true
		case p.ids == "fixed":
			return fixedID(r[column]), true
		case p.ids == "offset":
			return moved(r[column]), true
		case p.ids == "derived":
			return m.derived(tab, r), true
		}
	}
	return m.value(tab, r, column)
}

// numbered reports whether the database can give new ids. Within a tenant, that can be new itself, rows without such
// ids keep theirs.
func (m *loadModel) numbered(tab *table) bool {
	return len(tab.pk) == 1 || m.plans[tab.name].source.kind != "" || tab.column(tab.own()).typ == "uuid"
}

// beyond counts on from the target's highest id, or 0, row by row.
func (m *loadModel) beyond(tab *table, r row) string {
	highest := new(big.Rat)
	for i, own := range m.target.table(tab.name).rows {
		if n, _ := new(big.Rat).SetString(own[tab.own()]); i == 0 || n.Cmp(highest) > 0 {
			highest = n
		}
	}
	place := int64(1)
	for _, other := range tab.rows {
		if compareKeys(tab, other, r) < 0 {
			place++
		}
	}
	id, _ := written(tab.column(tab.own()).typ, new(big.Rat).Add(highest, big.NewRat(place, 1)).RatString())
	return id
}

// moved is an id with the distance added.
func moved(id string) string {
	number, ok := new(big.Rat).SetString(id)
	if !ok {
		return "no number: " + id
	}
	_, decimals, _ := strings.Cut(id, ".")
	return number.Add(number, big.NewRat(distance, 1)).FloatString(len(decimals))
}

func (m *loadModel) derived(tab *table, r row) string {
	text := tab.name
	for _, c := range m.plans[tab.name].natural {
		v, ok := m.value(tab, r, c)
		if ok {
			if tab.column(c).typ == "char(12)" { // as text it has no blanks at its end
				v = meaning("char(12)", v)
			}
			text += fmt.Sprintf("\n%d:%s", len([]rune(v)), v)
		} else {
			text += "\n-"
		}
	}
	h := sha256.Sum256([]byte(text))
	h[6], h[8] = h[6]&0x0f|0x80, h[8]&0x3f|0x80
	x := hex.EncodeToString(h[:16])
	return x[:8] + "-" + x[8:12] + "-" + x[12:16] + "-" + x[16:20] + "-" + x[20:]
}

// found are the rows of the target that a row of the file is.
func (m *loadModel) found(tab *table, r row) []row {
	find := m.find(tab)
	if len(find) == 0 {
		return nil
	}
	var all []row
	for _, own := range m.target.table(tab.name).rows {
		same := true
		for _, c := range find {
			v, ok := m.fresh(tab, r, c)
			o, there := own[c]
			same = same && ok == there && meaning(tab.column(c).typ, v) == meaning(tab.column(c).typ, o)
		}
		if same {
			all = append(all, own)
		}
	}
	return all
}

// final is the value of a column of a row of the file, as others refer to it. In a column that a row
// is looked for by, the one that is found has the same: it need not be looked for, which would
// never end where such a column refers to the table itself.
func (m *loadModel) final(tab *table, r row, column string) (string, bool) {
	if slices.Contains(m.find(tab), column) {
		return m.fresh(tab, r, column)
	}
	if all := m.found(tab, r); len(all) > 0 && (m.plans[tab.name].conflict != "update" || slices.Contains(tab.pk, column)) {
		v, ok := all[0][column]
		return v, ok
	}
	return m.fresh(tab, r, column)
}

// run computes what the target holds after the load, or says that it has to fail.
func (m *loadModel) run() error {
	m.result, m.inserted, m.updated = map[string][]row{}, map[string]int{}, map[string]int{}
	for _, tab := range m.slice.tables {
		p, find := m.plans[tab.name], m.find(tab)
		own := m.target.table(tab.name).rows
		result := slices.Clone(own)
		seen := map[string]bool{}
		for _, r := range tab.rows {
			all := m.found(tab, r)
			if len(find) > 0 {
				var key []string
				for _, c := range find {
					v, ok := m.fresh(tab, r, c)
					key = append(key, fmt.Sprint(ok), meaning(tab.column(c).typ, v))
				}
				k := strings.Join(key, "\x00")
				if seen[k] {
					return fmt.Errorf("%w: two rows of %s are the same", errRefusal, tab.name)
				}
				seen[k] = true
			}
			if len(all) == 0 || p.conflict == "update" {
				if err := m.resolves(tab, r); err != nil {
					return err
				}
			}
			switch {
			case len(all) > 1:
				return fmt.Errorf("%w: %s: one row is several", errRefusal, tab.name)
			case len(all) == 1 && p.conflict == "fail":
				return fmt.Errorf("%w: %s: a row is there", errRefusal, tab.name)
			case len(all) == 1 && p.conflict == "update":
				i := slices.IndexFunc(result, func(o row) bool { return o[mark] == all[0][mark] })
				result[i] = m.updatedRow(tab, r, all[0])
				m.updated[tab.name]++
				m.mayFail = m.mayFail || m.parks(tab, result[i], all[0])
			case len(all) == 1:
			default:
				fresh := row{}
				for _, c := range tab.columns {
					if v, ok := m.final(tab, r, c.name); ok {
						fresh[c.name] = v
					}
				}
				result = append(result, fresh)
				m.inserted[tab.name]++
			}
		}
		for i := range result {
			for j := range i {
				if tab.clash(result[i], result[j]) {
					return fmt.Errorf("%w: %s: a key is twice there", errRefusal, tab.name)
				}
			}
		}
		m.result[tab.name] = result
	}
	for _, tab := range m.target.tables {
		for _, f := range tab.refs {
			for _, r := range m.result[tab.name] {
				if !f.soft && !f.isNull(r) && f.among(m.result[f.to.name], r) == nil {
					return fmt.Errorf("%w: %s: %s leads nowhere", errRefusal, tab.name, f.name)
				}
			}
		}
	}
	return nil
}

// parks reports whether a row gets another value that the database lets rows refer to.
func (m *loadModel) parks(tab *table, r, own row) bool {
	for _, other := range m.target.tables {
		for _, f := range other.refs {
			for _, c := range f.toColumns {
				if f.to.name == tab.name && !f.soft && r[c] != own[c] {
					return true
				}
			}
		}
	}
	return false
}

// resolves fails where a reference leads to a row that is found in the target, and has NULL there; or where two
// references give a column that they share different values.
func (m *loadModel) resolves(tab *table, r row) error {
	for _, f := range tab.refs {
		if f.isNull(r) {
			continue
		}
		for i, c := range f.columns {
			v, ok := m.value(tab, r, c)
			if !ok {
				return fmt.Errorf("%w: %s: %s is NULL in the target", errRefusal, tab.name, f.name)
			}
			if v == lost {
				return fmt.Errorf("%w: %s: %s can't hold its new value", errRefusal, tab.name, c)
			}
			if other, _ := m.final(f.to, f.target(r), f.toColumns[i]); !f.same(i, v, other) {
				return fmt.Errorf("%w: %s: %s disagrees about %s", errRefusal, tab.name, f.name, c)
			}
		}
	}
	return nil
}

func (m *loadModel) updatedRow(tab *table, r, own row) row {
	updated := row{}
	for _, c := range tab.columns {
		v, ok := m.final(tab, r, c.name)
		if slices.Contains(tab.pk, c.name) || slices.Contains(m.find(tab), c.name) {
			v, ok = own[c.name]
		}
		if ok {
			updated[c.name] = v
		}
	}
	return updated
}
