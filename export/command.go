package export

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/pgcsv"
)

// How many rows may wait for what an outside program makes of them, and how many bytes they have.
const (
	waitingRows  = 100_000
	waitingBytes = 32 << 20
)

// promptly is how long what a program is asked may wait for more.
const promptly = 50 * time.Millisecond

// commandEnvironment is what an outside program sees of the environment: no secret.
var commandEnvironment = []string{"PATH", "HOME", "LANG", "LC_ALL", "TMPDIR"}

// outside writes what a program answers in the place of one column's seeds: it is fed CSV and answers CSV, a row for a row.
type outside struct {
	to      io.Writer
	command gyro.Command
	column  string
	field   int
	reads   []int // fields of command.Reads

	program *exec.Cmd
	ctx     context.Context //nolint:containedctx // the program's, which it ends with
	stop    context.CancelCauseFunc
	in      io.WriteCloser
	asking  sync.Mutex
	asks    *bufio.Writer
	header  bool
	fields  []pgcsv.Field
	line    []byte

	mu       sync.Mutex
	changed  *sync.Cond
	waiting  []waiting
	bytes    int  // of waiting
	ended    bool // no more rows come
	failed   error
	finished chan struct{}
}

// waiting is a row that has been asked for, or that needs no answer.
type waiting struct {
	row   []byte
	asked bool
}

// newOutside starts the program.
func newOutside(ctx context.Context, command gyro.Command, columns []string, column string, to io.Writer) (*outside, error) {
	o := &outside{to: to, command: command, column: column, field: slices.Index(columns, column), finished: make(chan struct{})}
	o.changed = sync.NewCond(&o.mu)
	for _, name := range command.Reads {
		o.reads = append(o.reads, slices.Index(columns, name))
	}
	o.ctx, o.stop = context.WithCancelCause(ctx)
	o.program = exec.CommandContext(o.ctx, command.Run[0], command.Run[1:]...) //nolint:gosec // the user's own configuration names it
	alone(o.program)
	o.program.WaitDelay = time.Second
	o.program.Env = []string{}
	for _, name := range commandEnvironment {
		if value, ok := os.LookupEnv(name); ok {
			o.program.Env = append(o.program.Env, name+"="+value)
		}
	}
	var err error
	if o.in, err = o.program.StdinPipe(); err != nil {
		return nil, o.error(err)
	}
	out, err := o.program.StdoutPipe()
	if err != nil {
		return nil, o.error(err)
	}
	if err := o.program.Start(); err != nil {
		return nil, o.error(err)
	}
	o.asks = bufio.NewWriterSize(o.in, streamBuffer)
	_, _ = o.asks.WriteString(strings.Join(append([]string{"seed"}, command.Reads...), ",") + "\n")
	go o.take(out)
	go o.prompt()
	return o, nil
}

// error says of which column, and what the program is called.
func (o *outside) error(err error) error {
	return &gyro.Error{
		Op: "mask by an outside program", Place: fmt.Sprintf("%s, %s", o.column, o.command.Run[0]), Err: err,
		Hint: "it reads CSV (seed and what else it asked for) and answers each row by one (value); what it says on standard error is not shown, for values could be in it",
	}
}

// outsides are the programs that make values of a table, each of which writes to the next.
type outsides []*outside

// outsides starts those that columns of the step want.
func (s *step) outsides(ctx context.Context, columns []string, to io.Writer) (outsides, error) {
	var all outsides
	for _, name := range columns {
		command := s.masks[name].Command
		if command == nil {
			continue
		}
		next, err := newOutside(ctx, *command, columns, name, all.first(to))
		if err != nil {
			return all, err
		}
		all = append(all, next)
	}
	return all, nil
}

// first is what rows are written to.
func (all outsides) first(to io.Writer) io.Writer {
	if len(all) > 0 {
		return all[len(all)-1]
	}
	return to
}

// close ends them in the order in which rows go through them. Where one of them has failed that is the cause, and not that nothing could be
// written to it.
func (all outsides) close(err error) error {
	for _, o := range slices.Backward(all) {
		if failed := o.Close(err); failed != nil && (err == nil || errors.Is(err, failed)) {
			err = failed
		}
	}
	return err
}

