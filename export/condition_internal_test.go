package export

import (
	"fmt"
	"testing"

	"github.com/gyrodata/gyro/schema"
)

// What is read of a condition, and what is left to the source: all of which the bytes in a
// file could be misleading about.
func TestKindsOf(t *testing.T) {
	t.Parallel()
	table := &schema.Table{Name: schema.Name{Schema: "public", Table: "comment"}, Columns: []schema.Column{
		{Name: "ct", Type: "integer"},
		{Name: "kind", Type: "character varying(20)", Collatable: true},
		{Name: "Kind", Type: "text"},
		{Name: "loose", Type: "text", Nondeterministic: true},
		{Name: "padded", Type: "character(5)"},
		{Name: "amount", Type: "numeric"},
		{Name: "mood", Type: "mood", Enum: true},
		{Name: "u", Type: "uuid"},
		{Name: "user", Type: "text"},
	}}
	for when, want := range map[string]string{
		`ct = 7`:                                     `[{ct [7]}]`,
		"  ct=07 ":                                   `[{ct [7]}]`,
		`ct = -7`:                                    `[{ct [-7]}]`,
		`ct = '7'`:                                   `[{ct [7]}]`,
		`(("ct") = (7::bigint))`:                     `[{ct [7]}]`,
		`comment.ct IN (7, 8,'9')`:                   `[{ct [7 8 9]}]`,
		"CT in (7)\nAND Kind = 'it''s, AND'":         `[{ct [7]} {kind [it's, AND]}]`,
		`((ct = 7 AND kind = 'a') AND mood='x')`:     `[{ct [7]} {kind [a]} {mood [x]}]`,
		`"Kind" = ''`:                                `[{Kind []}]`,
		`(kind)::text = 'a'::text`:                   `[{kind [a]}]`,
		`kind = 'a'::character varying`:              `[{kind [a]}]`,
		`ct::text = '07'`:                            `[{ct [07]}]`, // true in no row, as for the database
		`u = 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'`: `[{u [a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11]}]`,
		`ct = 7 AND ct = 8`:                          `[{ct [7]} {ct [8]}]`,

		``: `[]`, `true`: `[]`, `ct`: `[]`, `ct = 7 OR ct = 8`: `[]`, `NOT ct = 7`: `[]`, `ct <> 7`: `[]`, `ct = 7.0`: `[]`, `ct = 7e0`: `[]`,
		`ct = ct`: `[]`, `7 = ct`: `[]`, `ct = (SELECT 7)`: `[]`, `ct IN (SELECT 7)`: `[]`, `ct = 7 AND`: `[]`, `ct IN ()`: `[]`, `(ct = 7`: `[]`, `ct = 7)`: `[]`,
		`kind = E'a'`: `[]`, `kind = U&'a'`: `[]`, `kind = 'a' 'b'`: `[]`, "kind = 'a'\n'b'": `[]`, `kind = 'a`: `[]`, `kind = 7`: `[]`, `kind = 'abc'::varchar(1)`: `[]`,
		`kind COLLATE "C" = 'a'`: `[]`, `lower(kind) = 'a'`: `[]`, `kind || '' = 'a'`: `[]`, `kind = 'a' -- x`: `[]`, `kind = 'a' /* x */`: `[]`,
		`other.ct = 7`: `[]`, `nothing = 7`: `[]`, `loose = 'a'`: `[]`, `padded = 'a'`: `[]`, `padded::text = 'a'`: `[]`, `amount = 7`: `[]`, `amount::text = '7'`: `[]`,
		`loose::text = 'a'`: `[]`, `mood = 'x'::mood`: `[]`, `ct = '7'::text`: `[]`, `ct = 'x'`: `[]`, `ct = 99999999999999999999`: `[]`, `user = 'me'`: `[]`, `"user" = 'me'`: `[{user [me]}]`,
		`ct = $1`: `[]`, `ct = 7; DROP`: `[]`, `kind::varchar = 'a'`: `[]`,
	} {
		got := fmt.Sprint(conditionsOf(when, table))
		if got != want {
			t.Errorf("%s: got %s, want %s", when, got, want)
		}
	}
}
