package foreign

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/postgres/internal/server"
)

// What only the server knows of a row (triggers, partial indexes, exclusion constraints, policies,
// checks over defaults) makes the one INSERT fail that all rows go in by. Its transaction is at its
// end then. A new one stages the file again, and before rows go in each is tried, in a
// subtransaction of its own that is rolled back.

// trial finds the rows that the server refuses.
type trial struct{ *attempt }

// refusal is an INSERT or UPDATE of a sheet's rows that the server refused.
type refusal struct {
	err        error
	state      string
	constraint string
	table      string
}

func (r refusal) Error() string { return r.err.Error() }

func (r refusal) Unwrap() error { return r.err }

// refusals are rows, with what the server says of each.
type refusals struct {
	rows  []int64
	words []string
}

// refusal makes a refusal of an error, where it is one row's.
func (tr *trial) refusal(err error) error {
	var e *pgconn.PgError
	if tr.trying || !errors.As(err, &e) {
		return err
	}
	switch {
	case strings.HasPrefix(e.Code, "23"), strings.HasPrefix(e.Code, "22"), strings.HasPrefix(e.Code, "P0"), e.Code == "42501":
		return refusal{err: err, state: e.Code, constraint: e.ConstraintName, table: e.TableName}
	}
	return err
}

func refusedTable(t *sheet) string { return fmt.Sprintf("gyro_refused_%d", t.Number) }

// tell tells the rows that the server was found to refuse.
func (tr *trial) tell(ctx context.Context, t *sheet) error {
	refused := tr.refused[t.Number]
	if len(refused.rows) == 0 {
		return nil
	}
	text := "CREATE TEMP TABLE " + refusedTable(t) + " ON COMMIT DROP AS " + server.Own("SELECT * FROM ROWS FROM (unnest($1::bigint[]), unnest($2::text[])) AS r(row, said)")
	if _, err := tr.Conn.Exec(ctx, text, refused.rows, refused.words); err != nil {
		return server.Failed(ctx, "list bad rows of", t.File, err)
	}
	return tr.violations.add(ctx, t, fmt.Sprintf(server.Own("SELECT t.row, t.line, %s, '', r.said, NULL::int FROM %s t JOIN pg_temp.%s r ON r.row = t.row"),
		server.Literal(string(gyro.Refused)), t.textTable(), refusedTable(t)))
}

// tryBatch is how many rows are tried at once; those of a batch that is refused, one by one.
const tryBatch = 500

// find finds the rows that the server refuses. Where they are rejected all begins anew without them,
// for others may refer to them.
func (tr *trial) find(ctx context.Context, sheets []*sheet) error {
	found := false
	for _, t := range sheets {
		if len(t.Sheet.Made) > 0 {
			continue
		}
		tr.Stage(gyro.Validating, t.Number)
		some, err := tr.findIn(ctx, t)
		if err != nil {
			return err
		}
		found = found || some
		if !some || t.Sheet.Reject {
			continue
		}
		if err := tr.Exec(ctx, "drop the list of refused rows", "DROP TABLE IF EXISTS pg_temp."+refusedTable(t)); err != nil {
			return err
		}
		if err := tr.tell(ctx, t); err != nil {
			return err
		}
	}
	if found && !tr.violations.refusing() {
		return refusal{err: errors.New("rows were refused")}
	}
	return nil
}

// findIn tries the rows of a sheet, keeps those that are refused, and reports whether there are some.
func (tr *trial) findIn(ctx context.Context, t *sheet) (some bool, err error) {
	batch := server.Own("s.gyro_row >= gyro_low AND s.gyro_row <= gyro_high")
	texts := []string{tr.Merge.Insertion(t.TableLoad, batch)}
	if t.Found == gyro.UpdateRow && t.Existing > 0 {
		if text := tr.Merge.Updating(t.TableLoad, batch); text != "" {
			texts = append(texts, text)
		}
	}
	for _, text := range texts {
		refused, err := tr.try(ctx, t, text)
		if err != nil {
			return false, err
		}
		some = some || len(refused.rows) > 0
		before := tr.refused[t.Number]
		tr.refused[t.Number] = refusals{append(before.rows, refused.rows...), append(before.words, refused.words...)}
	}
	return some, nil
}

