package csvdir

import (
	"context"
	"errors"
	"hash/maphash"
	"io"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/gyrodata/gyro/pgcsv"
)

// comparison is that of one table.
type comparison struct {
	*differ
	diff     *TableDiff
	from, to *table
	common   []string
	key      []string
	rest     []string // common, less key
	changed  []int64  // by rest
	shown    map[RowDiffKind]int
}

// columns says what became of the columns, and by which rows are told.
func (c *comparison) columns() {
	types := map[string]string{}
	for _, column := range c.from.Columns {
		types[column.Name] = column.Type
	}
	for _, column := range c.to.Columns {
		before, there := types[column.Name]
		delete(types, column.Name)
		if !there {
			c.diff.ColumnsCame = append(c.diff.ColumnsCame, column.Name)
			continue
		}
		c.common = append(c.common, column.Name)
		if before != column.Type {
			c.diff.Types = append(c.diff.Types, TypeChange{column.Name, before, column.Type})
		}
	}
	for _, column := range c.from.Columns {
		if _, gone := types[column.Name]; gone {
			c.diff.ColumnsGone = append(c.diff.ColumnsGone, column.Name)
		}
	}
	c.key = c.from.identity()
	if !slices.Equal(c.key, c.to.identity()) {
		c.key = nil
	}
	if c.diff.Keyless = len(c.key) == 0; c.diff.Keyless {
		c.key = c.common // a row is what it holds
	}
	for _, name := range c.common {
		if !slices.Contains(c.key, name) {
			c.rest = append(c.rest, name)
		}
	}
	c.changed, c.shown = make([]int64, len(c.rest)), map[RowDiffKind]int{}
}

// present sees to it that files are there which are the same by their manifests.
func (c *comparison) present() error {
	for _, s := range []struct {
		*slice
		t *table
	}{{c.differ.from, c.from}, {c.differ.to, c.to}} {
		file, err := s.rows(s.t)
		if err != nil {
			return err
		}
		_ = file.Close()
	}
	return nil
}

// rows opens a table's file.
func (s *slice) rows(t *table) (io.ReadCloser, error) {
	file, err := openRegular(filepath.Join(s.dir.Path, t.File))
	if err != nil {
		return nil, s.dir.failed("read "+t.File, errors.Unwrap(err), "gyro verify says what is wrong")
	}
	return file, nil
}

// Memory that a row takes, and each of its columns.
const (
	knownRowBytes   = 96
	knownValueBytes = 4
)

// run compares the rows, those of one part of the hashes after the other.
func (c *comparison) run(ctx context.Context) error {
	limit := VerifyOptions{MemoryLimit: c.opts.MemoryLimit}.memory()
	parts := 1 + c.from.most*int64(knownRowBytes+knownValueBytes*len(c.rest))/limit
	c.diff.From, c.diff.To = 0, 0
	for part := range parts {
		if err := c.pass(ctx, part, parts); err != nil {
			return err
		}
	}
	for i, rows := range c.changed {
		if rows > 0 {
			c.diff.Columns = append(c.diff.Columns, ColumnDiff{c.rest[i], rows})
		}
	}
	slices.SortStableFunc(c.diff.First, func(a, b RowDiff) int {
		if a.Kind != b.Kind {
			return slices.Index(rowDiffKinds, a.Kind) - slices.Index(rowDiffKinds, b.Kind)
		}
		return int(a.Row - b.Row)
	})
	return nil
}

var rowDiffKinds = []RowDiffKind{RowAdded, RowRemoved, RowChanged}

// rowHash tells rows apart.
type rowHash [2]uint64

// knownRow is a row of From: how often it is there, and the first that is.
type knownRow struct {
	rest   rowHash
	count  int32
	first  int64
	values int // where its hashes begin
	key    []string
}

