package reading

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/postgres/internal/server"
	"github.com/gyrodata/gyro/schema"
)

var _ driver.Divider = (*Snapshot)(nil)

// boundsSQL has values of a column between which about as many rows lie, as ANALYZE found them (documentation, 53.28); none of
// those that the role may not see, and of a table that was never analyzed.
var boundsSQL = server.Own(`
SELECT coalesce(max(histogram_bounds::text), '{}')::text[]
FROM pg_catalog.pg_stats
WHERE schemaname = $1::name AND tablename = $2::name AND attname = $3::name AND inherited = $4::bool`)

// blocksSQL counts a table's blocks.
var blocksSQL = server.Own("SELECT pg_relation_size($1::text::regclass) / current_setting('block_size')::bigint")

// Divide divides a selection: by the keys that lead to its rows, of which each row has one, where an index finds them; else by values of its
// key's first column, where that is a number or a uuid; or without an order by its blocks, which a scan can be held to from PostgreSQL
// 14 on. One that takes the first rows of all, or what a query of the user's gives, is not divided, for each piece would have to find them all, nor
// is one that many keys filter, which each piece would have to be sent.
func (s *Snapshot) Divide(ctx context.Context, selection driver.Selection, pieces int) ([]driver.Piece, error) {
	ctx, cancel := s.within(ctx)
	defer cancel()
	b := newBuilder(selection, s.keys.number, s.shape)
	b.filter.most = s.fewest()
	lateral, lead := b.lead()
	_, _, query := selection.Query.Select()
	switch {
	case query, selection.Limit > 0 && !lateral, filtering(selection, lead) > mostFiltering:
		return nil, nil
	case lead < 0:
		return s.ranges(ctx, selection.Table, pieces, selection.Unsorted)
	case !lateral && b.filter.few(selection.Restrict[lead]): // each piece would look for what they lead to
		return nil, nil
	case selection.Table.Kind != schema.Ordinary && selection.Table.Kind != schema.Partitioned, !selection.Table.Indexed(selection.Restrict[lead].Columns):
		return nil, nil
	case !selection.Unsorted && !s.sortsAsSent(selection.Table):
		return nil, nil
	}
	var all []driver.Piece
	pieces = min(pieces, selection.Restrict[lead].Keys.Len())
	for i := range pieces {
		part := selection.Restrict[lead].Keys.Part(i, pieces)
		if part == nil {
			return nil, nil
		}
		all = append(all, driver.Piece{Keys: part, Lead: lead})
	}
	return all, nil
}

// mostFiltering is how many keys may be sent with each piece.
const mostFiltering = 500_000

// filtering counts the keys by which rows are filtered, beside those that lead.
func filtering(s driver.Selection, lead int) (keys int) {
	for i, r := range s.Restrict {
		if i != lead && r.Keys != nil {
			keys += r.Keys.Len()
		}
	}
	for _, n := range s.Null {
		keys += n.Keys.Len()
	}
	return keys
}

// sortsAsSent reports whether texts of a table's key sort by the bytes that are sent as they do on the server, whose encoding may order
// characters otherwise than UTF-8 does.
func (s *Snapshot) sortsAsSent(table *schema.Table) bool {
	switch s.conn.PgConn().ParameterStatus("server_encoding") {
	case "UTF8", "SQL_ASCII", "LATIN1":
		return true
	}
	return !slices.ContainsFunc(table.PrimaryKey, func(name string) bool {
		c, _ := table.Column(name)
		return c.Collatable
	})
}

// ranges divides a table.
func (s *Snapshot) ranges(ctx context.Context, table *schema.Table, pieces int, unsorted bool) ([]driver.Piece, error) {
	if unsorted && s.version >= 140000 && table.Kind == schema.Ordinary {
		var blocks int64
		if err := s.conn.QueryRow(ctx, blocksSQL, server.Identifier(table.Name)).Scan(&blocks); err != nil {
			return nil, s.conflict(server.Failed(ctx, "divide", table.Name.String(), err))
		}
		var bounds []string
		for i := 1; i < pieces; i++ {
			bounds = append(bounds, fmt.Sprintf("(%d,0)", blocks*int64(i)/int64(pieces)))
		}
		return between("ctid", "pg_catalog.tid", bounds), nil
	}
	if len(table.PrimaryKey) == 0 || table.Kind != schema.Ordinary && table.Kind != schema.Partitioned {
		return nil, nil
	}
	key, _ := table.Column(table.PrimaryKey[0])
	if t := key.DataType(); !t.Integer() && !t.UUID() {
		return nil, nil
	}
	var all, bounds []string
	err := server.Ask(ctx, s.conn, "divide", server.Nicety{ // none where the role may not ask
		SQL: boundsSQL, Args: []any{table.Name.Schema, table.Name.Table, key.Name, table.Kind == schema.Partitioned},
		Scan: func(row pgx.Row) error { return row.Scan(&all) },
	})
	if err != nil {
		return nil, s.conflict(err)
	}
	for i := 1; i < pieces && len(all) > pieces; i++ {
		bounds = append(bounds, all[len(all)*i/pieces])
	}
	return between(server.Quote(key.Name), server.TypeSQL(key), bounds), nil
}

// between are the pieces that bounds divide a column into.
func between(column, typ string, bounds []string) []driver.Piece {
	var pieces []driver.Piece
	from := ""
	for _, bound := range bounds {
		bound = server.Literal(bound) + "::" + typ
		if bound == from {
			continue
		}
		pieces = append(pieces, driver.Piece{Column: column, From: from, Before: bound})
		from = bound
	}
	return append(pieces, driver.Piece{Column: column, From: from})
}

// within is the condition of a piece.
func within(p driver.Piece, prefix string) (terms []string) {
	if p.From != "" {
		terms = append(terms, prefix+p.Column+server.Op(">=")+p.From)
	}
	if p.Before != "" {
		terms = append(terms, prefix+p.Column+server.Op("<")+p.Before)
	}
	return terms
}
