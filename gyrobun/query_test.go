package gyrobun_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect"
	"github.com/uptrace/bun/dialect/pgdialect"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/export"
	"github.com/gyrodata/gyro/gyrobun"
)

func tenants() *bun.SelectQuery { return gyrobun.Select[tenant]() }

func orders() *bun.SelectQuery { return gyrobun.Select[order]() }

// text is the SELECT that a query became.
func text(t *testing.T, q *bun.SelectQuery) string {
	t.Helper()
	text, args, ok := gyrobun.Query(q).Select()
	if !ok || len(args) > 0 {
		t.Errorf("%s: arguments %v, %t", q, args, ok)
	}
	return text
}

// A query's arguments stand in its text, as literals that bun wrote.
func TestQuery(t *testing.T) {
	t.Parallel()
	const from = `SELECT "t"."id", "t"."short_code", "t"."created_at" FROM "accounts"."tenant" AS "t"`
	noon := time.Date(2026, 1, 2, 12, 0, 0, 0, time.FixedZone("", 3600))
	for want, q := range map[string]*bun.SelectQuery{
		from: tenants(),
		from + ` WHERE (short_code = 'O''Brien\') AND (id IN (1, 2))`:         tenants().Where("short_code = ?", `O'Brien\`).Where("id IN (?)", bun.List([]int64{1, 2})),
		from + ` WHERE ("short_code" IS NOT NULL) AND (id = NULL)`:            tenants().Where("? IS NOT NULL", bun.Ident("short_code")).Where("id = ?", nil),
		from + ` WHERE (created_at > '2026-01-02 11:00:00+00:00')`:            tenants().Where("created_at > ?", noon),
		from + ` WHERE (data ? 'x')`:                                          tenants().Where(`data \? 'x'`),
		from + ` WHERE (short_code = '$1; DROP TABLE x')`:                     tenants().Where("short_code = ?", "$1; DROP TABLE x"),
		from + ` ORDER BY "id" LIMIT 3`:                                       tenants().Order("id").Limit(3),
		`SELECT "t"."id" FROM "accounts"."tenant" AS "t"`:                     tenants().Column("id"),
		`SELECT "order"."id" FROM "order" WHERE ("order".tenant_id = 'five')`: orders().Column("id").Where("?TableAlias.tenant_id = ?", "five"),
	} {
		if got := text(t, q); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

// What bun could not write is told when the query is used, and never sent.
func TestQueryMistakes(t *testing.T) {
	t.Parallel()
	for want, q := range map[string]*bun.SelectQuery{
		`the bun query is nil`: nil,
		`bun panicked: runtime error: invalid memory address or nil pointer dereference; is an argument of a type that it can't write?`: tenants().Where("id = ?", func() {}),
		`bun could not write an argument: bun: List(non-slice int)`:                                                                     tenants().Where("id IN (?)", bun.List(5)),
		`an argument holds ?!(, by which bun marks what it could not write; use gyro.SQL`:                                               tenants().Where("short_code = ?", "a?!(x)"),
		`bun: no rows wanted`:                                  tenants().Err(errors.New("no rows wanted")),
		`bun: gyrobun.Keys: the query has no model`:            gyrobun.Keys(tenants().NewSelect().TableExpr("x")),
		`bun: gyrobun.Keys: the query is nil`:                  gyrobun.Keys(nil),
		`bun: gyrobun.Keys: struct Keyless has no primary key`: gyrobun.Keys(gyrobun.Select[keyless]()),
	} {
		_, err := export.Slice{Source: none{}, Target: none{}, Jobs: []gyro.ImportJob{{Model: gyrobun.Model[tenant](), Query: gyrobun.Query(q)}}}.Run(t.Context())
		if err == nil || err.Error() != "job 1 (accounts.tenant): "+want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
}

// A query of one struct is refused as another's job.
func TestQueryOf(t *testing.T) {
	t.Parallel()
	slicer := export.Slice{Source: none{}, Target: none{}, Jobs: []gyro.ImportJob{{Model: gyrobun.Model[order](), Query: gyrobun.Query(tenants())}}}
	_, err := slicer.Run(t.Context())
	if err == nil || err.Error() != "job 1 (order): the query selects from accounts.tenant" {
		t.Errorf("got %v", err)
	}
	slicer.Jobs[0].Query = gyrobun.Query(orders())
	if _, err := slicer.Run(t.Context()); !errors.Is(err, errAsked) {
		t.Errorf("its own query is refused: %v", err)
	}
}

func TestKeys(t *testing.T) {
	t.Parallel()
	for want, q := range map[string]*bun.SelectQuery{
		`SELECT "t"."id" FROM "accounts"."tenant" AS "t" WHERE (short_code = 'x')`:      tenants().Where("short_code = ?", "x"),
		`SELECT "t"."id" FROM "accounts"."tenant" AS "t" ORDER BY "short_code" LIMIT 3`: tenants().Order("short_code").Limit(3),
		`SELECT "t"."id" FROM "accounts"."tenant" AS "t"`:                               tenants().Column("id", "short_code").ColumnExpr("1 AS one"),
		`SELECT "order"."tenant_id", "order"."id" FROM "order"`:                         orders(),
	} {
		before := text(t, q)
		if got := text(t, gyrobun.Keys(q)); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
		if got := text(t, gyrobun.Keys(gyrobun.Keys(q))); got != want {
			t.Errorf("keys of keys: %s", got)
		}
		if got := text(t, q); got != before {
			t.Errorf("the query itself is now %s", got)
		}
	}
}

// mysqlLike is a dialect of another database.
type mysqlLike struct{ *pgdialect.Dialect }

func (mysqlLike) Name() dialect.Name { return dialect.MySQL }

// A query that was built for another database is refused.
func TestQueryOfOtherDialect(t *testing.T) {
	t.Parallel()
	other := bun.NewDB(nil, mysqlLike{pgdialect.New()})
	q := other.NewSelect().Model((*tenant)(nil)).Where("id = ?", 1)
	for _, query := range []gyro.Query{gyrobun.Query(q), gyrobun.Query(gyrobun.Keys(q))} {
		_, err := export.Slice{Source: none{}, Target: none{}, Jobs: []gyro.ImportJob{{Model: gyrobun.Model[tenant](), Query: query}}}.Run(t.Context())
		if err == nil || !strings.Contains(err.Error(), "the query was built for mysql, and Gyro reads PostgreSQL") {
			t.Errorf("got %v", err)
		}
	}
}

// TestKeysInside stand inside another query, whose columns may have the same names.
func TestKeysInside(t *testing.T) {
	t.Parallel()
	few := tenants().Where("short_code = ?", "x").Limit(2)
	got := text(t, orders().Column("id").Where("tenant_id IN (?)", gyrobun.Keys(few)))
	want := `SELECT "order"."id" FROM "order" WHERE (tenant_id IN (SELECT "t"."id" FROM "accounts"."tenant" AS "t" WHERE (short_code = 'x') LIMIT 2))`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// Where bun panics on a struct, so does no function of this package.
func TestSelectOfBadStruct(t *testing.T) {
	t.Parallel()
	for range 2 {
		q := gyrobun.Select[badJoin]().Where("id = ?", 1)
		_, err := export.Slice{Source: none{}, Target: none{}, Jobs: []gyro.ImportJob{{Model: gyro.Table("a"), Query: gyrobun.Query(q)}}}.Run(t.Context())
		want := "job 1 (a): bun: struct gyrobun_test.badJoin: bun: BadJoin belongs-to T: BadJoin must have column nope"
		if err == nil || err.Error() != want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
}

var errAsked = errors.New("the target was asked")

// none is a source and a target that can't be used.
type none struct{}

func (none) Open(context.Context) (driver.Snapshot, error) { panic("opened") }

func (none) Slice(context.Context) (driver.Slice, error) { return nil, errAsked }

func (none) Check(context.Context, []string) error { return errAsked }

func (none) Begin(context.Context, []string) (driver.SliceWriter, error) { return nil, errAsked }
