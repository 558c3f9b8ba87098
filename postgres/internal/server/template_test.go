package server_test

import (
	"testing"

	"github.com/gyrodata/gyro/postgres/internal/server"
)

// What is put in stays as it is, also where it looks like a name: it may hold texts of a user.
func TestFill(t *testing.T) {
	t.Parallel()
	got := server.Fill("SELECT {a}, '{}' FROM {b} WHERE {a}", "a", "'{b}'", "b", "t")
	if want := "SELECT '{b}', '{}' FROM t WHERE '{b}'"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
