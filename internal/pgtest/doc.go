// Package pgtest gives tests, and gyro's demo, a throwaway PostgreSQL: a real
// server, started in about a second, that is gone afterwards whatever happens.
//
// A package of tests that needs a database has one line of its own,
//
//	func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }
//
// and then asks for what it needs:
//
//	url := pgtest.DB(t)                         // fresh and empty, dropped at the end of the test
//	url := pgtest.Template(t, "shop", fillShop) // a fresh copy of a database that fillShop filled once
//	pgtest.Exec(t, url, `CREATE TABLE …`)
//
// Everything here may be called from parallel tests.
//
// # Which server
//
// Tests use the server that GYRO_TEST_DATABASE names: a URL of a PostgreSQL 13
// or later, whose role may create databases. Without it they start a server of
// their own, once a process, from the binaries that are found: the PATH,
// pg_config, and where Debian, the PGDG packages, Homebrew and MacPorts put
// them. Where there are none, they are downloaded. Where that fails too, every
// test that asks for a database fails, with one line that says what to install:
// no test is ever skipped, but for those behind a pooler where there is no pgbouncer (Bouncer).
//
// The command in serve starts one server for many packages:
//
//	go run ./internal/pgtest/serve go test ./...
//
// # Guarantees
//
// A server that was started here listens on a Unix socket only, in a folder of
// its own, and is not durable. It never runs as root: if we are root, it runs
// as postgres or nobody. A keeper, a process outside our session, stops it and
// removes the folder as soon as our process is gone: after Stop, Ctrl-C, a
// panic or SIGKILL.
package pgtest
