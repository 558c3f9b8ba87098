package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/gyrodata/gyro"
)

// Check asks for the rights that a plan needs.
func (l *loading) Check(ctx context.Context, plan *gyro.LoadPlan) error {
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
		if made[t.Table.Name.String()] {
			continue
		}
		for _, right := range rights(t) {
			ok, err := l.may(ctx, "SELECT has_table_privilege($1::text::regclass, $2)", identifier(t.Table.Name), right)
			if err != nil {
				return err
			}
			if !ok {
				lacks("table "+t.Table.Name.String(), "the role lacks "+right, "GRANT "+right+" ON "+t.Table.Name.String()+" TO the role")
			}
		}
		if l.db.Exclusive == ExclusiveAlways || l.db.DisableTriggers {
			ok, err := l.may(ctx, "SELECT pg_has_role(relowner, 'USAGE') FROM pg_class WHERE oid = $1::text::regclass", identifier(t.Table.Name))
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
func (l *loading) expressions(ctx context.Context, t *gyro.LoadTable) []error {
	var found []error
	for _, c := range t.Columns {
		if c.Expr == "" {
			continue
		}
		_, _, err := safe(ctx, l.conn, c.Expr, nil, func(text string) string {
			return "SELECT (" + text + "\n) FROM (SELECT ''::text AS value) gyro_value"
		})
		var failure *gyro.Error
		if errors.As(err, &failure) {
			found = append(found, &gyro.Mistake{
				Place: fmt.Sprintf("table %s, Expr of column %q", t.Table.Name, c.Name), Problem: failure.Err.Error(),
				Hint: "an expression in SQL over value, which is a text", Err: err,
			})
		} else if err != nil {
			found = append(found, err)
		}
	}
	return found
}

// rights are those on a table that a load needs.
func rights(t *gyro.LoadTable) []string {
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
		return false, failed(ctx, "look at the rights", "", err)
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
