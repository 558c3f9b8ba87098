package export

import (
	"github.com/gyrodata/gyro/driver"
)

// manifestFile describes a step as the file of a slice, all but what only the finished
// stream knows.
func manifestFile(s *step) driver.ManifestFile {
	table := s.table
	m := driver.ManifestFile{
		File:       s.file,
		Job:        s.number,
		Query:      !s.job.Query.IsZero(),
		Whole:      s.whole(),
		Follow:     s.job.Follow || len(s.follow) > 0,
		Table:      table.Name.String(),
		Through:    s.through,
		Kind:       string(table.Kind),
		PrimaryKey: table.PrimaryKey,
		Unique:     table.Unique,
	}
	for _, c := range table.Columns {
		m.Columns = append(m.Columns, driver.ManifestColumn{
			Name: c.Name, Type: c.Type, NotNull: c.NotNull, Generated: c.Generated, Identity: c.Identity,
			Sequence: c.Sequence != "", Labels: c.Labels, Mask: s.masks[c.Name].String(),
		})
	}
	for _, r := range s.references {
		reference := driver.ManifestReference{
			Name: r.Name, Columns: r.Columns, Table: r.To.String(), ToColumns: r.ToColumns, MatchFull: r.MatchFull,
			When: r.When, Missing: string(r.missing), NotProvable: r.unverifiable(table), Period: r.Period,
		}
		if r.When != "" {
			reference.Kinds = conditionsOf(r.When, table)
			m.Polymorphic = append(m.Polymorphic, reference)
		} else {
			m.References = append(m.References, reference)
		}
	}
	for _, r := range s.arrays {
		m.Arrays = append(m.Arrays, driver.ManifestReference{Name: r.Name, Columns: r.Columns, Table: r.To.String(), ToColumns: r.ToColumns})
	}
	return m
}
