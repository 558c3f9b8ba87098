package gyro_test

import (
	"os/exec"
	"strings"
	"testing"
)

// The root knows the leaves and the standard library: no driver, no room, nothing else.
func TestRootImports(t *testing.T) {
	t.Parallel()
	const module = "github.com/gyrodata/gyro"
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}", module).Output()
	if err != nil {
		t.Fatal(err)
	}
	deps := strings.Fields(string(out))
	allowed := map[string]bool{module: true, module + "/schema": true, module + "/pgcsv": true}
	for _, dep := range deps {
		if !allowed[dep] {
			t.Errorf("the root depends on %s", dep)
		}
	}
	if len(deps) < 2 {
		t.Errorf("go list names %q: the test sees nothing", deps)
	}
	std, err := exec.CommandContext(t.Context(), "go", "list", "-deps", module).Output()
	if err != nil {
		t.Fatal(err)
	}
	for dep := range strings.FieldsSeq(string(std)) {
		if dep == "database/sql" || dep == "net/http" || dep == "net" {
			t.Errorf("the root depends on %s", dep)
		}
	}
}
