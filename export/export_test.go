package export

import "testing"

// SmallPieces has tables of a few rows read in pieces, for the time of a test.
func SmallPieces(t *testing.T) {
	t.Helper()
	before := pieceRows.Swap(1)
	t.Cleanup(func() { pieceRows.Store(before) })
}
