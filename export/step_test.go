package export_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/export"
	"github.com/gyrodata/gyro/internal/modeltest"
	"github.com/gyrodata/gyro/schema"
)

// What is declared wrong is told before the target is asked, and the target before the
// source; Plan says the same as Run.
func TestJobMistakes(t *testing.T) {
	t.Parallel()
	a, b := gyro.Table("a"), gyro.Table("b")
	lines := func(l ...string) string { return strings.Join(l, "\n") }
	for name, c := range map[string]struct {
		slicer export.Slice
		want   string
	}{
		"no jobs":                 {export.Slice{}, `export: there are no jobs (name at least one model in Jobs)`},
		"no model":                {export.Slice{Jobs: []gyro.ImportJob{{Model: a}, {}}}, `job 2: no model is given`},
		"a model that is wrong":   {export.Slice{Jobs: jobs("a.")}, `job 1: table name "a.": an empty part`},
		"twice":                   {export.Slice{Jobs: jobs("a", "b", "public.a")}, `job 3 (a): there is another job for this model (join their conditions with OR in one)`},
		"no importer":             {export.Slice{Importers: gyro.Registry{{Model: a}}, Jobs: jobs("a", "b")}, `job 2 (b): the registry has no importer for this model (add one to Importers)`},
		"a registry that is":      {export.Slice{Importers: gyro.Registry{{Model: a, File: ".x"}}, Jobs: jobs("a")}, `importer a: file name .x begins with a dot (a plain name, such as a.csv)`},
		"of another model":        {export.Slice{Jobs: []gyro.ImportJob{{Model: a, Query: gyro.Where("x").Of(schema.NewName("s", "b"))}}}, `job 1 (a): the query selects from s.b`},
		"an empty condition":      {export.Slice{Jobs: []gyro.ImportJob{{Model: a, Query: gyro.Where(" ")}}}, `job 1 (a): the query is empty; leave it out to take every row`},
		"an empty query":          {export.Slice{Jobs: []gyro.ImportJob{{Model: a, Query: gyro.SQL("")}}}, `job 1 (a): the query is empty; leave it out to take every row`},
		"a builder's error":       {export.Slice{Jobs: []gyro.ImportJob{{Model: a, Query: gyro.Built("SELECT 1", nil, errors.New("no FROM"))}}}, `job 1 (a): no FROM`},
		"one file for two tables": {export.Slice{Jobs: jobs("s.a", `"s.a"`)}, `job 2 ("s.a"): file s.a.csv is taken by s.a (set File of an importer)`},
		"order": {
			export.Slice{Importers: modeltest.Shop(nil), Jobs: []gyro.ImportJob{{Model: modeltest.Products}, {Model: modeltest.Items}, {Model: modeltest.Customers}, {Model: modeltest.Orders}, {Model: modeltest.Tenants}}},
			lines(
				`job 2 (item): it refers to customer, whose job 3 comes later (an order that works: product, customer, tenant, order, item; Order auto finds it)`,
				`job 2 (item): it refers to order, whose job 4 comes later`,
				`job 4 (order): it refers to tenant, whose job 5 comes later`,
			),
		},
		"order, by what an importer says": {
			export.Slice{
				Importers: gyro.Registry{{Model: modeltest.Model(modeltest.Table("a", "b_id")), Columns: gyro.Columns{"b": {Ref: b, Soft: true}}}, {Model: b}},
				Jobs:      jobs("a", "b"),
			},
			`job 1 (a): it refers to b, whose job 2 comes later (an order that works: b, a; Order auto finds it)`,
		},
		"many": {
			export.Slice{Importers: gyro.Registry{{}, {Model: a}}, Jobs: append(jobs("b", "b"), gyro.ImportJob{Model: a, Query: gyro.Where("")}, gyro.ImportJob{})},
			lines(
				`importer 1: no model is given`,
				`job 1 (b): the registry has no importer for this model (add one to Importers)`,
				`job 2 (b): there is another job for this model (join their conditions with OR in one)`,
				`job 3 (a): the query is empty; leave it out to take every row`,
				`job 4: no model is given`,
			),
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, to := endpoints()
			c.slicer.Source, c.slicer.Target = s, to
			report, err := c.slicer.Run(t.Context())
			modeltest.WantError(t, err, c.want)
			plan, err := c.slicer.Plan(t.Context())
			modeltest.WantError(t, err, c.want)
			if report != nil || plan != nil {
				t.Error("a report or a plan came with the mistakes")
			}
			wantCalls(t, s.calls)
		})
	}
}

