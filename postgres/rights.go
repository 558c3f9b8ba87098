package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/postgres/internal/server"
	"github.com/gyrodata/gyro/postgres/internal/statement"
)

// Check asks for the rights that a plan needs.
func (l *loading) Check(ctx context.Context, plan *driver.LoadPlan) error {
	var found []error
	lacks := func(place, problem, hint string) {
		found = append(found, &gyro.Mistake{Place: place, Problem: problem, Hint: hint})
	}
	made := map[string]bool{}
	for _, t := range plan.Create {
		made[t.Name.String()] = true
		ok, err := l.may(ctx, "SELECT coalesce((SELECT has_schema_privilege(oid, 'CREATE') FROM pg_namespace WHERE nspname = $1), has_database_privilege(current_database(), 'CREATE'))", t.Name.Schema)
		if err != nil {
			return err
		}
		if !ok {
			lacks("table "+t.Name.String(), "the role may not make it", "GRANT CREATE ON SCHEMA "+t.Name.Schema)
		}
	}
	temporary := false
	for _, t := range plan.Tables {
		temporary = temporary || !t.Straight
		found = append(found, l.expressions(ctx, t)...)
		if t.Sheet != nil {
			problems, err := l.sheetProblems(ctx, t)
			if err != nil {
				return err
			}
			found = append(found, problems...)
		}
		if made[t.Table.Name.String()] {
			continue
		}
		for _, right := range rights(t) {
			ok, err := l.may(ctx, "SELECT has_table_privilege($1::text::regclass, $2)", server.Identifier(t.Table.Name), right)
			if err != nil {
				return err
			}
			if !ok {
				lacks("table "+t.Table.Name.String(), "the role lacks "+right, "GRANT "+right+" ON "+t.Table.Name.String()+" TO the role")
			}
		}
		if l.db.Exclusive == ExclusiveAlways || l.db.DisableTriggers {
			ok, err := l.may(ctx, "SELECT pg_has_role(relowner, 'USAGE') FROM pg_class WHERE oid = $1::text::regclass", server.Identifier(t.Table.Name))
			if err != nil {
				return err
			}
			if !ok {
				lacks("table "+t.Table.Name.String(), "the role is not its owner, as exclusive loads and disabled triggers need", "load as the owner, or with exclusive never")
			}
		}
		for _, c := range t.Table.Columns {
			if c.Sequence == "" || plan.DryRun {
				continue
			}
			ok, err := l.may(ctx, "SELECT has_sequence_privilege($1::text::regclass, 'USAGE') AND has_sequence_privilege($1::text::regclass, 'UPDATE')", c.Sequence)
			if err != nil {
				return err
			}
			if !ok {
				lacks("table "+t.Table.Name.String(), "the role lacks USAGE or UPDATE on the sequence "+c.Sequence, "GRANT USAGE, UPDATE ON SEQUENCE "+c.Sequence+" TO the role")
			}
		}
	}
	if temporary {
		ok, err := l.may(ctx, "SELECT has_database_privilege(current_database(), 'TEMPORARY')")
		if err != nil {
			return err
		}
		if !ok {
			lacks("target", "the role may not make temporary tables", "GRANT TEMPORARY ON DATABASE … TO the role")
		}
	}
	return errors.Join(found...)
}

// expressions sees to it that each Expr is one expression over value, and no more.
func (l *loading) expressions(ctx context.Context, t *driver.LoadTable) []error {
	var found []error
	expression := func(column, text string) {
		if text == "" {
			return
		}
		err := l.vet(ctx, text, "(SELECT ''::text AS value) gyro_value", fmt.Sprintf("table %s, Expr of column %q", t.Table.Name, column), "an expression in SQL over value, which is a text")
		if err != nil {
			found = append(found, err)
		}
	}
	for _, c := range t.Columns {
		expression(c.Name, c.Expr)
	}
	if t.Sheet != nil {
		for _, f := range t.Sheet.Fields {
			expression(f.Column, f.Expr)
		}
	}
	return found
}

// vet sees to it that a text of the user's is one expression over what from has, and no more.
func (l *loading) vet(ctx context.Context, text, from, place, hint string) error {
	_, _, err := statement.NewParser(l.conn).Safe(ctx, text, nil, func(text string) string { return "SELECT (" + text + "\n) FROM " + from })
	var failure *gyro.Error
	if errors.As(err, &failure) {
		return &gyro.Mistake{Place: place, Problem: failure.Err.Error(), Hint: hint, Err: err}
	}
	return err
}

