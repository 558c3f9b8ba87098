package foreign

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/postgres/internal/server"
)

// casts tries whether texts can be cast.
type casts struct{ *attempt }

// softInput is the first server that tells whether a text can be cast (pg_input_is_valid).
const softInput = 160000

// caster is a function of this session that tries a cast: it gives the SQLSTATE of what is
// wrong, or NULL.
func caster(t *sheet, field int) string {
	return fmt.Sprintf("pg_temp.gyro_cast_%d_%d", t.Number, field)
}

// prepare makes the functions that try casts, for what can't be asked otherwise.
func (c *casts) prepare(ctx context.Context) error {
	for _, t := range c.sheets {
		if err := c.checkLiterals(ctx, t); err != nil {
			return err
		}
		if len(t.Sheet.Made) > 0 {
			continue
		}
		for i, f := range t.Sheet.Fields {
			value := "$1"
			if f.Expr != "" {
				value = "(SELECT (" + f.Expr + "\n) FROM (SELECT $1 AS value) gyro_value)"
			}
			if err := c.makeFunction(ctx, caster(t, i), c.types.text(f).written(), value); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *casts) makeFunction(ctx context.Context, name, typ, value string) error {
	c.functions = append(c.functions, name+"(pg_catalog.text)")
	body := "BEGIN DECLARE gyro_x " + typ + " := " + value + "; BEGIN RETURN NULL; END; EXCEPTION WHEN OTHERS THEN RETURN SQLSTATE; END"
	return c.Exec(ctx, "make a function that tries a cast", "CREATE OR REPLACE FUNCTION "+name+"(pg_catalog.text) RETURNS pg_catalog.text LANGUAGE plpgsql AS "+dollarQuoted(body))
}

// dollarQuoted quotes the body of a function, by a tag that does not stand in it.
func dollarQuoted(body string) string {
	tag := "$gyro$"
	for n := 0; strings.Contains(body, tag); n++ {
		tag = fmt.Sprintf("$gyro%d$", n)
	}
	return tag + body + tag
}

// checkLiterals tries the values that the importer gives: those of Default, By, Min and Max.
func (c *casts) checkLiterals(ctx context.Context, t *sheet) error {
	var found []error
	n := 0
	try := func(text string, typ columnType, what string) error {
		n++
		name := fmt.Sprintf("pg_temp.gyro_literal_%d_%d", t.Number, n)
		if err := c.makeFunction(ctx, name, typ.written(), "$1"); err != nil {
			return err
		}
		var state *string
		if err := c.Conn.QueryRow(ctx, "SELECT "+name+"($1)", text).Scan(&state); err != nil {
			return server.Failed(ctx, "try a value", t.Table.Name.String(), err)
		}
		if state != nil {
			found = append(found, &gyro.Mistake{Place: gyro.Text("importer " + t.Table.Name.String() + ", " + what), Problem: gyro.Text("it is no value of type " + typ.name)})
		}
		return nil
	}
	for _, v := range t.Sheet.Values {
		if v.Field < 0 {
			if err := try(v.Literal, c.types.known[t.Table.Name][v.Column], "{Default} of "+v.Column); err != nil {
				return err
			}
		}
	}
	for _, r := range t.Sheet.References {
		for _, part := range r.Parts {
			if part.Given {
				if err := try(part.Literal, c.types.text(part.SheetField), "{By} of "+strings.Join(r.Columns, ", ")); err != nil {
					return err
				}
			}
		}
	}
	for _, f := range t.Sheet.Fields {
		if f.Default != "" {
			if err := try(f.Default, c.types.text(f), "{Default} of "+f.Column); err != nil {
				return err
			}
		}
		for what, bound := range map[string]string{"{Min}": f.Min, "{Max}": f.Max} {
			if bound != "" {
				if err := try(bound, c.types.text(f), what+" of "+f.Column); err != nil {
					return err
				}
			}
		}
	}
	return errors.Join(found...)
}

// rule is a condition that makes a row of t bad.
type rule struct {
	broken string // SQL
	name   string // SQL
	column string
	said   string // SQL
	field  string // SQL: the field that can't be cast, or NULL
	tested bool   // it holds only for rows with values that have to be tested
}

// row is what is told of it.
func (r rule) row() string {
	return fmt.Sprintf("%s, %s, %s", r.name, server.Literal(r.column), r.said)
}

var brokenCastSQL = server.Own(`(
  SELECT CASE WHEN e = '22001' THEN %[2]s WHEN e = '22003' THEN %[3]s WHEN e = '23514' THEN %[4]s WHEN e = '23502' THEN %[5]s ELSE %[6]s END
  FROM (SELECT %[1]s AS e OFFSET 0) gyro_state
)`)

// rule is that a text can be cast to its column's type. Where the reader proved it, nobody
// asks: its number stands in test where it did not.
func (c *casts) rule(f driver.SheetField, text, caster, test string, number int) rule {
	typ, call := c.types.text(f), caster+"("+text+")"
	broken := call + " IS NOT NULL"
	if c.Version >= softInput && f.Expr == "" {
		broken = fmt.Sprintf("NOT pg_catalog.pg_input_is_valid(%s, %s)", text, server.Literal(typ.written()))
	}
	if !f.Test {
		broken = hasToBeTested(test, number) + " AND " + broken
	}
	invalid := gyro.InvalidValue
	saidInvalid := "no value of type " + typ.name
	if typ.enum {
		invalid, saidInvalid = gyro.NotAllowed, "none of the values of "+typ.name
	}
	choose := func(tooLong, beyond, check, null, other string) string {
		return fmt.Sprintf(brokenCastSQL, call,
			server.Literal(tooLong), server.Literal(beyond), server.Literal(check), server.Literal(null), server.Literal(other))
	}
	return rule{
		broken: text + " IS NOT NULL AND " + broken,
		name:   choose(string(gyro.TooLong), string(gyro.OutOfRange), string(gyro.CheckFailed), string(gyro.Required), string(invalid)),
		column: f.Header,
		said:   choose("longer than "+typ.name, "beyond "+typ.name, "a check of "+typ.name, typ.name+" may not be NULL", saidInvalid),
		field:  fmt.Sprint(number),
		tested: !f.Test,
	}
}