func TestNoEndpoints(t *testing.T) {
	t.Parallel()
	_, err := export.Slice{}.Run(t.Context())
	modeltest.WantError(t, err, "export: there is no Source (name a database)\nexport: there is no Target (a place for the slice, such as a directory)\nexport: there are no jobs (name at least one model in Jobs)")
	_, err = export.Slice{Jobs: jobs("a")}.Plan(t.Context())
	modeltest.WantError(t, err, "export: there is no Source (name a database)\nexport: there is no Target (a place for the slice, such as a directory)")
}

// What only the catalog knows is told as whole as the rest, and the target is then left
// alone.
func TestCatalogMistakes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		catalog   []*schema.Table
		importers gyro.Registry
		jobs      []gyro.ImportJob
		want      []string
	}{
		"tables": {
			catalog: []*schema.Table{modeltest.Table("accounts_tenant"), modeltest.Table("sales.orders")}, jobs: jobs("accounts_tenat", "orders", "x"),
			want: []string{
				`job 1 (accounts_tenat): the source has no table accounts_tenat (did you mean "accounts_tenant"?)`,
				`job 2 (orders): the source has no table orders (did you mean "sales.orders"?)`,
				`job 3 (x): the source has no table x`,
			},
		},
		"no job for what is referred to": {
			catalog: []*schema.Table{modeltest.Refer(modeltest.Refer(modeltest.Table("a", "b_id", "x"), "b", "b_id"), "s.c", "x", "b_id"), modeltest.Table("b")}, jobs: jobs("a"),
			want: []string{
				`job 1 (a): b_id refers to b, which has no job (add a job for b before it, or set Missing of that column to Include or SetNull; Missing of the importer, or of all, is the default)`,
				`job 1 (a): x, b_id refers to s.c, which has no job (add a job for s.c before it, or set Missing of that column to Include or SetNull; Missing of the importer, or of all, is the default)`,
			},
		},
		"order": {
			catalog: []*schema.Table{modeltest.Refer(modeltest.Table("a", "b_id"), "b", "b_id"), modeltest.Table("b")}, jobs: jobs("a", "b"),
			want: []string{`job 1 (a): it refers to b, whose job 2 comes later (an order that works: b, a; Order auto finds it)`},
		},
		"column": {
			catalog: []*schema.Table{modeltest.Table("a", "b_id")}, jobs: jobs("a"),
			importers: gyro.Registry{{Model: gyro.Table("a"), Columns: gyro.Columns{"bid": {}, "b_id": {Ref: gyro.Table("a")}}}},
			want: []string{
				`importer a, column "b_id": b_id is not a foreign key, says the catalog (set Soft if rows refer to a without a foreign key)`,
				`importer a, column "bid": a has no column "bid" (did you mean "b_id"?)`,
			},
		},
		"struct": {
			catalog: []*schema.Table{modeltest.Refer(modeltest.Table("a", "b_id"), "c", "b_id"), modeltest.Table("b"), modeltest.Table("c")}, jobs: jobs("b", "c", "a"),
			importers: gyro.Registry{{Model: gyro.Table("b")}, {Model: gyro.Table("c")}, {Model: relation(modeltest.Table("a", "b_id", "extra"), "b", "B", "b_id")}},
			want: []string{
				`model a: the struct has column "extra" (field Field_extra), the table has not`,
				`model a: b_id refers to b by the struct's relation B, to c by the catalog`,
			},
		},
		"columns that are referred to": {
			catalog: []*schema.Table{modeltest.Table("a", "b_id", "v_id", "x"), keyed(modeltest.Table("b", "k", "l", "code"), "k", "l"), keyed(modeltest.Table("v"))},
			importers: gyro.Registry{{Model: gyro.Table("b")}, {Model: gyro.Table("v")}, {Model: gyro.Table("a"), Columns: gyro.Columns{
				"b": {Ref: gyro.Table("b"), Soft: true}, "v": {Ref: gyro.Table("v"), Soft: true}, "x": {Ref: gyro.Table("b"), Soft: true, To: "cod"},
			}}},
			jobs: jobs("b", "v", "a"),
			want: []string{
				`importer a, column "b": it stands on b_id and refers to b's k, l (say in To which columns it refers to)`,
				`importer a, column "v": it stands on v_id and refers to v, which has no primary key (say in To which columns it refers to)`,
				`importer a, column "x": b has no column "cod" (did you mean "code"?)`,
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, to := endpoints(c.catalog...)
			slicer := export.Slice{Source: s, Target: to, Importers: c.importers, Jobs: c.jobs}
			_, err := slicer.Run(t.Context())
			modeltest.WantError(t, err, strings.Join(c.want, "\n"))
			if last := s.list[len(s.list)-1]; last != "abort" {
				t.Errorf("the last call was %s", last)
			}
			_, err = slicer.Plan(t.Context())
			modeltest.WantError(t, err, strings.Join(c.want, "\n"))
		})
	}
}

