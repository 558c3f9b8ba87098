package gyro

import (
	"maps"
	"slices"
	"strings"

	"github.com/gyrodata/gyro/pgcsv"
	"github.com/gyrodata/gyro/schema"
)

// Importer says how a model travels. Importers are values of one [Registry], so that
// models may refer to each other in circles.
type Importer struct {
	Model   Model
	File    string  // the CSV's name; default <table>.csv, <schema>.<table>.csv outside schema public
	Columns Columns // only what struct and catalog do not know, or what is to be checked
	// Missing says what becomes of rows that refer to a model which has no job, where no column says otherwise. A model that
	// has a job restricts as ever. Default: the export's own, then a mistake.
	Missing Missing
	// IDs says which ids rows get where they are loaded. Default: the load's own, then [Keep].
	IDs IDs
	// Conflict says what becomes of a row that is there already. Default: the load's own, then
	// [Fail].
	Conflict Conflict
	// CSV says how the model's foreign CSV file is written: see package sheets.
	CSV CSV
}

// Columns says what is to be known of a model's columns. A key is a column's name
// ("tenant_id"), the name less "_id" ("tenant"), the ORM's relation, or, with
// [Column].Over, a name of one's own for a composite reference.
type Columns map[string]Column

// Column says what is to be known of one column, or of one reference.
type Column struct {
	// Ref is the model that the column refers to. It is checked: the struct or the
	// catalog must have that foreign key, and Ref must have an importer.
	Ref Model
	// Over lists the columns of a composite reference: "tenant_id, order_id". Default:
	// the column that the key names.
	Over string
	// To lists the columns that are referred to, as many as Over has. Default: the
	// foreign key's own, or Ref's primary key.
	To string
	// Cases is a polymorphic reference, in Ref's place: the column refers to one model or
	// another, as a condition on the row says. Django's generic foreign key is one. Rows for
	// which no condition is true refer to nothing. Default: Ref alone.
	Cases []Case
	// Missing says what becomes of a row whose referred row was not selected; of a foreign CSV file, with SetNull, of one
	// that is not found. Default:
	// Restrict; Include for a self-reference, and for the reference that closes a circle.
	Missing Missing
	// Follow says that rows which refer by it to rows that others include are taken as well, also where Ref has no job
	// and all its rows are included. They follow if their other references lead to rows of the slice. Default: the
	// job's Follow, of all its references.
	Follow bool
	// Soft says that no foreign key of the database or the struct stands behind Ref.
	// Default: there is one, and its absence is a mistake.
	Soft bool
	// Each says that the column is an array, each of whose elements refers to Ref: elements are
	// mapped where the slice is loaded. They restrict and include nothing. Default: no.
	Each bool
	// Mask is what a slice holds in place of the value. Default: the value; with export.Slice.Strict a mistake.
	Mask Mask
	// Expr is SQL over "value", the value in the file, that gives the one to be loaded, such
	// as value || '-copy'. References that the column is part of are not mapped then: the
	// value is what Expr says. Default: the value itself.
	Expr string

	// What follows is for foreign CSV files: see package sheets.

	// From is the header of the column. Default: the column's name, or the key of this entry;
	// case, blanks and punctuation count only where they tell two headers apart. Of a file
	// without a header it is a number, from 1.
	From string
	// By says what the file has in place of the reference's key, and finds it. Default: the file
	// has the key itself, which means a row of the same load.
	By By
	// CreateMissing makes the row that By does not find: with the columns that By names, and
	// the table's defaults. Default: it is a fault of the row, or NULL where Missing is SetNull.
	CreateMissing bool
	// Default is the text that stands for NULL, and, where the file has no such column, in every
	// row, as PostgreSQL reads it, whatever Format says: "now" is a timestamp. For an empty text say Empty in Format. Default: NULL stays, and a
	// column that the file has not gets the table's default.
	Default string
	// Format is how the column is written. Default: that of [CSV].
	Format pgcsv.Conversion
	// OneOf lists the values that may be there, as they are after Format. Default: any.
	OneOf []string
	// Pattern is a regular expression of PostgreSQL that the whole value has to match. Default: none.
	Pattern string
	// Min and Max bound the value, and may be reached; they are of the column's type. Default: no
	// bound.
	Min, Max string
	// Check is SQL over the columns that the file has, which no row may make false: "total >= tax".
	// Columns that By fills can't be used. Default: none.
	Check string
	// IfPresent says that OneOf, Pattern, Min, Max and Check hold only of a file that has the column, so that one importer
	// does for files with and without it. Default: a file without it is refused.
	IfPresent bool
}

// Case is one kind of a polymorphic reference.
type Case struct {
	// When is SQL over the row's columns: "content_type_id = 7". A comparison with = or IN of
	// columns with values, several joined by AND, can be proved from the files of a slice; of
	// all else the source alone knows which rows it means.
	When string
	// Of says which rows are meant by the row that another reference of theirs leads to, in When's place: its columns, by
	// reference.column, and their values as texts, {"content_type.app_label": "accounts", "content_type.model": "shop"}.
	// The source is asked for its key when the slice is taken, so that keys which differ from database to database need
	// not be known. A case whose row is not there stands in no row.
	Of  map[string]string
	Ref Model
	To  string // the columns that are referred to; default: Ref's primary key
}

// Missing says what becomes of a row that refers to one that was not selected.
type Missing string

