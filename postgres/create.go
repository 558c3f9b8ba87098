package postgres

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/schema"
)

// create makes the tables that the plan asks for: schemas, columns, keys, then references.
// Types are looked up by their names, so that no text of a manifest is run.
func (l *loading) create(ctx context.Context) error {
	var found []error
	for _, t := range l.plan.Create {
		text, problems := l.creating(ctx, t)
		if len(problems) > 0 {
			found = append(found, problems...)
			continue
		}
		if len(found) > 0 {
			continue
		}
		if err := l.exec(ctx, "make table "+t.Name.String(), text); err != nil {
			return err
		}
		if err := l.identities(ctx, t); err != nil {
			return err
		}
	}
	if len(found) > 0 {
		return errors.Join(found...)
	}
	for _, t := range l.plan.Create {
		for _, r := range t.References {
			text := fmt.Sprintf("ALTER TABLE %s ADD CONSTRAINT %s FOREIGN KEY (%s) REFERENCES %s (%s)", identifier(t.Name), quote(r.Name), names("", r.Columns), identifier(r.To), names("", r.ToColumns))
			if r.MatchFull {
				text += " MATCH FULL"
			}
			if err := l.exec(ctx, "make references of "+t.Name.String(), text+" DEFERRABLE"); err != nil {
				return err
			}
		}
	}
	return nil
}

func (l *loading) creating(ctx context.Context, t *schema.Table) (string, []error) {
	var (
		lines []string
		found []error
	)
	for _, c := range t.Columns {
		typ, err := l.typeOf(ctx, t, c)
		if err != nil {
			found = append(found, err)
			continue
		}
		line := quote(c.Name) + " " + typ
		if c.NotNull {
			line += " NOT NULL"
		}
		if c.Identity != "" {
			line += " GENERATED " + strings.ToUpper(c.Identity) + " AS IDENTITY"
		}
		lines = append(lines, line)
	}
	if len(t.PrimaryKey) > 0 {
		lines = append(lines, "PRIMARY KEY ("+names("", t.PrimaryKey)+")")
	}
	for _, key := range t.Unique {
		lines = append(lines, "UNIQUE ("+names("", key)+")")
	}
	text := fmt.Sprintf("CREATE TABLE %s (%s)", identifier(t.Name), strings.Join(lines, ", "))
	if t.Name.Schema != schema.Public {
		text = "CREATE SCHEMA IF NOT EXISTS " + quote(t.Name.Schema) + "; " + text
	}
	return text, found
}

// typeOf finds a type that the manifest names. Of an enum that is not there its labels are
// known, and it is made.
func (l *loading) typeOf(ctx context.Context, t *schema.Table, c schema.Column) (string, error) {
	base, modifier, _ := strings.Cut(c.Type, "(")
	var (
		known *string
		tail  string
	)
	if modifier != "" { // numeric(10,2), timestamp(3) with time zone, varchar(3)[]
		inner, rest, _ := strings.Cut(modifier, ")")
		for _, r := range inner {
			if (r < '0' || r > '9') && r != ',' && r != '-' && (r < 'A' || r > 'z') { // geometry(Point,4326)
				return "", l.noType(t, c)
			}
		}
		tail, base = "("+inner+")", base+rest
	}
	if err := l.conn.QueryRow(ctx, "SELECT to_regtype($1)::text", strings.TrimSpace(base)).Scan(&known); err != nil {
		return "", failed(ctx, "look for a type", t.Name.String(), err)
	}
	if known == nil && len(c.Labels) > 0 && modifier == "" && !strings.HasSuffix(base, "[]") {
		var labels []string
		for _, label := range c.Labels {
			labels = append(labels, literal(label))
		}
		name, err := schema.ParseName(base)
		if err != nil {
			return "", l.noType(t, c)
		}
		typ := pgx.Identifier{name.Schema, name.Table}.Sanitize()
		return typ, l.exec(ctx, "make an enum", fmt.Sprintf("CREATE TYPE %s AS ENUM (%s)", typ, strings.Join(labels, ", ")))
	}
	if known == nil {
		return "", l.noType(t, c)
	}
	text := *known
	if tail == "" {
		return text, nil
	}
	// The modifier stands before "with time zone" and "[]".
	for _, mark := range []string{" with", "[]"} {
		if i := strings.Index(text, mark); i > 0 {
			return text[:i] + tail + text[i:], nil
		}
	}
	return text + tail, nil
}

func (*loading) noType(t *schema.Table, c schema.Column) error {
	return &gyro.Error{
		Op: "make", Place: "table " + t.Name.String(), Err: fmt.Errorf("the target does not know the type of column %q", c.Name),
		Hint: "make the type, or its extension, first",
	}
}

// identities puts the names of new sequences where the plan left them open.
func (l *loading) identities(ctx context.Context, t *schema.Table) error {
	for i, c := range t.Columns {
		if c.Identity == "" {
			continue
		}
		var sequence string
		if err := l.conn.QueryRow(ctx, "SELECT pg_get_serial_sequence($1, $2)", identifier(t.Name), c.Name).Scan(&sequence); err != nil {
			return failed(ctx, "look for a sequence of", t.Name.String(), err)
		}
		t.Columns[i].Sequence = sequence
		for _, planned := range l.plan.Tables {
			if planned.Table != t {
				continue
			}
			for k := range planned.New {
				if planned.New[k].Column == c.Name && planned.New[k].Sequence != "" {
					planned.New[k].Sequence = sequence
				}
			}
		}
	}
	return nil
}
