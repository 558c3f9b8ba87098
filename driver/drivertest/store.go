package drivertest

import (
	"errors"
	"io"
	"strings"
	"sync"
	"testing"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/driver"
)

// Place is a place for one slice; there is none yet.
type Place struct {
	// Store makes a Store of the place that refuses to overwrite: each time another one.
	Store func() driver.Store
	// Overwriting makes one that overwrites.
	Overwriting func() driver.Store
	// Look gives all that lies in the place, in any form that tells one state from another: what is
	// left behind shows there.
	Look func(t *testing.T) string
}

// TestStore holds a store to the contracts of [driver.Store], [driver.SliceWriter] and
// [driver.Slice]. fresh makes another place each time.
func TestStore(t *testing.T, fresh func(t *testing.T) Place) {
	for _, c := range []struct {
		name string
		test func(t *testing.T, p Place)
	}{
		{"there is none", testNone},
		{"a slice comes back", testSlice},
		{"files side by side", testSideBySide},
		{"nothing is seen before Commit", testUnseen},
		{"Abort leaves what was there", testAbort},
		{"what is there is not overwritten", testExists},
		{"overwriting", testOverwrite},
		{"a file that Begin was not told of", testUnannounced},
		{"one slice at a time", testOneWriter},
		{"many readers", testReaders},
		{"a context that has ended", testEnded},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.test(t, fresh(t))
		})
	}
	t.Run("Verify", func(t *testing.T) {
		t.Parallel()
		testVerify(t, fresh)
	})
}

// unchanged sees to it that what lies in the place is the same at the end as now.
func (p Place) unchanged(t *testing.T, what string) (check func()) {
	t.Helper()
	before := p.Look(t)
	return func() {
		t.Helper()
		if after := p.Look(t); after != before {
			t.Errorf("%s changed what lies there; before\n%s\nafter\n%s", what, before, after)
		}
	}
}

func testNone(t *testing.T, p Place) {
	check := p.unchanged(t, "looking")
	wantNone(t, p.Store())
	if err := p.Store().Check(t.Context(), []string{"a.csv"}); err != nil {
		t.Errorf("Check of an empty place: %v", err)
	}
	check()
}

func testSideBySide(t *testing.T, p Place) {
	s := family("a")
	w := s.begin(t, p.Store())
	s.fillTogether(t, w)
	if err := w.Commit(t.Context(), s.manifest); err != nil {
		t.Fatalf("Commit: %v", err)
	}
	s.want(t, p.Store())
}

func testSlice(t *testing.T, p Place) {
	s := family("a")
	w := s.begin(t, p.Store())
	s.fill(t, w)
	if err := w.Commit(t.Context(), s.manifest); err != nil {
		t.Fatalf("Commit: %v", err)
	}
	slice := s.want(t, p.Store())
	if slice.Place() == "" || slice.Place() != w.Place() {
		t.Errorf("the writer calls the place %q, the slice %q", w.Place(), slice.Place())
	}
	if err := slice.Verify(t.Context()); err != nil {
		t.Errorf("Verify: %v", err)
	}
	check := p.unchanged(t, "Abort after Commit")
	if err := w.Abort(); err != nil {
		t.Errorf("Abort after Commit: %v", err)
	}
	check()
	for _, name := range []string{"none.csv", "manifest.json", "../" + s.names[0], "", "."} {
		if file, err := slice.File(t.Context(), name); err == nil {
			file.Close()
			t.Errorf("File(%q), which the manifest does not list, is opened", name)
		} else {
			wantWords(t, "File of another name", err)
		}
	}
	// Two at once, each from its first byte.
	first, err := slice.File(t.Context(), s.names[0])
	if err != nil {
		t.Fatal(err)
	}
	defer first.Close()
	if _, err := first.Read(make([]byte, 3)); err != nil {
		t.Error(err)
	}
	if got := read(t, slice, s.names[0]); got != s.texts[s.names[0]] {
		t.Errorf("a file that is opened again holds %q", got)
	}
}

func testUnseen(t *testing.T, p Place) {
	s := family("a")
	w := s.begin(t, p.Store())
	wantNone(t, p.Store())
	s.fill(t, w)
	wantNone(t, p.Store())
	if err := w.Commit(t.Context(), s.manifest); err != nil {
		t.Fatal(err)
	}
	s.want(t, p.Store())
}

func testAbort(t *testing.T, p Place) {
	s := family("a")
	check := p.unchanged(t, "what was aborted")
	for _, written := range []string{"nothing", "an open file", "all"} {
		w := s.begin(t, p.Store())
		switch written {
		case "an open file":
			file, err := w.Create(t.Context(), s.names[0])
			if err != nil {
				t.Fatal(err)
			}
			if _, err := file.Write([]byte("id\n")); err != nil {
				t.Fatal(err)
			}
		case "all":
			s.fill(t, w)
		}
		for range 2 {
			if err := w.Abort(); err != nil {
				t.Errorf("Abort, where %s was written: %v", written, err)
			}
		}
		wantNone(t, p.Store())
		check()
	}
	s.put(t, p.Store()) // the place is as good as before
	s.want(t, p.Store())
}

