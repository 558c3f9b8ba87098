// Package guess writes a first mapping for foreign CSV files: which header is which column, how numbers
// and dates are written, by which natural key a reference is found. It reads the headers and the
// first rows, and the target's catalog; a person looks at what it says, for every doubt is in it.
//
//	guesses, err := guess.Importers(ctx, files, catalog, nil)
package guess
