package csvdir_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gyrodata/gyro/csvdir"
	"github.com/gyrodata/gyro/driver"
)

// comments is a slice of tenant 1 whose comments refer to an order or a customer, as their kind
// says. Comment 51 is of customer 21, who is of tenant 2; his number is an order's too.
func comments() []*handmade {
	return []*handmade{
		made("tenant", "id bigint", "id\n1\n2\n").job(1, true, false),
		made("orders", "id bigint, tenant_id bigint", "id,tenant_id\n20,1\n21,1\n").to("tenant_id -> tenant.id").job(2, false, false),
		made("customer", "id bigint, tenant_id bigint", "id,tenant_id\n20,1\n21,2\n").to("tenant_id -> tenant.id", include).lists("id\n21\n").job(3, true, false),
		made("comment", "id bigint, tenant_id bigint, kind text, live text, object_id text",
			"id,tenant_id,kind,live,object_id\n50,1,order,y,21\n51,1,customer,y,21\n52,1,else,y,99\n53,1,,y,99\n54,1,buyer,n,99\n55,1,order,y,\n").
			to("tenant_id -> tenant.id").to("object_id -> orders.id", when("kind order")).
			to("object_id -> customer.id", include, when("kind customer buyer", "live y")).job(4, false, false),
	}
}

// A polymorphic reference is proved like any other, for the rows of its kind.
func TestVerifyPolymorphic(t *testing.T) {
	t.Parallel()
	v := verify(t, makeSlice(t, comments()...), csvdir.VerifyOptions{})
	if got := problems(v); len(got) > 0 {
		t.Errorf("got %q", got)
	}
	rows := map[string]int64{}
	for _, r := range v.References {
		if rows[r.Name] = r.Rows; !r.Checked || r.NotProvable != "" {
			t.Errorf("%+v", r)
		}
	}
	if rows["object_id_fk as order"] != 1 || rows["object_id_fk as customer as y"] != 1 {
		t.Errorf("got %v", rows)
	}
	files := comments()
	files[3].text = strings.Replace(files[3].text, "54,1,buyer,n", "54,1,buyer,y", 1)
	want := []string{"dangling reference: comment.csv: 1 row whose reference object_id_fk as customer as y (object_id) leads to no row of customer: row 5"}
	if d := cmp.Diff(want, problems(verify(t, makeSlice(t, files...), csvdir.VerifyOptions{}))); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// A leak goes through a polymorphic reference, and only through the rows of its kind.
func TestFencePolymorphic(t *testing.T) {
	t.Parallel()
	got, err := csvdir.Fence(t.Context(), makeSlice(t, comments()...), "tenant", []string{"1"}, csvdir.VerifyOptions{})
	if err != nil {
		t.Fatal(err)
	}
	chain := []csvdir.Link{
		{File: "comment.csv", Table: "comment", Row: 2, Reference: "object_id_fk as customer as y"},
		{File: "customer.csv", Table: "customer", Row: 2, Reference: "tenant_id_fk"},
		{File: "tenant.csv", Table: "tenant", Row: 2},
	}
	if d := cmp.Diff(chain, got.Chain); d != "" || len(got.NotFollowed) > 0 {
		t.Errorf("%v (-want +got):\n%s", got.NotFollowed, d)
	}
	if leak := got.Files[len(got.Files)-1]; leak.File != "comment.csv" || leak.Rows != 1 {
		t.Errorf("got %+v", got.Files)
	}
}

func TestWhyPolymorphic(t *testing.T) {
	t.Parallel()
	got, err := csvdir.Why(t.Context(), makeSlice(t, comments()...), "customer", []string{"21"})
	want := []csvdir.Reason{
		{File: "customer.csv", Table: "customer", Row: 2, Included: true, Via: "object_id_fk as customer as y"},
		{File: "comment.csv", Table: "comment", Row: 2, Job: 4, Restricted: []string{"tenant_id_fk"}, Via: "tenant_id_fk"},
		{File: "tenant.csv", Table: "tenant", Row: 1, Job: 1, Query: true},
	}
	if d := cmp.Diff(want, got, fewer); d != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, d)
	}
	got, err = csvdir.Why(t.Context(), makeSlice(t, comments()...), "comment", []string{"50"})
	if want := []string{"tenant_id_fk", "object_id_fk as order"}; err != nil || cmp.Diff(want, got[0].Restricted) != "" {
		t.Errorf("got %+v, %v", got, err)
	}
}

// Where files don't show which rows refer, that is said by verify, fence and why.
func TestPolymorphicNotProvable(t *testing.T) {
	t.Parallel()
	for why, change := range map[string]func(*driver.ManifestReference){
		"only the database can say which rows its condition means": func(r *driver.ManifestReference) { r.Kinds = nil },
		"its condition is on shape, which is not in the file":      func(r *driver.ManifestReference) { r.Kinds[1].Column = "shape" },
	} {
		files := comments()
		change(&files[3].Polymorphic[1])
		files[3].to("object_id -> basket.id", when()) // which is not in the slice
		files[3].text = strings.Replace(files[3].text, "54,1,buyer,n", "54,1,buyer,y", 1)
		dir := makeSlice(t, files...)
		v := verify(t, dir, csvdir.VerifyOptions{})
		last := v.References[len(v.References)-2]
		if got := problems(v); len(got) > 0 || last.NotProvable != why || last.Checked || last.Rows != 0 {
			t.Errorf("%s: got %q, %+v", why, got, last)
		}
		leaks, err := csvdir.Fence(t.Context(), dir, "tenant", []string{"1"}, csvdir.VerifyOptions{})
		if err != nil || cmp.Diff([]string{"comment.csv, object_id_fk as customer as y"}, leaks.NotFollowed) != "" {
			t.Errorf("%s: got %+v, %v", why, leaks, err)
		}
		_, err = csvdir.Why(t.Context(), dir, "customer", []string{"21"})
		want := "explain directory " + dir + ": customer.csv: the row is listed as included, but no selected row leads to it (it may be by a polymorphic reference whose condition files don't show: comment.csv, object_id_fk as customer as y)"
		if err == nil || err.Error() != want {
			t.Errorf("%s: got %v", why, err)
		}
	}
}
