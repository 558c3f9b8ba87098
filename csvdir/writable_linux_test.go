package csvdir_test

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/gyrodata/gyro/csvdir"
)

// A directory that may not be written is told before the source is asked for anything,
// also where the slice's own directory is still to be made in it.
func TestNotWritable(t *testing.T) {
	t.Parallel()
	top, err := os.MkdirTemp("", "gyro") // t.TempDir lies where only root may look
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(top) })
	if err := os.Chmod(top, 0o555); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{top, filepath.Join(top, "a", "b")} {
		dir := csvdir.Dir{Path: path, Overwrite: true}
		var begun, checked error
		asNobody(t, func() {
			_, begun = dir.Begin(t.Context(), []string{"a.csv"})
			checked = dir.Check(t.Context(), []string{"a.csv"})
		})
		want := "write directory " + path + ": " + top + ": permission denied (choose a directory that you may write)"
		for _, err := range []error{begun, checked} {
			if err == nil || err.Error() != want {
				t.Errorf("got  %v\nwant %s", err, want)
			}
		}
	}
}

// asNobody runs f as a user that is not root: root may write everywhere. Only f's own
// thread changes its user, and it changes back.
func asNobody(t *testing.T, f func()) {
	t.Helper()
	if os.Geteuid() != 0 {
		f()
		return
	}
	const nobody = 65534
	runtime.LockOSThread()
	if _, _, errno := unix.RawSyscall(unix.SYS_SETRESUID, nobody, nobody, 0); errno != 0 {
		t.Fatal(errno)
	}
	defer func() {
		if _, _, errno := unix.RawSyscall(unix.SYS_SETRESUID, 0, 0, 0); errno != 0 {
			t.Error(errno) // the thread stays locked, and ends with the goroutine
			return
		}
		runtime.UnlockOSThread()
	}()
	f()
}
