package csvdir_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/gyrodata/gyro/csvdir"
	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/planted"
)

func list(t testing.TB, values ...string) *planted.List {
	t.Helper()
	l, err := planted.Read(strings.NewReader(strings.Join(values, "\n")))
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// A planted value is told by file, row, column and line, wherever it stands, and never shown.
func TestPlanted(t *testing.T) {
	t.Parallel()
	dir := makeSlice(t,
		made("person", "id integer, name text, more jsonb", strings.Join([]string{
			"id,name,more", `1,nobody,{}`, `2,"O'Hush, ""Bob""",{}`, `3,,"{""k"": ""a\""b hush\nline""}"`, "4,\"two\nlines\nand hush@example.org\",", "5,hush@example.org,{}",
		}, "\n")+"\n").lists("id\n1\n"),
		made("other", "id text", "id\nhush-key\n").lists("id\nhush-key\n"))
	changeManifest(t, dir, func(m *driver.Manifest) {
		m.Files[0].Rows = 5                      // and not as many as lines
		m.Server = "PostgreSQL hush@example.org" // a version, and nothing of a database's
		m.Files[1].Polymorphic = []driver.ManifestReference{{Name: "r", Columns: []string{"id"}, Table: "person", ToColumns: []string{"id"}, When: "id = 'hush-key'", NotProvable: "it is"}}
	})
	values := []string{"never there", `O'Hush, "Bob"`, "", `a"b hush`, "hush@example.org", "hush-key", "integer or so", m(dir)[:20]}
	v := verify(t, dir, csvdir.VerifyOptions{Planted: list(t, values...), ShowValues: true})
	var got []string
	for _, p := range v.Problems {
		if p.Kind == csvdir.Planted {
			got = append(got, p.String())
		}
	}
	want := []string{
		"person.csv: 3 rows with a planted value in (name): rows 2 (line 2 of the list), 4 (line 5 of the list), 5 (line 5 of the list)",
		"person.csv: 1 row with a planted value in (more): row 3 (line 4 of the list)",
		"other.csv: 1 row with a planted value in (id): row 1 (line 6 of the list)",
		"other.included: 1 row with a planted value in (id): row 1 (line 6 of the list)",
		"manifest.json: a name or a condition holds a planted value: line 6 of the list",
	}
	if !slices.Equal(got, want) || v.Planted != 7 {
		t.Errorf("%d values, found:\n%s\nwant:\n%s", v.Planted, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	for _, p := range v.Problems {
		if text := fmt.Sprintf("%+v", p); strings.Contains(text, "hush@") || strings.Contains(text, "Hush") {
			t.Errorf("a value is shown: %s", text)
		}
	}
	if v := verify(t, dir, csvdir.VerifyOptions{Planted: list(t, "never there")}); !v.Proved() || v.Planted != 1 {
		t.Error(v.Problems)
	}
}

// m is the digest of a file of a slice.
func m(dir string) string {
	manifest, _ := csvdir.ReadManifest(dir)
	return manifest.Files[0].SHA256
}

// In files of many blocks, rows are counted right, and with keys that take several rounds none is counted twice.
func TestPlantedLarge(t *testing.T) {
	t.Parallel()
	dice := rand.New(rand.NewPCG(5, 6))
	for _, memory := range []int64{0, 64 << 10} {
		var (
			text strings.Builder
			rows []int64
			n    = 60000
		)
		text.WriteString("id,name\n")
		for i := 1; i <= n; i++ {
			name := fmt.Sprintf("somebody\n%d", i)
			if dice.IntN(5000) == 0 {
				name += " hush@example.org"
				rows = append(rows, int64(i))
			}
			fmt.Fprintf(&text, "%d,%q\n", i, name)
		}
		dir := makeSlice(t, made("person", "id integer, name text", strings.ReplaceAll(text.String(), `\n`, "\n")))
		changeManifest(t, dir, func(m *driver.Manifest) { m.Files[0].Rows = int64(n) })
		v := verify(t, dir, csvdir.VerifyOptions{Planted: list(t, "hush@example.org"), MemoryLimit: memory})
		if len(v.Problems) != 1 || v.Problems[0].Count != int64(len(rows)) || !slices.Equal(v.Problems[0].Rows, rows[:min(10, len(rows))]) || len(v.Problems[0].Lines) != len(v.Problems[0].Rows) {
			t.Errorf("%+v, want rows %v", v.Problems, rows)
		}
	}
}
