// Package postgres is PostgreSQL as the source of a slice and as its target: it connects,
// reads the catalog, holds one snapshot and copies rows out of it; and it loads a slice in
// one transaction. Versions 13 to 18.
//
// # What the source's owner may rely on
//
//   - All is read in one READ ONLY, REPEATABLE READ transaction. A role with SELECT is
//     enough; a hot standby serves as well. Nothing is created, not even a temporary table.
//   - No lock is taken beyond ACCESS SHARE.
//   - Text of queries becomes part of a statement in one place only (internal/statement), and
//     arguments become typed literals there; see its lexer.go for what is refused.
//   - No search_path leads our SQL elsewhere: operators, functions and types of ours are PostgreSQL's own, by name. Text of
//     queries is resolved as the role would.
//   - Errors carry no value of a row, no password and no DSN.
//
// # Servers that stand behind others, or fall silent
//
// All runs on one connection, and what a transaction makes or sets is gone with it: a pooler in transaction mode will do.
// A statement may take as long as it takes; where nothing comes for StallTimeout, a second connection asks what the
// session does, and only where an answer was lost, or nobody answers, is the connection given up and its transaction ended
// (internal/server, watch.go). A TCP connection has keep-alives and a user timeout, by libpq's parameters in the URL.
//
// # What decides the bytes
//
// Everything that changes how PostgreSQL prints a value is set for the transaction:
// DateStyle ISO and MDY, IntervalStyle postgres, TimeZone UTC, extra_float_digits 1, bytea_output
// hex, lc_monetary C, xmlbinary base64, client_encoding UTF8, search_path public while rows are printed. Rows come
// in the order of the primary key, text COLLATE "C"; without one, of the whole row's text.
//
// # How a slice is loaded
//
// See internal/loading, and internal/foreign for CSV files of others.
// A file whose rows do not change on the way, and whose table is empty, is copied into the
// table itself. Any other goes into a staging table: a temporary one with the columns' types
// and no constraint. From there a map is made for each table whose ids change, or whose
// rows are looked for: o_ the values in the file, v_ those in the target, and whether the row
// was found. The rest are INSERT and UPDATE statements that join staging tables to maps
// (internal/loading/merge.go). Tables of a circle wait for each other where their foreign keys can be deferred,
// else one statement inserts them all.
package postgres
