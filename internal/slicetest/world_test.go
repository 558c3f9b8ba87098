package slicetest

import (
	"fmt"
	"slices"
	"strings"

	"pgregory.net/rapid"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/export"
)

// world is a random database, and what is asked of it.
type world struct {
	tables        []*table
	onDisk        bool // all keys
	workers       int
	collationsMix bool
}

type table struct {
	name    string
	columns []column
	pk      []string
	unique  [][]string
	others  []uniqueness
	parts   parts
	// byTenant is the key that holds the tenant, if any.
	byTenant []string
	refs     []*ref
	rows     []row
	job      *job // nil: none
}

type column struct {
	name, typ string
	notNull   bool
}

// row holds text by column; a column that is not there is NULL.
type row map[string]string

type ref struct {
	name      string
	from      *table
	columns   []string
	to        *table
	toColumns []string
	full      bool // MATCH FULL
	deferred  bool
	soft      bool // declared only: the database has no foreign key, and rows may dangle
	missing   gyro.Missing
	// kind, of one kind of a polymorphic reference: the rows that hold value in column refer.
	kind *kind
}

// kind is one of two that share a column; the other is told by it.
type kind struct {
	column, value string
	when          string // SQL
	other         *ref
}

type job struct {
	where   string // SQL, or empty
	matches func(row) bool
	limit   int
	per     string
	perCols []string
	percent float64
	orderBy bool // n DESC
	seed    int64
	orphans bool
	follow  bool
}

func (t *table) column(name string) *column {
	for i := range t.columns {
		if t.columns[i].name == name {
			return &t.columns[i]
		}
	}
	return nil
}

const maxTables = 12

// drawWorld draws 3 to 12 tables with keys of several kinds, references backwards, forwards
// and to themselves, rows that keep them, and jobs.
func drawWorld(t *rapid.T, collationsMix bool) *world {
	w := &world{collationsMix: collationsMix}
	n := rapid.IntRange(3, maxTables).Draw(t, "tables")
	for i := range n {
		w.tables = append(w.tables, drawTable(t, i))
	}
	w.drawTenants(t)
	for i, from := range w.tables {
		for k := range rapid.IntRange(0, 3).Draw(t, "references") {
			var to *table
			switch rapid.IntRange(0, 9).Draw(t, "direction") {
			case 0:
				to = from
			case 1, 2: // forwards: a circle, or to be included or nulled
				to = w.tables[rapid.IntRange(0, n-1).Draw(t, "to")]
			default:
				to = w.tables[rapid.IntRange(0, i).Draw(t, "to")]
			}
			w.drawRef(t, from, to, k)
		}
	}
	w.drawTrees(t)
	for i, tab := range w.tables {
		if rapid.IntRange(0, 5).Draw(t, "polymorphic") == 0 {
			w.drawKinds(t, tab, i)
		}
	}
	for _, tab := range w.tables {
		drawRows(t, tab)
	}
	w.drawParts(t)
	w.drawAllValues(t)
	w.dropRowsWithoutParents()
	for _, tab := range w.tables {
		drawJob(t, tab)
	}
	for i, tab := range w.tables {
		for _, r := range tab.refs {
			w.mend(t, i, r)
		}
		for _, r := range tab.refs {
			if r.kind != nil && r.missing != r.kind.other.missing { // it is said of the column
				r.missing, r.kind.other.missing = gyro.Include, gyro.Include
			}
		}
	}
	w.onDisk = rapid.Bool().Draw(t, "keys on disk")
	for _, tab := range w.tables {
		restricts := func(r *ref) bool { return (&model{w: w}).policy(tab, r) == gyro.Restrict }
		if tab.job != nil && !slices.ContainsFunc(tab.refs, restricts) {
			tab.job.follow = false // it would be refused
		}
	}
	w.workers = rapid.IntRange(0, 4).Draw(t, "workers")
	return w
}

