package postgres_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/csvdir"
	"github.com/gyrodata/gyro/internal/pgtest"
	"github.com/gyrodata/gyro/pgcsv"
	"github.com/gyrodata/gyro/postgres"
	"github.com/gyrodata/gyro/sheets"
)

// The model: two files, of which the second refers to the first and to itself, looked at row by
// row, slowly.

type modelParent struct{ code, x string }

type modelChild struct{ num, parent, boss, qty string }

// modelPolicy is what becomes of rows that are there.
type modelPolicy string

var modelPolicies = []modelPolicy{"new ids", "natural", "natural fail", "natural update", "skip", "update"}

func (p modelPolicy) importer(i gyro.Importer, key string) gyro.Importer {
	switch p {
	case "natural":
		i.IDs = gyro.NaturalKey(key)
	case "natural fail":
		i.IDs, i.Conflict = gyro.NaturalKey(key), gyro.Fail()
	case "natural update":
		i.IDs, i.Conflict = gyro.NaturalKey(key), gyro.Update()
	case "skip":
		i.Conflict = gyro.Skip(key)
	case "update":
		i.Conflict = gyro.Update(key)
	case "new ids":
	}
	return i
}

func (p modelPolicy) fails() bool { return p == "new ids" || p == "natural fail" }

func (p modelPolicy) updates() bool { return p == "natural update" || p == "update" }

// Rows of delimiters alone are no rows.
type sheetModel struct {
	parents        []modelParent
	children       []modelChild
	targetParents  map[string]string     // code to x
	targetChildren map[string]modelChild // by num
	policies       [2]modelPolicy
	reject         bool
	badParent      []bool
	badChild       []bool
}

// keys marks rows whose key the target has, and all but the first good one of those with one key.
func (m *sheetModel) keys(bad []bool, key func(int) string, there func(string) bool, policy modelPolicy) (changed bool) {
	before := slices.Clone(bad)
	out := func(i int) bool { return m.reject && before[i] }
	for i := range bad {
		if k := key(i); k != "" && !out(i) && policy.fails() && there(k) {
			bad[i] = true
		}
	}
	groups := map[string][]int{}
	for i := range bad {
		if k := key(i); k != "" && !out(i) && (!m.reject || policy != "new ids" || !bad[i]) {
			groups[k] = append(groups[k], i)
		}
	}
	for _, rows := range groups {
		first := 0
		for n, i := range rows { // the first without a fault, else the first
			if !before[i] {
				first = n
				break
			}
		}
		for n, i := range rows {
			if n != first {
				bad[i] = true
			}
		}
	}
	return !slices.Equal(before, bad)
}

func (m *sheetModel) run() {
	m.badParent, m.badChild = make([]bool, len(m.parents)), make([]bool, len(m.children))
	for i, p := range m.parents {
		m.badParent[i] = p != (modelParent{}) && (p.code == "" || p.x == "bad" || p.x == "-1")
	}
	hasParent := func(code string) bool { _, ok := m.targetParents[code]; return ok }
	hasChild := func(num string) bool { _, ok := m.targetChildren[num]; return ok }
	m.keys(m.badParent, func(i int) string { return m.parents[i].code }, hasParent, m.policies[0])
	for i, c := range m.children {
		m.badChild[i] = c != (modelChild{}) && (c.num == "" || c.qty == "" || c.qty == "x" || c.qty == "-3")
	}
	counts := func(bad bool) bool { return !m.reject || !bad }
	for {
		for changed := true; changed; {
			changed = false
			before := slices.Clone(m.badChild)
			for i, c := range m.children {
				if m.reject && before[i] {
					continue
				}
				found := c.parent == "" || hasParent(c.parent)
				for j, p := range m.parents {
					found = found || p.code == c.parent && counts(m.badParent[j])
				}
				boss := c.boss == "" || hasChild(c.boss)
				for j, b := range m.children {
					boss = boss || b.num == c.boss && counts(before[j])
				}
				if (!found || !boss) && !m.badChild[i] {
					m.badChild[i], changed = true, true
				}
			}
			changed = changed && m.reject
		}
		if again := m.keys(m.badChild, func(i int) string { return m.children[i].num }, hasChild, m.policies[1]); !again || !m.reject {
			return
		}
	}
}

