package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/csvdir"
	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/internal/pgtest"
	"github.com/gyrodata/gyro/load"
	"github.com/gyrodata/gyro/postgres"
)

// watchedStore is a directory whose slice is proved as a test says, and whose files are read through what it says.
type watchedStore struct {
	csvdir.Dir
	verify func(ctx context.Context) error
	read   func(ctx context.Context, r io.ReadCloser) io.ReadCloser // nil: as they are
	opened chan struct{}                                            // closed where a file was
	once   *sync.Once
}

type watchedSlice struct {
	driver.Slice
	watchedStore
}

func (s watchedStore) Slice(ctx context.Context) (driver.Slice, error) {
	slice, err := s.Dir.Slice(ctx)
	return watchedSlice{slice, s}, err
}

func (s watchedSlice) Verify(ctx context.Context) error { return s.verify(ctx) }

func (s watchedSlice) File(ctx context.Context, name string) (io.ReadCloser, error) {
	s.once.Do(func() { close(s.opened) })
	r, err := s.Slice.File(ctx, name)
	if s.read != nil && err == nil {
		r = s.read(ctx, r)
	}
	return r, err
}

// held is a file of which nothing comes.
type held struct {
	io.ReadCloser
	ctx context.Context
}

func (h held) Read([]byte) (int, error) {
	<-h.ctx.Done()
	return 0, context.Cause(h.ctx)
}

// wait waits for the channel, which has to come.
func wait(ch <-chan struct{}) error {
	select {
	case <-ch:
		return nil
	case <-time.After(time.Minute):
		return errors.New("nothing came")
	}
}

// A slice is proved while its rows are sent; nothing counts that is not proved, whichever of the two ends first, and what is
// sent is what the manifest lists.
func TestLoadProvedBeside(t *testing.T) {
	t.Parallel()
	unproven := fmt.Errorf("%w: a test says so", gyro.ErrUnproven)
	_, dir := taken(t, family+familyRows, "parent", "child", "pair")
	other := func(from, to string) string {
		copied := t.TempDir()
		if err := os.CopyFS(copied, os.DirFS(dir)); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(copied, "parent.csv")
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(strings.Replace(string(text), from, to, 1)), 0o600); err != nil {
			t.Fatal(err)
		}
		return copied
	}
	for name, c := range map[string]struct {
		dir    string
		verify func(ctx context.Context, opened, analyzing <-chan struct{}) error
		hold   bool
		want   string
	}{
		"the proof comes later": {
			verify: func(_ context.Context, opened, _ <-chan struct{}) error { return wait(opened) },
		},
		"the proof fails last": {
			verify: func(_ context.Context, _, analyzing <-chan struct{}) error {
				return errors.Join(wait(analyzing), unproven)
			},
			want: unproven.Error(),
		},
		"the proof fails while rows are sent": {
			verify: func(_ context.Context, opened, _ <-chan struct{}) error { return errors.Join(wait(opened), unproven) },
			hold:   true, want: unproven.Error(),
		},
		"another file is sent": {
			dir:    other("9,", "900000,"),
			verify: func(context.Context, <-chan struct{}, <-chan struct{}) error { return nil },
			want:   "parent.csv: the file was changed while it was loaded",
		},
		"the server refuses what is not proved": {
			dir:    other("9,,9", "9,,8"),
			verify: func(_ context.Context, opened, _ <-chan struct{}) error { return errors.Join(wait(opened), unproven) },
			want:   unproven.Error(),
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, ids := range []gyro.IDs{gyro.Keep(), gyro.Sequential()} {
				target := pgtest.DB(t)
				pgtest.Exec(t, target, family)
				analyzing := make(chan struct{})
				var once sync.Once
				store := watchedStore{Dir: csvdir.Dir{Path: dir}, opened: make(chan struct{}), once: new(sync.Once)}
				if c.dir != "" {
					store.Path = c.dir
				}
				store.verify = func(ctx context.Context) error { return c.verify(ctx, store.opened, analyzing) }
				if c.hold {
					store.read = func(ctx context.Context, r io.ReadCloser) io.ReadCloser { return held{r, ctx} }
				}
				report, err := load.Slice{Source: store, Target: postgres.DB{URL: target}, IDs: ids, Progress: func(e gyro.Event) {
					if e.Stage == gyro.Analyzing {
						once.Do(func() { close(analyzing) })
					}
				}}.Run(t.Context())
				if c.want == "" {
					if err != nil || report.Rows != 9 {
						t.Fatalf("%v: %v, %v", ids, report, err)
					}
					continue
				}
				if err == nil || !strings.Contains(err.Error(), c.want) {
					t.Errorf("%v: got %v, want %s", ids, err, c.want)
				}
				wantQuery(t, target, "SELECT count(*) AS n FROM parent", "n\n0")
				if c.dir != "" && ids.String() == "keep" {
					wantQuery(t, target, "SELECT last_value FROM parent_id_seq", "last_value\n1")
				}
			}
		})
	}
}
