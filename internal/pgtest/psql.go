package pgtest

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Copy is what psql's own \copy writes for a query, as CSV with a header, under the settings
// that Gyro promises for its files: the oracle for what a file must hold.
func Copy(t testing.TB, url, query string) []byte {
	t.Helper()
	file := filepath.Join(t.TempDir(), "psql.csv")
	command := `\copy (` + query + `) TO '` + file + `' (FORMAT csv, HEADER)`
	if strings.ContainsAny(query, "\n\r") { // \copy reads one line
		command = "COPY (" + query + ") TO STDOUT (FORMAT csv, HEADER) \\g " + file
	}
	Psql(t, url, command)
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// Psql runs a script with psql and gives what it prints, unaligned.
func Psql(t testing.TB, url, script string) string {
	t.Helper()
	psql, err := TestServer(t).Bin("psql")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(psql, "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", url, "-f", "-")
	cmd.Stdin = strings.NewReader(script + "\n")
	cmd.Env = append(os.Environ(), "PGOPTIONS=-c DateStyle=ISO -c IntervalStyle=postgres -c TimeZone=UTC -c extra_float_digits=1"+
		" -c bytea_output=hex -c lc_monetary=C -c xmlbinary=base64 -c search_path=public", "PGCLIENTENCODING=UTF8")
	var problems strings.Builder
	cmd.Stderr = &problems
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("psql: %v\n%s", err, problems.String())
	}
	return strings.TrimRight(string(out), "\n")
}
