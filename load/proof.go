package load

import (
	"context"

	"github.com/gyrodata/gyro/driver"
)

// proof is a slice that is being proved from its files, beside the load of their rows: neither waits for the other, and
// nothing counts before both have ended.
type proof struct {
	ctx  context.Context // the load's; it ends where the slice is not proved
	stop context.CancelCauseFunc
	done chan struct{}
	err  error // there once done is closed
}

// prove begins. Whoever calls it waits.
func prove(ctx context.Context, slice driver.Slice) *proof {
	p := &proof{done: make(chan struct{})}
	p.ctx, p.stop = context.WithCancelCause(ctx)
	go func() {
		defer close(p.done)
		if p.err = slice.Verify(ctx); p.err != nil {
			p.stop(p.err)
		}
	}()
	return p
}

// ended reports whether the proof has ended.
func (p *proof) ended() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

// wait waits for the end of the proof, and says why there is none. What a load says of rows that are not proved
// means less.
func (p *proof) wait() error {
	<-p.done
	p.stop(nil)
	return p.err
}
