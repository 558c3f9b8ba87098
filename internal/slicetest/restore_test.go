package slicetest

import (
	"bytes"
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/internal/pgtest"
)

// restricts are pg_dump's own brackets, inside which psql takes no \copy.
var restricts = regexp.MustCompile(`(?m)^\\(un)?restrict .*$`)

// restoring takes a file in by way of a table without generated columns, which a COPY would refuse.
const restoring = `
CREATE TABLE restoring AS SELECT * FROM %[1]s WITH NO DATA;
\copy restoring FROM '%[2]s' (FORMAT csv, HEADER)
INSERT INTO %[1]s (%[3]s) OVERRIDING SYSTEM VALUE SELECT %[3]s FROM restoring;
DROP TABLE restoring;
`

// stored are the columns of a table that are not generated.
func (a arena) stored(t *testing.T, table string) string {
	return pgtest.Psql(t, a.source, `SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute
WHERE attrelid = '`+table+`'::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''`)
}

// restore loads a slice with psql's \copy into tables that pg_dump describes, and then asks
// PostgreSQL to make every key and constraint of the source: it refuses a slice that is not
// closed.
func (a arena) restore(t *testing.T, dir string, report *gyro.Report) error {
	t.Helper()
	tool, err := pgtest.TestServer(t).Bin("pg_dump")
	if err != nil {
		return err
	}
	var problems bytes.Buffer
	cmd := exec.Command(tool, "--no-owner", "--schema-only", "-d", a.source)
	cmd.Stderr = &problems
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("pg_dump: %w: %s", err, problems.String())
	}
	// Tables come first, then keys and constraints; a world has at least a primary key.
	before, after, found := strings.Cut(restricts.ReplaceAllString(string(out), ""), "; Type: CONSTRAINT;")
	if !found {
		return fmt.Errorf("pg_dump wrote no key:\n%s", out)
	}
	after = "--" + after
	var script strings.Builder
	script.WriteString(before)
	script.WriteString("\nRESET search_path;\n")
	for _, f := range report.Files {
		fmt.Fprintf(&script, restoring, f.Model, filepath.Join(dir, f.File), a.stored(t, f.Model.String()))
	}
	script.WriteString(after)
	psql, err := pgtest.TestServer(t).Bin("psql")
	if err != nil {
		return err
	}
	cmd = exec.Command(psql, "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", a.target, "-f", "-")
	cmd.Stdin = strings.NewReader(script.String())
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("the slice is not closed: %w\n%s", err, out)
	}
	return nil
}
