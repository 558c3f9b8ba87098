// Package gyro takes a true, small piece of a PostgreSQL database (one tenant, three shops, 100
// customers, at most 10 orders each, every item), and loads it into another one with its references
// resolved. This package is the language in which that is said; the verbs have packages of their own.
//
// # Taking a slice
//
// An [Importer] says how a model travels, a [Registry] holds those of a program, an [ImportJob] says
// which rows of a model are wanted. Package export takes them:
//
//	report, err := export.Slice{
//		Source:    postgres.DB{URL: url},
//		Target:    csvdir.Dir{Path: "slices/dev-qa-org-1"},
//		Importers: gyro.Registry{{Model: Tenants}, {Model: Shops}, {Model: Customers}, {Model: Orders}},
//		Jobs: []gyro.ImportJob{
//			{Model: Tenants, Query: gyro.Where("id = $1", 1)},
//			{Model: Shops, Query: gyro.Where("id = ANY($1)", []int64{10, 11, 12})},
//			{Model: Customers, Limit: 100},
//			{Model: Orders, Limit: 10, Per: "customer"},
//		},
//	}.Run(ctx)
//
// A [Model] is a table by its name ([Table]), or what an ORM's struct says (package gyrobun). A [Query] is a
// condition ([Where]), a SELECT ([SQL]), or comes from a builder ([Built]).
//
// # Loading it
//
// Package load puts the slice into a database that need not be empty. [IDs] says which ids rows get there
// ([Keep], [Sequential], [NaturalKey], [Derived], [Fixed]), [Conflict] what becomes of rows that are there
// already ([Fail], [Skip], [Update]):
//
//	report, err := load.Slice{
//		Source: csvdir.Dir{Path: "slices/dev-qa-org-1"},
//		Target: postgres.DB{URL: dev},
//		IDs:    gyro.Sequential(),
//	}.Run(ctx)
//
// Package sheets loads CSV files that others wrote: [CSV], [By] and the fields of [Column] that are for
// them say how headers become columns; rows that break rules are told in a [Validation].
//
// # Errors
//
// What is declared wrong is told whole, before a row is read: each mistake is a [Mistake]. An operation
// that failed is an [Error]. Neither quotes the value of a row, a password or a URL.
//
// # The house
//
// This package imports no driver and no verb. Beside it stand the verbs (export, load, sheets, guess), the
// endpoints (postgres, csvdir), rooms for an ORM and for progress, and config, which reads gyro.yaml into the same
// structs. Who writes an endpoint finds what it has to do in package driver; most users won't need it.
// docs/architecture.md draws all of it.
package gyro
