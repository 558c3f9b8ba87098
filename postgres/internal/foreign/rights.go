package foreign

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/postgres/internal/loading"
	"github.com/gyrodata/gyro/postgres/internal/server"
)

// Check holds against the server what an importer says of a foreign CSV file.
func Check(ctx context.Context, s *loading.Session, t *driver.LoadTable) (found []error, err error) {
	for _, f := range t.Sheet.Fields {
		if err := s.CheckExpr(ctx, t, f.Column, f.Expr); err != nil {
			found = append(found, err)
		}
	}
	place := "table " + t.Table.Name.String()
	refuse := func(place, problem, hint string) {
		found = append(found, &gyro.Mistake{Place: gyro.Text(place), Problem: gyro.Text(problem), Hint: gyro.Text(hint)})
	}
	var names []string
	for _, v := range t.Sheet.Values {
		names = append(names, server.Quote(v.Column))
	}
	columns := strings.Join(names, ", ")
	from := "(SELECT " + columns + " FROM " + server.Identifier(t.Table.Name) + ") gyro_row"
	for _, c := range t.Sheet.Checks {
		err := s.CheckSQL(ctx, "("+c.SQL+"\n) IS FALSE", from, c.Place, gyro.Text("a condition in SQL over the columns that the file gives values: "+columns))
		if err != nil {
			found = append(found, err)
		}
	}
	ask := func(place, text, value, hint string) error {
		var ok *bool
		err := s.Conn.QueryRow(ctx, text, value).Scan(&ok)
		if err == nil {
			return nil
		}
		err = server.Failed(ctx, "ask the server about", place, err)
		var e *server.Error
		if !errors.As(err, &e) {
			return err
		}
		refuse(place, "the server does not take it: "+e.Error(), hint)
		return nil
	}
	for _, f := range t.Sheet.Fields {
		if f.Pattern != "" {
			of := fmt.Sprintf("%s, {Pattern} of column %q", place, f.Column)
			if err := ask(of, server.Own("SELECT '' ~ concat('^(?:', $1::text, ')$')"), f.Pattern, "a regular expression of PostgreSQL"); err != nil {
				return nil, err
			}
		}
	}
	for _, zone := range t.Sheet.TimeZones {
		if err := ask(place+", TimeZone", server.Own("SELECT timezone($1::text, now()) IS NULL"), zone, "a name such as Europe/Berlin"); err != nil {
			return nil, err
		}
	}
	for _, r := range t.Sheet.References {
		names := []string{server.Identifier(r.Table)}
		for _, t := range r.Parts {
			for _, step := range t.Path {
				names = append(names, server.Identifier(step.Table))
			}
		}
		for _, name := range names {
			ok, err := s.Holds(ctx, server.Own("SELECT has_table_privilege($1::text::regclass, 'SELECT')"), name)
			if err != nil {
				return nil, err
			}
			if !ok {
				refuse("table "+name, "the role lacks SELECT, by which rows are looked for", s.Grant(ctx, "SELECT ON "+name))
			}
		}
	}
	return found, nil
}
