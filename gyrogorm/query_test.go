package gyrogorm_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/export"
	"github.com/gyrodata/gyro/gyrogorm"
)

func tenants() *gorm.DB { return gyrogorm.Select[tenant]() }

func orders() *gorm.DB { return gyrogorm.Select[order]() }

// text is the SELECT that a query became, with its arguments behind.
func text(t *testing.T, q *gorm.DB) string {
	t.Helper()
	text, args, ok := gyrogorm.Query(q).Select()
	if !ok {
		t.Errorf("%v: no query", q)
	}
	for _, arg := range args {
		text += fmt.Sprintf(" | %v", arg)
	}
	return text
}

// A query's arguments are kept apart from its text.
func TestQuery(t *testing.T) {
	t.Parallel()
	const from = `SELECT * FROM "accounts"."tenant"`
	noon := time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)
	for want, q := range map[string]*gorm.DB{
		from: tenants(),
		from + ` WHERE short_code = $1 AND id IN ($2,$3) | O'Brien\ | 1 | 2`:                                            tenants().Where("short_code = ?", `O'Brien\`).Where("id IN ?", []int64{1, 2}),
		from + ` WHERE "tenant"."short_code" = $1 | x`:                                                                  tenants().Where(&tenant{Code: "x"}),
		from + ` WHERE created_at > $1 | 2026-01-02 12:00:00 +0000 UTC`:                                                 tenants().Where("created_at > ?", noon),
		from + ` WHERE short_code = $1 | $1; DROP TABLE x`:                                                              tenants().Where("short_code = ?", "$1; DROP TABLE x"),
		from + ` ORDER BY id LIMIT $1 | 3`:                                                                              tenants().Order("id").Limit(3),
		`SELECT "id" FROM "accounts"."tenant"`:                                                                          tenants().Select("id"),
		`SELECT * FROM "hens" WHERE egg_id > $1 AND "hens"."deleted_at" IS NULL | 5`:                                    gyrogorm.Select[hen]().Where("egg_id > ?", 5),
		`SELECT * FROM "hens" WHERE egg_id > $1 | 5`:                                                                    gyrogorm.Select[hen]().Unscoped().Where("egg_id > ?", 5),
		`SELECT "order"."tenant_id","order"."id","order"."tenant_code","order"."parent_id" FROM "order" JOIN x ON true`: orders().Joins("JOIN x ON true"),
	} {
		if got := text(t, q); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

// What GORM could not write is told when the query is used, and never sent.
func TestQueryMistakes(t *testing.T) {
	t.Parallel()
	failed := tenants().Session(&gorm.Session{})
	_ = failed.AddError(errors.New("no rows wanted"))
	noModel := gyrogorm.Select[tenant]().Session(&gorm.Session{NewDB: true})
	for want, q := range map[string]*gorm.DB{
		`the GORM query is nil`:                                  nil,
		`gorm: no rows wanted`:                                   failed,
		`the GORM query has no model: db.Model(&Customer{})`:     noModel.Table("x"),
		`gorm: gyrogorm.Keys: the query has no model`:            gyrogorm.Keys(noModel.Table("x")),
		`gorm: gyrogorm.Keys: the query is nil`:                  gyrogorm.Keys(nil),
		`gorm: gyrogorm.Keys: struct keyless has no primary key`: gyrogorm.Keys(gyrogorm.Select[keyless]()),
	} {
		_, err := export.Slice{Source: none{}, Target: none{}, Jobs: []gyro.ImportJob{{Model: gyrogorm.Model[tenant](), Query: gyrogorm.Query(q)}}}.Run(t.Context())
		if err == nil || err.Error() != "job 1 (accounts.tenant): "+want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
}

// A query of one struct is refused as another's job.
func TestQueryOf(t *testing.T) {
	t.Parallel()
	slicer := export.Slice{Source: none{}, Target: none{}, Jobs: []gyro.ImportJob{{Model: gyrogorm.Model[order](), Query: gyrogorm.Query(tenants())}}}
	_, err := slicer.Run(t.Context())
	if err == nil || err.Error() != "job 1 (order): the query selects from accounts.tenant" {
		t.Errorf("got %v", err)
	}
	slicer.Jobs[0].Query = gyrogorm.Query(orders())
	if _, err := slicer.Run(t.Context()); !errors.Is(err, errAsked) {
		t.Errorf("its own query is refused: %v", err)
	}
}

func TestKeys(t *testing.T) {
	t.Parallel()
	for want, q := range map[string]*gorm.DB{
		`SELECT "tenant"."id" FROM "accounts"."tenant" WHERE short_code = $1 | x`:                                                                    tenants().Where("short_code = ?", "x"),
		`SELECT "tenant"."id" FROM "accounts"."tenant" ORDER BY short_code LIMIT $1 | 3`:                                                             tenants().Order("short_code").Limit(3),
		`SELECT "tenant"."id" FROM "accounts"."tenant"`:                                                                                              tenants().Select("id", "short_code"),
		`SELECT "order"."tenant_id","order"."id" FROM "order"`:                                                                                       orders(),
		`SELECT "order"."id" FROM "order" WHERE tenant_id IN (SELECT "tenant"."id" FROM "accounts"."tenant" WHERE short_code = $1 LIMIT $2) | x | 2`: orders().Select(`"order"."id"`).Where("tenant_id IN (?)", gyrogorm.Keys(tenants().Where("short_code = ?", "x").Limit(2))),
	} {
		before := text(t, q)
		got := before
		if !strings.Contains(want, "IN (SELECT") {
			got = text(t, gyrogorm.Keys(q))
			if again := text(t, gyrogorm.Keys(gyrogorm.Keys(q))); again != want {
				t.Errorf("keys of keys: %s", again)
			}
		}
		if got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
		if got := text(t, q); got != before {
			t.Errorf("the query itself is now %s", got)
		}
	}
}

// otherDialect is one of another database.
type otherDialect struct{ gorm.Dialector }

func (otherDialect) Name() string { return "mysql" }

// A query that was built for another database is refused.
func TestQueryOfOtherDialect(t *testing.T) {
	t.Parallel()
	own := tenants()
	config := *own.Config
	config.Dialector = otherDialect{own.Dialector}
	other := own.Session(&gorm.Session{})
	other.Config = &config
	_, err := export.Slice{Source: none{}, Target: none{}, Jobs: []gyro.ImportJob{{Model: gyrogorm.Model[tenant](), Query: gyrogorm.Query(other)}}}.Run(t.Context())
	if err == nil || !strings.Contains(err.Error(), "the query was built for another database, and Gyro reads PostgreSQL") {
		t.Errorf("got %v", err)
	}
}

// What is wrong with a struct waits in its query too.
func TestSelectOfBadStruct(t *testing.T) {
	t.Parallel()
	for range 2 {
		q := gyrogorm.Select[badRelation]().Where("id = ?", 1)
		_, err := export.Slice{Source: none{}, Target: none{}, Jobs: []gyro.ImportJob{{Model: gyro.Table("a"), Query: gyrogorm.Query(q)}}}.Run(t.Context())
		if err == nil || !strings.Contains(err.Error(), "struct gyrogorm_test.badRelation") {
			t.Errorf("got  %v", err)
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
