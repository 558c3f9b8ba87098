package postgres_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/gyrodata/gyro/internal/pgtest"
)

// harmless are the categories of settings that decide where and how fast, what is logged and who may connect: none of them
// how a value is read, printed or compared. docs/design.md says why.
var harmless = []string{
	"Autovacuum", "Vacuuming", "Connections and Authentication", "File Locations", "Lock Management", "Preset Options", "Process Title",
	"Query Tuning", "Replication", "Reporting and Logging", "Resource Usage", "Statistics", "Write-Ahead Log",
	"Client Connection Defaults / Shared Library Preloading", "Error Handling",
}

// Every setting of the server that may have to do with values was looked at, and stands in docs/design.md: one that a later
// server brings is noticed here.
func TestSettingsDecided(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../docs/design.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, found := strings.Cut(string(text), "\n## Settings of the server\n")
	if !found {
		t.Fatal("docs/design.md has no section on the server's settings")
	}
	section, _, _ = strings.Cut(section, "\n## ")
	words := strings.FieldsFunc(section, func(r rune) bool {
		return !strings.ContainsRune("_", r) && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	})
	conn, err := pgx.Connect(t.Context(), pgtest.DB(t))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	rows, err := conn.Query(t.Context(), "SELECT name, category FROM pg_settings WHERE category <> 'Customized Options' ORDER BY name")
	if err != nil {
		t.Fatal(err)
	}
	settings, err := pgx.CollectRows(rows, pgx.RowToStructByPos[struct{ Name, Category string }])
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range settings {
		known := slices.ContainsFunc(harmless, func(c string) bool { return s.Category == c || strings.HasPrefix(s.Category, c+" / ") })
		if !known && !slices.Contains(words, s.Name) {
			t.Errorf("%s (%s): nothing is decided of it", s.Name, s.Category)
		}
	}
	if len(settings) < 300 {
		t.Errorf("%d settings", len(settings))
	}
}
