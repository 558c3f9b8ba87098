package server

import (
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
)

// poolerError is what a pooler says, by how it begins, and what we say for it.
type poolerError struct{ begins, message, hint string }

// poolerErrors are those of pgbouncer that users of Gyro meet. None of its words is of a row, but some quote the URL.
var poolerErrors = []poolerError{
	{"transaction blocks not allowed", "the pooler gives no transaction (statement mode)", "use pool_mode = transaction or session, or connect to the server itself"},
	{
		"unsupported startup parameter", "the pooler takes no such setting at connect",
		"leave it out of the URL and PGOPTIONS, or have the pooler ignore it (ignore_startup_parameters)",
	},
	{"no such database", "the pooler does not know the database", "check the database's name in the URL"},
	{"no such user", "the pooler does not know the user", "check the user in the URL, and the pooler's auth_file"},
	{"no more connections allowed", "the pooler has no free connection", "try again later, or raise its max_client_conn"},
	{"query_wait_timeout", "the pooler had no connection to the server in time", "try again later, or connect to the server itself"},
	{"idle_transaction_timeout", "the pooler ended the transaction, which was idle for long", "raise its idle_transaction_timeout, or connect to the server itself"},
	{"idle transaction timeout", "the pooler ended the transaction, which was idle for long", "raise its idle_transaction_timeout, or connect to the server itself"},
	{"query_timeout", "the pooler ended a statement that took long", "raise its query_timeout, or connect to the server itself"},
	{"query timeout", "the pooler ended a statement that took long", "raise its query_timeout, or connect to the server itself"},
	{"pgbouncer cannot connect to server", "the pooler can't connect to the server", "look at the pooler's log"},
	{"bouncer config error", "the pooler is not set up for this", "look at the pooler's log"},
	{"server login has been failing", "the pooler can't connect to the server", "look at the pooler's log"},
	{"server conn crashed", "the pooler lost its connection to the server", "run again"},
}

// ofPooler finds an error that a pooler made itself: it has no place in the server's source.
func ofPooler(e *pgconn.PgError) (found poolerError, ok bool) {
	if e.File != "" || !strings.HasPrefix(e.Code, "08") {
		return poolerError{}, false
	}
	for _, known := range poolerErrors {
		if strings.HasPrefix(e.Message, known.begins) {
			return known, true
		}
	}
	return poolerError{}, false
}
