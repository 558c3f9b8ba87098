package csvdir

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/schema"
)

// slice is what a directory holds, as its manifest says.
type slice struct {
	dir      Dir
	manifest driver.Manifest
	tables   []*table // as the manifest lists them; behind each, its list of included rows
	byName   map[schema.Name]*table
}

// openSlice reads the manifest. Where that is not one that can be worked with, the slice is
// nil, and the problems say why; they are also given where the slice is there. The error is
// for a directory that can't be read at all.
func openSlice(path string) (*slice, []Problem, error) {
	dir := Dir{Path: path}
	if info, err := os.Stat(path); err != nil {
		return nil, nil, dir.failed("open", err, "name the directory of a slice")
	} else if !info.IsDir() {
		return nil, nil, dir.failed("open", errors.New("not a directory"), "name the directory of a slice")
	}
	var problems []Problem
	if _, err := os.Lstat(filepath.Join(path, newName, manifestName)); err == nil {
		problems = append(problems, Problem{
			Kind: Unfinished, Text: "a newer slice is complete in " + newName + ", but not yet moved in",
			Hint: "any export to this directory moves it in first",
		})
	}
	m, err := readManifest(filepath.Join(path, manifestName))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if len(problems) == 0 { // else that is why
			problems = append(problems, Problem{Kind: BadManifest, Text: "there is no " + manifestName, Hint: "without it a directory is not a complete slice"})
		}
		return nil, problems, nil
	case errors.Is(err, fs.ErrPermission):
		return nil, nil, dir.failed("read", err, "")
	case errors.Is(err, errNotRegular):
		return nil, append(problems, manifestProblem("is no regular file")), nil
	case err != nil:
		return nil, append(problems, manifestProblem("can't be read")), nil
	case m.Version != driver.ManifestVersion:
		p := manifestProblem("has version %d; this gyro knows %d", m.Version, driver.ManifestVersion)
		p.Hint = "use the version of gyro that took the slice, or take it again"
		return nil, append(problems, p), nil
	}
	s := &slice{dir: dir, manifest: m, byName: map[schema.Name]*table{}}
	mistakes := s.resolve()
	if len(mistakes) > 0 {
		return nil, append(problems, mistakes...), nil
	}
	return s, problems, nil
}

// ReadManifest reads the manifest of the slice in a directory.
func ReadManifest(path string) (driver.Manifest, error) {
	m, err := readManifest(filepath.Join(path, manifestName))
	if err != nil {
		return m, Dir{Path: path}.failed("read", err, "name the directory of a slice")
	}
	return m, nil
}

// usableSlice opens a slice for whom a problem is an error: fence and why.
func usableSlice(path string) (*slice, error) {
	s, problems, err := openSlice(path)
	if err != nil {
		return nil, err
	}
	if len(problems) > 0 {
		return nil, Dir{Path: path}.failed("read", errors.New(problems[0].String()), "gyro verify says what is wrong")
	}
	return s, nil
}

// resolve makes tables, keys and references of the manifest, and gives what contradicts.
func (s *slice) resolve() []Problem {
	var mistakes []Problem
	files := map[string]bool{}
	for _, f := range s.manifest.Files {
		name, err := schema.ParseName(f.Table)
		t := &table{ManifestFile: f, name: name}
		switch {
		case err != nil:
			mistakes = append(mistakes, manifestProblem("lists a file without a table's name"))
			continue
		case !plain(f.File):
			mistakes = append(mistakes, manifestProblem("lists a file for %s that no slice has", name))
			continue
		case s.byName[name] != nil || files[f.File]:
			mistakes = append(mistakes, manifestProblem("lists %s twice", f.File))
			continue
		}
		if f.Rows < 0 || f.Bytes < 0 || f.Included != nil && (f.Included.Rows < 0 || f.Included.Bytes < 0) {
			mistakes = append(mistakes, manifestProblem("gives %s a negative number of rows or bytes", f.File))
			continue
		}
		files[f.File] = true
		s.byName[name] = t
		t.most = s.mostRows(f.File, f.Rows)
		s.tables = append(s.tables, t)
		if problem := t.resolveKeys(); problem != nil {
			mistakes = append(mistakes, *problem)
			continue
		}
		if f.Included == nil {
			continue
		}
		if !plain(f.Included.File) || files[f.Included.File] || t.identity() == nil {
			mistakes = append(mistakes, manifestProblem("lists included rows of %s, which can't be read", name))
			continue
		}
		files[f.Included.File] = true
		t.list = includedList(t)
		t.list.most = s.mostRows(f.Included.File, f.Included.Rows)
		s.tables = append(s.tables, t.list)
	}
	for _, t := range s.tables {
		if t.isList {
			continue // it was made resolved
		}
		for _, r := range slices.Concat(t.References, t.Polymorphic) {
			if problem := s.resolveReference(t, r); problem != nil {
				mistakes = append(mistakes, *problem)
			}
		}
	}
	return mistakes
}

// mostRows is how many rows a file can have at the most: those that the manifest gives it, which is a claim, or a
// line feed for each byte that is there.
func (s *slice) mostRows(file string, rows int64) int64 {
	info, err := os.Lstat(filepath.Join(s.dir.Path, file))
	if err != nil {
		return 0
	}
	return min(rows, info.Size())
}

func (s *slice) resolveReference(t *table, m driver.ManifestReference) *Problem {
	bad := manifestProblem("has a reference of %s (%s) to columns that are not there", t.name, m.Name)
	name, err := schema.ParseName(m.Table)
	columns, ok := t.columnsOf(m.Columns)
	if err != nil || !ok || len(columns) == 0 || len(m.ToColumns) != len(columns) {
		return &bad
	}
	r := &reference{ManifestReference: m, from: t, to: s.byName[name], columns: columns}
	r.resolveConditions()
	t.refs = append(t.refs, r)
	if r.to == nil || r.unknown {
		r.key = &key{table: t, columns: columns} // only to tell NULLs
		return nil
	}
	to, ok := r.to.columnsOf(m.ToColumns)
	if !ok {
		return &bad
	}
	r.point(to)
	return nil
}

// ordered gives the tables with those that are referred to before those that refer to them,
// in components: more than one table stands in a component where they refer to each other
// in a circle.
func (s *slice) ordered() [][]*table {
	var names []schema.Name
	for _, f := range s.manifest.Files {
		name, _ := schema.ParseName(f.Table)
		names = append(names, name)
	}
	components := schema.Components(names, func(n schema.Name) []schema.Name {
		var to []schema.Name
		for _, r := range s.byName[n].refs {
			if r.to != nil {
				to = append(to, r.to.name)
			}
		}
		return to
	})
	ordered := make([][]*table, len(components))
	for i, component := range components {
		for _, name := range component {
			ordered[i] = append(ordered[i], s.byName[name])
		}
	}
	return ordered
}

// tableNamed finds a table that a user named.
func (s *slice) tableNamed(name string) (*table, error) {
	parsed, err := schema.ParseName(name)
	if err != nil {
		return nil, fmt.Errorf("table: %w", err)
	}
	if t := s.byName[parsed]; t != nil {
		return t, nil
	}
	catalog := schema.Catalog{}
	for n := range s.byName {
		catalog[n] = nil
	}
	hint := ""
	if near := catalog.Nearest(parsed); near != "" {
		hint = fmt.Sprintf("did you mean %q?", near)
	}
	return nil, s.dir.failed("read", fmt.Errorf("the slice has no table %s", parsed), hint)
}
