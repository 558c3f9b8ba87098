package reading

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/postgres/internal/server"
	"github.com/gyrodata/gyro/schema"
)

var _ driver.Sampler = (*Snapshot)(nil)

// spread is how many times the rows that are asked for are looked for: blocks from all over a table, and of their rows
// those that a digest of their place puts first. The beginning of a table is often not what its rest is.
const spread = 20

// sampledText is what is seen of a value, by ASCII alone: under other collations the server's regular expressions take other
// letters for letters, and under nondeterministic ones they refuse.
const sampledText = `(left((gyro_row.%s)::text, 2000)) COLLATE pg_catalog."C"`

var (
	// {value} is a name.
	valuesSQL  = server.Own(`count(*) FILTER (WHERE {value} <> '')`)
	matchesSQL = server.Own(`count(*) FILTER (WHERE {value} ~ {pattern})`)
	// The digits from the last, each second one doubled, and of what has two digits then their sum. CASE, for AND has no order.
	luhnSQL = server.Own(`count(*) FILTER (WHERE CASE WHEN {value} ~ {pattern} THEN
		(SELECT sum(CASE WHEN (d.place % 2) = 1 THEN d.digit WHEN d.digit > 4 THEN (2 * d.digit) - 9 ELSE 2 * d.digit END) % 10
		FROM (SELECT n.place, substr(n.digits, n.place, 1)::int AS digit
			FROM (SELECT r.digits, generate_series(1, length(r.digits)) AS place
				FROM (SELECT reverse(regexp_replace({value}, '[^0-9]', '', 'g')) AS digits OFFSET 0) AS r) AS n) AS d) = 0
		ELSE false END)`)
)

// Sample has the server count.
func (s *Snapshot) Sample(ctx context.Context, sample driver.Sample) (driver.Sampled, error) {
	ctx, cancel := s.within(ctx)
	defer cancel()
	from := ""
	if percent := sampledShare(sample); percent > 0 {
		from = fmt.Sprintf(" TABLESAMPLE pg_catalog.system (%s) REPEATABLE (0)", strconv.FormatFloat(percent, 'f', 9, 64))
	}
	found, err := s.sampled(ctx, sample, from)
	if err == nil && found.Rows == 0 && from != "" { // what the planner knows of the table is old
		found, err = s.sampled(ctx, sample, "")
	}
	return found, err
}

// sampledShare is how many percent of a table's blocks are looked at; 0: the rows that come first are taken.
func sampledShare(sample driver.Sample) float64 {
	switch sample.Table.Kind {
	case schema.Ordinary, schema.Partitioned, schema.MaterializedView:
		if sample.Table.Rows > 0 {
			return min(100, 100*spread*float64(sample.Rows)/sample.Table.Rows)
		}
	}
	return 0
}

// sampled works behind a savepoint, as [Snapshot.Explain] does.
func (s *Snapshot) sampled(ctx context.Context, sample driver.Sample, from string) (driver.Sampled, error) {
	counts := make([][]int64, len(sample.Columns))
	found := driver.Sampled{Columns: make([]driver.SampledColumn, len(sample.Columns))}
	targets := []any{&found.Rows}
	for i := range counts {
		targets = append(targets, &counts[i])
	}
	var batch pgx.Batch
	batch.Queue("SAVEPOINT gyro")
	patterns := make([]any, len(sample.Patterns))
	for i, p := range sample.Patterns {
		patterns[i] = p.Expression
	}
	batch.Queue(sampleSQL(sample, from), patterns...).QueryRow(func(row pgx.Row) error { return row.Scan(targets...) })
	batch.Queue("RELEASE SAVEPOINT gyro")
	if err := s.conn.SendBatch(ctx, &batch).Close(); err != nil {
		_, _ = s.conn.Exec(ctx, "ROLLBACK TO SAVEPOINT gyro")
		return driver.Sampled{}, blamed(s.conflict(server.Hidden(server.Failed(ctx, "sample", sample.Table.Name.String(), err))))
	}
	for i, c := range counts {
		found.Columns[i] = driver.SampledColumn{Values: c[0], Matches: c[1:]}
	}
	return found, nil
}

// sampleSQL counts in one row: the rows, and an array for each column.
func sampleSQL(sample driver.Sample, from string) string {
	var counts, values, columns []string
	for i, name := range sample.Columns {
		value := fmt.Sprintf("v%d", i)
		columns = append(columns, "t."+server.Quote(name)+" AS "+value)
		values = append(values, server.Own(strings.Replace(sampledText, "%s", value, 1))+" AS "+value)
		all := []string{strings.ReplaceAll(valuesSQL, "{value}", value)}
		for k, p := range sample.Patterns {
			text := matchesSQL
			if p.Luhn {
				text = luhnSQL
			}
			all = append(all, strings.NewReplacer("{value}", value, "{pattern}", fmt.Sprintf("$%d::pg_catalog.text", k+1)).Replace(text))
		}
		counts = append(counts, "ARRAY["+strings.Join(all, ", ")+"]")
	}
	order := ""
	if from != "" {
		order = " ORDER BY pg_catalog.md5(t.ctid::pg_catalog.text)"
	}
	return fmt.Sprintf("SELECT %s\nFROM (SELECT %s\nFROM (SELECT %s\nFROM %s AS t%s%s LIMIT %d) AS gyro_row OFFSET 0) AS gyro_values",
		strings.Join(append([]string{"pg_catalog.count(*)"}, counts...), ",\n"), strings.Join(values, ", "), strings.Join(columns, ", "),
		server.Identifier(sample.Table.Name), from, order, sample.Rows)
}
