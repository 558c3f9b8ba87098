package slicetest

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/gyrodata/gyro/draft"
	"github.com/gyrodata/gyro/internal/pgtest"
)

// publicTenants are tables of the schemas that scripts/test-databases fetches, by the rows of which theirs belong together.
var publicTenants = map[string]string{"ttrss": "ttrss_users", "roundcube": "users", "zabbix": ""}

// Databases of programs that nobody here has seen the inside of: each is drafted as gyro init --yes does, taken, proved, and loaded into
// an empty copy, into that again, and into the source, with nothing changed by hand.
func TestPublicDatabases(t *testing.T) {
	dir := os.Getenv("GYRO_DATABASES")
	if dir == "" {
		t.Skip("scripts/test-databases fetches them")
	}
	for name, tenant := range publicTenants {
		t.Run(name, func(t *testing.T) {
			text, err := os.ReadFile(filepath.Join(dir, name+".sql"))
			if err != nil {
				t.Fatal(err)
			}
			source, empty := pgtest.DB(t), pgtest.DB(t)
			pgtest.Exec(t, source, string(text))
			tables, err := exec.CommandContext(t.Context(), filepath.Join(os.Getenv("GYRO_TEST_BIN"), "pg_dump"), "--schema-only", "--dbname="+source).Output()
			if err != nil {
				t.Fatal(err)
			}
			pgtest.Exec(t, empty, regexp.MustCompile(`(?m)^\\.*$`).ReplaceAllString(string(tables), "")) // less what is psql's
			if tenant != "" {
				fill(t, source, filling{salt: "a", tenants: 3, tenant: tenant})
			}
			pgtest.Exec(t, source, "ANALYZE")
			conf, written, err := draftOf(t, draft.Brief{}, source, t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			through(t, conf, written, source, empty)
		})
	}
}
