package gyro

import (
	"time"

	"github.com/gyrodata/gyro/schema"
)

// ManifestVersion is the format of [Manifest] that this version of Gyro writes.
const ManifestVersion = 1

// Manifest says what a slice holds. It names no host, no user and no database.
type Manifest struct {
	Version int            `json:"version"`
	Gyro    string         `json:"gyro,omitempty"` // the program's version
	Server  string         `json:"server"`
	Standby bool           `json:"standby,omitempty"`
	Taken   time.Time      `json:"taken"` // the snapshot's moment, by the server's clock
	LSN     string         `json:"lsn,omitempty"`
	Files   []ManifestFile `json:"files"` // in the order of the jobs
}

// ManifestFile is one file of a slice.
type ManifestFile struct {
	File       string              `json:"file"`
	Table      string              `json:"table"` // schema.ParseName reads it
	Kind       string              `json:"kind"`
	Columns    []ManifestColumn    `json:"columns"` // in the file's order
	PrimaryKey []string            `json:"primary_key,omitempty"`
	Unique     [][]string          `json:"unique,omitempty"`
	References []ManifestReference `json:"references,omitempty"`
	Rows       int64               `json:"rows"`
	Bytes      int64               `json:"bytes"`
	SHA256     string              `json:"sha256"` // of the file's bytes, in hex
	Unsorted   bool                `json:"unsorted,omitempty"`
}

// ManifestColumn is one column of a file.
type ManifestColumn struct {
	Name      string `json:"name"`
	Type      string `json:"type"`
	NotNull   bool   `json:"not_null,omitempty"`
	Generated bool   `json:"generated,omitempty"`
	Identity  string `json:"identity,omitempty"`
}

// ManifestReference is a foreign key of a file's table.
type ManifestReference struct {
	Name      string   `json:"name"`
	Columns   []string `json:"columns"`
	Table     string   `json:"table"`
	ToColumns []string `json:"to_columns"`
	MatchFull bool     `json:"match_full,omitempty"`
}

// manifestFile describes table as the file of a slice, all but what only the finished
// stream knows.
func manifestFile(file string, table *schema.Table) ManifestFile {
	m := ManifestFile{
		File:       file,
		Table:      table.Name.String(),
		Kind:       string(table.Kind),
		PrimaryKey: table.PrimaryKey,
		Unique:     table.Unique,
	}
	for _, c := range table.Columns {
		m.Columns = append(m.Columns, ManifestColumn{
			Name: c.Name, Type: c.Type, NotNull: c.NotNull, Generated: c.Generated, Identity: c.Identity,
		})
	}
	for _, r := range table.References {
		m.References = append(m.References, ManifestReference{
			Name: r.Name, Columns: r.Columns, Table: r.To.String(), ToColumns: r.ToColumns, MatchFull: r.MatchFull,
		})
	}
	return m
}