func testExists(t *testing.T, p Place) {
	old, next := family("a"), family("b")
	old.put(t, p.Store())
	check := p.unchanged(t, "what was refused")
	for _, files := range [][]string{old.names, next.names, nil} {
		err := p.Store().Check(t.Context(), files)
		wantError(t, "Check where a slice is", err, gyro.ErrExists)
		wantWords(t, "Check where a slice is", err)
		w, beginErr := p.Store().Begin(t.Context(), files)
		wantError(t, "Begin where a slice is", beginErr, gyro.ErrExists)
		if w != nil && beginErr == nil {
			_ = w.Abort() // it should not be there
		}
		if err != nil && beginErr != nil && err.Error() != beginErr.Error() {
			t.Errorf("Check says %q, Begin %q", err, beginErr)
		}
	}
	check()
	old.want(t, p.Store())
}

func testOverwrite(t *testing.T, p Place) {
	old, next := family("a"), family("b")
	old.put(t, p.Overwriting()) // there is nothing to be overwritten
	check := p.unchanged(t, "what was aborted")
	if err := p.Overwriting().Check(t.Context(), next.names); err != nil {
		t.Errorf("Check: %v", err)
	}
	check()
	w := next.begin(t, p.Overwriting())
	next.fill(t, w)
	old.want(t, p.Store())
	if err := w.Abort(); err != nil {
		t.Errorf("Abort: %v", err)
	}
	old.want(t, p.Store())
	check()
	next.put(t, p.Overwriting())
	slice := next.want(t, p.Store())
	for _, name := range old.names {
		if file, err := slice.File(t.Context(), name); err == nil {
			file.Close()
			t.Errorf("%q of the old slice is still to be had", name)
		}
		if strings.Contains(p.Look(t), name) {
			t.Errorf("%q of the old slice still lies there", name)
		}
	}
	// The same names again, with other bytes.
	again := familyOf("b", "id,name\n1,x\n4,y\n", childrenCSV, 2, 3)
	again.put(t, p.Overwriting())
	again.want(t, p.Store())
}

func testUnannounced(t *testing.T, p Place) {
	s := family("a")
	w, err := p.Store().Begin(t.Context(), s.names[:1])
	if err != nil {
		t.Fatal(err)
	}
	s.fill(t, w)
	if err := w.Commit(t.Context(), s.manifest); err != nil {
		t.Fatal(err)
	}
	s.want(t, p.Store())

	twice := family("b")
	check := p.unchanged(t, "a file that was created twice")
	w = twice.begin(t, p.Overwriting())
	twice.fill(t, w)
	if _, err := w.Create(t.Context(), twice.names[0]); err == nil {
		t.Error("a file is created twice")
	}
	if err := w.Abort(); err != nil {
		t.Error(err)
	}
	check()
}

func testOneWriter(t *testing.T, p Place) {
	s := family("a")
	ended := s.begin(t, p.Store())
	if err := ended.Abort(); err != nil {
		t.Error(err)
	}
	w := s.begin(t, p.Store())
	if err := ended.Abort(); err != nil { // which is not the other's
		t.Error(err)
	}
	for range 2 {
		other, err := p.Store().Begin(t.Context(), s.names)
		wantWords(t, "Begin while another slice is on its way", err)
		if err == nil {
			_ = other.Abort() // it should not be there
		}
	}
	s.fill(t, w)
	if err := w.Commit(t.Context(), s.manifest); err != nil {
		t.Fatal(err)
	}
	s.want(t, p.Store())

	// Of many who begin at the same moment one at most comes through, and the place stays usable.
	next := family("b")
	var (
		all     sync.WaitGroup
		mu      sync.Mutex
		writers []driver.SliceWriter
	)
	for range 8 {
		all.Go(func() {
			if w, err := p.Overwriting().Begin(t.Context(), next.names); err == nil {
				mu.Lock()
				defer mu.Unlock()
				writers = append(writers, w)
			}
		})
	}
	all.Wait()
	if len(writers) > 1 {
		t.Errorf("%d slices are on their way to one place", len(writers))
	}
	for _, w := range writers {
		if err := w.Abort(); err != nil {
			t.Error(err)
		}
	}
	s.want(t, p.Store())
	next.put(t, p.Overwriting())
	next.want(t, p.Store())
}

