package csvdir

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/pgcsv"
)

// pass is one reading of one file: keys are collected, references checked against keys that
// were collected before, and in the first round the file itself.
type pass struct {
	*verifier
	table   *table
	first   bool
	collect []*keyPart
	check   []check
	filters sync.Pool
}

// check looks for the rows that a reference leads to.
type check struct {
	*reference
	in *keyPart // nil: the table is not in the slice, or bytes prove nothing
	// plain says that an integer which is in the set is a reference that leads to a row, and no more is to be asked: nearly all
	// rows are done with by that.
	plain bool
}

// run reads the file, where there is something to do.
func (p *pass) run(ctx context.Context) error {
	if p.table.broken {
		return nil
	}
	var checks []check
	for _, c := range p.check {
		if c.to != nil && c.to.broken {
			p.refs[c.reference].skipped = true // what is wrong with that file is told, and enough
			continue
		}
		p.refs[c.reference].looked = c.NotProvable == ""
		c.plain = c.in != nil && c.in.of == 1 && c.key.integer && c.prints == nil && len(c.kinds) == 0 && !c.unknown
		checks = append(checks, c)
	}
	p.check = checks
	if !p.first && len(p.collect)+len(p.check) == 0 {
		return nil
	}
	file, err := p.open()
	if err != nil || file == nil {
		return err
	}
	defer file.Close() //nolint:errcheck // it was only read
	for _, part := range p.collect {
		part.set.grow(part.key.integer || part.quick, p.table.most/int64(part.of))
	}
	source := &source{Digest: driver.ReadCount(file)}
	if p.first {
		source.Digest = driver.ReadDigest(file)
	}
	rows, err := scan(ctx, source, p.table.header(), p.begin, p.take)
	return p.end(ctx, source, rows, err)
}

// open gives nil where the file can't be read as one of a slice; that is a problem then.
func (p *pass) open() (*os.File, error) {
	path := filepath.Join(p.dir.Path, p.table.File)
	file, err := openRegular(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		p.spoil(MissingFile, "the file is missing", "copy the slice whole, or take it again")
		return nil, nil
	case errors.Is(err, errNotRegular):
		p.spoil(MissingFile, "it is no regular file", "")
		return nil, nil
	case err != nil:
		return nil, p.dir.failed("read", err, "")
	}
	return file, nil
}

const changedHint = "the file was changed after the export, or on its way here"

// end tells what is wrong with the file as a whole.
func (p *pass) end(ctx context.Context, source *source, rows int64, err error) error {
	var malformed *pgcsv.Error
	switch {
	case err == nil:
	case errors.Is(err, errHeader):
		p.spoil(WrongHeader, "the header is not the manifest's columns", changedHint)
	case errors.As(err, &malformed) && source.failed == nil:
		p.spoil(Malformed, malformed.Error(), changedHint)
	default:
		if ctx.Err() == nil {
			err = p.dir.failed("read", err, "")
		}
		return err
	}
	if !p.first {
		return nil
	}
	if err != nil { // the sum is of all of it
		if _, err := io.Copy(io.Discard, source); err != nil {
			return p.dir.failed("read", err, "")
		}
	}
	state, t := p.tables[p.table], p.table
	state.rows = rows
	if source.Bytes() != t.Bytes {
		p.problem(WrongSize, fmt.Sprintf("%d bytes, the manifest says %d", source.Bytes(), t.Bytes), changedHint)
	} else if source.SHA256() != t.SHA256 {
		p.problem(WrongSum, "the SHA-256 is not the manifest's", changedHint)
	}
	if err == nil && rows != t.Rows {
		p.problem(WrongRows, fmt.Sprintf("%s, the manifest says %d", rowCount(rows), t.Rows), changedHint)
	}
	return nil
}

func (p *pass) problem(kind ProblemKind, text, hint string) {
	state := p.tables[p.table]
	state.problems = append(state.problems, Problem{Kind: kind, File: p.table.File, Table: p.table.Table, Text: text, Hint: hint})
}

// spoil is a problem after which the file proves nothing.
func (p *pass) spoil(kind ProblemKind, text, hint string) {
	p.problem(kind, text, hint)
	p.table.broken = true
}

// source is a file that is read, and keeps apart what the file system says from what stands in the file.
type source struct {
	*driver.Digest
	failed error // what the file system said, but for the end
}

