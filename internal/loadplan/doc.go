// Package loadplan makes the plan of a load, from where a slice and foreign CSV files go the same way:
// which ids rows get, what becomes of rows that are there, which values change and so which references
// have to be mapped, in which order tables go in; and its end: progress, the record for undo, the commit.
//
// Packages load and sheets say what the files hold, each in its way, and stand on it.
package loadplan
