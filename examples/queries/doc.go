// Package queries shows how the queries of builders and generators that are no ORM say which rows a slice has: those of squirrel, of
// goqu, and the constants that sqlc writes.
//
// It is a module of its own: who uses Gyro needs none of these.
package queries

//go:generate go run github.com/sqlc-dev/sqlc/cmd/sqlc@v1.31.1 generate