func (s *source) Read(b []byte) (int, error) {
	n, err := s.Digest.Read(b)
	if err != nil && !errors.Is(err, io.EOF) {
		s.failed = err
	}
	return n, err //nolint:wrapcheck // io.EOF has to stay what it is
}

// filter takes what a pass wants of one block, in memory that is used again for another.
type filter struct {
	pass    *pass
	printer printer
	keys    []fingerprints
	nulls   []finding // by key
	refs    []refState
	plants  *plants // nil: nothing is looked for
}

func (p *pass) begin() *filter {
	s, ok := p.filters.Get().(*filter)
	if !ok {
		s = &filter{pass: p, keys: make([]fingerprints, len(p.collect)), nulls: make([]finding, len(p.collect)), refs: make([]refState, len(p.check))}
	}
	if p.first && p.opts.Planted != nil {
		s.plants = newPlants(p.opts.Planted, len(p.table.Columns))
	}
	return s
}

// end gives the filter back.
func (s *filter) end() {
	for i := range s.keys {
		s.keys[i].numbers, s.keys[i].sums = s.keys[i].numbers[:0], s.keys[i].sums[:0]
	}
	clear(s.nulls)
	clear(s.refs)
	s.pass.filters.Put(s)
}

func (s *filter) row(number int64, row []pgcsv.Field) {
	if s.plants != nil {
		s.plants.row(number, row)
	}
	for i, part := range s.pass.collect {
		k := part.key
		print, nulls := s.own(part, row)
		switch {
		case nulls > 0:
			if k.primary && part.number == 0 {
				s.nulls[i].add(number, s.pass.shown(row, k.columns))
			}
		case part.holds(print):
			s.keys[i].add(print)
		}
	}
	for i := range s.pass.check {
		s.look(&s.pass.check[i], &s.refs[i], number, row)
	}
}

// own gives what stands for the row's own key in a part.
func (s *filter) own(part *keyPart, row []pgcsv.Field) (_ fingerprint, nulls int) {
	if part.quick {
		return s.printer.quick(s.pass.seed, part.key, row)
	}
	return s.printer.of(part.key, part.key.columns, row)
}

// look looks for the row that a reference leads to.
func (s *filter) look(c *check, state *refState, number int64, row []pgcsv.Field) {
	if c.plain {
		if n, ok := integer(row[c.columns[0]].Value); ok && c.in.set.numbers.has(numberPrint(n).low) {
			state.rows++
			return
		}
	}
	print, nulls := s.printer.by(c.reference, row)
	firstPart := c.in == nil || c.in.number == 0
	switch {
	case nulls == len(c.columns):
		return
	case nulls > 0:
		if c.MatchFull && firstPart {
			state.mixed.add(number, s.pass.shown(row, c.columns))
		}
		return
	}
	if firstPart {
		state.rows++
	}
	dangling := c.to == nil
	if c.in != nil {
		dangling = c.in.holds(print) && !c.in.set.has(print)
	}
	if dangling && (c.to == nil || c.NotProvable == "") {
		state.dangling.add(number, s.pass.shown(row, c.columns))
	}
}

// shown gives the values of a row, where they may be shown.
func (v *verifier) shown(row []pgcsv.Field, columns []int) func() []string {
	if !v.opts.ShowValues {
		return nil
	}
	return func() []string { return textOf(row, columns) }
}

// textOf is the values of columns for a person to read.
func textOf(row []pgcsv.Field, columns []int) []string {
	values := make([]string, len(columns))
	for i, c := range columns {
		values[i] = string(row[c].Value)
		if row[c].Null {
			values[i] = "NULL"
		}
	}
	return values
}

// take adds what one block gave.
func (p *pass) take(before int64, s *filter) error {
	for i, part := range p.collect {
		part.set.merge(&s.keys[i])
		p.keys[part.key].nulls.merge(before, s.nulls[i])
	}
	for i, c := range p.check {
		state := p.refs[c.reference]
		state.rows += s.refs[i].rows
		state.mixed.merge(before, s.refs[i].mixed)
		state.dangling.merge(before, s.refs[i].dangling)
	}
	if s.plants != nil {
		p.tables[p.table].plant(before, s.plants)
	}
	s.end()
	return nil
}

// sealAll seals each set by a goroutine of its own: they are few, and often one is large.
func sealAll(parts []*keyPart) {
	var all sync.WaitGroup
	for _, p := range parts {
		all.Go(func() { p.set.seal(len(p.key.refs) > 0) })
		p.sealed = true
	}
	all.Wait()
}
