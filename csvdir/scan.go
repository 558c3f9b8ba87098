package csvdir

import (
	"bytes"
	"context"
	"errors"
	"io"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/gyrodata/gyro/pgcsv"
)

// collector takes the rows of one block, numbered from 1 in it. The fields are valid during
// the call only.
type collector interface {
	row(number int64, fields []pgcsv.Field)
}

var (
	errHeader = errors.New("the header is not the manifest's")
	errEnough = errors.New("enough") // what take returns to end a scan early
)

// block is a few thousand rows on their way through a scan.
type block[G collector] struct {
	text     []byte
	gathered chan collected[G]
	alone    chan struct{} // of a large block: nothing is read before it is closed; else nil
}

type collected[G collector] struct {
	into        G
	rows, lines int64
	err         *pgcsv.Error // its Row and Line are counted in the block
}

// scan reads a file once. One goroutine reads it in blocks of whole rows, GOMAXPROCS take
// them apart, each block into a collector of its own; take gets these one after the other, in
// the order of the file, with the number of rows before.
//
// The memory is that of a few blocks and their collectors a core. A file that is not what COPY
// writes ends with a [pgcsv.Error]; another header than columns with errHeader.
func scan[G collector](ctx context.Context, source io.Reader, columns []string, begin func() G, take func(before int64, g G) error) (rows int64, err error) {
	reader := pgcsv.NewReader(source)
	header, err := reader.Header()
	if err != nil {
		return 0, err
	}
	if !slices.Equal(header, columns) {
		return 0, errHeader
	}
	lines := int64(2) // where the first row begins
	for _, name := range header {
		lines += int64(strings.Count(name, "\n"))
	}
	ctx, cancel := context.WithCancel(ctx)
	workers := runtime.GOMAXPROCS(0)
	var (
		all     sync.WaitGroup
		todo    = make(chan block[G])
		order   = make(chan block[G], 2*workers)
		free    = make(chan []byte, 2*workers)
		readErr error
	)
	defer all.Wait()
	defer cancel()
	for range cap(free) {
		free <- nil
	}
	all.Go(func() {
		defer close(order)
		defer close(todo)
		readErr = readBlocks(ctx, reader, free, order, todo)
	})
	for range workers {
		all.Go(func() {
			for b := range todo {
				b.gathered <- collect(b.text, len(columns), begin())
				if b.alone != nil {
					b.text = nil // so much is not kept
					close(b.alone)
				}
				free <- b.text
			}
		})
	}
	for b := range order {
		var g collected[G]
		select {
		case g = <-b.gathered:
		case <-ctx.Done():
			return rows, context.Cause(ctx)
		}
		if err := take(rows, g.into); err != nil {
			return rows + g.rows, err
		}
		if g.err != nil {
			return rows + g.rows, &pgcsv.Error{Row: rows + g.err.Row, Line: lines + g.err.Line - 1, Err: g.err.Err}
		}
		rows += g.rows
		lines += g.lines
	}
	if errors.Is(readErr, pgcsv.ErrTooLong) {
		readErr = &pgcsv.Error{Row: rows + 1, Line: lines, Err: pgcsv.ErrTooLong}
	}
	return rows, readErr // order is closed after it was set
}

// readBlocks reads to the end, an error, or until ctx is done.
func readBlocks[G collector](ctx context.Context, reader *pgcsv.Reader, free chan []byte, order, todo chan<- block[G]) error {
	for {
		var text []byte
		select {
		case text = <-free:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		text, err := reader.Block(text)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		b := block[G]{text: text, gathered: make(chan collected[G], 1)}
		if len(text) >= pgcsv.LargeBlock {
			b.alone = make(chan struct{})
		}
		for _, to := range []chan<- block[G]{order, todo} {
			select {
			case to <- b:
			case <-ctx.Done():
				return context.Cause(ctx)
			}
		}
		if b.alone != nil {
			select {
			case <-b.alone:
			case <-ctx.Done():
				return context.Cause(ctx)
			}
		}
	}
}

// gather takes a block apart.
func collect[G collector](text []byte, width int, into G) collected[G] {
	g := collected[G]{into: into, lines: int64(bytes.Count(text, []byte{'\n'}))}
	var fields []pgcsv.Field
	for rest := text; len(rest) > 0; {
		row, after, err := pgcsv.Cut(rest, fields)
		if err == nil {
			fields = row
			row, err = pgcsv.Fit(row, width)
		}
		g.rows++
		if err != nil {
			before := g.lines - int64(bytes.Count(rest, []byte{'\n'}))
			g.err = &pgcsv.Error{Row: g.rows, Line: before + 1, Err: err}
			g.rows--
			return g
		}
		into.row(g.rows, row)
		rest = after
	}
	return g
}
