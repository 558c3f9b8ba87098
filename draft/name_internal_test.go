package draft

import "testing"

// Classes of Ruby have the tables that Rails gives them.
func TestTablesOfClasses(t *testing.T) {
	t.Parallel()
	for class, want := range map[string][2]string{
		"Post": {"posts", "posts"}, "BlogPost": {"blog_posts", "blog_posts"}, "Blog::Post": {"blog_posts", "posts"}, "Person": {"people", "people"}, "SalesPerson": {"sales_people", "sales_people"},
		"Category": {"categories", "categories"}, "Day": {"days", "days"}, "Address": {"addresses", "addresses"}, "Box": {"boxes", "boxes"}, "Branch": {"branches", "branches"}, "News": {"news", "news"},
		"HTTPRequest": {"http_requests", "http_requests"}, "Child": {"children", "children"}, "Analysis": {"analyses", "analyses"}, "OAuth2Token": {"o_auth2_tokens", "o_auth2_tokens"}, "Medium": {"media", "media"},
		"Human": {"humans", "humans"}, "ActiveStorage::Blob": {"active_storage_blobs", "blobs"},
	} {
		if got := tablesOf(class); got[0] != want[0] || got[1] != want[1] {
			t.Errorf("%s: %q, want %q", class, got, want)
		}
	}
}

// Names of SQL become names of Go.
func TestExported(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"order_id": "OrderID", "orders_order": "OrdersOrder", "Ünï cøde": "ÜnïCøde", "äpfel": "Äpfel", "2nd": "X2nd", "日本": "X日本", "": "X", "a.b \"c\"": "ABC", "api_url": "APIURL",
	} {
		if got := exported(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}

// A name stands in SQL as it is only where that is certain to mean the column.
func TestNamesInSQL(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"id": "id", "order_id": "order_id", "commentable_type": "commentable_type", "user": `"user"`, "Key": `"Key"`, "a b": `"a b"`, `q"x`: `"q""x"`, "current_user": `"current_user"`,
	} {
		if got := inSQL(name); got != want {
			t.Errorf("%q: %s, want %s", name, got, want)
		}
	}
}
