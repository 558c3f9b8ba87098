package gyro

import (
	"errors"

	"github.com/gyrodata/gyro/schema"
)

// Model is one table: as an ORM's struct describes it ([NewModel], called by gyrobun), or
// by its name alone ([Table]), the rest being read from the catalog. Models are equal
// where their Names are; the zero Model is none.
type Model struct {
	table schema.Table
	err   error
}

// Table is the model of a table known by name: "orders_order", or "sales.orders" outside
// schema public. A part that holds a dot is put in double quotes; case is kept. A name
// that can't be read is told by [Registry.Validate], and by Plan and Run of every verb.
func Table(name string) Model {
	n, err := schema.ParseName(name)
	if err != nil {
		return Model{err: err}
	}
	return Model{table: schema.Table{Name: n}}
}

// NewModel is for rooms that know an ORM: table is what its struct says, err what is wrong
// with it. The error waits for [Registry.Validate].
func NewModel(table schema.Table, err error) Model {
	return Model{table: table, err: err}
}

// Name is the model's table.
func (m Model) Name() schema.Name { return m.table.Name }

// String is the table's name as a user writes it.
func (m Model) String() string {
	if m.table.Name.IsZero() {
		return "(no model)"
	}
	return m.table.Name.String()
}

// IsZero reports whether m is no model at all.
func (m Model) IsZero() bool { return m.err == nil && m.table.Name.IsZero() }

// Described is the table as an ORM's struct describes it; false where none does, and only its name is
// known.
func (m Model) Described() (schema.Table, bool) { return m.table, len(m.table.Columns) > 0 }

// Err is what is wrong with the model itself, or nil.
func (m Model) Err() error {
	if m.IsZero() {
		return errors.New("no model is given")
	}
	return m.err
}
