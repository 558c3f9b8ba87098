package schema

import (
	"slices"
	"strings"
)

// Unsaid finds pairs of columns that by the conventions of Rails (subject_type, subject_id) and Django (content_type_id,
// object_id) are a polymorphic reference, and are none that is known: neither stands in one by its id. Nothing follows
// from a name; it is only worth a word.
func (t *Table) Unsaid() [][2]string {
	referring := func(column string) bool {
		return slices.ContainsFunc(t.References, func(r Reference) bool { return slices.Contains(r.Columns, column) })
	}
	var pairs [][2]string
	for _, c := range t.Columns {
		kind := ""
		switch prefix, is := strings.CutSuffix(c.Name, "_type"); {
		case is && c.Underlying().Word():
			kind = prefix + "_id"
		case strings.HasSuffix(c.Name, "content_type_id") && referring(c.Name):
			kind = strings.TrimSuffix(c.Name, "content_type_id") + "object_id"
		}
		if id, ok := t.Column(kind); ok && !referring(id.Name) && !slices.Contains(t.PrimaryKey, id.Name) {
			pairs = append(pairs, [2]string{c.Name, id.Name})
		}
	}
	return pairs
}
