package foreign

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/postgres/internal/loading"
	"github.com/gyrodata/gyro/postgres/internal/server"
)

// How the rows of a foreign CSV file (a sheet) become those of a staging table. Their texts are
// copied into a table of their own, in which t is one row of it: its number and line, whether
// it is bad, k0, k1, … the numbers of the keys by which its references look for rows, and c0,
// c1, … its fields, or arrays of them (layout.go). Rows of which something has to be tested stand in a child of that table, so
// that the tests need not look for them. The keys have a table too, in which d is one: the
// reference (k), its number (id), and its parts. What breaks rules is written into one table of
// violations. The staging rows, of the columns' types, are a query over that: they are never
// stored.

// sheet is a foreign file on its way into its table.
type sheet struct {
	*loading.TableLoad
	layout   layout
	suspects int64 // rows that have to be tested
	violated int64 // how often rules were, and of them, those that made their rows bad
	marked   int64
	twice    bool // rows stand several times in the map
	unmapped bool // there is no map: nothing will be loaded, and values are as they would be
}

// textTable is the table of texts.
func (t *sheet) textTable() string { return fmt.Sprintf("pg_temp.gyro_sheet_%d", t.Number) }

// suspectTable is the child of textTable with the rows that have to be tested: see encoding.go for broken
// and test.
func (t *sheet) suspectTable() string { return fmt.Sprintf("pg_temp.gyro_suspect_%d", t.Number) }

// keyTable is the table of the keys of a sheet's references.
func (t *sheet) keyTable() string { return fmt.Sprintf("pg_temp.gyro_key_%d", t.Number) }

// stage copies the files' texts.
func (a *attempt) stage(ctx context.Context) error {
	for _, t := range a.sheets {
		if err := a.stageOne(ctx, t); err != nil {
			return err
		}
	}
	return nil
}

const textTablesSQL = `
CREATE TEMP TABLE gyro_sheet_{number} (
  row bigint, line bigint, bad boolean DEFAULT false{columns}
) ON COMMIT DROP;

CREATE TEMP TABLE gyro_suspect_{number} (
  broken pg_catalog.text, test pg_catalog.text
) INHERITS (pg_temp.gyro_sheet_{number}) ON COMMIT DROP;

CREATE TEMP TABLE gyro_key_{number} (
  k int, id int, bad boolean DEFAULT false, test pg_catalog.text{parts}
) ON COMMIT DROP`

// stageOne copies a file's texts.
func (a *attempt) stageOne(ctx context.Context, t *sheet) error {
	if err := a.Exec(ctx, "make a staging table", server.Fill(textTablesSQL, "number", strconv.Itoa(t.Number),
		"columns", t.layout.columns(typed),
		"parts", numbered(t.Sheet.KeyParts(), "c", " pg_catalog.text"))); err != nil {
		return err
	}
	if len(t.Sheet.Made) > 0 {
		return nil
	}
	stream, err := a.Plan.OpenSheet(ctx, t.Number, &encoder{t.Sheet, t.layout})
	if err != nil {
		return err
	}
	source := a.Read(t.TableLoad, stream, gyro.Staging)
	err = a.copySheet(ctx, t, stream, source)
	t.Scattered = t.suspects > 0
	if err := a.Copied(t.TableLoad, gyro.Staging, source, t.Staged, stream.Close(), err); err != nil || len(t.Sheet.References) == 0 {
		return err
	}
	return a.Exec(ctx, "analyze", "ANALYZE "+t.keyTable())
}

// numbered lists more columns: prefix0, prefix1, ….
func numbered(n int, prefix, typ string) string {
	var columns strings.Builder
	for i := range n {
		fmt.Fprintf(&columns, ", %s%d%s", prefix, i, typ)
	}
	return columns.String()
}

// copySheet copies each portion into its table.
func (a *attempt) copySheet(ctx context.Context, t *sheet, stream driver.SheetStream, source *loading.Source) error {
	columns := t.layout.columns(untyped)
	for {
		is, err := stream.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err //nolint:wrapcheck // it says the file
		}
		var to string
		switch is {
		case driver.SheetRows:
			to = t.textTable() + " (row, line" + columns + ")"
		case driver.SheetSuspects:
			to = t.suspectTable() + " (row, line, bad, broken, test" + columns + ")"
		case driver.SheetKeys:
			to = t.keyTable() + " (k, id, test" + numbered(t.Sheet.KeyParts(), "c", "") + ")"
		}
		rows, err := a.Copy(ctx, t.TableLoad, source, "COPY "+to+" FROM STDIN (FORMAT csv)")
		if err != nil {
			return err
		}
		switch is {
		case driver.SheetKeys:
			continue
		case driver.SheetSuspects:
			t.suspects += rows
		}
		t.Staged += rows
	}
}
