package slicetest

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/csvdir"
	"github.com/gyrodata/gyro/export"
	"github.com/gyrodata/gyro/internal/pgtest"
	"github.com/gyrodata/gyro/mask"
	"github.com/gyrodata/gyro/postgres"
)

// asked are the settings of masks that have to be given some.
var asked = map[string]any{
	"constant": "hidden", "partial": []any{0, 4}, "postcode_prefix": 3, "round": 1000, "range": 1000, "noise": 5, "truncate_date": "year", "shift_date": []any{30, "customer_id"},
	"words": 3, "lorem_words": 3, "digits": 8, "pattern": "##-??", "choice": []any{"a", "b"}, "template": "{{first_name}} of {{row.customer_id}}",
}

// plant is a column for a mask, with values that are nowhere else.
type plant struct {
	name, typ string
	mask      gyro.Mask
	values    []string
	within    string // "%s" is the value
}

// values of a type, by its name in a mask's description: what is first there is taken.
func planted(types string, n int) (typ string, values []string) {
	for row := range 3 {
		k := 10*n + row
		switch kind, _, _ := strings.Cut(types, ","); kind {
		case "every type", "text":
			typ, values = "text", append(values, fmt.Sprintf("Clear%05dValue", k))
		case "integers":
			typ, values = "bigint", append(values, fmt.Sprint(770_000_000_123+int64(k)*1_000))
		case "numeric":
			typ, values = "numeric", append(values, fmt.Sprintf("66%05d.4321", k))
		case "date":
			typ, values = "date", append(values, fmt.Sprintf("%04d-%02d-11", 1000+n, 1+5*row))
		case "timestamps":
			typ, values = "timestamp", append(values, fmt.Sprintf("%04d-%02d-11 11:22:33", 1000+n, 1+5*row)) // none is another shifted
		case "time":
			typ, values = "time", append(values, fmt.Sprintf("03:17:21.%06d", k))
		case "uuid":
			typ, values = "uuid", append(values, fmt.Sprintf("deadbeef-0000-4000-8000-%012d", k))
		case "inet and cidr":
			typ, values = "inet", append(values, fmt.Sprintf("10.77.%d.%d", n, 100+row))
		case "macaddr":
			typ, values = "macaddr", append(values, fmt.Sprintf("de:ad:be:ef:%02x:%02x", n, row))
		}
	}
	return typ, values
}

// plants are columns for every mask but those that write the clear value when they are told to.
func plants(t *testing.T) []plant {
	t.Helper()
	dictionary := filepath.Join(t.TempDir(), "words")
	if err := os.WriteFile(dictionary, []byte("one\ntwo\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var all []plant
	for _, d := range mask.List() {
		var settings map[string]any
		if s, ok := asked[d.Name]; ok {
			settings = map[string]any{"": s}
		}
		switch d.Name {
		case "keep", "expr", "boolean": // a boolean is no value that could be known again
			continue
		case "dictionary":
			settings = map[string]any{"": dictionary}
		case "command":
			settings = map[string]any{"run": []any{"sed", "-u", "s/^seed,.*/value/; s/,.*//"}, "reads": []any{"customer_id"}}
		}
		m, err := mask.Named(d.Name, settings)
		if err != nil {
			t.Fatalf("%s: %v", d.Name, err)
		}
		typ, values := planted(d.Types, len(all)+1)
		all = append(all, plant{name: "c_" + d.Name, typ: typ, mask: m, values: values, within: "%s"})
		if typ == "text" && m.Command == nil { // inside of values as well
			_, values = planted(d.Types, len(all)+1)
			all = append(all, plant{name: "j_" + d.Name, typ: "jsonb", mask: mask.JSON(mask.Paths{"$.a": m, "$.b[*].*": m}), values: values, within: `{"a": "%[1]s", "b": [{"c": "%[1]s"}, {"d": ["%[1]s"]}]}`})
			_, values = planted(d.Types, len(all)+1)
			all = append(all, plant{name: "e_" + d.Name, typ: "text[]", mask: mask.Elements(m), values: values, within: `{%[1]s,NULL,"a %[1]s"}`})
		}
	}
	return all
}

// No clear value of a masked column is in what the server sends, the statements that it logs among that, nor in the slice.
func TestWire(t *testing.T) {
	t.Parallel()
	all := plants(t)
	source := pgtest.DB(t)
	columns, rows := []string{"id bigint PRIMARY KEY", "customer_id bigint", "seen text"}, make([][]string, 3)
	for i := range rows {
		rows[i] = []string{fmt.Sprint(i + 1), fmt.Sprint(7 + i), fmt.Sprintf("'Seen%d'", i)}
	}
	for _, p := range all {
		columns = append(columns, p.name+" "+p.typ)
		for i := range rows {
			rows[i] = append(rows[i], "'"+fmt.Sprintf(p.within, p.values[i])+"'")
		}
	}
	script := "CREATE TABLE planted (" + strings.Join(columns, ", ") + ");\n"
	for _, r := range rows {
		script += "INSERT INTO planted VALUES (" + strings.Join(r, ", ") + ");\n"
	}
	pgtest.Exec(t, source, script)
	// The server sends what it logs.
	pgtest.Exec(t, source, `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET log_statement = ''all''', current_database()); EXECUTE format('ALTER DATABASE %I SET client_min_messages = log', current_database()); END $$`)
	for name, say := range map[string]func(gyro.Mask) gyro.Mask{
		"by row": func(m gyro.Mask) gyro.Mask { return m },
		"in some rows": func(m gyro.Mask) gyro.Mask {
			if m.Command != nil {
				return m
			}
			return m.When("id < 100 AND c_email > 'Clear'")
		},
		"by value": func(m gyro.Mask) gyro.Mask {
			if m.Fake == nil || len(m.Reads) > 0 {
				return m
			}
			return m.ByValue("of " + m.Name)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			through, heard := pgtest.Wire(t, source)
			dir := filepath.Join(t.TempDir(), "slice")
			importer := gyro.Importer{Model: gyro.Table("planted"), Columns: gyro.Columns{}}
			for _, p := range all {
				importer.Columns[p.name] = gyro.Column{Mask: say(p.mask)}
			}
			s := export.Slice{
				Source: postgres.DB{URL: through}, Target: csvdir.Dir{Path: dir}, Importers: gyro.Registry{importer}, MaskKey: bytes.Repeat([]byte("k"), 32),
				Jobs: []gyro.ImportJob{{Model: gyro.Table("planted"), Query: gyro.Where("id > $1", 0)}},
			}
			if _, err := s.Run(t.Context()); err != nil {
				t.Fatal(err)
			}
			sent := heard()
			for _, seen := range []string{"Seen0", "Seen2", "COPY (SELECT "} {
				if !bytes.Contains(sent, []byte(seen)) {
					t.Errorf("%q was not seen: what the server sends is not all here", seen)
				}
			}
			files, err := os.ReadDir(dir)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range files {
				text, err := os.ReadFile(filepath.Join(dir, f.Name()))
				if err != nil {
					t.Fatal(err)
				}
				sent = append(sent, text...)
			}
			for _, p := range all {
				for i, v := range p.values {
					if bytes.Contains(sent, []byte(v)) {
						t.Errorf("%s: value %d in clear", p.mask, i)
					}
				}
			}
		})
	}
}
