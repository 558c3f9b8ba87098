// Package driver says what an endpoint has to do: a database that slices are taken from ([Database]), a
// place where they lie ([Store]), a database that they are loaded into ([Loader]). It stands beside
// package gyro as database/sql/driver stands beside database/sql: most users won't need it. They name
// endpoints, such as postgres.DB and csvdir.Dir, and never call them.
//
// Who writes an endpoint implements one of the three interfaces, and what its methods give:
//
//	Database.Open    → Snapshot: one moment of a database, read by Selections
//	Store.Begin      → SliceWriter: a slice on its way in
//	Store.Slice      → Slice: a slice that lies there, with its Manifest
//	Loader.OpenTarget → Target: one load on its way, by a LoadPlan
//
// Package drivertest has the suite that every endpoint passes. The comments here are its contracts: who
// may call what at the same time, what an error leaves behind.
//
// # What holds for all of them
//
//   - A value that a user makes (a Database, a Store, a Loader) may be used by many goroutines at once; what
//     its methods give is used by one at a time.
//   - Every call that may wait takes a context, and returns soon after it ends, with its cause
//     (context.Cause). One whose context has ended before does nothing.
//   - What ends something (Close, Abort) takes no context, since it is called when that has ended, and
//     leaves nothing behind.
//   - An error says operation, place, cause and hint ([gyro.Error]), and quotes no row value, password or DSN.
//     Errors of what the caller gave (a Writer, a function) come back wrapped, or as they are.
//   - Names of files come from the verbs, and are plain: not empty, no slash or backslash, no dot at the
//     beginning, not manifest.json.
//   - What is given in structs is not changed by who gets it, nor kept after the call, but where it says so.
package driver
