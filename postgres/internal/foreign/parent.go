package foreign

import (
	"context"
	"fmt"
	"strings"

	"github.com/gyrodata/gyro/postgres/internal/loading"
)

// parents are rows that are made because others refer to them.
type parents struct {
	*attempt
	conditions *conditions
}

// create fills a sheet whose rows are those that references ask for: each key that a good row
// has, once.
func (ps *parents) create(ctx context.Context, t *sheet) error {
	var asked []string
	n := 0
	for _, from := range t.Sheet.Made {
		child := ps.sheets[from.Table]
		r := child.Sheet.References[from.Reference]
		n = len(r.Parts)
		var values []string
		for j, part := range r.Parts {
			values = append(values, fmt.Sprintf("%s AS n_%d", ps.values.part(part, j), j))
		}
		ask := "SELECT DISTINCT " + strings.Join(values, ", ")
		if !r.Keyed() {
			ask += " FROM " + child.textTable() + " t WHERE NOT t.bad"
		} else {
			ask += fmt.Sprintf(" FROM %s d WHERE d.k = %d AND NOT d.bad AND EXISTS (SELECT FROM %s t WHERE t.k%d = d.id AND NOT t.bad)", child.keyTable(), from.Reference, child.textTable(), from.Reference)
		}
		asked = append(asked, ask)
	}
	columns, values := []string{"row", "line", "bad"}, []string{"d.row", "0", "false"}
	for i, from := range t.Sheet.MadeFields {
		columns, values = append(columns, fmt.Sprintf("c%d", i)), append(values, fmt.Sprintf("d.n_%d::text", from))
	}
	var keys []string
	parts := 0
	for _, from := range t.Sheet.MadeParts {
		parts = max(parts, len(from))
	}
	for k, from := range t.Sheet.MadeParts {
		columns, values = append(columns, fmt.Sprintf("k%d", k)), append(values, "d.row")
		key := fmt.Sprintf("SELECT %d AS k, d.row::int AS id", k)
		for j := range parts {
			if j < len(from) {
				key += fmt.Sprintf(", d.n_%d::text AS c%d", from[j], j)
			} else {
				key += fmt.Sprintf(", NULL::text AS c%d", j)
			}
		}
		keys = append(keys, key+fmt.Sprintf(" FROM pg_temp.gyro_made_%d d", t.Number))
	}
	text := fmt.Sprintf(`CREATE TEMP TABLE gyro_made_%d ON COMMIT DROP AS SELECT row_number() OVER (ORDER BY %s) AS row, d.* FROM (%s) d;
		INSERT INTO %s (%s) SELECT %s FROM pg_temp.gyro_made_%d d; ANALYZE %s`,
		t.Number, loading.KeyList(n, "d.n_"), strings.Join(asked, " UNION "), t.textTable(), strings.Join(columns, ", "), strings.Join(values, ", "), t.Number, t.textTable())
	if len(keys) > 0 {
		text += fmt.Sprintf("; INSERT INTO %[1]s (k, id%[2]s) %[3]s; ANALYZE %[1]s", t.keyTable(), numbered(parts, "c", ""), strings.Join(keys, " UNION ALL "))
	}
	if err := ps.Exec(ctx, "list the rows of "+t.Table.Name.String()+" that are referred to", text); err != nil {
		return err
	}
	var err error
	if t.Staged, err = ps.Number(ctx, "count rows", "SELECT count(*) FROM "+t.textTable()); err != nil {
		return err
	}
	if err := ps.conditions.check(ctx, t); err != nil {
		return err
	}
	return ps.violations.mark(ctx, t)
}

// prune leaves out rows that were made for others which are rejected.
func (ps *parents) prune(ctx context.Context) error {
	for _, t := range ps.sheets {
		if len(t.Sheet.Made) == 0 {
			continue
		}
		var wanted []string
		rejecting := false
		for _, from := range t.Sheet.Made {
			child := ps.sheets[from.Table]
			rejecting = rejecting || child.violated > 0
			wanted = append(wanted, fmt.Sprintf("SELECT b.load_row FROM %s t JOIN %s b ON %s WHERE NOT t.bad", child.textTable(), lookupTable(child.Number, from.Reference), lookupCondition(child, from.Reference, "b")))
		}
		if !rejecting || ps.violations.refusing() {
			continue
		}
		if err := ps.Exec(ctx, "leave out rows that nothing refers to", fmt.Sprintf(`UPDATE %[1]s SET bad = true WHERE row NOT IN (SELECT load_row FROM (%[2]s) w WHERE load_row IS NOT NULL);
			DELETE FROM %[3]s m USING %[1]s t WHERE t.row = m.row AND t.bad`, t.textTable(), strings.Join(wanted, " UNION ALL "), t.IDMap())); err != nil {
			return err
		}
	}
	return nil
}
