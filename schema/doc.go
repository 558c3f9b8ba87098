// Package schema describes tables as Gyro sees them: columns, keys and references
// (foreign keys), whether an ORM's structs, a database's catalog or a slice's manifest
// said so.
//
// It is a leaf: it imports nothing of Gyro and opens no connection.
// Names are kept exactly as PostgreSQL stores them, never folded to lower case.
package schema