// mend keeps most policies from being refused at plan time.
func (w *world) mend(t *rapid.T, from int, r *ref) {
	to := slices.Index(w.tables, r.to)
	switch {
	case r.missing == gyro.SetNull || r.missing == gyro.Include:
	case to == from:
		r.missing = ""
	case r.to.job == nil && w.tables[from].job != nil:
		r.missing = gyro.Include
	case to > from && rapid.IntRange(0, 3).Draw(t, "hope for a circle") > 0:
		r.missing = gyro.Include
	}
}

func drawTable(t *rapid.T, i int) *table {
	tab := &table{name: fmt.Sprintf("t%d", i)}
	typ := rapid.SampledFrom([]string{"integer", "integer", "bigint", "text", "uuid", "numeric", "pair", "rare", "rare"}).Draw(t, "key")
	if typ == "rare" {
		typ = rapid.SampledFrom([]string{"oid", "date", "timestamp", "timestamptz", "varchar(20)", "char(12)", "inet", "cidr", "citext", "citext", ci, ci, ci}).Draw(t, "rare key")
	}
	if typ == "pair" {
		tab.columns, tab.pk = []column{{"a", "integer", true}, {"b", "text", true}}, []string{"a", "b"}
	} else {
		tab.columns, tab.pk = []column{{"id", typ, true}}, []string{"id"}
	}
	tab.columns = append(tab.columns, column{"n", "integer", true})
	if rapid.IntRange(0, 3).Draw(t, "unique") == 0 {
		tab.drawCode(t)
	}
	return tab
}

func (w *world) drawRef(t *rapid.T, from, to *table, k int) {
	key := to.pk
	if len(to.unique) > 0 && rapid.Bool().Draw(t, "to the unique key") {
		key = rapid.SampledFrom(to.unique).Draw(t, "key")
	}
	notNull := rapid.IntRange(0, 2).Draw(t, "not null") == 0 && to != from
	r := &ref{
		name: fmt.Sprintf("%s_r%d", from.name, k), from: from, to: to, toColumns: key,
		full:     len(key) > 1 && rapid.Bool().Draw(t, "match full"),
		deferred: rapid.Bool().Draw(t, "deferrable"),
	}
	if rapid.IntRange(0, 4).Draw(t, "soft") == 0 {
		r.soft, r.full, r.deferred = true, false, false
	}
	for i, c := range key {
		name := fmt.Sprintf("r%d_%d", k, i)
		from.columns = append(from.columns, column{name, w.drawKin(t, to.column(c).typ), notNull})
		r.columns = append(r.columns, name)
	}
	r.missing = drawMissing(t, !notNull)
	from.refs = append(from.refs, r)
}

func drawMissing(t *rapid.T, nullable bool) gyro.Missing {
	policies := []gyro.Missing{"", "", "", gyro.Restrict, gyro.Include}
	if nullable {
		policies = append(policies, gyro.SetNull)
	}
	return rapid.SampledFrom(policies).Draw(t, "missing")
}

// drawKinds adds a polymorphic reference: to one table or another, as a text says. Its column
// is a text too, whatever the keys are.
func (w *world) drawKinds(t *rapid.T, from *table, i int) {
	var single []*table
	for _, to := range w.tables[:i+1] {
		if plain := []string{"integer", "bigint", "text", "uuid", "numeric"}; len(to.pk) == 1 && to != from && slices.Contains(plain, to.column(to.pk[0]).typ) {
			single = append(single, to)
		}
	}
	if len(single) == 0 {
		return
	}
	missing := drawMissing(t, true)
	var kinds []*ref
	for n, value := range []string{"a", "it's b"} {
		to := rapid.SampledFrom(single).Draw(t, "to")
		k := &kind{column: "kind", value: value, when: "kind = '" + strings.ReplaceAll(value, "'", "''") + "'"}
		if rapid.IntRange(0, 3).Draw(t, "unreadable") == 0 {
			k.when = "coalesce(" + k.when + ", false)"
		}
		kinds = append(kinds, &ref{name: fmt.Sprintf("poly %d", n), from: from, columns: []string{"object"}, to: to, toColumns: to.pk, soft: true, missing: missing, kind: k})
	}
	kinds[0].kind.other, kinds[1].kind.other = kinds[1], kinds[0]
	from.columns = append(from.columns, column{"kind", "text", false}, column{"object", "text", false})
	from.refs = append(from.refs, kinds...)
}

