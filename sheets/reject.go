package sheets

import (
	"io"

	"github.com/gyrodata/gyro/pgcsv"
)

// reasonHeader is the first column of a file of rejects.
const reasonHeader = "reason"

// rejecting writes rejected records.
type rejecting struct {
	w       io.Writer
	dialect pgcsv.Dialect
	reasons string
	buffer  []byte
}

func (o *rejecting) record(r *pgcsv.Record) error {
	o.buffer = o.dialect.AppendFirst(o.buffer, o.reasons)
	o.buffer = r.AppendRaw(o.buffer)
	if !r.Ended() {
		o.buffer = o.dialect.AppendLineEnd(o.buffer)
	}
	if len(o.buffer) >= streamSize {
		return o.flush()
	}
	return nil
}

func (o *rejecting) flush() error {
	_, err := o.w.Write(o.buffer)
	o.buffer = o.buffer[:0]
	return err //nolint:wrapcheck // it says what it is
}
