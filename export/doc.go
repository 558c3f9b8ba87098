// Package export takes a slice of a database: the rows that jobs ask for, and those that they need,
// all of one moment, as one CSV file a table and a manifest.
//
//	report, err := export.Slice{
//		Source:    postgres.DB{URL: url},
//		Target:    csvdir.Dir{Path: "slices/dev-qa-org-1"},
//		Importers: importers,
//		Jobs: []gyro.ImportJob{
//			{Model: Tenants, Query: gyro.Where("id = $1", 1)},
//			{Model: Shops, Query: gyro.Where("id = ANY($1)", []int64{10, 11, 12})},
//			{Model: Customers, Limit: 100},
//			{Model: Orders, Limit: 10, Per: "customer"},
//		},
//	}.Run(ctx)
//
// [Slice.Plan] says what a run would do: SQL, estimates, missing indexes. It reads no row.
//
// # How rows are selected
//
// Jobs run in the order given, parents before children. A reference to a model that has a job restricts:
// a row is selected if each of its references is NULL, or leads to a row that the other job selected
// (gyro.Missing says what else may become of it). The sample of a job is taken of those. The rows of
// a table are decided once; then what kept rows still refer to is included, to the end: the closure.
//
// # What is promised
//
//   - Closed: every reference of a row leads to a row of the slice, or is NULL.
//   - One moment: all files show the database at one instant, that of one snapshot.
//   - Exact: the files hold the bytes that PostgreSQL's own COPY prints.
//   - Repeatable: the same rows give the same bytes, in the order of the primary key.
//   - Whole or nothing: the target holds a complete slice, or what it held before.
package export
