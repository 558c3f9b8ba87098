package pgtest_test

import (
	"archive/zip"
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gyrodata/gyro/internal/pgtest"
)

const missing = "no PostgreSQL server was found: install one (apt-get install postgresql; " +
	"brew install postgresql@17), or name one in GYRO_TEST_DATABASE"

// place makes a directory with programs that do nothing.
func place(t *testing.T, dir string, programs ...string) string {
	t.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range programs {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestNothingInstalled(t *testing.T) {
	t.Parallel()
	empty := []string{t.TempDir(), filepath.Join(t.TempDir(), "*/bin")}
	_, err := pgtest.Start(t.Context(), pgtest.Options{Places: empty, NoEmbedded: true})
	if err == nil || err.Error() != missing {
		t.Errorf("error: %v", err)
	}
}

func TestNoSuchBin(t *testing.T) {
	t.Parallel()
	dir := place(t, t.TempDir(), "initdb", "postgres")
	_, err := pgtest.Start(t.Context(), pgtest.Options{Bin: dir})
	if err == nil || !strings.Contains(err.Error(), "does not hold initdb, pg_ctl, postgres") {
		t.Errorf("error: %v", err)
	}
}

func TestFind(t *testing.T) {
	t.Parallel()
	all := []string{"initdb", "pg_ctl", "postgres"}
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	place(t, root+"/usr/lib/postgresql/9.6/bin", all...)
	v17 := place(t, root+"/usr/lib/postgresql/17/bin", all...)
	place(t, root+"/usr/lib/postgresql/18/bin", "psql") // only the client
	linked := place(t, root+"/path", "psql")
	if err := os.Symlink(v17+"/initdb", linked+"/initdb"); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		places []string
		want   string
	}{
		"highest version that is whole":    {[]string{root + "/usr/lib/postgresql/*/bin"}, v17},
		"first place":                      {[]string{root + "/none", root + "/usr/lib/postgresql/9.6/bin", v17}, root + "/usr/lib/postgresql/9.6/bin"},
		"a link to one program leads home": {[]string{linked}, v17},
		"nothing":                          {[]string{root}, ""},
	} {
		if got := pgtest.Find(c.places, all...); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

func TestBinNamesPackage(t *testing.T) {
	t.Parallel()
	want := "pg_none is not installed: apt-get install postgresql-client"
	if _, err := pgtest.Program("pg_none", ""); err == nil || err.Error() != want {
		t.Errorf("error: %v", err)
	}
}

// TestDownload downloads from a repository on this machine. The archive in
// testdata holds scripts in place of PostgreSQL's programs.
func TestDownload(t *testing.T) {
	t.Setenv("HOME", t.TempDir()) // the library's cache
	tmp := t.TempDir()
	t.Setenv("TMPDIR", tmp)
	var jar bytes.Buffer
	z := zip.NewWriter(&jar)
	w, err := z.Create("postgres.txz")
	if err != nil {
		t.Fatal(err)
	}
	archive, err := os.ReadFile("testdata/binaries.txz")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(archive); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	var asked []string
	repository := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.URL.Path)
		if strings.HasSuffix(r.URL.Path, ".jar") {
			_, _ = w.Write(jar.Bytes())
			return
		}
		http.NotFound(w, r)
	}))
	defer repository.Close()

	for range 2 { // the second time from the cache
		dir := t.TempDir()
		bin, err := pgtest.Download(t.Context(), dir, repository.URL, io.Discard)
		if err != nil {
			t.Fatal(err)
		}
		if want := filepath.Join(dir, "embedded", "bin"); bin != want {
			t.Errorf("binaries in %s, want %s", bin, want)
		}
	}
	if left, err := os.ReadDir(tmp); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	if len(asked) != 2 || !strings.Contains(asked[0], string(pgtest.EmbeddedVersion)) {
		t.Errorf("asked for %q; want an archive of %s and its checksum, once", asked, pgtest.EmbeddedVersion)
	}
}

func TestDownloadFails(t *testing.T) {
	t.Setenv("HOME", t.TempDir())
	repository := httptest.NewServer(http.NotFoundHandler())
	defer repository.Close()
	start := time.Now()
	if _, err := pgtest.Download(t.Context(), t.TempDir(), repository.URL, io.Discard); err == nil {
		t.Error("downloaded from nowhere")
	}
	if took := time.Since(start); took > 10*time.Second {
		t.Errorf("it took %v", took)
	}
}
