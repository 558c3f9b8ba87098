package postgres

// Splice is the lexer, for the tests that hold it against the server.
var Splice = splice

// Plain makes a database whose rows are found by plain predicates alone; Joined one that
// leaves the lateral join out.
func Plain(d DB) DB  { d.force = plainPredicate; return d }
func Joined(d DB) DB { d.force = unnestJoin; return d }
