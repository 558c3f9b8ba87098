// Package gyro takes a true, small piece of a PostgreSQL database and puts it on disk as
// one CSV file a table.
//
// A [Slicer] joins what to read ([Source]), where to put it ([Target]), how each model
// travels ([Registry] of [Importer]) and which rows are wanted ([ImportJob]):
//
//	report, err := gyro.Slicer{
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
// The other way round, from a directory to a database, it loads the slice: see [IDs] for the
// ids that rows get there, [Conflict] for rows that are there already, and [Undo]. From
// [Sheets] it loads CSV files that others wrote: see [CSV], [By], and the fields of [Column] that
// are for them; rows that break rules are told in a [Validation].
//
// # What is promised
//
//   - Closed: every reference of a row leads to a row of the slice, or is NULL.
//   - One moment: all files show the database at one instant, that of one snapshot.
//   - Guest manners: the source is only read; SELECT is enough, on a primary or a standby.
//   - Exact: the files hold the bytes that PostgreSQL's own COPY prints.
//   - Repeatable: the same rows give the same bytes, in the order of the primary key.
//   - Whole or nothing: a directory is a complete slice or it is none.
//   - Loads are whole or nothing: one transaction, in which every reference is proved.
//   - Every mistake at once: what is declared wrong is told whole, before a row is read.
//
// # The house
//
// This package holds the nouns and imports no driver. Rooms beside it know a technology
// each: postgres, csvdir, gyrobun (models and queries of the bun ORM), progress, config
// (gyro.yaml).
package gyro
