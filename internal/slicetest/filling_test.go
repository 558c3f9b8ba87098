package slicetest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// filling says what rows an application's tables get: the same whenever it is asked for.
type filling struct {
	salt    string // stands in texts, so that two fillings have none in common
	tenants int
	tenant  string // the table of tenants; empty: there are none
}

const perTenant = 3 // rows of a table

// filled are the rows that were made.
type filled struct {
	filling
	d    *description
	rows map[*relation][]*made
	conn *pgx.Conn
	rnd  *rand.Rand
	n    int // values made
	kind map[*choice][]option
	// tenanted are the relations whose rows belong to a tenant.
	tenanted map[*relation]bool
	t        testing.TB
}

// made is a row.
type made struct {
	r          *relation
	values     map[string]string // text by column; no entry: NULL
	tenant     int               // 0: nobody's
	part, ctid string
	parents    []*made
}

// fill fills the tables that are empty. Keys are dropped meanwhile, so that circles can be filled, and made again:
// PostgreSQL itself says whether the rows keep them. What a check, a unique key or a trigger refuses is drawn again.
func fill(t testing.TB, url string, how filling) *filled {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.WithoutCancel(t.Context()))
	d := describe(t, url)
	f := &filled{
		filling: how, d: d, conn: conn, t: t, rows: map[*relation][]*made{}, kind: map[*choice][]option{},
		rnd: rand.New(rand.NewPCG(1, uint64(how.salt[0]))),
	}
	for _, r := range d.relations {
		for _, k := range r.kinds {
			f.kind[k] = k.options(t, url)
		}
	}
	f.exec("BEGIN; SET LOCAL TimeZone = 'UTC'; SET CONSTRAINTS ALL IMMEDIATE")
	for _, r := range d.relations {
		for _, l := range r.links {
			f.exec("ALTER TABLE " + l.table + " DROP CONSTRAINT " + l.name)
		}
	}
	f.findTenanted()
	var waiting []func()
	for _, r := range d.ordered(f.tenant) {
		waiting = append(waiting, f.fillOne(r)...)
	}
	for _, later := range waiting {
		later()
	}
	for _, r := range d.relations {
		for _, l := range r.links {
			f.exec("ALTER TABLE " + l.table + " ADD CONSTRAINT " + l.name + " " + l.definition)
		}
	}
	f.exec("COMMIT")
	return f
}

func (f *filled) exec(sql string) {
	f.t.Helper()
	if _, err := f.conn.PgConn().Exec(f.t.Context(), sql).ReadAll(); err != nil {
		f.t.Fatalf("%s: %v", sql, err)
	}
}

// findTenanted finds the relations that lead to a tenant.
func (f *filled) findTenanted() {
	f.tenanted = map[*relation]bool{f.d.relation(f.tenant): true}
	for n := 0; n < len(f.tenanted); {
		n = len(f.tenanted)
		for _, r := range f.d.relations {
			for _, l := range r.links {
				if f.tenanted[l.to] {
					f.tenanted[r] = true
				}
			}
			for _, k := range r.kinds {
				if slices.ContainsFunc(f.kind[k], func(o option) bool { return f.tenanted[o.to] }) {
					f.tenanted[r] = true
				}
			}
		}
	}
}

// fillOne makes the rows of a table, and returns what can only be said when all tables have theirs.
func (f *filled) fillOne(r *relation) (waiting []func()) {
	if f.adopt(r) {
		return nil
	}
	tenants := []int{0, 0, 0, 0}
	if f.tenanted[r] {
		tenants = nil
		for i := range f.tenants {
			if r.name == f.tenant {
				tenants = append(tenants, i+1)
				continue
			}
			for range perTenant {
				tenants = append(tenants, i+1)
			}
		}
	}
	refused := error(nil)
	for _, tenant := range tenants {
		const tries = 60
		for try := range tries {
			m, later := f.draw(r, tenant, try)
			if m == nil {
				refused = errors.New("no row to refer to")
				continue
			}
			if refused = f.insert(m); refused == nil {
				f.rows[r] = append(f.rows[r], m)
				for _, l := range later {
					waiting = append(waiting, func() { f.complete(m, l) })
				}
				break
			}
		}
	}
	if len(f.rows[r]) == 0 {
		f.t.Fatalf("%s: no row was taken: %v", r.name, refused)
	}
	return waiting
}

