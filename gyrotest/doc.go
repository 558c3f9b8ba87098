// Package gyrotest gives each Go test a database of its own that holds a slice.
//
//	func TestInvoice(t *testing.T) {
//		db, err := sql.Open("pgx", gyrotest.Load(t, os.Getenv("TEST_SERVER"), "testdata/slice"))
//		…
//	}
//
// The slice is loaded once a process, into a template; a test's database is a copy of that, which takes some hundredths of a
// second, and is dropped when the test has ended. What a process leaves that was killed, the next one drops.
package gyrotest
