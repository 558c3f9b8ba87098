package export

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/gyrodata/gyro"
)

// meter counts what one job has written, and the rows that wait for their turn, and tells it every tick.
type meter struct {
	rows, bytes, waiting atomic.Int64
}

// watch sends what the meter shows, of which the rows never go back, to tell until stop is called, which waits for the last
// call to return. tell is called by one goroutine at a time.
func (m *meter) watch(tell func(rows, bytes int64)) (stop func()) {
	done := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		most := int64(0)
		ticker := time.NewTicker(gyro.ProgressInterval)
		defer ticker.Stop()
		for {
			select {
			case <-done:
				return
			case <-ticker.C:
				most = max(most, m.rows.Load()+m.waiting.Load())
				tell(most, m.bytes.Load())
			}
		}
	})
	return func() {
		close(done)
		wg.Wait()
	}
}