// adopt takes the rows that are there already, such as content types.
func (f *filled) adopt(r *relation) bool {
	f.rows[r] = append(f.rows[r], f.returned(r, "SELECT "+returning(r)+" FROM "+r.name)...)
	return len(f.rows[r]) > 0
}

func returning(r *relation) string {
	columns := []string{"tableoid::regclass::text", "ctid::text"}
	for _, a := range r.attributes {
		columns = append(columns, a.Name+"::text")
	}
	return "ARRAY[" + strings.Join(columns, ", ") + "]"
}

func (f *filled) returned(r *relation, sql string) (all []*made) {
	rows, err := f.conn.Query(f.t.Context(), sql)
	if err != nil {
		f.t.Fatal(err)
	}
	found, err := pgx.CollectRows(rows, pgx.RowTo[[]*string])
	if err != nil {
		f.t.Fatal(err)
	}
	for _, values := range found {
		m := &made{r: r, part: *values[0], ctid: *values[1], values: map[string]string{}}
		for i, a := range r.attributes {
			if v := values[i+2]; v != nil {
				m.values[a.Name] = *v
			}
		}
		all = append(all, m)
	}
	return all
}

// draw draws a row; later are the references to rows that are not there yet.
func (f *filled) draw(r *relation, tenant, try int) (m *made, later []*link) {
	m = &made{r: r, tenant: tenant, values: map[string]string{}}
	decided := map[string]bool{}
	for _, k := range r.kinds {
		if !f.choose(m, k) {
			return nil, nil
		}
		decided[k.typ], decided[k.id] = true, true
	}
	for _, l := range r.links {
		if len(l.columns) == 1 && decided[l.columns[0]] {
			continue
		}
		free := slices.IndexFunc(l.columns, func(c string) bool { return !decided[c] && !r.attribute(c).NotNull })
		parent := f.pick(m, l)
		switch {
		case parent != nil && (free < 0 || f.rnd.IntN(4) > 0 || r.attribute(l.columns[free]).NotNull):
			m.refer(l, parent)
		case free >= 0:
			if parent == nil && f.rows[l.to] == nil {
				later = append(later, l)
			}
		case len(f.rows[l.to]) == 0: // a circle: a number that nobody has, for now
			m.values[l.columns[0]] = strconv.Itoa(1_000_000 + f.next())
			later = append(later, l)
		default:
			return nil, nil
		}
		for _, c := range l.columns {
			decided[c] = true
		}
	}
	for _, a := range r.attributes {
		if decided[a.Name] || a.Given || !a.NotNull && f.rnd.IntN(5) == 0 {
			continue
		}
		m.values[a.Name] = f.value(a, try)
	}
	return m, later
}

func (r *relation) attribute(name string) *attribute {
	return r.attributes[slices.IndexFunc(r.attributes, func(a *attribute) bool { return a.Name == name })]
}

func (m *made) refer(l *link, parent *made) {
	for i, c := range l.columns {
		m.values[c] = parent.values[l.toColumns[i]]
	}
	m.parents = append(m.parents, parent)
}

// pick picks a row that another may refer to: of the same tenant, or nobody's.
func (f *filled) pick(m *made, l *link) *made {
	var candidates []*made
	for _, p := range f.rows[l.to] {
		agrees := p.tenant == 0 || p.tenant == m.tenant
		for i, c := range l.columns {
			v, known := m.values[c]
			agrees = agrees && (!known || v == p.values[l.toColumns[i]])
		}
		if agrees {
			candidates = append(candidates, p)
		}
	}
	if len(candidates) == 0 {
		return nil
	}
	return candidates[f.rnd.IntN(len(candidates))]
}