// drawRows draws keys and plain columns.
func drawRows(t *rapid.T, tab *table) {
	for i := range rapid.IntRange(0, 12).Draw(t, "rows") {
		r := row{"n": fmt.Sprint(rapid.IntRange(0, 9).Draw(t, "n"))}
		id := i * 7 % 13 // not in the order of the rows
		if slices.Contains(tab.pk, tenant) {
			id /= 2 // one of two tenants'
		}
		for _, k := range tab.pk {
			if tab.refers(k) {
				continue
			}
			r[k] = keyValue(tab.column(k).typ, id)
		}
		if code := tab.column("code"); code != nil && (code.notNull || rapid.Bool().Draw(t, "code")) {
			r["code"] = tab.codeValue(id)
		}
		tab.rows = append(tab.rows, r)
	}
}

// drawAllValues draws those of all references; first the tenants, within which others refer.
func (w *world) drawAllValues(t *rapid.T) {
	for _, tenants := range []bool{true, false} {
		for _, tab := range w.tables {
			for _, r := range tab.refs {
				if tenants == slices.Equal(r.columns, []string{tenant}) {
					drawValues(t, tab, r)
				}
			}
		}
	}
}

// drawValues lets each row refer to a row that is there, or to none. What it holds already it keeps.
func drawValues(t *rapid.T, tab *table, r *ref) {
	var targets []row
	for _, target := range r.to.rows {
		if _, ok := r.to.key(target, r.toColumns); ok {
			targets = append(targets, target)
		}
	}
	dangles := r.soft && rapid.IntRange(0, 5).Draw(t, "dangles") == 0
	for _, from := range tab.rows {
		notNull := tab.column(r.columns[len(r.columns)-1]).notNull
		if r.kind != nil {
			if from["kind"] != "" || rapid.IntRange(0, 2).Draw(t, "of this kind") > 0 {
				continue
			}
			from["kind"] = r.kind.value
		}
		if dangles && rapid.IntRange(0, 4).Draw(t, "dangling") == 0 {
			for _, c := range r.columns {
				from[c] = nobody[tab.column(c).typ]
			}
			continue
		}
		var free []string
		shared := row{}
		for _, c := range r.columns {
			if len(r.columns) == 1 || !tab.shares(r, c) {
				free = append(free, c)
			} else if v, ok := from[c]; ok {
				shared[c] = v
			}
		}
		fits := slices.DeleteFunc(slices.Clone(targets), func(target row) bool {
			for i, c := range r.columns {
				_, ok := r.as(i, target[r.toColumns[i]])
				if !ok || !slices.Contains(free, c) && !r.same(i, shared[c], target[r.toColumns[i]]) {
					return true
				}
			}
			return false
		})
		if len(fits) == 0 || (!notNull && rapid.IntRange(0, 2).Draw(t, "null") == 0) {
			if !r.full && len(free) > 0 && len(shared)+1 < len(r.columns) && rapid.Bool().Draw(t, "partly null") {
				from[free[0]] = nobody[tab.column(free[0]).typ] // MATCH SIMPLE: counts as NULL
			}
			continue
		}
		target := fits[rapid.IntRange(0, len(fits)-1).Draw(t, "target")]
		for i, c := range r.columns {
			from[c], _ = r.as(i, target[r.toColumns[i]])
			if to := r.to.column(r.toColumns[i]).typ; loose(to) && slices.Contains(free, c) && r.kind == nil {
				from[c] = otherwise(t, from[c])
			}
		}
	}
}

// as is a value of what the i-th column refers to, as that column holds it; of a polymorphic reference, its text.
func (f *ref) as(i int, v string) (string, bool) {
	if f.kind != nil {
		return v, true
	}
	return converted(f.to.column(f.toColumns[i]).typ, f.from.column(f.columns[i]).typ, v)
}

