package loading

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/postgres/internal/server"
)

// known is the table of the rows that an earlier load left: v_ their keys, o_ those that they had in the slice.
func (t *TableLoad) known() string { return fmt.Sprintf("pg_temp.gyro_known_%d", t.Number) }

// recall brings to the server what is known of the rows of an earlier load.
func (l *Load) recall(ctx context.Context) error {
	if l.Plan.Over == nil {
		return nil
	}
	if err := l.sameDatabase(ctx, "load", *l.Plan.Over); err != nil {
		return err
	}
	for _, t := range l.Tables {
		if t.Known == nil {
			continue
		}
		if err := l.recallOne(ctx, t); err != nil {
			return err
		}
	}
	return nil
}

func (l *Load) recallOne(ctx context.Context, t *TableLoad) error {
	var columns, was, same []string
	for i, c := range t.Known.Key {
		columns = append(columns, fmt.Sprintf("t.%s AS v_%d", server.Quote(c), i))
		same = append(same, t.was(c))
	}
	for i, c := range t.Known.Was {
		was = append(was, fmt.Sprintf("s.%s AS o_%d", server.Quote(c), i))
	}
	columns = append(columns, was...)
	text := fmt.Sprintf("CREATE TEMP TABLE gyro_known_%d ON COMMIT DROP AS SELECT %s FROM %s t, %s s WITH NO DATA", t.Number, strings.Join(columns, ", "), t.Target(), t.Staging)
	if err := l.Exec(ctx, "make a table of known rows", text); err != nil {
		return err
	}
	file, err := l.Plan.OpenKnown(ctx, t.Number)
	if err != nil {
		return err
	}
	_, err = l.Copy(ctx, t, &Source{Reader: file, tell: func(int64) {}}, "COPY "+t.known()+" FROM STDIN (FORMAT csv, HEADER)")
	if closeErr := file.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return err
	}
	n, err := l.Number(ctx, "look for rows that are known twice", server.Fill(twiceSQL, "known", t.known(), "key", strings.Join(same, ", ")))
	if err != nil {
		return err
	}
	if n > 0 {
		return &gyro.Error{Op: "load", Place: "table " + t.Table.Name.String(), Err: fmt.Errorf("the record of the earlier load lists %s twice", rowCount(n)), Hint: "it is damaged, or was put together by hand"}
	}
	return l.Exec(ctx, "analyze", sketch(t.known()))
}

// twiceSQL counts the rows of a slice that a record lists more than once.
var twiceSQL = server.Own("SELECT count(*) FROM (SELECT FROM {known} GROUP BY {key} HAVING count(*) > 1) g")

// was names the column of known that has the value which known rows have in the slice, of a column of the key.
func (t *TableLoad) was(column string) string {
	if i := slices.Index(t.Known.Was, column); i >= 0 {
		return fmt.Sprintf("o_%d", i)
	}
	return fmt.Sprintf("v_%d", slices.Index(t.Known.Key, column))
}

// recalled joins a file's rows s with those that are known, k, and those of them that are there, w.
func (t *TableLoad) recalled() string {
	var known, there []string
	for i, c := range t.Known.Key {
		known = append(known, t.Equal(c, "k."+t.was(c), "s."+server.Quote(c)))
		there = append(there, t.Equal(c, "w."+server.Quote(c), fmt.Sprintf("k.v_%d", i)))
	}
	return fmt.Sprintf(" LEFT JOIN %s k ON %s LEFT JOIN (SELECT true AS gyro_here, * FROM %s) w ON %s",
		t.known(), strings.Join(known, " AND "), t.Target(), strings.Join(there, " AND "))
}

// writes is a condition on a row m of the map, which was found: it is written into; empty: none is.
func (t *TableLoad) writes(m string) string {
	switch {
	case t.Found == gyro.UpdateRow:
		return m + ".found"
	case t.Known != nil:
		return m + ".known"
	}
	return ""
}

// left is a condition on rows m of the map, with AND before it, that leaves out those which stay as they are.
func (t *TableLoad) left() string {
	switch {
	case t.Found != gyro.SkipRow:
		return ""
	case t.Known != nil:
		return " AND (NOT m.found OR m.known)"
	}
	return " AND NOT m.found"
}

// kept is SQL for the keys of the rows that are the load's own: those that went in, and of an earlier load those that were
// written into, and those that are not in the slice any more.
func (t *TableLoad) kept() string {
	var columns, carried []string
	for i, c := range t.quotedKey() {
		columns = append(columns, fmt.Sprintf("m.v_%d AS %s", i, c))
	}
	if t.Known != nil {
		for _, c := range t.Key {
			carried = append(carried, fmt.Sprintf("k.v_%d", slices.Index(t.Known.Key, c)))
		}
	}
	for i, c := range t.Was {
		columns = append(columns, fmt.Sprintf("m.o_%d AS %s", slices.Index(t.MapColumns, c), driver.WasColumn(i)))
		if t.Known != nil {
			carried = append(carried, "k."+t.was(c))
		}
	}
	text := fmt.Sprintf("SELECT %s FROM %s m WHERE NOT m.found", strings.Join(columns, ", "), t.IDMap())
	if t.Known == nil {
		return text
	}
	var same []string
	for _, c := range t.Known.Key {
		same = append(same, t.Equal(c, "s."+server.Quote(c), "k."+t.was(c)))
	}
	return fmt.Sprintf("%s OR m.known UNION ALL SELECT %s FROM %s k WHERE NOT EXISTS (SELECT FROM %s s WHERE %s)",
		text, strings.Join(carried, ", "), t.known(), t.Staging, strings.Join(same, " AND "))
}

// known sees to it that no two rows of the file are to be written into one row of the target, and counts those that are known.
func (m *Mapping) known(ctx context.Context, t *TableLoad) error {
	if t.Known == nil {
		return nil
	}
	var err error
	if t.Recalled, err = m.Number(ctx, "count ids", "SELECT pg_catalog.count(*) FROM "+t.IDMap()+" WHERE known"); err != nil {
		return err
	}
	n, err := m.Number(ctx, "look for rows that are found twice", server.Fill(foundTwiceSQL, "map", t.IDMap(), "key", KeyList(len(t.Key), "v_")))
	if err != nil || n == 0 {
		return err
	}
	return &gyro.Error{
		Op: "load", Place: "table " + t.Table.Name.String(),
		Err:  fmt.Errorf("%s of the target: two rows of the slice are meant, one by what an earlier load left, the other by %s", rowCount(n), strings.Join(t.Find, ", ")),
		Hint: "undo the earlier load and load anew; or change the row in the target",
	}
}

var foundTwiceSQL = server.Own("SELECT count(*) FROM (SELECT FROM {map} WHERE found GROUP BY {key} HAVING count(*) > 1) g")
