package export

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/internal/masking"
	"github.com/gyrodata/gyro/mask"
	"github.com/gyrodata/gyro/schema"
)

// insideStep is a table with a document of which some parts are masked, and an array.
func insideStep(paths mask.Paths) *step {
	return &step{
		table: &schema.Table{PrimaryKey: []string{"id"}, Columns: []schema.Column{{Name: "id", Type: "bigint"}, {Name: "doc", Type: "jsonb"}, {Name: "note", Type: "text"}}},
		masks: map[string]gyro.Mask{"doc": mask.JSON(paths)}, mark: newMark(),
	}
}

// filled is what becomes of a document in which parts are marked: %s is the mark.
func filled(t *testing.T, s *step, key masking.Key, id, doc string) string {
	t.Helper()
	var out bytes.Buffer
	m := newMasker(s, s.table.ColumnNames(), key, &out)
	doc = strings.ReplaceAll(strings.ReplaceAll(doc, "%s", s.mark), `"`, `""`)
	for _, row := range []string{"id,doc,note\n", id + `,"` + doc + "\",x\n"} {
		if _, err := m.Write([]byte(row)); err != nil {
			t.Fatal(err)
		}
	}
	return out.String()
}

// A part's value follows from row, column, path and ordinals, and from nothing else; elements are other people, and each is one.
func TestInsideDice(t *testing.T) {
	t.Parallel()
	seed := mask.Name()
	seed.Name, seed.Fake = "seed", func(text []byte, row *gyro.MaskRow) []byte {
		return hex.AppendEncode(append(hex.AppendEncode(text, row.Seed[:8]), '-'), row.Whole[:])
	}
	s, key := insideStep(mask.Paths{"$.a": seed, "$.b": seed, "$.c[*].x": seed, "$.c[*].y": seed, "$.d[*].x": seed}), masking.Key("0123456789abcdef")
	one := func(id, place string) (seed, whole string) {
		_, text, _ := strings.Cut(filled(t, s, key, id, `{"": "%s`+place+`"}`), ": ")
		text, _, _ = strings.Cut(text, "}")
		seed, whole, _ = strings.Cut(strings.Trim(text, `"`), "-")
		if len(seed) != 16 || len(whole) != 64 {
			t.Fatalf("%q", text)
		}
		return seed, whole
	}
	seeds, wholes := map[string]string{}, map[string]string{}
	long := strings.Repeat("123x", 20)
	for _, id := range []string{"1", "2"} {
		for _, place := range []string{"0s", "1s", "2s1", "2s2", "3s1", "3s2", "4s1", "2s11", "2s1x1", "2s" + long + "1", "2s" + long + "2", "2s" + long[:16], "2s" + long[:15], "2s" + long[:17]} {
			seed, whole := one(id, place)
			if other, twice := seeds[seed]; twice {
				t.Errorf("%s of row %s has the seed of %s", place, id, other)
			}
			seeds[seed] = id + " " + place
			if again, same := one(id, place); again != seed || same != whole {
				t.Errorf("%s: another the second time", place)
			}
			if i := strings.IndexByte(place, 's'); place[0] != '3' {
				who := place
				if place[0] == '0' || place[0] == '1' { // the row's own
					who = place[i:]
				}
				if other, known := wholes[whole]; known && other != id+" "+who {
					t.Errorf("%s of row %s goes with %s", place, id, other)
				}
				wholes[whole] = id + " " + who
			} else if wholes[whole] != id+" 2"+place[i:] {
				t.Errorf("%s of row %s does not go with 2%s", place, id, place[i:])
			}
		}
	}
	if _, whole := one("1", "0s"); wholes[whole] == "" || len(wholes) != 2*11 {
		t.Errorf("%d people", len(wholes))
	}
}

// What is marked and is no fake is an error.
func TestInsideOdd(t *testing.T) {
	t.Parallel()
	s := insideStep(mask.Paths{"$.a": mask.Null(), "$.b": mask.Word().ByValue("x")})
	s.inside = map[string]*domain{"x": {fits: schema.Column{Type: "text"}}}
	for _, place := range []string{"0s", "1s", "2s", "1sffff", "1s" + strings.Repeat("z", 64), ""} {
		m := newMasker(s, s.table.ColumnNames(), masking.Key("0123456789abcdef"), io.Discard)
		_, err := m.Write([]byte("id,doc,note\n"))
		if err == nil {
			_, err = m.Write(fmt.Appendf(nil, "1,\"{\"\"\"\": \"\"%s%s\"\"}\",x\n", s.mark, place))
		}
		if err == nil || !strings.Contains(err.Error(), "mask") {
			t.Errorf("%q: %v", place, err)
		}
	}
}

// Three masked parts of a document.
func BenchmarkInside(b *testing.B) {
	s := insideStep(mask.Paths{"$.name": mask.Name(), "$.email": mask.Email(), "$.phones[*]": mask.Phone()})
	m := newMasker(s, s.table.ColumnNames(), masking.Key("0123456789abcdef"), io.Discard)
	if _, err := m.Write([]byte("id,doc,note\n")); err != nil {
		b.Fatal(err)
	}
	row := []byte(strings.ReplaceAll(`12345678,"{""id"": 1234567, ""name"": ""%s1s"", ""note"": ""a note that goes on for some time"", ""email"": ""%s0s"", ""phones"": [""%s2s1""], ""address"": {""city"": ""Berlin"", ""street"": ""Unter den Linden 7""}}",x`+"\n", "%s", s.mark))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := m.Write(row); err != nil {
			b.Fatal(err)
		}
	}
}