// dropRowsWithoutParents takes away rows that would break a constraint or a key, until none does.
func (w *world) dropRowsWithoutParents() {
	for changed := true; changed; {
		changed = false
		for _, tab := range w.tables {
			var rest []row
			for _, r := range tab.rows {
				twice := slices.ContainsFunc(rest, func(other row) bool { return tab.clash(r, other) })
				if !twice && w.keeps(tab, r) {
					rest = append(rest, r)
				}
			}
			changed = changed || len(rest) < len(tab.rows)
			tab.rows = rest
		}
	}
}

func (w *world) keeps(tab *table, r row) bool {
	for _, c := range tab.columns {
		if _, ok := r[c.name]; c.notNull && !ok {
			return false
		}
	}
	for _, ref := range tab.refs {
		if !ref.soft && !ref.isNull(r) && ref.target(r) == nil {
			return false
		}
	}
	return true
}

func drawJob(t *rapid.T, tab *table) {
	if rapid.IntRange(0, 7).Draw(t, "no job") == 0 {
		return
	}
	j := &job{}
	switch rapid.IntRange(0, 5).Draw(t, "query") {
	case 0:
		j.where, j.matches = "n % 2 = 0", func(r row) bool { return (r["n"][0]-'0')%2 == 0 }
	case 1:
		j.where, j.matches = "n > 6 OR n < 2", func(r row) bool { return r["n"] > "6" || r["n"] < "2" }
	}
	switch rapid.IntRange(0, 5).Draw(t, "sample") {
	case 0:
		j.limit = rapid.IntRange(1, 6).Draw(t, "limit")
	case 1:
		j.limit = rapid.IntRange(1, 3).Draw(t, "limit")
		j.per, j.perCols = "n", []string{"n"}
		if len(tab.refs) > 0 {
			r := tab.refs[rapid.IntRange(0, len(tab.refs)-1).Draw(t, "per")]
			j.per, j.perCols = strings.Join(r.columns, ", "), r.columns
		}
	case 2:
		j.percent = float64(rapid.IntRange(1, 99).Draw(t, "percent"))
		j.seed = rapid.Int64Range(-2, 2).Draw(t, "seed")
	}
	if j.limit > 0 {
		switch rapid.IntRange(0, 2).Draw(t, "order") {
		case 0:
			j.orderBy = true
		case 1:
			j.seed = rapid.Int64Range(-9, 9).Draw(t, "seed")
		}
	}
	j.orphans = rapid.IntRange(0, 3).Draw(t, "orphans") == 0
	j.follow = rapid.Bool().Draw(t, "follow")
	tab.job = j
}

// key gives what a row's values of some columns mean; false where one is NULL.
func (t *table) key(r row, columns []string) (string, bool) {
	var values []string
	for _, c := range columns {
		v, ok := r[c]
		if !ok {
			return "", false
		}
		values = append(values, meaning(t.column(c).typ, v))
	}
	return strings.Join(values, "\x00"), true
}

// isNull reports whether the reference counts as NULL in a row.
func (f *ref) isNull(r row) bool {
	if f.kind != nil && r[f.kind.column] != f.kind.value {
		return true
	}
	nulls := 0
	for _, c := range f.columns {
		if _, ok := r[c]; !ok {
			nulls++
		}
	}
	if f.full {
		return nulls == len(f.columns)
	}
	return nulls > 0
}

// target is the row that a row refers to, or nil.
func (f *ref) target(r row) row {
	return f.among(f.to.rows, r)
}

// among is the row of some that a row refers to, or nil.
func (f *ref) among(rows []row, r row) row {
	for _, target := range rows {
		same := true
		for i, c := range f.columns {
			v, ok := r[c]
			want, there := target[f.toColumns[i]]
			same = same && ok && there && f.same(i, v, want)
		}
		if same {
			return target
		}
	}
	return nil
}

