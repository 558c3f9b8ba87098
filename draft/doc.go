// Package draft makes a first configuration of a database: which tables hang together below and around a root, which of
// their rows make a small slice, what becomes of references that lead out of it, and how its rows find their place where
// they are loaded.
//
//	d, err := draft.Brief{Source: postgres.DB{URL: url}, Mask: mask.Named}.Draw(ctx)
//	fmt.Println(d.Root, d.Why)
//	report, err := export.Slice{Source: db, Target: dir, Importers: d.Registry(), Jobs: d.ImportJobs(), Missing: gyro.Include}.Run(ctx)
//
// The catalog and EXPLAIN are read; of rows the first key of the root, where it is a number or a uuid, and the names of
// kinds by which polymorphic references are told. A draft is planned before it is given: it runs as it stands.
package draft
