package foreign

import (
	"fmt"
	"strings"

	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/postgres/internal/loading"
	"github.com/gyrodata/gyro/postgres/internal/server"
)

// values writes the SQL that gives the values of a sheet, once all that can't be cast is NULL.
type values struct{ types *columnTypes }

// field is the value of a field in t, once all that can't be cast is NULL.
func (vs *values) field(t *sheet, field int) string {
	f := t.Sheet.Fields[field]
	own := "t." + t.layout.field(field)
	if f.Expr != "" {
		own = loading.ForEachRow(f.Expr, own)
	}
	own += "::" + vs.types.text(f).inner()
	if f.Mask != nil {
		own = "(" + f.Mask("("+own+")") + "\n)::" + vs.types.text(f).inner()
	}
	return collated(own, vs.types.text(f))
}

// column is a field's value, or a literal of a column's type.
func (vs *values) column(t *sheet, v driver.SheetValue, typ columnType) string {
	if v.Field < 0 {
		return collated(server.Literal(v.Literal)+"::"+typ.inner(), typ)
	}
	return vs.field(t, v.Field)
}

// part is what a key looks for.
func (vs *values) part(r driver.SheetPart, j int) string {
	if r.Given {
		return collated(server.Literal(r.Literal)+"::"+vs.types.text(r.SheetField).inner(), vs.types.text(r.SheetField))
	}
	return collated(fmt.Sprintf("d.c%d::%s", j, vs.types.text(r.SheetField).inner()), vs.types.text(r.SheetField))
}

// source is a value of the sheet that is referred to, in t, and the join that it needs.
func (vs *values) source(t *sheet, source driver.SheetSource, typ columnType) (value, join string) {
	if source.Reference < 0 {
		return vs.column(t, source.Value, typ), ""
	}
	alias := fmt.Sprintf("e%d", source.Reference)
	return fmt.Sprintf("%s.c%d::%s", alias, source.Part, typ.inner()),
		fmt.Sprintf(server.Own(" JOIN %s %s ON %s.k = %d AND %s.id = t.%s AND NOT %s.bad"), t.keyTable(), alias, alias, source.Reference, alias, t.layout.key(source.Reference), alias)
}

// rows are the rows of a sheet's table, or of that of its suspect rows alone, with the columns
// that it gives itself, and as gyro_row, gyro_line and more say.
func (vs *values) rows(t *sheet, table, more string) string {
	columns := []string{"t.row AS gyro_row", "t.line AS gyro_line" + more}
	for _, v := range t.Sheet.Values {
		columns = append(columns, vs.column(t, v, vs.types.known[t.Table.Name][v.Column])+" AS "+server.Quote(v.Column))
	}
	return "(SELECT " + strings.Join(columns, ", ") + " FROM " + table + " t WHERE NOT t.bad)"
}

// staging are the rows of a sheet as a staging table would have them, those that are to
// be loaded, with the keys of the target that references lead to, and the numbers of rows of
// the load.
func (vs *values) staging(t *sheet) string {
	columns := []string{"t.row AS gyro_row"}
	given := map[string][]string{}
	for _, v := range t.Sheet.Values {
		given[v.Column] = append(given[v.Column], vs.column(t, v, vs.types.known[t.Table.Name][v.Column]))
	}
	var joins strings.Builder
	for i, r := range t.Sheet.References {
		joins.WriteString(" LEFT JOIN " + lookupTable(t.Number, i) + fmt.Sprintf(" b%d ON ", i) + lookupCondition(t, i, fmt.Sprintf("b%d", i)))
		columns = append(columns, fmt.Sprintf("b%d.load_row AS %s", i, r.Through))
		for j, c := range r.Columns {
			value := fmt.Sprintf("b%d.to_%d::%s", i, j, vs.types.known[t.Table.Name][c].inner())
			columns = append(columns, fmt.Sprintf("%s AS gyro_to_%d_%d", value, i, j))
			given[c] = append(given[c], value)
		}
	}
	for _, c := range t.Columns {
		value := "NULL::" + vs.types.known[t.Table.Name][c.Name].inner()
		switch values := given[c.Name]; len(values) {
		case 0:
		case 1:
			value = values[0]
		default:
			value = "coalesce(" + strings.Join(values, ", ") + ")"
		}
		columns = append(columns, value+" AS "+server.Quote(c.Name))
	}
	return "(SELECT " + strings.Join(columns, ", ") + " FROM " + t.textTable() + " t" + joins.String() + " WHERE NOT t.bad)"
}
