package driver

import (
	"context"
	"io"

	"github.com/gyrodata/gyro/schema"
)

// UndoPlan is what is to be deleted.
type UndoPlan struct {
	Transaction Transaction
	Tables      []UndoTable // parents first
	// Open opens the file of a table.
	Open func(ctx context.Context, table int) (io.ReadCloser, error)
}

// UndoTable is one table of an undo: its file lists keys, as CSV with a header.
type UndoTable struct {
	Table schema.Name
	Key   []string
	Rows  int64
}