// nullUnknown takes away the bosses that nobody is.
func (m *sheetModel) nullUnknown() {
	for i, c := range m.children {
		_, there := m.targetChildren[c.boss]
		if alone := (modelChild{boss: c.boss}); c == alone {
			continue // it would be a row of delimiters, and is bad in any case
		}
		if !there && !slices.ContainsFunc(m.children, func(o modelChild) bool { return o.num == c.boss }) {
			m.children[i].boss = ""
		}
	}
}

// after are the tables' rows afterwards.
func (m *sheetModel) after() []string {
	parents, children := map[string]string{}, map[string]modelChild{}
	for code, x := range m.targetParents {
		parents[code] = x
	}
	for num, c := range m.targetChildren {
		children[num] = c
	}
	for i, p := range m.parents {
		if _, there := m.targetParents[p.code]; p != (modelParent{}) && !m.badParent[i] && (!there || m.policies[0].updates()) {
			parents[p.code] = p.x
		}
	}
	for i, c := range m.children {
		if _, there := m.targetChildren[c.num]; c != (modelChild{}) && !m.badChild[i] && (!there || m.policies[1].updates()) {
			children[c.num] = c
		}
	}
	var rows []string
	for code, x := range parents {
		rows = append(rows, "p "+code+" "+x)
	}
	for num, c := range children {
		rows = append(rows, fmt.Sprintf("c %s %s %s %s", num, c.parent, c.boss, c.qty))
	}
	slices.Sort(rows)
	return rows
}

