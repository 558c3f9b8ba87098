package gyrogorm

import (
	"errors"
	"fmt"
	"reflect"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/schema"
)

// Select is a query on the table of T, to be built without a database. What is wrong with T waits in it. Where names follow rules of
// one's own, build on a *gorm.DB of one's own.
func Select[T any]() *gorm.DB {
	q := offline.Session(&gorm.Session{}).Model(new(T))
	if _, err := describe(reflect.TypeFor[T]()); err != nil {
		_ = q.AddError(err)
	}
	return q
}

// Query is the rows that q selects, the eligible ones of a job: what was built with Model, Where, Joins, Order, Limit and the like, and as GORM adds
// conditions, as those of soft deletion. Only their primary keys count; which columns q names beside the key does not matter. q is not
// run, and left as it is.
func Query(q *gorm.DB) gyro.Query {
	if q == nil {
		return gyro.Built("", nil, errors.New("the GORM query is nil"))
	}
	text, args, name, err := render(q)
	query := gyro.Built(text, args, err)
	if !name.IsZero() {
		query = query.Of(name)
	}
	return query
}

// Keys is q with the primary key as its only column, for use inside another query:
//
//	orders.Where("customer_id IN (?)", gyrogorm.Keys(customers))
//
// q itself is left as it is.
func Keys(q *gorm.DB) *gorm.DB {
	fail := func(err error) *gorm.DB {
		failed := offline.Session(&gorm.Session{NewDB: true}).Model(q)
		_ = failed.AddError(err)
		return failed
	}
	if q == nil {
		return fail(errors.New("gyrogorm.Keys: the query is nil"))
	}
	keys := q.Session(&gorm.Session{})
	stmt := &gorm.Statement{DB: keys}
	if keys.Statement.Model == nil {
		return fail(errors.New("gyrogorm.Keys: the query has no model"))
	}
	if err := stmt.Parse(keys.Statement.Model); err != nil {
		return fail(fmt.Errorf("gyrogorm.Keys: %w", err))
	}
	if len(stmt.Schema.PrimaryFields) == 0 {
		return fail(fmt.Errorf("gyrogorm.Keys: struct %s has no primary key", stmt.Schema.Name))
	}
	var columns []clause.Column
	for _, f := range stmt.Schema.PrimaryFields {
		columns = append(columns, clause.Column{Table: clause.CurrentTable, Name: f.DBName})
	}
	return keys.Clauses(clause.Select{Columns: columns})
}

// render gives a query's text, its arguments, and the table of its model.
func render(q *gorm.DB) (text string, args []any, name schema.Name, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("GORM panicked: %v; is an argument of a type that it can't write?", p)
		}
	}()
	if q.Error != nil {
		return "", nil, name, fmt.Errorf("gorm: %w", q.Error)
	}
	if q.Dialector == nil || q.Name() != postgresName {
		return "", nil, name, errors.New("the query was built for another database, and Gyro reads PostgreSQL")
	}
	if q.Statement.Model == nil {
		return "", nil, name, errors.New("the GORM query has no model: db.Model(&Customer{})")
	}
	dry := q.Session(&gorm.Session{DryRun: true, SkipHooks: true})
	typ := reflect.TypeOf(q.Statement.Model)
	for typ.Kind() == reflect.Pointer || typ.Kind() == reflect.Slice {
		typ = typ.Elem()
	}
	done := dry.Find(reflect.New(reflect.SliceOf(typ)).Interface())
	if done.Error != nil {
		return "", nil, name, fmt.Errorf("gorm: %w", done.Error)
	}
	if done.Statement.Schema != nil {
		name, err = schema.ParseName(done.Statement.Schema.Table)
	}
	return done.Statement.SQL.String(), done.Statement.Vars, name, err
}
