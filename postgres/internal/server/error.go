package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"regexp"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/gyrodata/gyro"
)

// quoted is what a message quotes, from the first quote to the last: a value may hold quotes.
var quoted = regexp.MustCompile(`(?s)["'«»„“”‚‘’‹›「」].*["'«»„“”‚‘’‹›「」]`)

// Error is what the server said, less what may hold values of rows: DETAIL, WHERE
// and QUERY are left out, and what a data exception (class 22) or a RAISE (P0001) quotes.
type Error struct {
	err     *pgconn.PgError
	message string
}

func (e *Error) Error() string { return e.message + " (SQLSTATE " + e.err.Code + ")" }

// Words is what the server said itself, which may quote a row.
func (e *Error) Words() string {
	if e.err.Detail == "" {
		return e.err.Message
	}
	return e.err.Message + ": " + e.err.Detail
}

// As lets errors.As find the SQLSTATE, not the fields that quote rows.
func (e *Error) As(target any) bool {
	t, ok := target.(**pgconn.PgError)
	if ok {
		*t = &pgconn.PgError{
			Severity: e.err.Severity, Code: e.err.Code, Message: e.message,
			SchemaName: e.err.SchemaName, TableName: e.err.TableName, ColumnName: e.err.ColumnName,
			DataTypeName: e.err.DataTypeName, ConstraintName: e.err.ConstraintName,
		}
	}
	return ok
}

// plain are the classes of errors whose messages never quote a row, also while rows are read:
// connection (08), rights and read-only (25, 42501), resources (53, 54), operator (57), system
// (58), conflicts (40), locks (55).
func plain(code string) bool {
	return code == "42501" || slices.Contains([]string{"08", "25", "40", "53", "54", "55", "57", "58"}, code[:2])
}

// Hidden replaces a message that came while rows were read and may quote one.
func Hidden(err error) error {
	var e *Error
	if errors.As(err, &e) && (raised(e.err) || !plain(e.err.Code)) {
		e.message = "the server refused a row; its words are not shown, for they may quote it" + in(within(e.err))
	}
	return err
}

// linePattern finds the place of a row in what COPY says of itself; the value that may stand
// behind it is left.
var linePattern = regexp.MustCompile(`^COPY [^,]*, line (\d+)(?:, column ([^:]*))?`)

// RefusedRow is an error that came while rows were written. Of a constraint it says which,
// of COPY in which line.
func RefusedRow(err error) error {
	var e *Error
	if !errors.As(err, &e) || plain(e.err.Code) && !raised(e.err) {
		return err
	}
	switch {
	case raised(e.err):
		e.message = raisedText + in(within(e.err))
	case e.err.Code == "23502" && e.err.ColumnName != "":
		e.message = fmt.Sprintf("a row has NULL in column %q of %s, which is NOT NULL there", e.err.ColumnName, e.err.TableName)
	case strings.HasPrefix(e.err.Code, "23") && e.err.ConstraintName != "":
		e.message = fmt.Sprintf("a row violates constraint %q of %s", e.err.ConstraintName, e.err.TableName)
	case strings.HasPrefix(e.err.Code, "22"): // what it quotes is taken out already
	default:
		e.message = "the server refused a row" + columnOf(e.err) + "; its words are not shown, for they may quote it" + in(within(e.err))
	}
	var failure *gyro.Error
	if errors.As(err, &failure) && (raised(e.err) || within(e.err) != "") {
		failure.Hint = "where it is a trigger of a table, {DisableTriggers} keeps it from firing; {ShowValues} shows the server's words"
	}
	if place := linePattern.FindStringSubmatch(e.err.Where); place != nil {
		e.message += ": line " + place[1]
		if place[2] != "" {
			e.message += ", column " + place[2]
		}
	}
	return err
}

// functionPattern finds in the context of an error the function in which it came; what stands behind may quote a row.
var functionPattern = regexp.MustCompile(`(?m)^(?:PL/\w+ function ([^\s("]+\([^)"]*\))(?: line (\d+))?|SQL function "(\w+)")`)

// within is the function of the database in which an error came: a trigger's, a default's, a check's. "" is none.
func within(e *pgconn.PgError) string {
	found := functionPattern.FindStringSubmatch(e.Where)
	switch {
	case found == nil && (e.InternalQuery != "" || strings.Contains(e.Where, "PL/")):
		return "a function of the database"
	case found == nil:
		return ""
	case found[3] != "":
		return "function " + found[3]
	case found[2] != "":
		return "function " + found[1] + ", line " + found[2]
	}
	return "function " + found[1]
}

func in(function string) string {
	if function == "" {
		return ""
	}
	return ", in " + function
}

// columnOf is the table and the column that an error names, where it does.
func columnOf(e *pgconn.PgError) string {
	switch {
	case e.TableName == "":
		return ""
	case e.ColumnName == "":
		return " of " + e.TableName
	}
	return fmt.Sprintf(" of %s, column %q", e.TableName, e.ColumnName)
}

// raisedText stands for the words of a function.
const raisedText = "a function raised an exception (its text is not shown: it may quote a row)"

