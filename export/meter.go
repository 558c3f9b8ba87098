package export

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/gyrodata/gyro"
)

// meter counts what one job has written, and tells it every tick.
type meter struct {
	rows, bytes atomic.Int64
}

// watch sends what the meter shows to tell until stop is called, which waits for the last
// call to return. tell is called by one goroutine at a time.
func (m *meter) watch(tell func(rows, bytes int64)) (stop func()) {
	done := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		ticker := time.NewTicker(gyro.ProgressInterval)
		defer ticker.Stop()
		for {
			select {
			case <-done:
				return
			case <-ticker.C:
				tell(m.rows.Load(), m.bytes.Load())
			}
		}
	})
	return func() {
		close(done)
		wg.Wait()
	}
}
