package csvdir

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gyrodata/gyro/driver"
)

// Rows whose quick hashes meet are no problem, where their keys don't; those that share their key are told, and no others.
func TestQuickHashesMeet(t *testing.T) {
	t.Parallel()
	const rows = 5000
	for _, limit := range []int64{0, 10_000} { // also in parts
		dir := t.TempDir()
		var text strings.Builder
		text.WriteString("id,code\n")
		for n := range rows {
			code := fmt.Sprint("code ", n)
			if n == 4321 {
				code = "code 17"
			}
			fmt.Fprintf(&text, "%d,%s\n", n, code)
		}
		manifest, err := json.Marshal(driver.Manifest{Version: driver.ManifestVersion, Files: []driver.ManifestFile{{
			File: "t.csv", Table: "t", Rows: rows, Columns: []driver.ManifestColumn{{Name: "id", Type: "bigint"}, {Name: "code", Type: "text"}},
			PrimaryKey: []string{"id"}, Unique: [][]string{{"code"}},
		}}})
		if err != nil {
			t.Fatal(err)
		}
		for name, content := range map[string][]byte{"t.csv": []byte(text.String()), manifestName: manifest} {
			if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		s, problems, err := openSlice(dir)
		if err != nil || len(problems) > 0 {
			t.Fatal(problems, err)
		}
		v := newVerifier(s, VerifyOptions{MemoryLimit: limit})
		code := s.tables[0].keys[1]
		part := &keyPart{key: code, of: 1, set: &keySet{}, quick: true}
		first := &pass{verifier: v, table: s.tables[0], collect: []*keyPart{part}}
		if err := first.run(t.Context()); err != nil {
			t.Fatal(err)
		}
		met := fingerprints{numbers: part.set.numbers.appendAll(nil)}
		part.set.merge(&met) // as if each met another
		part.set.seal(false)
		if err := v.findRepeated(t.Context(), part); err != nil {
			t.Fatal(err)
		}
		if f := v.keys[code].repeated; f.count != 2 || fmt.Sprint(f.rows) != "[18 4322]" {
			t.Errorf("limit %d: %d rows, %v", limit, f.count, f.rows)
		}
	}
}
