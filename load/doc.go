// Package load puts the rows of a slice into a database that need not be empty, in one transaction,
// with their references resolved.
//
//	report, err := load.Slice{
//		Source: csvdir.Dir{Path: "slices/dev-qa-org-1"},
//		Target: postgres.DB{URL: url},
//		IDs:    gyro.Sequential(),
//		Record: csvdir.Dir{Path: "undo/dev-qa-org-1"},
//	}.Run(ctx)
//
// gyro.IDs says which ids rows get, gyro.Conflict what becomes of rows that are there already; which goes
// with which is the table in docs/strategies.md. [Slice.Plan] says what a run would do. [Undo]
// takes a load back, by the record that it left.
//
// # What is promised
//
//   - The slice is proved from its files before anything is committed, and what is loaded is what was proved.
//   - The target's catalog is held against the slice first: all that is in the way is told at once.
//   - Whole or nothing: one transaction, in which every reference is proved; values of sequences apart.
//   - No surprise rows: an id that was not mapped is an error, never a reference to a stranger's row.
package load
