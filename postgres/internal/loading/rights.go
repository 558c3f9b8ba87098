package loading

import (
	"context"
	"errors"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/postgres/internal/server"
	"github.com/gyrodata/gyro/schema"
)

// Rights holds a plan against what the role may do.
type Rights struct {
	*Session
	Options
	// More says what else keeps a table from being loaded; nil: nothing does.
	More func(ctx context.Context, t *driver.LoadTable) ([]error, error)

	found []error
}

// Check asks for the rights that a plan needs.
func (r *Rights) Check(ctx context.Context, plan *driver.LoadPlan) error {
	made := map[string]bool{}
	for _, t := range plan.Create {
		made[t.Name.String()] = true
		if err := r.create(ctx, t); err != nil {
			return err
		}
	}
	temporary := false
	for _, t := range plan.Tables {
		temporary = temporary || !t.Straight
		r.found = append(r.found, r.expressions(ctx, t)...)
		if r.More != nil {
			problems, err := r.More(ctx, t)
			if err != nil {
				return err
			}
			r.found = append(r.found, problems...)
		}
		if made[t.Table.Name.String()] {
			continue
		}
		if err := r.table(ctx, t, plan.DryRun); err != nil {
			return err
		}
	}
	if temporary {
		if err := r.temporary(ctx); err != nil {
			return err
		}
	}
	return errors.Join(r.found...)
}

func (r *Rights) lacks(place, problem, hint string) {
	r.found = append(r.found, &gyro.Mistake{Place: gyro.Text(place), Problem: gyro.Text(problem), Hint: gyro.Text(hint)})
}

var (
	createSQL = server.Own(`
SELECT coalesce((SELECT has_schema_privilege(oid, 'CREATE') FROM pg_catalog.pg_namespace WHERE nspname = $1::name),
  has_database_privilege(current_database(), 'CREATE'))`)

	ownerSQL = server.Own("SELECT pg_has_role(relowner, 'USAGE') FROM pg_catalog.pg_class WHERE oid = $1::text::regclass::oid")

	sequenceSQL = server.Own(`
SELECT has_sequence_privilege($1::text::regclass, 'USAGE')
  AND has_sequence_privilege($1::text::regclass, 'UPDATE')`)

	privilegeSQL = server.Own("SELECT has_table_privilege($1::text::regclass, $2)")
	temporarySQL = server.Own("SELECT has_database_privilege(current_database(), 'TEMPORARY')")
)

// create asks whether a table can be made.
func (r *Rights) create(ctx context.Context, t *schema.Table) error {
	ok, err := r.Holds(ctx, createSQL, t.Name.Schema)
	if err == nil && !ok {
		r.lacks("table "+t.Name.String(), "the role may not make it", r.Grant(ctx, "CREATE ON SCHEMA "+server.Quote(t.Name.Schema)))
	}
	return err
}

// table asks for the rights on a table that is there, and on its sequences.
func (r *Rights) table(ctx context.Context, t *driver.LoadTable, dry bool) error {
	place := "table " + t.Table.Name.String()
	for _, right := range rights(t) {
		ok, err := r.Holds(ctx, privilegeSQL, server.Identifier(t.Table.Name), right)
		if err != nil {
			return err
		}
		if !ok {
			r.lacks(place, "the role lacks "+right, r.Grant(ctx, right+" ON "+server.Identifier(t.Table.Name)))
		}
	}
	if r.Exclusive == Always || r.DisableTriggers {
		ok, err := r.Holds(ctx, ownerSQL, server.Identifier(t.Table.Name))
		if err != nil {
			return err
		}
		if !ok {
			r.lacks(place, "the role is not its owner, as exclusive loads and disabled triggers need", "load as the owner, or with exclusive never")
		}
	}
	for _, c := range t.Table.Columns {
		if c.Sequence == "" || dry {
			continue
		}
		ok, err := r.Holds(ctx, sequenceSQL, c.Sequence)
		if err != nil {
			return err
		}
		if !ok {
			r.lacks(place, "the role lacks USAGE or UPDATE on the sequence "+c.Sequence, r.Grant(ctx, "USAGE, UPDATE ON SEQUENCE "+c.Sequence))
		}
	}
	return nil
}

// temporary asks for the right to make staging tables.
func (r *Rights) temporary(ctx context.Context) error {
	ok, err := r.Holds(ctx, temporarySQL)
	if err == nil && !ok {
		r.lacks("target", "the role may not make temporary tables", r.Grant(ctx, "TEMPORARY ON DATABASE "+server.Quote(r.Conn.Config().Database)))
	}
	return err
}

// expressions sees to it that each Expr is one expression over value, and no more.
func (r *Rights) expressions(ctx context.Context, t *driver.LoadTable) []error {
	var found []error
	for _, c := range t.Columns {
		if err := r.CheckExpr(ctx, t, c.Name, c.Expr); err != nil {
			found = append(found, err)
		}
	}
	return found
}

// rights are those on a table that a load needs.
func rights(t *driver.LoadTable) []string {
	needed := []string{"SELECT"}
	if !t.MapOnly {
		needed = append(needed, "INSERT")
	}
	if t.Found == gyro.UpdateRow || t.Known != nil {
		needed = append(needed, "UPDATE")
	}
	return needed
}