// trialSQL is a function that runs a statement over all rows of a sheet, batch by batch, and those of a
// batch that fails one by one. All is rolled back. What a foreign key refuses may come later.
const trialSQL = `
DECLARE
  gyro_low bigint; gyro_high bigint; gyro_first bigint;
  gyro_state pg_catalog.text; gyro_name pg_catalog.text;
  gyro_rows bigint[] := '{}'; gyro_states pg_catalog.text[] := '{}'; gyro_names pg_catalog.text[] := '{}';
BEGIN
  BEGIN
    FOR gyro_first IN SELECT pg_catalog.generate_series(1, (SELECT pg_catalog.max(row) FROM {sheet}), {batch}) LOOP
      BEGIN
        gyro_low := gyro_first; gyro_high := (gyro_first OPERATOR(pg_catalog.+) {batch}) OPERATOR(pg_catalog.-) 1;
        {statement};
      EXCEPTION WHEN OTHERS THEN
        FOR gyro_low IN SELECT pg_catalog.generate_series(gyro_first, (gyro_first OPERATOR(pg_catalog.+) {batch}) OPERATOR(pg_catalog.-) 1) LOOP
          BEGIN
            gyro_high := gyro_low;
            {statement};
          EXCEPTION WHEN OTHERS THEN
            GET STACKED DIAGNOSTICS gyro_state = RETURNED_SQLSTATE, gyro_name = CONSTRAINT_NAME;
            CONTINUE WHEN gyro_state OPERATOR(pg_catalog.=) '23503';
            gyro_rows := gyro_rows OPERATOR(pg_catalog.||) gyro_low;
            gyro_states := gyro_states OPERATOR(pg_catalog.||) gyro_state;
            gyro_names := gyro_names OPERATOR(pg_catalog.||) gyro_name;
          END;
        END LOOP;
      END;
    END LOOP;
    RAISE EXCEPTION USING ERRCODE = 'GY001';
  EXCEPTION WHEN SQLSTATE 'GY001' THEN NULL;
  END;
  RETURN QUERY SELECT * FROM ROWS FROM (pg_catalog.unnest(gyro_rows), pg_catalog.unnest(gyro_states), pg_catalog.unnest(gyro_names));
END`

const trialFunctionSQL = `
CREATE INDEX ON {sheet} (row);
CREATE INDEX ON {suspects} (row);
{map}
DROP FUNCTION IF EXISTS {name}();
CREATE FUNCTION {name}() RETURNS TABLE(gyro_r bigint, gyro_s pg_catalog.text, gyro_n pg_catalog.text) LANGUAGE plpgsql AS {body}`

// try tries a statement over all rows, and rolls it back.
func (tr *trial) try(ctx context.Context, t *sheet, text string) (refusals, error) {
	body := server.Fill(trialSQL, "sheet", t.textTable(), "batch", strconv.Itoa(tryBatch), "statement", text)
	index := ""
	if t.Map {
		index = fmt.Sprintf("CREATE INDEX ON %[1]s (row); ANALYZE %[1]s;", t.IDMap())
	}
	name := fmt.Sprintf("pg_temp.gyro_try_%d", t.Number)
	tr.functions = append(tr.functions, name+"()")
	if err := tr.Exec(ctx, "make a function that tries rows", server.Fill(trialFunctionSQL,
		"sheet", t.textTable(), "suspects", t.suspectTable(), "map", index, "name", name, "body", dollarQuoted(body))); err != nil {
		return refusals{}, err
	}
	rows, err := tr.Conn.Query(ctx, "SELECT gyro_r, gyro_s, gyro_n FROM "+name+"()")
	if err != nil {
		return refusals{}, server.Hidden(server.Failed(ctx, "try the rows of", t.File, err))
	}
	defer rows.Close()
	var found refusals
	for rows.Next() {
		var (
			row         int64
			state, name string
		)
		if err := rows.Scan(&row, &state, &name); err != nil {
			return refusals{}, server.Failed(ctx, "try the rows of", t.File, err)
		}
		words := "the server refuses it (SQLSTATE " + state + ")"
		switch {
		case name != "":
			words = "it violates " + name
		case state == "42501":
			words = "a policy of row security refuses it"
		case state == "P0001":
			words = "a trigger refuses it"
		}
		found.rows, found.words = append(found.rows, row), append(found.words, words)
	}
	if err := rows.Err(); err != nil {
		return refusals{}, server.Hidden(server.Failed(ctx, "try the rows of", t.File, err))
	}
	return found, nil
}
