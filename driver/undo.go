package driver

import (
	"context"
	"fmt"
	"io"

	"github.com/gyrodata/gyro/schema"
)

// UndoPlan is what is to be deleted, as the load's record says.
type UndoPlan struct {
	Transaction Transaction
	Tables      []UndoTable // parents first
	// TriggersOff keeps the tables' triggers from firing, as the load did.
	TriggersOff bool
	// Open opens the file of a table, for [Target].Undo, which closes it. ctx holds up to the Close.
	Open func(ctx context.Context, table int) (io.ReadCloser, error)
}

// UndoTable is one table of an undo: its file lists Rows keys, as CSV with a header, as
// [LoadTarget].Keys wrote them.
type UndoTable struct {
	Table schema.Name
	Key   []string
	Was   []string // as [LoadTable].Was; an undo does not need it
	Rows  int64
}

// WasColumn is what [LoadTarget].Keys calls the i-th column of Was.
func WasColumn(i int) string { return fmt.Sprintf("gyro_was_%d", i) }