// choose lets a polymorphic reference lead to a row of one of its kinds.
func (f *filled) choose(m *made, k *choice) bool {
	if !m.r.attribute(k.id).NotNull && f.rnd.IntN(4) == 0 {
		return true
	}
	options := f.kind[k]
	for _, i := range f.rnd.Perm(len(options)) {
		o := options[i]
		if parent := f.pick(m, &link{to: o.to}); parent != nil && len(o.to.pk) == 1 {
			m.values[k.typ], m.values[k.id] = o.value, parent.values[o.to.pk[0]]
			m.parents = append(m.parents, parent)
			return true
		}
	}
	return !m.r.attribute(k.id).NotNull
}

// insert inserts a row, unless the database refuses it.
func (f *filled) insert(m *made) error {
	var columns, values []string
	for _, a := range m.r.attributes {
		if v, ok := m.values[a.Name]; ok {
			columns, values = append(columns, a.Name), append(values, quoted(v))
		} else if !a.Given {
			columns, values = append(columns, a.Name), append(values, "NULL")
		}
	}
	return f.try(m, fmt.Sprintf("INSERT INTO %s (%s) VALUES (%s) RETURNING %s", m.r.name,
		strings.Join(columns, ", "), strings.Join(values, ", "), returning(m.r)))
}

func quoted(v string) string { return "'" + strings.ReplaceAll(v, "'", "''") + "'" }

// try changes one row, and reads what became of it.
func (f *filled) try(m *made, sql string) error {
	f.exec("SAVEPOINT row")
	rows, err := f.conn.Query(f.t.Context(), sql)
	var got [][]*string
	if err == nil {
		got, err = pgx.CollectRows(rows, pgx.RowTo[[]*string])
	}
	var refused *pgconn.PgError
	if errors.As(err, &refused) {
		f.exec("ROLLBACK TO row")
		if !strings.HasPrefix(refused.Code, "23") {
			f.t.Fatalf("%s: %v", sql, err)
		}
		return err
	}
	if err != nil || len(got) != 1 {
		f.t.Fatalf("%s: %d rows, %v", sql, len(got), err)
	}
	f.exec("RELEASE row")
	m.part, m.ctid = *got[0][0], *got[0][1]
	for i, a := range m.r.attributes {
		if delete(m.values, a.Name); got[0][i+2] != nil {
			m.values[a.Name] = *got[0][i+2]
		}
	}
	return nil
}

// complete lets a row refer to one that was not there when it was made.
func (f *filled) complete(m *made, l *link) {
	var free []string
	needed := false
	for _, c := range l.columns {
		if _, given := m.values[c]; !given || len(l.columns) == 1 { // given: a number that nobody has
			free = append(free, c)
			needed = needed || given
			delete(m.values, c)
		}
	}
	for range 60 {
		parent := f.pick(m, l)
		if parent == nil || parent == m {
			continue
		}
		var set []string
		for _, c := range free {
			set = append(set, c+" = "+quoted(parent.values[l.toColumns[slices.Index(l.columns, c)]]))
		}
		if f.try(m, fmt.Sprintf("UPDATE %s SET %s WHERE tableoid = %s::regclass AND ctid = %s RETURNING %s", m.r.name,
			strings.Join(set, ", "), quoted(m.part), quoted(m.ctid), returning(m.r))) == nil {
			m.parents = append(m.parents, parent)
			return
		}
	}
	if needed {
		f.t.Fatalf("%s: no row of %s to refer to", m.r.name, l.to.name)
	}
}

func (f *filled) next() int { f.n++; return f.n }

var typeParts = regexp.MustCompile(`^([a-z ]+?)(?:\((\d+)(?:,\d+)?\))?( with(?:out)? time zone)?(\[\])?$`)

// value draws a value of a column's type.
func (f *filled) value(a *attribute, try int) string {
	if len(a.Labels) > 0 {
		return a.Labels[f.rnd.IntN(len(a.Labels))]
	}
	if len(a.Literals) > 0 {
		return a.Literals[f.rnd.IntN(len(a.Literals))]
	}
	parts := typeParts.FindStringSubmatch(a.Type)
	if parts == nil {
		f.t.Fatalf("%s: type %s is not known", a.Name, a.Type)
	}
	size, _ := strconv.Atoi(parts[2])
	if parts[4] != "" {
		one := strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(f.plain(a.Name, parts[1], size, try))
		return [...]string{`{}`, `{"` + one + `"}`, `{"` + one + `",NULL}`}[f.rnd.IntN(3)]
	}
	return f.plain(a.Name, parts[1], size, try)
}

