package picture_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/internal/browser"
	"github.com/gyrodata/gyro/picture"
	"github.com/gyrodata/gyro/schema"
)

// application is a graph as applications have them: a tenant and users that nearly all refer to, and modules whose tables
// refer to each other, in schemas of their own or in one.
func application(tables int, schemas bool) *picture.Graph {
	dice := rand.New(rand.NewPCG(7, 7)) //nolint:gosec // the same in every run
	var g picture.Graph
	name := func(module, noun string) schema.Name {
		if schemas {
			return schema.NewName(module, noun)
		}
		return schema.NewName("", module+"_"+noun)
	}
	add := func(n schema.Name) schema.Name {
		g.Tables = append(g.Tables, picture.Table{Name: n, Taken: dice.Int64N(100_000), There: dice.Int64N(10_000_000), Masked: max(0, dice.IntN(9)-6)})
		return n
	}
	refer := func(from, to schema.Name, column string) {
		missing := []gyro.Missing{gyro.Restrict, gyro.Restrict, gyro.Include, gyro.SetNull}[dice.IntN(4)]
		nature := []picture.Nature{picture.NotEnforced, picture.Polymorphic, picture.Array, "", "", "", "", "", "", "", "", ""}[dice.IntN(12)]
		g.References = append(g.References, picture.Reference{From: from, To: to, Columns: []string{column}, Missing: missing, Nature: nature})
	}
	tenant, user := add(name("core", "tenant")), add(name("core", "user"))
	refer(user, tenant, "tenant_id")
	nouns := strings.Fields("order line invoice item entry address contact event note tag batch price rule plan step log file link state type unit group member role slot")
	modules := strings.Fields("sales billing catalog hr stock ship crm auth media report task doc")
	for i := 0; len(g.Tables) < tables; i++ {
		var own []schema.Name
		for k := 0; k < len(nouns) && len(g.Tables) < tables; k++ {
			noun := nouns[k] + strings.Repeat("_more", i/len(modules))
			table := add(name(modules[i%len(modules)], noun))
			if dice.IntN(10) < 8 {
				refer(table, tenant, "tenant_id")
			}
			if dice.IntN(2) == 0 {
				refer(table, user, "created_by_id")
			}
			for range dice.IntN(3) {
				if len(own) > 0 {
					refer(table, own[dice.IntN(len(own))], "parent_id")
				}
			}
			if dice.IntN(8) == 0 {
				refer(table, g.Tables[dice.IntN(len(g.Tables))].Name, "other_id")
			}
			own = append(own, table)
		}
	}
	return &g
}

// Graphs of 6 to 300 tables, and of names that nobody should have, as a browser shows them.
func TestLook(t *testing.T) {
	t.Parallel()
	b := browser.Start(t)
	dir := t.TempDir()
	graphs := map[string]*picture.Graph{"hostile": hostileGraph(), "none": {}}
	for _, n := range []int{1, 6, 30, 60, 300} {
		graphs[fmt.Sprintf("%d-tables", n)], graphs[fmt.Sprintf("%d-tables-in-schemas", n)] = application(n, false), application(n, true)
	}
	for name, g := range graphs {
		path := filepath.Join(dir, name+".svg")
		if err := os.WriteFile(path, []byte(written(t, g.SVG)), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, dark := range []bool{false, true} {
			view := browser.View{Width: 1400, Dark: dark}
			page := b.Open(path, view)
			if name != "none" {
				page.Look(t)
			}
			if shot := page.Screenshot(5000); len(shot) < 1000 {
				t.Errorf("%s, %s: a picture of %d bytes", name, view, len(shot))
			} else {
				browser.Keep(t, name+"-"+view.String()+".png", shot)
			}
		}
		if t.Failed() {
			t.Fatalf("of %s", name)
		}
	}
}
