package draft

import (
	"slices"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/schema"
)

// own are the tables that a database has for itself alone, by the columns that tell them apart from others of the name.
var own = map[string]struct {
	columns []string
	what    string
}{
	"django_migrations":     {[]string{"app", "name", "applied"}, "Django's migrations"},
	"django_session":        {[]string{"session_key", "session_data"}, "Django's sessions"},
	"django_admin_log":      {[]string{"action_time", "object_id"}, "Django's log of the admin"},
	"schema_migrations":     {[]string{"version"}, "migrations"},
	"ar_internal_metadata":  {[]string{"key", "value"}, "of Rails itself"},
	"flyway_schema_history": {[]string{"installed_rank", "checksum"}, "migrations"},
	"alembic_version":       {[]string{"version_num"}, "migrations"},
}

// ownAffair says of a table that it is its database's own affair; "": it is not.
func ownAffair(t *schema.Table) string {
	known, ok := own[t.Name.Table]
	if !ok || slices.ContainsFunc(known.columns, func(c string) bool { _, there := t.Column(c); return !there }) {
		return ""
	}
	return known.what
}

// everywhere is the natural key of a table that every Django project fills by itself; nil: it is none.
func everywhere(table string) []string {
	return map[string][]string{
		contentTypes: {"app_label", "model"}, "auth_permission": {"content_type_id", "codename"}, "auth_group": {"name"}, "django_site": {"domain"},
	}[table]
}

const contentTypes = "django_content_type"

// natural is the natural key of a table that every Django project fills by itself, where it is one in this database.
func natural(t *schema.Table) (gyro.IDs, bool) {
	key := everywhere(t.Name.Table)
	if key == nil || !slices.ContainsFunc(t.Unique, func(u []string) bool { return schema.SameColumns(u, key) }) {
		return gyro.IDs{}, false
	}
	return gyro.NaturalKey(key...), true
}

// framework is what made a database; "": not known.
func framework(catalog schema.Catalog) string {
	for _, name := range catalog.Names() {
		switch name.Table {
		case "django_migrations", contentTypes:
			return "Django"
		case "ar_internal_metadata":
			return "Rails"
		}
	}
	return ""
}
