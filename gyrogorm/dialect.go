package gyrogorm

import (
	"strconv"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/callbacks"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"
)

// postgresName is what GORM calls the dialect.
const postgresName = "postgres"

// dialect writes PostgreSQL's SQL, and has no connection.
type dialect struct{}

func (dialect) Name() string { return postgresName }

func (dialect) Initialize(db *gorm.DB) error {
	callbacks.RegisterDefaultCallbacks(db, &callbacks.Config{})
	return nil
}

func (dialect) Migrator(*gorm.DB) gorm.Migrator { return nil }

func (dialect) DataTypeOf(f *schema.Field) string { return string(f.DataType) }

func (dialect) DefaultValueOf(*schema.Field) clause.Expression { return clause.Expr{SQL: "DEFAULT"} }

func (dialect) BindVarTo(w clause.Writer, stmt *gorm.Statement, _ any) {
	_, _ = w.WriteString("$" + strconv.Itoa(len(stmt.Vars)))
}

func (dialect) QuoteTo(w clause.Writer, name string) {
	for i, part := range strings.Split(name, ".") {
		if i > 0 {
			_ = w.WriteByte('.')
		}
		_, _ = w.WriteString(`"` + strings.ReplaceAll(part, `"`, `""`) + `"`)
	}
}

func (dialect) Explain(sql string, _ ...any) string { return sql }

// offline builds queries; it has no connection and is never asked for one.
var offline = func() *gorm.DB {
	db, err := gorm.Open(dialect{}, &gorm.Config{DryRun: true, DisableAutomaticPing: true, SkipDefaultTransaction: true})
	if err != nil {
		panic(err) // nothing is opened
	}
	return db
}()
