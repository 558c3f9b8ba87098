package personal

import (
	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/schema"
)

// columns are those of a file of a slice, each with what was said of it.
type columns map[string]string

// was gives the columns that the older slice has of a table; false where it has not that table.
func (s Search) was(name schema.Name) (columns, bool) {
	file := fileOf(s.Against, name)
	if file == nil {
		return nil, false
	}
	all := columns{}
	for _, c := range file.Columns {
		all[c.Name] = c.Mask
	}
	return all, true
}

// inOrder are the columns as the file has them.
func (c columns) inOrder(m *driver.Manifest, name schema.Name) []string {
	if len(c) == 0 {
		return nil
	}
	var names []string
	for _, column := range fileOf(m, name).Columns {
		names = append(names, column.Name)
	}
	return names
}

func fileOf(m *driver.Manifest, name schema.Name) *driver.ManifestFile {
	if m == nil {
		return nil
	}
	for i := range m.Files {
		if parsed, err := schema.ParseName(m.Files[i].Table); err == nil && parsed == name {
			return &m.Files[i]
		}
	}
	return nil
}

// gone are the tables of the older slice that the source has not.
func (s Search) gone(catalog schema.Catalog) []Finding {
	if s.Against == nil {
		return nil
	}
	var findings []Finding
	for _, f := range s.Against.Files {
		name, err := schema.ParseName(f.Table)
		if err != nil {
			continue
		}
		if _, there := catalog[name]; !there {
			findings = append(findings, Finding{Kind: Went, Table: name})
		}
	}
	return findings
}