// What can become of it.
const (
	// Restrict leaves the row out: its job selects only rows whose reference is NULL, or
	// leads to a selected row.
	Restrict Missing = "restrict"
	// Include keeps the row and includes the one that it refers to, and those that one
	// refers to, to the end. The model referred to needs no job.
	Include Missing = "include"
	// SetNull keeps the row; the reference becomes NULL where it leads out of the slice.
	// Only for columns that may be NULL and stand in no key and no other reference.
	SetNull Missing = "set null"
)

// Registry is the importers of a program: one for each model.
type Registry []Importer

// Validate gives every mistake that can be seen without a database, each a [Mistake] that
// names importer and column, joined by [errors.Join]: an importer without a model, two
// for one model or one file, a column that the model does not have, a reference that is
// no foreign key, that refers to another model, or to one without an importer. What only
// the catalog knows (the columns of a [Table]) is checked by Plan and Run of
// every verb; these call Validate first.
func (r Registry) Validate() error {
	var found Mistakes
	models := map[schema.Name]bool{}
	files := map[string]schema.Name{}
	for i, importer := range r {
		place := importerPlace(i, importer)
		if err := importer.Model.Err(); err != nil {
			found.Add(Mistake{Place: place, Problem: Text(err.Error()), Err: err})
			continue
		}
		name := importer.Model.Name()
		if models[name] {
			found.Add(Mistake{Place: place, Problem: "there is another importer for this model", Hint: "keep one"})
			continue
		}
		models[name] = true
		file := importer.FileName()
		if problem := fileProblem(file); problem != "" {
			found.Add(Mistake{Place: place, Problem: Text(problem), Hint: Text("a plain name, such as " + defaultFile(name))})
		} else if other, taken := files[file]; taken {
			found.Add(Mistake{
				Place: place, Problem: Text("file " + file + " is taken by importer " + other.String()),
				Hint: "set {File} of one of them",
			})
		}
		files[file] = name
	}
	for i, importer := range r {
		if importer.Model.Err() != nil {
			continue
		}
		if problem := importer.IDs.Check(); problem != "" {
			found.Add(Mistake{Place: importerPlace(i, importer), Problem: Text(problem)})
		}
		if table, is := importer.Model.Described(); is {
			_, problems := Declared(importer, &table, r, "struct")
			found = append(found, problems...)
		} else {
			found = append(found, undescribed(importer, r)...)
		}
	}
	return found.Join()
}

// importerPlace names an importer in a message: by its model, or where that has no name by
// its number, counted from 1.
func importerPlace(i int, importer Importer) Text {
	if importer.Model.Name().IsZero() {
		return Textf("importer %d", i+1)
	}
	return Textf("importer %s", importer.Model)
}

// With is the registry for one run: over's importers replace those of the same model
// field by field, where a field is set, and column by column; others are added.
func (r Registry) With(over ...Importer) Registry {
	merged := slices.Clone(r)
	for _, o := range over {
		i := slices.IndexFunc(merged, func(m Importer) bool { return m.Model.Name() == o.Model.Name() })
		if i < 0 {
			merged = append(merged, o)
			continue
		}
		m := merged[i]
		if _, is := o.Model.Described(); is {
			m.Model = o.Model
		}
		if o.File != "" {
			m.File = o.File
		}
		if !o.IDs.IsZero() {
			m.IDs = o.IDs
		}
		if !o.Conflict.IsZero() {
			m.Conflict = o.Conflict
		}
		if !o.CSV.isZero() {
			m.CSV = o.CSV
		}
		m.Columns = maps.Clone(m.Columns)
		if m.Columns == nil {
			m.Columns = Columns{}
		}
		maps.Copy(m.Columns, o.Columns)
		merged[i] = m
	}
	return merged
}

// Importer finds the importer of a model.
func (r Registry) Importer(name schema.Name) (Importer, bool) {
	i := slices.IndexFunc(r, func(m Importer) bool { return m.Model.Name() == name })
	if i < 0 {
		return Importer{}, false
	}
	return r[i], true
}

// FileName is the name of the importer's CSV.
func (i Importer) FileName() string {
	if i.File != "" {
		return i.File
	}
	return defaultFile(i.Model.Name())
}

// defaultFile is <table>.csv, or <schema>.<table>.csv outside schema public. What a file
// name can't hold everywhere is written as in a URL, %2F for a slash.
func defaultFile(name schema.Name) string {
	base := name.Table
	if name.Schema != schema.Public {
		base = name.Schema + "." + base
	}
	var b strings.Builder
	for i, r := range base {
		if strings.ContainsRune(`/\%:*?"<>|`, r) || r < ' ' || (i == 0 && r == '.') {
			const hex = "0123456789ABCDEF"
			b.WriteByte('%')
			b.WriteByte(hex[r>>4])
			b.WriteByte(hex[r&15])
			continue
		}
		b.WriteRune(r)
	}
	return b.String() + ".csv"
}

// fileProblem says what is wrong with a file's name, or "".
func fileProblem(file string) string {
	switch {
	case strings.ContainsAny(file, "/\\\x00"):
		return "file name " + file + " leads out of the slice's directory"
	case strings.HasPrefix(file, "."):
		return "file name " + file + " begins with a dot"
	case strings.EqualFold(file, "manifest.json"): // some file systems know no case
		return file + " is the slice's own file"
	}
	return ""
}
