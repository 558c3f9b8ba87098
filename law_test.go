package gyro_test

import (
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/gyrodata/gyro"

// rooms says of each package which others of Gyro it may import, tests apart: the law of the house, as
// docs/architecture.md draws it. "" is the root. "*": whatever it wires.
var rooms = map[string][]string{
	// Leaves.
	"schema":  {},
	"pgcsv":   {},
	"keyset":  {},
	"planted": {},
	// The language.
	"": {"schema", "pgcsv"},
	// What endpoints do.
	"driver":            {"", "schema", "pgcsv", "keyset"},
	"driver/drivertest": {"", "schema", "pgcsv", "keyset", "driver"},
	// The verbs.
	"internal/masking":  {"", "schema"},
	"export":            {"", "schema", "pgcsv", "keyset", "driver", "internal/masking"},
	"internal/loadplan": {"", "schema", "pgcsv", "keyset", "driver"},
	"load":              {"", "schema", "pgcsv", "keyset", "driver", "internal/loadplan"},
	"sheets":            {"", "schema", "pgcsv", "keyset", "driver", "internal/loadplan", "internal/masking"},
	"guess":             {"", "schema", "pgcsv", "keyset", "driver", "sheets"},
	"personal":          {"", "schema", "pgcsv", "keyset", "driver", "export"},
	"draft":             {"", "schema", "pgcsv", "keyset", "driver", "export", "personal"},
	// Endpoints, and the rooms beside.
	"csvdir": {"", "schema", "pgcsv", "keyset", "planted", "driver"},
	"postgres": {
		"", "schema", "pgcsv", "keyset", "driver",
		"postgres/internal/server", "postgres/internal/reading", "postgres/internal/loading", "postgres/internal/foreign",
	},
	"gyrotest": {"", "schema", "pgcsv", "keyset", "driver", "export", "load", "csvdir", "postgres"},
	"gyrogorm": {"", "schema", "pgcsv", "keyset", "driver"},
	"gyrobun":  {"", "schema", "pgcsv", "keyset", "driver"},
	"progress": {"", "schema", "pgcsv", "keyset", "driver"},
	"mask":     {"", "schema"},
	"picture":  {"", "schema", "driver"},
	// Rooms of postgres, which alone imports them.
	"postgres/internal/server":    {"", "schema", "pgcsv", "keyset", "driver"},
	"postgres/internal/statement": {"", "schema", "pgcsv", "keyset", "driver", "postgres/internal/server"},
	"postgres/internal/reading":   {"", "schema", "pgcsv", "keyset", "driver", "postgres/internal/server", "postgres/internal/statement"},
	"postgres/internal/loading":   {"", "schema", "pgcsv", "keyset", "driver", "postgres/internal/server", "postgres/internal/statement"},
	"postgres/internal/foreign":   {"", "schema", "pgcsv", "keyset", "driver", "postgres/internal/server", "postgres/internal/loading"},
	// What wires them.
	"config":                {"*"},
	"cmd/gyro":              {"*"},
	"examples/shop":         {"*"},
	"examples/shop/run":     {"*"},
	"examples/shop/shopdb":  {"*"},
	"bench":                 {"*"},
	"internal/slicetest":    {"*"},
	"internal/modeltest":    {"", "schema"},
	"internal/browser":      {},
	"internal/pgtest":       {},
	"internal/pgtest/serve": {"internal/pgtest"},
}

// Each floor imports only what stands below it, and a package that the law does not name is not there.
func TestLaw(t *testing.T) {
	t.Parallel()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`, module+"/...").Output()
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for line := range strings.Lines(string(out)) {
		words := strings.Fields(line)
		room := short(words[0])
		allowed, named := rooms[room]
		if !named {
			t.Errorf("the law does not name %s: what may it import?", room)
			continue
		}
		seen++
		for _, path := range words[1:] {
			own := path == module || strings.HasPrefix(path, module+"/")
			if own && !slices.Contains(allowed, short(path)) && !slices.Contains(allowed, "*") {
				t.Errorf("%s imports %s, against the law", say(room), say(short(path)))
			}
			if strings.HasPrefix(short(path), "postgres/internal/") && room != "postgres" && !strings.HasPrefix(room, "postgres/internal/") {
				t.Errorf("%s imports %s, which is postgres's own", say(room), say(short(path)))
			}
			if (path == "database/sql" || path == "net" || path == "net/http") && len(allowed) < 4 && !strings.HasPrefix(room, "internal") && !slices.Contains(allowed, "*") {
				t.Errorf("%s imports %s", say(room), path)
			}
		}
		if room == "cmd/gyro" {
			continue
		}
		if slices.Contains(words[1:], module+"/cmd/gyro") {
			t.Errorf("%s imports a command", say(room))
		}
	}
	if seen < 15 {
		t.Errorf("go list names %d packages: the test sees nothing", seen)
	}
}

// The root needs nothing but the standard library, and nothing of that which speaks to a network; and, for the encodings of
// foreign files, the tables of golang.org/x/text.
func TestRootImports(t *testing.T) {
	t.Parallel()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", module).Output()
	if err != nil {
		t.Fatal(err)
	}
	for dep := range strings.FieldsSeq(string(out)) {
		first, _, _ := strings.Cut(dep, "/")
		own := slices.Contains([]string{module, module + "/schema", module + "/pgcsv"}, dep)
		if dep == "database/sql" || dep == "net/http" || dep == "net" || strings.Contains(first, ".") && !own && !strings.HasPrefix(dep, "golang.org/x/text/") {
			t.Errorf("the root depends on %s", dep)
		}
	}
}

func short(path string) string {
	return strings.TrimPrefix(strings.TrimPrefix(path, module), "/")
}

func say(room string) string {
	if room == "" {
		return "the root"
	}
	return fmt.Sprintf("package %s", room)
}
