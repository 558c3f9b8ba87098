// Package pgcsv reads and writes PostgreSQL's own dialect of CSV, and reads the CSV of others.
//
// PostgreSQL's is what COPY … (FORMAT csv, HEADER) writes, no less and no more:
//
//   - A field without quotes and without text is NULL; "" is the empty string.
//   - A field stands in quotes where it holds a comma, a quote, a line feed or a carriage
//     return, where it is empty, and where it is \. alone on its line. A quote inside is
//     doubled; nothing else is escaped, a backslash is a backslash.
//   - A record ends with a line feed. A NULL that is alone is an empty line, and so is the
//     header, and each row, of a table without columns.
//
// [Reader] reads a file, by rows or in blocks of whole rows that many goroutines can [Cut];
// [Split] takes one row apart, as a COPY stream brings it. None of them allocates for a row.
// [Writer] and [AppendRecord] write the bytes that COPY writes: what was read can be written
// again, byte for byte. That is tested against the server itself.
//
// What COPY never writes is refused (text after a closing quote, a quote or a carriage return
// inside a field without quotes, rows of another width than the header), though COPY FROM
// takes some of it. Errors name row and line, never what stands there.
//
// A [Sheet] reads what a spreadsheet, a customer or an old system wrote, in a [Dialect] that
// [Sniff] finds: it gives every record as UTF-8, with its row, its line, its bytes as they
// were, and what is wrong with it. What is well-formed it cuts as Python's csv module does;
// that is tested against it. A [Converter] makes of a cell what PostgreSQL reads: of a
// decimal comma a point, of a German date an ISO one, of a word a boolean; [GuessColumn]
// guesses how a column is written. Neither a Sheet nor a Converter stops at what is wrong: it
// is a [Rule] that was broken.
//
// It is a leaf: it imports nothing of Gyro; beyond the standard library, the tables of encodings alone (golang.org/x/text).
package pgcsv
