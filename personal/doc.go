// Package personal looks for columns that are perhaps of persons and of which nothing is said: neither a mask nor keep. It
// reads names and types, and only if told a sample, of which the source counts what values look like; no value comes here.
//
// What it finds is to be looked at by somebody, and what it does not find is not proved to be harmless: a column that is
// called x17 and holds names looks like any other. What lets nothing through is export.Slice.Strict.
//
//	kinds, phrases   what is looked for by name (kind.go), and how a name is read (words.go, name.go)
//	patterns         what is looked for in values
//	Search           both over the tables of a source, against what is said of them, and against an older slice
package personal