// same compares a value of the i-th column with one of the column that it refers to.
func (f *ref) same(i int, v, want string) bool {
	if f.kind != nil {
		return v == want
	}
	from, to := f.from.column(f.columns[i]).typ, f.to.column(f.toColumns[i]).typ
	v, want = plain(from, v), plain(to, want)
	switch {
	case to == "char(12)":
		v = strings.TrimRight(v, " ")
	case loose(to) && !strings.HasPrefix(v, drawnLater):
		v, want = folded(v), folded(want)
	}
	return v == want
}

// sql makes the world: tables, rows, then keys, as a dump would.
func (w *world) sql() string {
	var b strings.Builder
	b.WriteString(w.collationsSQL())
	for _, t := range w.tables {
		var columns []string
		for _, c := range t.columns {
			text := c.name + " " + c.typ
			if c.notNull {
				text += " NOT NULL"
			}
			columns = append(columns, text)
		}
		b.WriteString(t.createSQL(columns))
		for i, r := range t.rows {
			var values []string
			for _, c := range t.columns {
				if v, ok := r[c.name]; ok {
					values = append(values, "'"+strings.ReplaceAll(v, "'", "''")+"'")
				} else {
					values = append(values, "NULL")
				}
			}
			fmt.Fprintf(&b, "INSERT INTO %s VALUES (%s);\n", t.into(i), strings.Join(values, ", "))
		}
		_, keyed := t.keyed()
		for _, piece := range keyed {
			fmt.Fprintf(&b, "ALTER TABLE %s ADD PRIMARY KEY (%s);\n", piece, strings.Join(t.pk, ", "))
			b.WriteString(t.uniqueSQL(piece))
		}
	}
	for _, t := range w.tables {
		for _, r := range t.refs {
			if r.soft {
				continue
			}
			text := fmt.Sprintf("ADD CONSTRAINT %s FOREIGN KEY (%s) REFERENCES %s (%s)", r.name,
				strings.Join(r.columns, ", "), r.to.name, strings.Join(r.toColumns, ", "))
			if r.full {
				text += " MATCH FULL"
			}
			if r.deferred {
				text += " DEFERRABLE INITIALLY DEFERRED"
			}
			pieces, _ := t.keyed()
			for _, piece := range pieces {
				b.WriteString("ALTER TABLE " + piece + " " + text + ";\n")
			}
		}
	}
	return b.String()
}

// slicer is what is asked of Gyro.
func (w *world) slicer() export.Slice {
	s := export.Slice{Workers: w.workers}
	if w.onDisk {
		s.KeyMemory = 1
	}
	for _, t := range w.tables {
		importer := gyro.Importer{Model: gyro.Table(t.name), Columns: gyro.Columns{}}
		for _, r := range t.refs {
			if !r.soft && r.kind == nil && r.missing == "" {
				continue // the catalog has to know of it; an importer that named it would be refused where it does not
			}
			c := gyro.Column{Ref: gyro.Table(r.to.name), Missing: r.missing, Soft: r.soft}
			if r.soft {
				c.To = strings.Join(r.toColumns, ", ")
			}
			if r.kind != nil {
				c = importer.Columns[r.columns[0]]
				c.Missing = r.missing
				c.Cases = append(c.Cases, gyro.Case{When: r.kind.when, Ref: gyro.Table(r.to.name)})
			}
			if len(r.columns) > 1 {
				c.Over = strings.Join(r.columns, ", ")
				importer.Columns[r.name] = c
			} else {
				importer.Columns[r.columns[0]] = c
			}
		}
		s.Importers = append(s.Importers, importer)
		if t.job == nil {
			continue
		}
		j := gyro.ImportJob{
			Model: gyro.Table(t.name), Limit: t.job.limit, Per: t.job.per, Percent: t.job.percent, Seed: t.job.seed, Orphans: t.job.orphans, Follow: t.job.follow,
		}
		if t.job.where != "" {
			j.Query = gyro.Where(t.job.where)
		}
		if t.job.orderBy {
			j.OrderBy = "n DESC"
		}
		s.Jobs = append(s.Jobs, j)
	}
	return s
}
