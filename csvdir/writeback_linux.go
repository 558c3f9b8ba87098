package csvdir

import (
	"os"

	"golang.org/x/sys/unix"
)

// writeback has the kernel begin to write a part of a file to disk, so that the flush at the
// end finds little left to do: an export of 126 MB took 1.43 times the time of psql,
// which does not flush, without it, and 1.15 times with it. It is a hint; what goes wrong the
// flush will tell.
func writeback(f *os.File, offset, length int64) {
	_ = unix.SyncFileRange(int(f.Fd()), offset, length, unix.SYNC_FILE_RANGE_WRITE)
}