// Random files, with faults of many kinds, chains of rejected rows, and rows that are there:
// what is bad and what is in the tables afterwards is what the model says.
func TestSheetRandom(t *testing.T) {
	t.Parallel()
	narrow, wide := pgtest.DB(t), pgtest.DB(t)
	for _, url := range []string{narrow, wide} {
		pgtest.Exec(t, url, `
		CREATE TABLE parent (id bigserial PRIMARY KEY, code text NOT NULL UNIQUE, x int CHECK (x >= 0));
		CREATE TABLE child (id bigserial PRIMARY KEY, num int NOT NULL UNIQUE, parent_id bigint REFERENCES parent, boss_id bigint REFERENCES child, qty int NOT NULL CHECK (qty > 0));`)
	}
	const more = 350 // columns of each wide table, so that a row of texts might not fit into a page
	for _, table := range []string{"parent", "child"} {
		pgtest.Exec(t, wide, "ALTER TABLE "+table+" "+repeat(more, ", ", "ADD w%d int"))
	}
	parent, child := gyro.Table("parent"), gyro.Table("child")
	dir := t.TempDir()
	rapid.Check(t, func(r *rapid.T) {
		m := &sheetModel{targetParents: map[string]string{}, targetChildren: map[string]modelChild{}, reject: rapid.Bool().Draw(r, "reject")}
		url, moreHeaders, moreCells := narrow, "", ""
		if rapid.IntRange(0, 19).Draw(r, "wide") == 13 { // rarely: each takes a second
			url, moreHeaders, moreCells = wide, ","+repeat(more, ",", "w%d"), ","+repeat(more, ",", "%d")
		}
		pick := func(what string, from ...string) string { return rapid.SampledFrom(from).Draw(r, what) }
		for i := range m.policies {
			m.policies[i] = rapid.SampledFrom(modelPolicies).Draw(r, "policy")
		}
		var setup strings.Builder
		setup.WriteString("TRUNCATE parent, child;")
		for _, code := range []string{"p0", "p5"} {
			if rapid.Bool().Draw(r, "there") {
				m.targetParents[code] = "7"
				fmt.Fprintf(&setup, "INSERT INTO parent (code, x) VALUES ('%s', 7);", code)
			}
		}
		for _, num := range []string{"0", "5", "8"} {
			if rapid.Bool().Draw(r, "there") {
				m.targetChildren[num] = modelChild{num: num, qty: "9"}
				fmt.Fprintf(&setup, "INSERT INTO child (num, qty) VALUES (%s, 9);", num)
			}
		}
		pgtest.Exec(t, url, setup.String())
		parents, children := "code,x"+moreHeaders+"\n", "num,parent,boss,qty"+moreHeaders+"\n"
		for range rapid.IntRange(0, 6).Draw(r, "parents") {
			p := modelParent{pick("code", "p0", "p1", "p2", "p3", "p4", ""), pick("x", "1", "2", "3", "-1", "bad")}
			m.parents = append(m.parents, p)
			if parents += p.code + "," + p.x; p != (modelParent{}) {
				parents += moreCells
			}
			parents += "\n"
		}
		for range rapid.IntRange(0, 12).Draw(r, "children") {
			c := modelChild{pick("num", "0", "1", "2", "3", "4", "6", "7", ""), pick("parent", "", "", "p0", "p1", "p2", "p5", "p6"), pick("boss", "", "", "", "0", "1", "2", "3", "5", "7", "9"), pick("qty", "1", "2", "3", "4", "5", "6", "x", "", "-3")}
			m.children = append(m.children, c)
			if children += strings.Join([]string{c.num, c.parent, c.boss, c.qty}, ","); c != (modelChild{}) {
				children += moreCells
			}
			children += "\n"
		}
		setNull := rapid.Bool().Draw(r, "set null")
		var missing gyro.Missing
		if setNull {
			missing = gyro.SetNull
			m.nullUnknown()
		}
		m.run()
		dialect := pgcsv.Dialect{Skip: rapid.IntRange(0, 2).Draw(r, "skip"), Footer: rapid.IntRange(0, 2).Draw(r, "footer"), Delimiter: ',', Header: pgcsv.Yes}
		above, below := strings.Repeat("A \"report,\n", dialect.Skip), strings.Repeat("\nTotal,,\"x\ny\"\n", dialect.Footer)
		parents, children = above+parents+below, above+children+below

		files := []sheets.File{}
		for name, text := range map[string]string{"parent": parents, "child": children} {
			path, reject := filepath.Join(dir, name+".csv"), ""
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				r.Fatal(err)
			}
			if m.reject {
				reject = filepath.Join(dir, name+".bad.csv")
				_ = os.Remove(reject)
			}
			files = append(files, sheets.File{Model: gyro.Table(name), From: csvdir.File(path, reject)})
		}
		report, err := sheets.Load{Files: files, Target: postgres.DB{URL: url}, Importers: gyro.Registry{
			m.policies[0].importer(gyro.Importer{Model: parent, CSV: gyro.CSV{Dialect: dialect}}, "code"),
			m.policies[1].importer(gyro.Importer{Model: child, CSV: gyro.CSV{Dialect: dialect}, Columns: gyro.Columns{
				"parent": {Ref: parent, By: gyro.By{"code": "parent"}}, "boss": {Ref: child, By: gyro.By{"num": "boss"}, Missing: missing},
			}}, "num"),
		}}.Run(t.Context())
		if report == nil {
			r.Fatal(err)
		}
		got := map[string]bool{}
		for _, f := range report.Load.Validation.Files {
			for _, rule := range f.Rules {
				for _, fault := range rule.First {
					got[fmt.Sprintf("%s %d", f.Model, fault.Row)] = true
				}
			}
		}
		any := false
		compare := func(name string, bad []bool) {
			for i, b := range bad {
				any = any || b
				if key := fmt.Sprintf("%s %d", name, i+1); got[key] != b {
					r.Fatalf("%s: bad %v, the model says %v (policies %v, reject %v)\n%s\n%s\n%s\n%v", key, got[key], b, m.policies, m.reject, setup.String(), parents, children, faultsOf(report))
				}
			}
		}
		compare("parent", m.badParent)
		compare("child", m.badChild)
		if any && !m.reject {
			if err == nil {
				r.Fatal("bad rows were loaded")
			}
			return
		}
		if err != nil {
			r.Fatal(err)
		}
		now := strings.Split(strings.TrimSpace(string(pgtest.Copy(t, url, `SELECT r FROM (SELECT 'p ' || code || ' ' || coalesce(x::text, '') AS r FROM parent
			UNION ALL SELECT concat('c ', c.num, ' ', p.code, ' ', b.num, ' ', c.qty) FROM child c LEFT JOIN parent p ON p.id = c.parent_id LEFT JOIN child b ON b.id = c.boss_id) x`))), "\n")
		now = now[1:] // the header
		slices.Sort(now)
		if want := m.after(); !slices.Equal(now, want) {
			r.Fatalf("got\n%s\nwant\n%s\n(policies %v, reject %v)\n%s\n%s\n%s", strings.Join(now, "\n"), strings.Join(want, "\n"), m.policies, m.reject, setup.String(), parents, children)
		}
	})
}