// Write takes one row, or first the header.
func (o *outside) Write(row []byte) (int, error) {
	if !o.header {
		o.header = true
		return o.to.Write(row)
	}
	fields, err := pgcsv.Split(row, o.fields[:0])
	if err != nil {
		return 0, o.error(errors.New("a row is no CSV"))
	}
	o.fields = fields
	asks := !fields[o.field].Null
	if asks {
		o.line = appendField(o.line[:0], fields[o.field])
		for _, i := range o.reads {
			o.line = appendField(append(o.line, ','), fields[i])
		}
		o.line = append(o.line, '\n')
		o.asking.Lock()
		_, err := o.asks.Write(o.line)
		o.asking.Unlock()
		if err != nil {
			return 0, o.broken(err)
		}
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	for o.failed == nil && (len(o.waiting) >= waitingRows || o.bytes >= waitingBytes) {
		o.changed.Wait()
	}
	if o.failed != nil {
		return 0, o.failed
	}
	o.waiting, o.bytes = append(o.waiting, waiting{slices.Clone(row), asks}), o.bytes+len(row)
	o.changed.Broadcast()
	return len(row), nil
}

// broken is why nothing can be written to the program: that it has ended is known by then, or soon.
func (o *outside) broken(err error) error {
	o.mu.Lock()
	o.ended = true
	o.changed.Broadcast()
	o.mu.Unlock()
	<-o.finished
	if o.failed != nil {
		return o.failed
	}
	return o.error(fmt.Errorf("it takes no more: %w", err))
}

// Close waits for the last answer, and for the program's end. Where ended is an error no more is written.
func (o *outside) Close(ended error) error {
	if ended != nil {
		o.stop(ended)
	} else if err := o.flush(o.in.Close); err != nil {
		o.stop(err)
	}
	o.mu.Lock()
	o.ended = true
	o.changed.Broadcast()
	o.mu.Unlock()
	<-o.finished
	return o.failed
}

// flush gives the program what it is asked, and then does more.
func (o *outside) flush(more func() error) error {
	o.asking.Lock()
	defer o.asking.Unlock()
	return errors.Join(o.asks.Flush(), more())
}

// prompt sees to it that nothing the program is asked waits for more to come. Who takes the answers can't: a program that waits for
// its answers to be taken takes nothing.
func (o *outside) prompt() {
	often := time.NewTicker(promptly)
	defer often.Stop()
	for {
		select {
		case <-o.finished:
			return
		case <-often.C:
			_ = o.flush(func() error { return nil }) // of the program's end others hear
		}
	}
}

// take takes the answers, and writes rows on.
func (o *outside) take(out io.Reader) {
	defer close(o.finished)
	silent := time.AfterFunc(o.command.Timeout, func() {
		o.stop(fmt.Errorf("no answer for %v: does it read all before it answers, or keep its answers in a buffer?", o.command.Timeout))
	})
	silent.Stop()
	err := o.answers(answer{from: bufio.NewReaderSize(out, streamBuffer), before: func() { silent.Reset(o.command.Timeout) }, after: func() { silent.Stop() }})
	if err != nil {
		o.stop(err)
	}
	exit := o.program.Wait()
	// It was stopped for another cause, unless that is that it takes no more: what it answered says why.
	if cause := context.Cause(o.ctx); cause != nil && !errors.Is(cause, err) && (err == nil || !errors.Is(cause, syscall.EPIPE)) {
		err = cause
	}
	if err == nil && exit != nil {
		err = fmt.Errorf("it ended with %w", exit)
	}
	o.stop(nil) // all is done
	o.mu.Lock()
	defer o.mu.Unlock()
	if err != nil {
		o.failed = o.error(err)
	}
	o.changed.Broadcast()
}

// answers puts an answer into each row that waits for one, up to the last row.
func (o *outside) answers(answer answer) error {
	var line []byte
	var fields []pgcsv.Field
	begun := false
	for {
		next, more := o.first()
		if !more {
			break
		}
		row := next.row
		if next.asked {
			if !begun {
				if err := answer.begins(); err != nil {
					return err
				}
				begun = true
			}
			given, err := answer.next()
			if err != nil {
				return err
			}
			if fields, err = pgcsv.Split(row, fields[:0]); err != nil {
				return errors.New("a row is no CSV")
			}
			fields[o.field] = given
			line = line[:0]
			for i, f := range fields {
				line = appendField(append(line, ","[:min(i, 1)]...), f)
			}
			line = append(line, '\n')
			row = line
		}
		if _, err := o.to.Write(row); err != nil {
			return err
		}
		o.done(len(next.row))
	}
	if !begun {
		if err := answer.begins(); err != nil && !errors.Is(err, errShort) {
			return err
		}
	}
	switch _, err := answer.next(); {
	case errors.Is(err, errShort):
		return nil
	case err != nil:
		return err
	}
	return errors.New("it answers more rows than it was asked for")
}

// first waits for the first of the rows; more is false where none comes any more.
func (o *outside) first() (_ waiting, more bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for len(o.waiting) == 0 && !o.ended {
		o.changed.Wait()
	}
	if len(o.waiting) == 0 {
		return waiting{}, false
	}
	return o.waiting[0], true
}

// done lets the first of the rows go.
func (o *outside) done(size int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.waiting, o.bytes = o.waiting[1:], o.bytes-size
	o.changed.Broadcast()
}

// answer reads what a program writes, record by record, which may come in pieces.
type answer struct {
	from          *bufio.Reader
	record        []byte
	fields        []pgcsv.Field
	before, after func() // what is waited for
}

// errShort: there is no more.
var errShort = errors.New("it ended before it had answered all rows")

// begins reads the header.
func (a *answer) begins() error {
	header, err := a.next()
	if err == nil && string(header.Value) != "value" {
		err = errors.New("its answer does not begin with a line that says: value")
	}
	return err
}

// next gives the next value, which holds until the one after it.
func (a *answer) next() (pgcsv.Field, error) {
	a.before()
	defer a.after()
	a.record = a.record[:0]
	for quotes := 0; ; {
		line, err := a.from.ReadSlice('\n')
		a.record = append(a.record, line...)
		quotes += bytes.Count(line, []byte{'"'})
		switch {
		case errors.Is(err, bufio.ErrBufferFull) && len(a.record) <= waitingBytes, err == nil && quotes%2 == 1:
			continue
		case errors.Is(err, io.EOF) && len(a.record) == 0:
			return pgcsv.Field{}, errShort
		case err != nil && !errors.Is(err, io.EOF):
			return pgcsv.Field{}, err
		}
		a.record = append(bytes.TrimRight(a.record, "\r\n"), '\n')
		if a.fields, err = pgcsv.Split(a.record, a.fields[:0]); err != nil || len(a.fields) != 1 {
			return pgcsv.Field{}, errors.New("an answer is not one value as CSV writes it")
		}
		return a.fields[0], nil
	}
}
