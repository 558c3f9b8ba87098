package foreign

import (
	"context"
	"fmt"
	"strings"

	"github.com/gyrodata/gyro/postgres/internal/loading"
	"github.com/gyrodata/gyro/postgres/internal/server"
)

// parents are rows that are made because others refer to them.
type parents struct {
	*attempt
	conditions *conditions
}

// parentsSQL lists the keys that are asked for, numbers them, and makes them the rows of the sheet.
var parentsSQL = server.Own(`
CREATE TEMP TABLE {name} ON COMMIT DROP AS
SELECT row_number() OVER (ORDER BY {order}) AS row, d.*
FROM ({asked}) d;

INSERT INTO {sheet} ({columns})
SELECT {values} FROM pg_temp.{name} d;

ANALYZE {sheet}`)

// parentKeysSQL gives the new rows the keys by which they refer on.
const parentKeysSQL = `;
INSERT INTO {keyTable} (k, id{parts}) {keys};

ANALYZE {keyTable}`

// create fills a sheet whose rows are those that references ask for: each key that a good row
// has, once.
func (ps *parents) create(ctx context.Context, t *sheet) error {
	var asked []string
	n := 0
	for _, from := range t.Sheet.Made {
		child := ps.sheets[from.Table]
		n = len(child.Sheet.References[from.Reference].Parts)
		asked = append(asked, ps.asked(child, from.Reference))
	}
	name := fmt.Sprintf("gyro_made_%d", t.Number)
	var keys, fields []string
	for _, from := range t.Sheet.MadeFields {
		fields = append(fields, fmt.Sprintf("d.n_%d::pg_catalog.text", from))
	}
	for range t.Sheet.MadeParts {
		keys = append(keys, "d.row")
	}
	values := append([]string{"d.row", "0", "false"}, t.layout.values(keys, fields)...)
	text := server.Fill(parentsSQL, "name", name, "order", loading.KeyList(n, "d.n_"), "asked", strings.Join(asked, " UNION "),
		"sheet", t.textTable(), "columns", "row, line, bad"+t.layout.columns(untyped), "values", strings.Join(values, ", "))
	if len(t.Sheet.MadeParts) > 0 {
		text += ps.keysOf(t, name)
	}
	if err := ps.Exec(ctx, "list the rows of "+t.Table.Name.String()+" that are referred to", text); err != nil {
		return err
	}
	var err error
	if t.Staged, err = ps.Number(ctx, "count rows", "SELECT pg_catalog.count(*) FROM "+t.textTable()); err != nil {
		return err
	}
	if err := ps.conditions.check(ctx, t); err != nil {
		return err
	}
	return ps.violations.mark(ctx, t)
}

// asked are the keys that the good rows of a sheet have for a reference: n_0, n_1, ….
func (ps *parents) asked(child *sheet, reference int) string {
	r := child.Sheet.References[reference]
	var values []string
	for j, part := range r.Parts {
		values = append(values, fmt.Sprintf("%s AS n_%d", ps.values.part(part, j), j))
	}
	ask := "SELECT DISTINCT " + strings.Join(values, ", ")
	if !r.Keyed() {
		return ask + " FROM " + child.textTable() + " t WHERE NOT t.bad"
	}
	return ask + fmt.Sprintf(server.Own(" FROM %s d WHERE d.k = %d AND NOT d.bad AND EXISTS (SELECT FROM %s t WHERE t.%s = d.id AND NOT t.bad)"),
		child.keyTable(), reference, child.textTable(), child.layout.key(reference))
}

// keysOf writes down the keys by which rows that were made refer on.
func (ps *parents) keysOf(t *sheet, name string) string {
	parts := 0
	for _, from := range t.Sheet.MadeParts {
		parts = max(parts, len(from))
	}
	var keys []string
	for k, from := range t.Sheet.MadeParts {
		key := fmt.Sprintf("SELECT %d AS k, d.row::int AS id", k)
		for j := range parts {
			if j < len(from) {
				key += fmt.Sprintf(", d.n_%d::pg_catalog.text AS c%d", from[j], j)
			} else {
				key += fmt.Sprintf(", NULL::pg_catalog.text AS c%d", j)
			}
		}
		keys = append(keys, key+" FROM pg_temp."+name+" d")
	}
	return server.Fill(parentKeysSQL, "keyTable", t.keyTable(), "parts", numbered(parts, "c", ""), "keys", strings.Join(keys, " UNION ALL "))
}

var pruneSQL = server.Own(`
UPDATE {sheet} SET bad {is} true
WHERE row <> ALL (SELECT load_row FROM ({wanted}) w WHERE load_row IS NOT NULL);

DELETE FROM {map} m USING {sheet} t
WHERE t.row = m.row AND t.bad`)

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
			wanted = append(wanted, fmt.Sprintf("SELECT b.load_row FROM %s t JOIN %s b ON %s WHERE NOT t.bad",
				child.textTable(), lookupTable(child.Number, from.Reference), lookupCondition(child, from.Reference, "b")))
		}
		if !rejecting || ps.violations.refusing() {
			continue
		}
		if err := ps.Exec(ctx, "leave out rows that nothing refers to", server.Fill(pruneSQL,
			"is", "=", "sheet", t.textTable(), "wanted", strings.Join(wanted, " UNION ALL "), "map", t.IDMap())); err != nil {
			return err
		}
	}
	return nil
}
