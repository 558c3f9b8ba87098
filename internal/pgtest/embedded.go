package pgtest

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"time"

	embedded "github.com/fergusstrange/embedded-postgres"
)

// embeddedVersion is pinned: what is downloaded is the same for everyone.
const embeddedVersion = embedded.V17

// downloadTime is how long a download may take; about 10 MB.
const downloadTime = 5 * time.Minute

// download fetches server binaries into dir and returns their directory. The
// archive stays in the library's own cache. No repository: the library's.
//
// The library can only download, initialize and start in one call, and it
// listens on TCP. So it is given a locale that no system has: it comes as far
// as the binaries, initdb fails, and the server is started like any other.
func download(ctx context.Context, dir, repository string, log io.Writer) (string, error) {
	port, err := freePort()
	if err != nil {
		return "", err
	}
	fmt.Fprintf(log, "downloading PostgreSQL %s (once; it is kept)\n", embeddedVersion)
	root := filepath.Join(dir, "embedded")
	config := embedded.DefaultConfig().
		Version(embeddedVersion).Port(port).Locale("none").
		RuntimePath(root).BinariesPath(root).DataPath(filepath.Join(root, "data")).
		Logger(io.Discard)
	if repository != "" {
		config = config.BinaryRepositoryURL(repository)
	}
	defer sweep(logs())
	ctx, cancel := context.WithTimeout(ctx, downloadTime)
	defer cancel()
	done := make(chan error, 1)
	// The library knows no context: on cancel, the goroutine is left to end
	// with its download.
	go func() { done <- embedded.NewDatabase(config).Start() }()
	select {
	case <-ctx.Done():
		return "", ctx.Err()
	case err = <-done:
	}
	if bin := filepath.Join(root, "bin"); holds(bin, needed...) {
		return bin, nil
	}
	return "", err
}

// freePort is a port that the library's check finds free.
func freePort() (uint32, error) {
	l, err := net.Listen("tcp", "localhost:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return uint32(l.Addr().(*net.TCPAddr).Port), nil
}

// logs are the files that the library opens for a log, and leaves behind.
func logs() []string {
	files, _ := filepath.Glob(filepath.Join(os.TempDir(), "embedded_postgres_log*")) // the pattern is good
	return files
}

// sweep removes the logs that were not there before.
func sweep(before []string) {
	for _, file := range logs() {
		if !slices.Contains(before, file) {
			_ = os.Remove(file) // what cannot be removed is another user's
		}
	}
}
