package driver

import (
	"time"
)

// ManifestVersion is the format of [Manifest] that this version of Gyro writes.
const ManifestVersion = 1

// Manifest says what a slice holds. It names no host, no user and no database.
type Manifest struct {
	Version int       `json:"version"`
	Gyro    string    `json:"gyro,omitempty"` // the program's version
	Server  string    `json:"server"`
	Standby bool      `json:"standby,omitempty"`
	Taken   time.Time `json:"taken"` // the snapshot's moment, by the server's clock
	LSN     string    `json:"lsn,omitempty"`
	// MaskKey tells the secrets of masks apart, and says nothing of them; empty where they depend on none that was given.
	MaskKey string         `json:"mask_key,omitempty"`
	Files   []ManifestFile `json:"files"` // in the order of the jobs
	// Import is set where this is no slice but the record of a load: its files list the keys
	// of the rows that were inserted.
	Import *ManifestImport `json:"import,omitempty"`
}

// ManifestImport says what [Undo] has to know of a load.
type ManifestImport struct {
	Transaction
	Tables  []string `json:"tables"`            // those that rows were inserted into, parents first
	Updated []string `json:"updated,omitempty"` // those of which rows were updated
	Keyless []string `json:"keyless,omitempty"` // those without a key, that rows were inserted into
	// TriggersOff: the load kept the tables' triggers from firing, and so does its undo.
	TriggersOff bool `json:"triggers_off,omitempty"`
	// Slice is the place of the slice that was loaded, as its store calls it.
	Slice string    `json:"slice,omitempty"`
	Taken time.Time `json:"slice_taken,omitzero"` // as its manifest says
	// Over: rows of an earlier load were loaded over, and the files list those that are still there, too.
	Over bool `json:"over,omitempty"`
}

// ManifestFile is one file of a slice.
type ManifestFile struct {
	File  string `json:"file"`
	Table string `json:"table"` // schema.ParseName reads it
	Kind  string `json:"kind"`
	// Through are the tables that inherit from it and whose rows were read through it.
	Through    []string         `json:"through,omitempty"`
	Columns    []ManifestColumn `json:"columns"` // in the file's order
	PrimaryKey []string         `json:"primary_key,omitempty"`
	// Was, in the record of a load, are the columns of PrimaryKey that may have other values in the slice: these stand
	// behind the key, in columns [WasColumn].
	Was        []string            `json:"was,omitempty"`
	Unique     [][]string          `json:"unique,omitempty"`
	References []ManifestReference `json:"references,omitempty"`
	// Polymorphic are the kinds of references that stand only in rows for which When is true.
	Polymorphic []ManifestReference `json:"polymorphic,omitempty"`
	// Arrays are references that stand in each element of an array.
	Arrays []ManifestReference `json:"arrays,omitempty"`
	// Job is the number of the job that selected rows, from 1; 0 where there was none and
	// rows are only included.
	Job      int           `json:"job,omitempty"`
	Query    bool          `json:"query,omitempty"`    // the job had a query
	Whole    bool          `json:"whole,omitempty"`    // the job was the whole table
	Follow   bool          `json:"follow,omitempty"`   // rows that refer to included rows were included as well
	Included *ManifestKeys `json:"included,omitempty"` // the rows that are here only because others refer to them
	Rows     int64         `json:"rows"`
	Bytes    int64         `json:"bytes"`
	SHA256   string        `json:"sha256"` // of the file's bytes, in hex
	Unsorted bool          `json:"unsorted,omitempty"`
}

// ManifestKeys is a file that lists primary keys, as CSV with a header, in their order.
type ManifestKeys struct {
	File   string `json:"file"`
	Rows   int64  `json:"rows"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// ManifestColumn is one column of a file.
type ManifestColumn struct {
	Name      string `json:"name"`
	Type      string `json:"type"`
	NotNull   bool   `json:"not_null,omitempty"`
	Generated bool   `json:"generated,omitempty"`
	Identity  string `json:"identity,omitempty"`
	// Sequence: the column's values are drawn from one by default.
	Sequence bool     `json:"sequence,omitempty"`
	Labels   []string `json:"labels,omitempty"` // of an enum, in their order
	Mask     string   `json:"mask,omitempty"`   // what was written in the values' place: a mask's name, or keep
}

// ManifestReference is a foreign key of a file's table.
type ManifestReference struct {
	Name      string   `json:"name"`
	Columns   []string `json:"columns"`
	Table     string   `json:"table"`
	ToColumns []string `json:"to_columns"`
	MatchFull bool     `json:"match_full,omitempty"`
	Period    bool     `json:"period,omitempty"` // the last column is a PERIOD, which several rows cover together
	When      string   `json:"when,omitempty"`   // of a polymorphic reference: a condition in SQL
	// Kinds say the same as When, where it is simple enough to be read: the reference stands
	// in rows that match all of them. None: only the source can say in which.
	Kinds   []Condition `json:"kinds,omitempty"`
	Missing string      `json:"missing,omitempty"` // what became of rows whose referred row was not selected
	// NotProvable says why a comparison of bytes can't prove that it resolves; the source
	// has proved it when the slice was taken.
	NotProvable string `json:"not_provable,omitempty"`
}

// Condition is one condition of a polymorphic reference: a column holds one of these values.
type Condition struct {
	Column string   `json:"column"`
	Values []string `json:"values"`
}
