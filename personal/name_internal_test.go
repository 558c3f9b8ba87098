package personal

import (
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/gyrodata/gyro/mask"
	"github.com/gyrodata/gyro/schema"
)

func TestWords(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"first_name": "first name", "firstName": "first name", "FirstName2": "first name", "IBANNumber": "iban number", "straßenName": "strassen name", "prénom": "prenom",
		"customerID": "customer id", "home-phone.1": "home phone", "ipv4": "ipv", "Adreßzeile": "adresszeile", "": "", "42": "", "telefonNr": "telefon nr", "MÄDCHENNAME": "madchenname",
	} {
		if got := strings.Join(words(name), " "); got != want {
			t.Errorf("%q is %q, want %q", name, got, want)
		}
	}
}

// Names that share letters, and not what they mean.
func TestToldApart(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ table, column, typ, want string }{
		{"document", "filename", "text", ""},
		{"machine", "hostname", "text", ""},
		{"audit", "table_name", "text", ""},
		{"product", "product_name", "text", ""},
		{"product", "name", "text", ""},
		{"product_customers", "name", "text", "name"},
		{"customer_products", "name", "text", ""},
		{"user_roles", "name", "text", ""},
		{"accounts_customer", "name", "text", "name"},
		{"kunden", "Name", "text", "name"},
		{"user_profiles", "name", "text", "name"},
		{"orders", "customer_name", "text", "customer name"},
		{"orders", "customerName", "character varying(30)", "customer name"},
		{"orders", "nom_du_client", "text", "nom du client"},
		{"orders", "billing_name", "text", "billing name"},
		{"account", "username", "text", "username"},
		{"account", "user_name", "text", "user name"},
		{"account", "user_id", "bigint", ""},
		{"account", "email", "text", "email"},
		{"account", "email", "public.citext", "email"},
		{"account", "email", "boolean", ""},
		{"account", "email_verified_at", "timestamp with time zone", ""},
		{"account", "email_template", "text", ""},
		{"account", "email_count", "integer", ""},
		{"account", "emails", "text[]", "emails"},
		{"account", "emailer", "text", ""},
		{"account", "telephony_provider", "text", ""},
		{"orders", "kundenemail", "text", "email"},
		{"orders", "billingphone", "text", "phone"},
		{"account", "ipAddress", "text", "ip address"},
		{"account", "ipv4", "text", "ipv"},
		{"account", "ship_type", "text", ""},
		{"account", "last_sign_in_ip", "inet", "ip"},
		{"account", "address_id", "bigint", ""},
		{"account", "web_address", "text", ""},
		{"account", "street_address", "text", "street address"},
		{"address_useraddress", "line1", "text", "line"},
		{"user_addresses", "state", "text", "state"},
		{"order", "state", "text", ""},
		{"order_lines", "line1", "text", ""},
		{"events", "actor_name", "text", "actor name"},
		{"cache", "max_age", "integer", ""},
		{"cache", "storage", "integer", ""},
		{"person", "age", "integer", "age"},
		{"person", "geburtsdatum", "date", "geburtsdatum"},
		{"person", "fechaNacimiento", "date", "fecha nacimiento"},
		{"person", "date_de_naissance", "text", "date de naissance"},
		{"person", "sobrenome", "text", "sobrenome"},
		{"person", "nom_de_famille", "text", "nom de famille"},
		{"person", "apellido_materno", "text", "apellido materno"},
		{"person", "Straße", "text", "strasse"},
		{"session", "csrf_token", "text", ""},
		{"session", "refresh_token", "text", "refresh token"},
		{"log", "error_message", "text", ""},
	} {
		column := schema.Column{Name: c.column, Type: c.typ}
		if c.typ == "public.citext" {
			column.Qualified = c.typ
		}
		_, got := byName(c.table, c.column, familyOf(column))
		if got != c.want {
			t.Errorf("%s.%s %s is %q, want %q", c.table, c.column, c.typ, got, c.want)
		}
	}
}

// neutral are words that mean nobody and nothing of somebody.
var neutral = strings.Fields("product widget invoice shelf warehouse batch lot sku weight colour voltage rotation kernel module packet tensor matrix gasket pallet furnace turbine orchard meadow granite quartz")