// sheetProblems holds against the server what an importer says of a foreign CSV file.
func (l *loading) sheetProblems(ctx context.Context, t *driver.LoadTable) (found []error, err error) {
	place := "table " + t.Table.Name.String()
	refuse := func(place, problem, hint string) {
		found = append(found, &gyro.Mistake{Place: place, Problem: problem, Hint: hint})
	}
	var columns []string
	for _, v := range t.Sheet.Values {
		columns = append(columns, server.Quote(v.Column))
	}
	for _, c := range t.Sheet.Checks {
		if err := l.vet(ctx, "("+c.SQL+"\n) IS FALSE", "(SELECT "+strings.Join(columns, ", ")+" FROM "+server.Identifier(t.Table.Name)+") gyro_row", c.Place, "a condition in SQL over the columns that the file gives values: "+strings.Join(columns, ", ")); err != nil {
			found = append(found, err)
		}
	}
	ask := func(place, text, value, hint string) error {
		var ok *bool
		err := l.conn.QueryRow(ctx, text, value).Scan(&ok)
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
			if err := ask(fmt.Sprintf("%s, Pattern of column %q", place, f.Column), "SELECT '' ~ ('^(?:' || $1::text || ')$')", f.Pattern, "a regular expression of PostgreSQL"); err != nil {
				return nil, err
			}
		}
	}
	for _, zone := range t.Sheet.TimeZones {
		if err := ask(place+", TimeZone", "SELECT (now() AT TIME ZONE $1::text) IS NULL", zone, "a name such as Europe/Berlin"); err != nil {
			return nil, err
		}
	}
	for _, r := range t.Sheet.References {
		names := []string{server.Identifier(r.Table)}
		for _, p := range r.Parts {
			for _, step := range p.Path {
				names = append(names, server.Identifier(step.Table))
			}
		}
		for _, name := range names {
			ok, err := l.may(ctx, "SELECT has_table_privilege($1::text::regclass, 'SELECT')", name)
			if err != nil {
				return nil, err
			}
			if !ok {
				refuse("table "+name, "the role lacks SELECT, by which rows are looked for", "GRANT SELECT ON "+name+" TO the role")
			}
		}
	}
	return found, nil
}

// rights are those on a table that a load needs.
func rights(t *driver.LoadTable) []string {
	needed := []string{"SELECT"}
	if !t.MapOnly {
		needed = append(needed, "INSERT")
	}
	if t.Found == gyro.UpdateRow {
		needed = append(needed, "UPDATE")
	}
	return needed
}

func (l *loading) may(ctx context.Context, text string, args ...any) (bool, error) {
	var ok bool
	if err := l.conn.QueryRow(ctx, text, args...).Scan(&ok); err != nil {
		return false, server.Failed(ctx, "look at the rights", "", err)
	}
	return ok, nil
}

// exclusive decides whether the load may have the tables to itself, and says why not.
func (l *loading) exclusive(ctx context.Context) (bool, string, error) {
	switch l.db.Exclusive {
	case ExclusiveNever:
		return false, "", nil
	case ExclusiveAlways:
		return true, "", nil
	case "", ExclusiveAuto:
	}
	var full []string
	for _, p := range l.parts {
		if !p.empty {
			full = append(full, p.Table.Name.String())
		}
	}
	if len(full) > 0 {
		return false, "keys and indexes stay in place: " + some(full) + " had rows already", nil
	}
	for _, p := range l.parts {
		own, err := l.may(ctx, "SELECT pg_has_role(relowner, 'USAGE') FROM pg_class WHERE oid = $1::text::regclass", p.target())
		if err != nil {
			return false, "", err
		}
		if !own {
			return false, "keys and indexes stay in place: the role does not own " + p.Table.Name.String(), nil
		}
	}
	others, err := l.number(ctx, "look at other sessions", `SELECT count(*) FROM pg_stat_activity
		WHERE datname = current_database() AND pid <> pg_backend_pid() AND coalesce(backend_type, 'client backend') = 'client backend'`)
	if err != nil {
		return false, "", err
	}
	if others == 1 {
		return false, "keys and indexes stay in place: another session uses the database", nil
	}
	if others > 0 {
		return false, fmt.Sprintf("keys and indexes stay in place: %d other sessions use the database", others), nil
	}
	return true, "", nil
}

// some names the first few.
func some(names []string) string {
	const shown = 3
	if len(names) > shown {
		return strings.Join(names[:shown], ", ") + fmt.Sprintf(" and %d more", len(names)-shown)
	}
	return strings.Join(slices.Clone(names), ", ")
}