// pass compares the rows whose hashes are of one part.
func (c *comparison) pass(ctx context.Context, part, parts int64) error {
	known, values := map[rowHash]knownRow{}, []uint32(nil)
	rows, err := c.read(ctx, c.differ.from, c.from, part, parts, func(row int64, h hashed) {
		before, there := known[h.key]
		if !there {
			before = knownRow{rest: h.rest, first: row, values: len(values), key: h.texts}
			values = append(values, h.values...)
		}
		before.count++
		known[h.key] = before
	})
	if err != nil {
		return err
	}
	c.diff.From = rows
	rows, err = c.read(ctx, c.differ.to, c.to, part, parts, func(row int64, h hashed) {
		before, there := known[h.key]
		if !there || before.count == 0 {
			c.diff.Added++
			c.show(RowAdded, row, h.texts)
			return
		}
		before.count--
		known[h.key] = before
		if h.rest == before.rest {
			return
		}
		c.diff.Changed++
		c.show(RowChanged, row, h.texts)
		for i, v := range h.values {
			if v != values[before.values+i] {
				c.changed[i]++
			}
		}
	})
	if err != nil {
		return err
	}
	c.diff.To = rows
	var left []knownRow
	for _, k := range known {
		if k.count > 0 {
			c.diff.Removed += int64(k.count)
			left = append(left, k)
		}
	}
	slices.SortFunc(left, func(a, b knownRow) int { return int(a.first - b.first) })
	for _, k := range left {
		c.show(RowRemoved, k.first, k.key)
	}
	return nil
}

// show keeps the first rows of each kind, of all parts.
func (c *comparison) show(kind RowDiffKind, row int64, key []string) {
	if c.shown[kind] == shownRows {
		return
	}
	c.shown[kind]++
	c.diff.First = append(c.diff.First, RowDiff{Kind: kind, Row: row, Key: key})
}

// read gives the rows of one part, in the order of the file, and how many there are in all.
func (c *comparison) read(ctx context.Context, s *slice, t *table, part, parts int64, take func(row int64, h hashed)) (int64, error) {
	file, err := s.rows(t)
	if err != nil {
		return 0, err
	}
	defer file.Close()
	key, _ := t.columnsOf(c.key)
	rest, _ := t.columnsOf(c.rest)
	rows, err := scan(ctx, file, t.header(), func() *hashes {
		return &hashes{seeds: c.seeds, key: key, rest: rest, part: uint64(part), parts: uint64(parts), texts: c.opts.ShowValues && !c.diff.Keyless} //nolint:gosec // not below 0
	}, func(before int64, h *hashes) error {
		for _, row := range h.rows {
			take(before+row.number, row.hashed)
		}
		return ctx.Err()
	})
	if err != nil && ctx.Err() == nil {
		return 0, s.dir.failed("read "+t.File, err, "gyro verify says what is wrong")
	}
	return rows, err
}

// hashed is a row.
type hashed struct {
	key    rowHash
	rest   rowHash  // of all but the key
	values []uint32 // of each column of these
	texts  []string // of the key
}

// hashes collects the rows of a block.
type hashes struct {
	seeds       [2]maphash.Seed
	key, rest   []int
	part, parts uint64
	texts       bool
	text        []byte
	rows        []numberedHash
}

type numberedHash struct {
	number int64
	hashed
}

func (h *hashes) row(number int64, fields []pgcsv.Field) {
	h.text = h.text[:0]
	for _, i := range h.key {
		h.text = appendHashed(h.text, fields[i])
	}
	key := h.hash()
	if key[0]%h.parts != h.part {
		return
	}
	row := numberedHash{number, hashed{key: key, values: make([]uint32, len(h.rest))}}
	h.text = h.text[:0]
	for k, i := range h.rest {
		from := len(h.text)
		h.text = appendHashed(h.text, fields[i])
		row.values[k] = uint32(maphash.Bytes(h.seeds[1], h.text[from:])) //nolint:gosec // its lower half
	}
	row.rest = h.hash()
	if h.texts {
		for _, i := range h.key {
			row.texts = append(row.texts, string(fields[i].Value))
		}
	}
	h.rows = append(h.rows, row)
}

// hash is that of the text at hand.
func (h *hashes) hash() rowHash {
	return rowHash{maphash.Bytes(h.seeds[0], h.text), maphash.Bytes(h.seeds[1], h.text)}
}

// appendHashed writes a value with its length, so that no two rows of values are one text; NULL is none.
func appendHashed(text []byte, f pgcsv.Field) []byte {
	if f.Null {
		return append(text, '-', ';')
	}
	text = strconv.AppendInt(text, int64(len(f.Value)), 10)
	text = append(text, ':')
	return append(text, f.Value...)
}
