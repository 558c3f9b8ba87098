package foreign

import (
	"context"
	"fmt"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/pgcsv"
	"github.com/gyrodata/gyro/postgres/internal/server"
)

// report counts what was found, by file, rule and column, with the first rows of each.
func (v *violations) report(ctx context.Context) error {
	v.Loaded.Sheets = make([]gyro.FileValidation, len(v.sheets))
	for i, t := range v.sheets {
		file := &v.Loaded.Sheets[i]
		file.Rows = t.Staged
		if t.violated == 0 {
			continue
		}
		var err error
		if file.Bad, err = v.Number(ctx, "count bad rows", fmt.Sprintf(server.Own("SELECT count(DISTINCT row) FROM %s WHERE sheet = %d"), violationTable, i)); err != nil {
			return err
		}
		if file.Rules, err = v.brokenRules(ctx, i); err != nil {
			return err
		}
	}
	return nil
}

// brokenRulesSQL counts the rows that break each rule, and gives the first of them.
var brokenRulesSQL = server.Own(`
WITH f AS (
  SELECT DISTINCT rule, col, said, row, line FROM %s WHERE sheet = %d
), counted AS (
  SELECT *,
    count(*) OVER same AS total,
    row_number() OVER (same ORDER BY row) AS n,
    min(row) OVER same AS first
  FROM f
  WINDOW same AS (PARTITION BY rule, col, said)
)
SELECT rule, col, said, row, line, total
FROM counted
WHERE n <= %d
ORDER BY first, rule, col, said, row`)

func (v *violations) brokenRules(ctx context.Context, sheet int) ([]gyro.BrokenRule, error) {
	rows, err := v.Conn.Query(ctx, fmt.Sprintf(brokenRulesSQL, violationTable, sheet, gyro.MaxViolations))
	if err != nil {
		return nil, server.Failed(ctx, "list bad rows", "", err)
	}
	defer rows.Close()
	var rules []gyro.BrokenRule
	for rows.Next() {
		var (
			rule, column, said string
			violation          gyro.Violation
			total              int64
		)
		if err := rows.Scan(&rule, &column, &said, &violation.Row, &violation.Line, &total); err != nil {
			return nil, server.Failed(ctx, "list bad rows", "", err)
		}
		if said == "" {
			said = pgcsv.Rule(rule).Text()
		}
		last := len(rules) - 1
		if last < 0 || string(rules[last].Rule) != rule || rules[last].Column != column || rules[last].Text != said {
			rules = append(rules, gyro.BrokenRule{Rule: pgcsv.Rule(rule), Column: column, Text: said, Count: total})
			last++
		}
		rules[last].First = append(rules[last].First, violation)
	}
	if err := rows.Err(); err != nil {
		return nil, server.Failed(ctx, "list bad rows", "", err)
	}
	return rules, nil
}

// rejectedSQL gives each bad row what it breaks.
var rejectedSQL = server.Own(`
WITH f AS (
  SELECT DISTINCT row, col, rule, said FROM %s WHERE sheet = %d
)
SELECT row,
  array_agg(col ORDER BY col, rule, said),
  array_agg(rule ORDER BY col, rule, said),
  array_agg(said ORDER BY col, rule, said)
FROM f
GROUP BY row
ORDER BY row`)

// rejected gives the rows of a sheet that break rules.
func (v *violations) rejected(ctx context.Context, table int, row func(row int64, reasons []string) error) error {
	rows, err := v.Conn.Query(ctx, fmt.Sprintf(rejectedSQL, violationTable, table))
	if err != nil {
		return server.Failed(ctx, "list bad rows", "", err)
	}
	defer rows.Close()
	for rows.Next() {
		var (
			number               int64
			columns, rules, said []string
		)
		if err := rows.Scan(&number, &columns, &rules, &said); err != nil {
			return server.Failed(ctx, "list bad rows", "", err)
		}
		var reasons []string
		for i, words := range said {
			if words == "" {
				words = pgcsv.Rule(rules[i]).Text()
			}
			if columns[i] != "" {
				words = columns[i] + ": " + words
			}
			reasons = append(reasons, words)
		}
		if err := row(number, reasons); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return server.Failed(ctx, "list bad rows", "", err)
	}
	return nil
}
