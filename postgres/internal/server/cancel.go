package server

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// canceller ends what a connection waits for when its context does: it has the server cancel the statement, and where the
// server says nothing for all that, it gives the connection up.
//
// pgx's own leaves the request alone as soon as the statement has ended: pgbouncer 1.18, with all its clients, ends by that
// ("bad client state"). This one waits for the answer to the request.
type canceller struct {
	conn  *pgconn.PgConn
	done  chan struct{}
	ended chan struct{} // the statement has ended, or the connection
}

const (
	cancelTime = 5 * time.Second
	// hearTime is how long an answer may take after the request to cancel. Without one the transaction is ended from
	// another connection: nobody knows whether the server ever hears that this one is gone.
	hearTime = 3 * time.Second
	// arrival is how long a request that was sent may take to arrive: it must not meet the next statement.
	arrival = 100 * time.Millisecond
)

// HandleCancel asks the server to cancel.
func (c *canceller) HandleCancel(context.Context) {
	deadline := time.Now().Add(cancelTime)
	_ = c.conn.Conn().SetDeadline(deadline) // a connection that is closed needs none
	c.done, c.ended = make(chan struct{}), make(chan struct{})
	w, _ := c.conn.CustomData()[watched].(*watch)
	go func() {
		defer close(c.done)
		ctx, cancel := context.WithDeadline(context.Background(), deadline)
		defer cancel()
		silent := time.After(hearTime)
		if c.conn.CancelRequest(ctx) == nil {
			time.Sleep(arrival)
		}
		select {
		case <-c.ended:
		case <-silent:
			if w != nil {
				w.probe.end(ctx, w.transaction())
			}
		}
	}()
}

// HandleUnwatchAfterCancel waits for the request's end.
func (c *canceller) HandleUnwatchAfterCancel() {
	close(c.ended)
	<-c.done
	_ = c.conn.Conn().SetDeadline(time.Time{})
}