func (f *filled) plain(name, typ string, size, try int) string {
	n, r := f.next(), f.rnd
	moment := fmt.Sprintf("2024-%02d-%02d", 1+r.IntN(4), 1+r.IntN(28))
	clock := fmt.Sprintf("%02d:%02d:%02d.%03d", r.IntN(24), r.IntN(60), r.IntN(60), r.IntN(1000))
	switch typ {
	case "boolean":
		return []string{"t", "f"}[r.IntN(2)]
	case "smallint", "integer", "bigint":
		if try%2 == 0 {
			return strconv.Itoa(1 + r.IntN(6))
		}
		return strconv.Itoa(n % 30_000)
	case "numeric", "money":
		return fmt.Sprintf("%d.%02d", r.IntN(90), r.IntN(100))
	case "real", "double precision":
		return strconv.FormatFloat(r.Float64()*10, 'g', 6, 64)
	case "date":
		return moment
	case "timestamp":
		return moment + " " + clock
	case "time":
		return clock
	case "interval":
		return fmt.Sprintf("%d days %d:30:00", r.IntN(40), r.IntN(30))
	case "uuid":
		return fmt.Sprintf("%08x-%04x-4000-8000-%012x", r.Uint32(), f.salt[0], n)
	case "json", "jsonb":
		return fmt.Sprintf(`{"b": [%d, null, "it's \"%s\""],  "a": {}}`, n, f.salt)
	case "bytea":
		return fmt.Sprintf(`\x00ff%02x%08x`, f.salt[0], n)
	case "inet":
		return fmt.Sprintf("10.0.%d.%d", r.IntN(256), r.IntN(256))
	case "cidr":
		return fmt.Sprintf("10.%d.0.0/16", r.IntN(256))
	case "hstore":
		return fmt.Sprintf(`"it's" => "%s%d", b => NULL`, f.salt, n)
	case "point":
		return fmt.Sprintf("(%d,2.5)", n)
	case "daterange":
		return "[" + moment + ",2024-06-01)"
	case "tstzrange":
		return `["` + moment + ` 10:00+02",)`
	case "tsvector":
		return f.salt
	case "text", "character varying", "character", "citext":
		return f.text(name, n, size)
	}
	f.t.Fatalf("%s: type %s is not known", name, typ)
	return ""
}

// text draws a text that no other row has.
func (f *filled) text(name string, n, size int) string {
	short := f.salt + strconv.FormatInt(int64(n), 36)
	if size > 0 && size < 5 { // two or three characters: the last ones count
		short = strings.ToUpper(f.salt + strconv.FormatInt(int64(f.rnd.IntN(36)), 36))
	}
	long := name + " " + short + []string{"", ` "quoted"`, ", a comma", "\nline", " é€", ` \N`, "\ttab"}[f.rnd.IntN(7)]
	if size > 0 && size < len(long) || strings.Contains(name, "slug") || strings.Contains(name, "token") {
		return short
	}
	return long
}

// firstTenant is the key of the first one.
func (f *filled) firstTenant() []string {
	r := f.d.relation(f.tenant)
	return []string{f.rows[r][0].values[r.pk[0]]}
}

// ofTenant counts a table's rows that lead to no tenant but the first.
func (f *filled) ofTenant(table string) (n int64) {
	memo := map[*made]bool{}
	var foreign func(m *made) bool
	foreign = func(m *made) bool {
		if known, ok := memo[m]; ok {
			return known
		}
		memo[m] = m.r.name == f.tenant && m.tenant != 1
		if !memo[m] {
			memo[m] = slices.ContainsFunc(m.parents, foreign)
		}
		return memo[m]
	}
	for _, m := range f.rows[f.d.relation(table)] {
		if !foreign(m) {
			n++
		}
	}
	return n
}