// keyed gives a table another primary key, or none.
func keyed(t *schema.Table, key ...string) *schema.Table {
	t.PrimaryKey = key
	return t
}

// relation adds a reference that an ORM's struct knows by relation to a table, and makes it
// a model.
func relation(t *schema.Table, to, relation string, columns ...string) gyro.Model {
	modeltest.Refer(t, to, columns...)
	t.References[len(t.References)-1].Relation = relation
	return modeltest.Model(t)
}

// A query that the source refuses is a mistake of its job; each of them is told.
func TestExplainMistakes(t *testing.T) {
	t.Parallel()
	s, to := endpoints(modeltest.Table("a"), modeltest.Table("b"), modeltest.Table("c"))
	cause := &gyro.Error{Op: "explain", Err: errors.New("syntax error"), Hint: "look at position 7"}
	s.explain = func(sel driver.Selection) error {
		switch sel.Table.Name.Table {
		case "a":
			return blamed{cause}
		case "c":
			return blamed{errors.New("column does not exist")}
		}
		return nil
	}
	_, err := export.Slice{Source: s, Target: to, Jobs: jobs("a", "b", "c")}.Run(t.Context())
	modeltest.WantError(t, err, "job 1 (a): explain: syntax error (look at position 7)\njob 3 (c): column does not exist")
	if !errors.Is(err, cause) {
		t.Error("the cause is lost")
	}
	// All at once, of which the first fails; then one by one.
	wantCalls(t, s.calls, "begin [a.csv b.csv c.csv]", "open", "explain a", "explain a", "explain b", "explain c", "close", "abort")
}

// blamed is an error that the query is to blame for.
type blamed struct{ error }

func (b blamed) Unwrap() error { return b.error }

func (blamed) Is(target error) bool { return target == driver.ErrQuery }

// What the query is not to blame for ends the run at once, as it is.
func TestExplainFails(t *testing.T) {
	t.Parallel()
	s, to := endpoints(modeltest.Table("a"), modeltest.Table("b"))
	cause := errors.New("the connection was lost")
	s.explain = func(driver.Selection) error { return cause }
	_, err := export.Slice{Source: s, Target: to, Jobs: jobs("a", "b")}.Run(t.Context())
	modeltest.WantError(t, err, "the connection was lost")
	wantCalls(t, s.calls, "begin [a.csv b.csv]", "open", "explain a", "close", "abort")
}

// Tables of one circle come in any order; what stands outside still comes before or after.
func TestCircleOrder(t *testing.T) {
	t.Parallel()
	hen, egg := modeltest.Refer(modeltest.Table("hen", "egg_id"), "egg", "egg_id"), modeltest.Refer(modeltest.Table("egg", "hen_id"), "hen", "hen_id")
	nest := modeltest.Refer(modeltest.Refer(modeltest.Table("nest", "egg_id", "nest_id"), "egg", "egg_id"), "nest", "nest_id")
	for order, want := range map[string]string{
		"hen egg nest": "",
		"egg hen nest": "",
		"egg nest hen": "",
		"nest hen egg": `job 1 (nest): it refers to egg, whose job 3 comes later (an order that works: hen, egg, nest; Order auto finds it)`,
	} {
		s, to := endpoints(hen, egg, nest)
		_, err := export.Slice{Source: s, Target: to, Jobs: jobs(strings.Fields(order)...)}.Run(t.Context())
		modeltest.WantError(t, err, want)
	}
}

func TestDefaultFiles(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"orders_order":     "orders_order.csv",
		"public.a":         "a.csv",
		"sales.orders":     "sales.orders.csv",
		"Größe":            "Größe.csv",
		`"../etc/passwd"`:  "%2E.%2Fetc%2Fpasswd.csv",
		`a\b:c*d?e<f>g|h%`: "a%5Cb%3Ac%2Ad%3Fe%3Cf%3Eg%7Ch%25.csv",
		"new\nline":        "new%0Aline.csv",
		`".hidden"`:        "%2Ehidden.csv",
		`".s"."t""u"`:      "%2Es.t%22u.csv",
	} {
		s, to := endpoints(modeltest.Table(name))
		if _, err := (export.Slice{Source: s, Target: to, Jobs: jobs(name)}).Run(t.Context()); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if s.list[0] != "begin ["+want+"]" {
			t.Errorf("%s: %s", name, s.list[0])
		}
	}
}
