package server

import (
	"context"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/gyrodata/gyro"
)

// A server that waits and a server that is gone look alike from here: nothing comes. A statement may take hours, and says
// nothing meanwhile; but a proxy that lost its memory, or a firewall that forgot the connection, says nothing for ever. So after
// a while of silence a second connection asks the server what the first one's session does: as long as it works, or waits for
// a lock, it is waited for. Where it waits for us, or is not there, an answer that it gave was lost, and the connection is given
// up; where the second connection is not answered either, twice, so is the first.

// silence is the cause of an error where the server fell silent.
type silence struct{ bound time.Duration }

func (s *silence) Error() string { return "the server fell silent: no answer for " + s.bound.String() }

// Timeout makes it one for pgx, which tells other errors of reading as "conn closed" where it reads ahead.
func (s *silence) Timeout() bool   { return true }
func (s *silence) Temporary() bool { return false }

var _ net.Error = (*silence)(nil)

const (
	defaultStall = time.Minute
	// A second connection gets so long to be answered, and is asked for so often.
	probeTime   = 5 * time.Second
	probeChecks = 4 // within a bound
)

// watch is one connection's.
type watch struct {
	bound   time.Duration
	begin   time.Time
	moved   atomic.Int64 // when bytes last moved, or a wait for them began, since begin
	waiting atomic.Int32 // reads and writes that go on
	away    atomic.Int32 // what is to be sent is being made: the server waits for us
	lost    atomic.Pointer[silence]

	probe   *prober
	mu      sync.Mutex
	session session // of the transaction that is open
}

func (w *watch) transaction() session {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.session
}

func newWatch(bound time.Duration) *watch {
	if bound == 0 {
		bound = defaultStall
	}
	return &watch{bound: bound, begin: time.Now()}
}

// touch notes that something moved.
func (w *watch) touch() { w.moved.Store(int64(time.Since(w.begin))) }

// wait notes that a read or write begins; the result, that it has ended with so many bytes.
func (w *watch) wait() func(n int, err error) error {
	if w.waiting.Add(1) == 1 {
		w.touch()
	}
	return func(n int, err error) error {
		if n > 0 {
			w.touch()
		}
		w.waiting.Add(-1)
		if lost := w.lost.Load(); err != nil && lost != nil {
			return lost
		}
		return err
	}
}

// silent is how long the server has owed something that did not come.
func (w *watch) silent() time.Duration {
	if w.waiting.Load() == 0 || w.away.Load() > 0 {
		return 0
	}
	return time.Since(w.begin) - time.Duration(w.moved.Load())
}

// watchedReader is where the messages of a server are waited for.
type watchedReader struct {
	io.Reader
	watch *watch
}

func (r watchedReader) Read(p []byte) (int, error) {
	done := r.watch.wait()
	n, err := r.Reader.Read(p)
	return n, done(n, err)
}

// watchedWriter is where messages go to a server.
type watchedWriter struct {
	io.Writer
	watch *watch
}

func (w watchedWriter) Write(p []byte) (int, error) {
	done := w.watch.wait()
	n, err := w.Writer.Write(p)
	return n, done(n, err)
}

// fed is what is sent by COPY: while it is read, the server waits for us.
type fed struct {
	io.Reader
	watch *watch
}

func (f fed) Read(p []byte) (int, error) {
	f.watch.away.Add(1)
	defer func() {
		f.watch.touch()
		f.watch.away.Add(-1)
	}()
	return f.Reader.Read(p) //nolint:wrapcheck // io.EOF has to stay what it is
}

// watched is the key under which a connection has its watch.
const watched = "gyro watch"

func watchOf(conn *pgx.Conn) *watch {
	w, _ := conn.PgConn().CustomData()[watched].(*watch)
	return w
}

// Feed is a reader for COPY … FROM STDIN: however long it takes to read, the server is not to blame.
func Feed(conn *pgx.Conn, r io.Reader) io.Reader {
	if w := watchOf(conn); w != nil {
		return fed{r, w}
	}
	return r
}

// Watched asks by what the server knows the transaction, where the connection is watched.
func Watched(conn *pgx.Conn) []Nicety {
	w := watchOf(conn)
	if w == nil {
		return nil
	}
	return []Nicety{{SQL: sessionSQL, Scan: func(row pgx.Row) error {
		var s session
		if err := row.Scan(&s.pid, &s.begun, &s.started); err != nil {
			return err //nolint:wrapcheck // Ask does it
		}
		w.mu.Lock()
		defer w.mu.Unlock()
		w.session = s
		return nil
	}}}
}

// guard gives the connection up where the server fell silent. It ends with the connection.
func (w *watch) guard(line net.Conn, ended <-chan struct{}) {
	ticker := time.NewTicker(max(w.bound/probeChecks, time.Millisecond))
	defer ticker.Stop()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go func() { // a look that goes on ends with the connection too
		<-ended
		cancel()
	}()
	var (
		next       time.Duration // when to look again, since begin
		suspect    sight         // what was seen when an answer seemed lost, at that moment
		suspected  = int64(-1)
		unanswered int
	)
	for {
		select {
		case <-ended:
			return
		case <-ticker.C:
		}
		at := w.moved.Load()
		if w.silent() < w.bound {
			next, suspected, unanswered = 0, -1, 0
			continue
		}
		if time.Since(w.begin) < next {
			continue
		}
		s := w.transaction()
		seen := w.probe.look(ctx, s)
		again := suspected == at && seen == suspect // and nothing came in between
		switch seen.what {
		case working:
			next = time.Since(w.begin) + w.bound
		case unreachable:
			unanswered++
			again = unanswered > 1
		case waitsForUs:
			suspect, suspected = seen, at
		}
		if !again || seen.what == working || w.moved.Load() != at || w.silent() < w.bound || ctx.Err() != nil {
			continue
		}
		w.lost.Store(&silence{w.bound})
		_ = line.Close() // whoever waits gets the error
		if seen.what == waitsForUs {
			ending, cancel := context.WithTimeout(context.Background(), probeTime)
			w.probe.end(ending, s)
			cancel()
		}
		return
	}
}

// watchFrom has the connection watched from another one, which is made as it was.
func (w *watch) watchFrom(conn *pgx.Conn, config *pgx.ConnConfig) {
	conn.PgConn().CustomData()[watched] = w
	line := conn.PgConn().Conn()
	if to := line.RemoteAddr(); to != nil && to.Network() == "tcp" { // of several hosts the one that it is
		dial := config.DialFunc
		config.DialFunc = func(ctx context.Context, _, _ string) (net.Conn, error) { return dial(ctx, "tcp", to.String()) }
		config.LookupFunc = func(context.Context, string) ([]string, error) { return []string{to.String()}, nil }
	}
	config.ConnectTimeout = probeTime
	version := conn.PgConn().ParameterStatus("server_version")
	w.probe = &prober{config: config, pid: conn.PgConn().PID(), copies: version >= "14"}
	if w.bound > 0 {
		go w.guard(line, conn.PgConn().CleanupDone())
	}
}

// silenceHint says what to do where the server fell silent.
const silenceHint = gyro.Text("a proxy or a firewall on the way may have lost the connection; run again, or raise {StallTimeout}")