// styled writes words as names of columns are written.
func styled(all []string, style int) string {
	switch style {
	case 0:
		return strings.Join(all, "_")
	case 1:
		return strings.ToUpper(strings.Join(all, "_"))
	case 2:
		return strings.Join(all, "-")
	}
	var b strings.Builder
	for i, word := range all {
		if i > 0 || style == 4 {
			word = strings.ToUpper(word[:1]) + word[1:]
		}
		b.WriteString(word)
	}
	return b.String()
}

// Whatever the style, and whatever stands before: a phrase is found in a column of its types, and words of nothing are not,
// nor is a phrase within a longer word.
func TestNames(t *testing.T) {
	t.Parallel()
	all := make([]string, 0, len(phrases))
	for phrase := range phrases {
		all = append(all, phrase)
	}
	slices.Sort(all)
	rapid.Check(t, func(t *rapid.T) {
		style := rapid.IntRange(0, 4).Draw(t, "style")
		before := rapid.SliceOfN(rapid.SampledFrom(neutral), 0, 2).Draw(t, "before")
		phrase := rapid.SampledFrom(all).Draw(t, "phrase")
		name := styled(append(slices.Clone(before), strings.Fields(phrase)...), style)
		if k, by := byName("shelf", name, phrases[phrase].types); k == nil {
			t.Fatalf("%q is not found", name)
		} else if by != phrase && k != phrases[phrase] && !strings.Contains(phrase, " ") {
			t.Fatalf("%q is found by %q, want %q", name, by, phrase)
		}
		name = styled(append(slices.Clone(before), rapid.SampledFrom(neutral).Draw(t, "word")), style)
		if _, by := byName("shelf", name, textual|number|day); by != "" {
			t.Fatalf("%q is found by %q", name, by)
		}
		word := strings.ReplaceAll(phrase, " ", "")
		name = styled(append(slices.Clone(before), "x"+word+"qx"), style)
		if _, by := byName("shelf", name, textual|number|day); by != "" {
			t.Fatalf("%q is found by %q", name, by)
		}
	})
}

// A random name neither fails nor takes long.
func TestAnyName(t *testing.T) {
	t.Parallel()
	dice := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		name := make([]rune, dice.IntN(63))
		for i := range name {
			name[i] = []rune("aÄß_Z9é. \n\"’漢é")[dice.IntN(15)]
		}
		byName(string(name), string(name), textual)
	}
}

// Each mask that may be suggested is there, as a fake or as none; and no phrase means two things.
func TestKinds(t *testing.T) {
	t.Parallel()
	all := maps.Clone(ofAddresses)
	seen := map[string]bool{}
	for _, k := range kinds {
		for phrase := range strings.SplitSeq(k.phrases, ";") {
			phrase = strings.Join(strings.Fields(phrase), " ")
			if seen[phrase] || phrase == "" {
				t.Errorf("%q stands twice, or is empty", phrase)
			}
			if got := strings.Join(words(phrase), " "); got != phrase {
				t.Errorf("%q is never found: a name is cut into %q", phrase, got)
			}
			seen[phrase] = true
		}
		all[k.phrases] = k.masks
	}
	for _, p := range patterns {
		if p.kind != "" && phrases[p.kind] == nil {
			t.Errorf("%s are of no kind", p.what)
		}
	}
	for _, c := range []schema.Column{
		{Type: "text"},
		{Type: "integer"},
		{Type: "date"},
		{Type: "text[]"},
		{Type: "point"},
		{Type: "jsonb"},
		{Type: "public.mood", Enum: true, Labels: []string{"a"}},
		{Type: "inet"},
		{Type: "public.hstore", Qualified: "public.hstore"},
	} {
		_, own := byType(c)
		all[c.Type] = slices.Concat(common(c), own)
	}
	for place, candidates := range all {
		for _, c := range candidates {
			given := map[string]any(nil)
			if c.Settings != nil {
				given = map[string]any{"": c.Settings}
			}
			if m, err := mask.Named(c.Name, given); err != nil || c.Fake != (m.Fake != nil) {
				t.Errorf("%.20s: %+v: %v", place, c, err)
			}
		}
	}
}
