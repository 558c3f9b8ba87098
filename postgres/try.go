package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/postgres/internal/server"
)

// What only the server knows of a row (triggers, partial indexes, exclusion constraints, policies,
// checks over defaults) makes the one INSERT fail that all rows go in by. Its transaction is at its
// end then. A new one stages the file again, and before rows go in each is tried, in a
// subtransaction of its own that is rolled back.

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

// refuse makes a refusal of an error, where it is one row's.
func (l *loading) refuse(err error) error {
	var e *pgconn.PgError
	if !l.sheets() || l.trying || !errors.As(err, &e) {
		return err
	}
	switch {
	case strings.HasPrefix(e.Code, "23"), strings.HasPrefix(e.Code, "22"), strings.HasPrefix(e.Code, "P0"), e.Code == "42501":
		return refusal{err: err, state: e.Code, constraint: e.ConstraintName, table: e.TableName}
	}
	return err
}

// again ends the transaction, and makes ready for another try.
func (l *loading) again(ctx context.Context, r refusal) error {
	if err := l.exec(ctx, "roll back", "ROLLBACK"); err != nil {
		return err
	}
	l.began = false
	l.trying = true
	l.dropped, l.triggers = [2][]restorable{}, nil
	if r.state == "23505" && r.constraint != "" {
		for _, p := range l.parts {
			if p.Table.Name.Table != r.table || !slices.ContainsFunc(p.New, func(id driver.NewID) bool { return id.Sequence != "" }) {
				continue
			}
			primary, err := l.number(ctx, "look at a constraint", fmt.Sprintf("SELECT count(*) FROM pg_constraint WHERE contype = 'p' AND conrelid = %s::regclass AND conname = %s", server.Literal(p.target()), server.Literal(r.constraint)))
			if err != nil {
				return err
			}
			if primary > 0 {
				return &gyro.Error{Op: "insert into", Place: p.Table.Name.String(), Err: r.err, Hint: "its sequence is behind the rows that are there: move it past them (setval)"}
			}
		}
	}
	return nil
}

// checkRefused tells the rows that the server was found to refuse.
func (l *loading) checkRefused(ctx context.Context, p *part) error {
	refused, some := l.refused[p.i]
	if !some {
		return nil
	}
	if _, err := l.conn.Exec(ctx, fmt.Sprintf("CREATE TEMP TABLE gyro_refused_%d ON COMMIT DROP AS SELECT * FROM unnest($1::bigint[], $2::text[]) r(row, said)", p.i), refused.rows, refused.words); err != nil {
		return server.Failed(ctx, "list bad rows of", p.File, err)
	}
	return l.fault(ctx, p, fmt.Sprintf("SELECT t.row, t.line, %s, '', r.said, NULL::int FROM %s t JOIN pg_temp.gyro_refused_%d r ON r.row = t.row", server.Literal(string(gyro.Refused)), p.sheetTable(), p.i))
}

// tryBatch is how many rows are tried at once; those of a batch that is refused, one by one.
const tryBatch = 500

// try finds the rows that the server refuses. Where they are rejected all begins anew without them,
// for others may refer to them.
func (l *loading) try(ctx context.Context, parts []*part) error {
	found := false
	for _, p := range parts {
		if p.Sheet == nil || len(p.Sheet.Made) > 0 {
			continue
		}
		l.stage(gyro.Validating, p.i)
		for _, text := range []string{l.insertion(p, "s.gyro_row BETWEEN gyro_low AND gyro_high"), l.updatingTried(p)} {
			if text == "" {
				continue
			}
			refused, err := l.tryOne(ctx, p, text)
			if err != nil {
				return err
			}
			if len(refused.rows) == 0 {
				continue
			}
			if l.refused == nil {
				l.refused = map[int]refusals{}
			}
			before := l.refused[p.i]
			l.refused[p.i] = refusals{append(before.rows, refused.rows...), append(before.words, refused.words...)}
			found = true
			if !p.Sheet.Reject {
				if err := l.exec(ctx, "forget", fmt.Sprintf("DROP TABLE IF EXISTS pg_temp.gyro_refused_%d", p.i)); err != nil {
					return err
				}
				if err := l.checkRefused(ctx, p); err != nil {
					return err
				}
			}
		}
	}
	if found && !l.faulty() {
		return refusal{err: errors.New("rows were refused")}
	}
	return nil
}