func testReaders(t *testing.T, p Place) {
	s := family("a")
	s.put(t, p.Store())
	store := p.Store()
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			slice, err := store.Slice(t.Context())
			if err != nil {
				t.Errorf("Slice: %v", err)
				return
			}
			for _, name := range s.names {
				if got := read(t, slice, name); got != s.texts[name] {
					t.Errorf("file %q holds %q", name, got)
				}
			}
		})
	}
	all.Wait()
}

func testEnded(t *testing.T, p Place) {
	s := family("a")
	ctx := ended(t)
	check := p.unchanged(t, "a call whose context had ended")
	wantError(t, "Check", p.Store().Check(ctx, s.names), errCancelled)
	_, err := p.Store().Begin(ctx, s.names)
	wantError(t, "Begin", err, errCancelled)
	check()
	w := s.begin(t, p.Store())
	_, err = w.Create(ctx, s.names[0])
	wantError(t, "Create", err, errCancelled)
	if err := w.Abort(); err != nil {
		t.Error(err)
	}
	check()
	w = s.begin(t, p.Store())
	s.fill(t, w)
	wantError(t, "Commit", w.Commit(ctx, s.manifest), errCancelled)
	wantNone(t, p.Store())
	if err := w.Abort(); err != nil {
		t.Error(err)
	}
	check()
	s.put(t, p.Store())
	_, err = p.Store().Slice(ctx)
	wantError(t, "Slice", err, errCancelled)
	slice := s.want(t, p.Store())
	_, err = slice.File(ctx, s.names[0])
	wantError(t, "File", err, errCancelled)
	wantError(t, "Verify", slice.Verify(ctx), errCancelled)
}

// testVerify gives each slice a place of its own: one whose manifest lies may be refused to be overwritten.
func testVerify(t *testing.T, fresh func(t *testing.T) Place) {
	for name, s := range map[string]*sample{
		"a reference leads nowhere":    familyOf("a", parentsCSV, "id,parent_id\n10,1\n11,5\n", 4, 2),
		"a key stands twice":           familyOf("a", "id,name\n1,a\n4,b\n4,c\n", "id,parent_id\n", 3, 0),
		"a unique key stands twice":    familyOf("a", "id,name\n1,a\n4,a\n", "id,parent_id\n", 2, 0),
		"there are more rows":          familyOf("a", parentsCSV, childrenCSV, 4, 2),
		"a column is missing":          familyOf("a", "id\n1\n4\n", "id,parent_id\n", 2, 0),
		"a primary key is NULL":        familyOf("a", "id,name\n,a\n4,b\n", "id,parent_id\n", 2, 0),
		"the sum is another":           changed(func(m *driver.Manifest) { m.Files[1].SHA256 = m.Files[0].SHA256 }),
		"the size is another":          changed(func(m *driver.Manifest) { m.Files[1].Bytes++ }),
		"the included are others":      changed(func(m *driver.Manifest) { m.Files[0].Included.SHA256 = m.Files[0].SHA256 }),
		"an included row is not there": familyOf("a", "id,name\n1,a\n", "id,parent_id\n", 1, 0),
	} {
		p := fresh(t)
		s.put(t, p.Store())
		slice, err := p.Store().Slice(t.Context())
		if err != nil {
			t.Fatalf("%s: Slice: %v", name, err)
		}
		err = slice.Verify(t.Context())
		wantError(t, "Verify, where "+name, err, gyro.ErrUnproven)
		wantWords(t, "Verify, where "+name, err)
	}
	// Files are opened and read while the slice is proved.
	beside := fresh(t)
	both := family("a")
	both.put(t, beside.Store())
	slice := both.want(t, beside.Store())
	proved := make(chan error, 1)
	go func() { proved <- slice.Verify(t.Context()) }()
	for range 10 {
		both.want(t, beside.Store())
		file, err := slice.File(t.Context(), both.names[0])
		if err != nil {
			t.Fatalf("File, beside Verify: %v", err)
		}
		_, err = io.Copy(io.Discard, file)
		if err := errors.Join(err, file.Close()); err != nil {
			t.Errorf("File, beside Verify: %v", err)
		}
	}
	if err := <-proved; err != nil {
		t.Errorf("Verify, beside File: %v", err)
	}
	// NULLs are no doubles, and lead nowhere.
	s := familyOf("a", "id,name\n1,\n4,\n5,\"\"\n", "id,parent_id\n10,\n11,\n", 3, 2)
	p := fresh(t)
	s.put(t, p.Store())
	if err := s.want(t, p.Store()).Verify(t.Context()); err != nil {
		t.Errorf("Verify: %v", err)
	}
}

// changed is a slice whose manifest says something else than its files.
func changed(change func(*driver.Manifest)) *sample {
	s := family("a")
	change(&s.manifest)
	return s
}