// raised reports whether the words are those of a function or a trigger, which may say anything with any SQLSTATE: the
// server's own come from its own source files, and those of procedural languages are called pl….
func raised(e *pgconn.PgError) bool { return e.File == "" || strings.HasPrefix(e.File, "pl") }

// clean takes out of an error what must not be shown. Anything that is not from the server
// stays as it is.
func clean(err error) error {
	var e *pgconn.PgError
	if !errors.As(err, &e) {
		return err
	}
	message := e.Message
	pooler, isPooler := ofPooler(e)
	switch {
	case isPooler:
		message = pooler.message
	case raised(e):
		message = raisedText
	case strings.HasPrefix(e.Code, "22"):
		message = quoted.ReplaceAllString(message, "…")
	case strings.HasPrefix(e.Code, "P0"), !strings.ContainsAny(e.Code[:1], "0123456789F"):
		message = raisedText
	}
	return &Error{err: e, message: message}
}

// Failed turns an error of the server or the connection into one for the user.
func Failed(ctx context.Context, op, place string, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	failure := &gyro.Error{Op: op, Place: place, Err: clean(err)}
	var e *pgconn.PgError
	if errors.As(err, &e) {
		failure.Hint = gyro.Text(hint(e))
		if e.Code == recoveryConflict {
			failure.Err = fmt.Errorf("%w: %w", gyro.ErrConflict, failure.Err)
		}
	} else if silent := (*silence)(nil); errors.As(err, &silent) {
		failure.Err, failure.Hint = silent, silenceHint
	} else if Lost(err) {
		failure.Err = ErrLost
		failure.Hint = "the server may have restarted, or a timeout ended the session; run again"
	}
	return failure
}

// ErrLost is the cause of an error of [Failed] where the connection broke.
var ErrLost = errors.New("the connection to the server was lost")

// Lost reports whether the connection broke.
func Lost(err error) bool {
	var (
		network net.Error
		silent  *silence
	)
	return errors.As(err, &silent) || err != nil && err.Error() == "conn closed" || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) || errors.As(err, &network)
}

// StandbyHint says what to do where a standby went on with recovery.
const StandbyHint = "the standby had to go on with recovery: run again when there are fewer writes, raise " +
	"max_standby_streaming_delay, set hot_standby_feedback, or read from the primary"

// recoveryConflict is how a standby says that it cancelled a query in order to go on with
// recovery; a READ ONLY, REPEATABLE READ transaction meets it for no other reason.
const recoveryConflict = "40001"

// hint says what to do about an SQLSTATE that users of Gyro meet.
func hint(e *pgconn.PgError) string {
	if pooler, ok := ofPooler(e); ok {
		return pooler.hint
	}
	if function := within(e); function != "" && strings.HasPrefix(e.Code, "42") { // nothing that is written here
		return "it is " + function + " that has to be mended, or its owner's rights"
	}
	switch e.Code {
	case "42501":
		if strings.Contains(e.Message, "row-level security") {
			return "row security would hide rows; use a role with BYPASSRLS, or the table's owner"
		}
		return lackingHint(e.Message)
	case "55P03":
		return "another session holds a lock on the table; try again, or raise {LockTimeout}"
	case "53200":
		return "the server has no room for so many locks: take fewer tables at once or fewer {Workers}, or raise max_locks_per_transaction"
	case "57014":
		return "the statement took longer than statement_timeout allows, or somebody cancelled it"
	case "42703":
		if e.Hint != "" {
			return e.Hint
		}
		return "check the column's name; names with capitals need double quotes"
	case "42P01":
		return "check the table's name; outside schema public write schema.table"
	case "42601":
		return "a query is one SELECT, or a condition for WHERE, that can stand in parentheses"
	case "42P18":
		return "say the argument's type, as in $1::bigint"
	case "42883":
		return "say the argument's type, as in $1::bigint, or check the function's name"
	case recoveryConflict:
		return StandbyHint
	}
	return ""
}

// lackingPattern finds in what the server says of a right which kind of thing is meant, and what it is called.
var lackingPattern = regexp.MustCompile(`^permission denied for (function|aggregate|procedure|schema|language|type|sequence|database|large object) "?([^"]+)"?$`)

// lackingHint says what a role needs that may not do something. In another language than English the server's words
// are not known.
func lackingHint(message string) string {
	const selects = "the role needs SELECT on the table and USAGE on its schema"
	found := lackingPattern.FindStringSubmatch(message)
	if found == nil {
		if strings.HasPrefix(message, "permission denied for ") || strings.HasPrefix(message, "must be ") {
			return selects
		}
		return selects + "; or EXECUTE, where a function is meant"
	}
	switch kind := strings.ToUpper(found[1]); kind {
	case "FUNCTION", "AGGREGATE", "PROCEDURE":
		return "the role may not call it: GRANT EXECUTE ON FUNCTION " + found[2] + " TO …, the role"
	case "SEQUENCE":
		return "the role needs SELECT, USAGE and UPDATE on the sequence"
	case "DATABASE":
		return "the role needs CONNECT, TEMPORARY or CREATE on the database"
	default:
		return "the role needs it: GRANT USAGE ON " + kind + " " + found[2] + " TO …, the role"
	}
}