func (l *loading) updatingTried(p *part) string {
	if p.Found != gyro.UpdateRow || p.found == 0 {
		return ""
	}
	return l.updating(p, "s.gyro_row BETWEEN gyro_low AND gyro_high")
}

// tryOne tries a statement over all rows, batch by batch, and rolls it back.
func (l *loading) tryOne(ctx context.Context, p *part, text string) (refusals, error) {
	body := fmt.Sprintf(`
		DECLARE
			gyro_low bigint; gyro_high bigint; gyro_first bigint; gyro_state text; gyro_name text;
			gyro_rows bigint[] := '{}'; gyro_states text[] := '{}'; gyro_names text[] := '{}';
		BEGIN
			BEGIN
				FOR gyro_first IN SELECT generate_series(1, (SELECT max(row) FROM %[1]s), %[2]d) LOOP
					BEGIN
						gyro_low := gyro_first; gyro_high := gyro_first + %[2]d - 1;
						%[3]s;
					EXCEPTION WHEN OTHERS THEN
						FOR gyro_low IN SELECT generate_series(gyro_first, gyro_first + %[2]d - 1) LOOP
							BEGIN
								gyro_high := gyro_low;
								%[3]s;
							EXCEPTION WHEN OTHERS THEN
								GET STACKED DIAGNOSTICS gyro_state = RETURNED_SQLSTATE, gyro_name = CONSTRAINT_NAME;
								CONTINUE WHEN gyro_state = '23503'; -- what it refers to may come later
								gyro_rows := gyro_rows || gyro_low; gyro_states := gyro_states || gyro_state; gyro_names := gyro_names || gyro_name;
							END;
						END LOOP;
					END;
				END LOOP;
				RAISE EXCEPTION USING ERRCODE = 'GY001';
			EXCEPTION WHEN SQLSTATE 'GY001' THEN NULL;
			END;
			RETURN QUERY SELECT * FROM unnest(gyro_rows, gyro_states, gyro_names);
		END`, p.sheetTable(), tryBatch, text)
	tag := "$gyro$"
	for n := 0; strings.Contains(body, tag); n++ {
		tag = fmt.Sprintf("$gyro%d$", n)
	}
	index := fmt.Sprintf("CREATE INDEX ON %s (row); CREATE INDEX ON %s (row)", p.sheetTable(), p.suspectTable())
	if p.Map {
		index += fmt.Sprintf("; CREATE INDEX ON %s (row); ANALYZE %s", p.idMap(), p.idMap())
	}
	name := fmt.Sprintf("pg_temp.gyro_try_%d", p.i)
	if err := l.exec(ctx, "make a function that tries rows", fmt.Sprintf("%s; DROP FUNCTION IF EXISTS %s(); CREATE FUNCTION %s() RETURNS TABLE(gyro_r bigint, gyro_s text, gyro_n text) LANGUAGE plpgsql AS %s%s%s",
		index, name, name, tag, body, tag)); err != nil {
		return refusals{}, err
	}
	rows, err := l.conn.Query(ctx, "SELECT gyro_r, gyro_s, gyro_n FROM "+name+"()")
	if err != nil {
		return refusals{}, server.Hidden(server.Failed(ctx, "try the rows of", p.File, err))
	}
	defer rows.Close()
	var found refusals
	for rows.Next() {
		var (
			row         int64
			state, name string
		)
		if err := rows.Scan(&row, &state, &name); err != nil {
			return refusals{}, server.Failed(ctx, "try the rows of", p.File, err)
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
		return refusals{}, server.Hidden(server.Failed(ctx, "try the rows of", p.File, err))
	}
	return found, nil
}
