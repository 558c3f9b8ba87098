package postgres

// Splice is the lexer, for the tests that hold it against the server.
var Splice = splice
