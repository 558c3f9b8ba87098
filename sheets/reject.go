package sheets

import (
	"io"
	"strings"

	"github.com/gyrodata/gyro/pgcsv"
)

// reasonHeader is the first column of a file of rejects.
const reasonHeader = "reason"

// rejecting writes rejected records, as they were, or so that a spreadsheet takes nothing in them for a formula.
type rejecting struct {
	w       io.Writer
	dialect pgcsv.Dialect
	escape  bool
	reasons string
	buffer  []byte
}

// head begins the file.
func (o *rejecting) head(reader *pgcsv.Sheet) {
	if !o.escape {
		o.buffer = reader.AppendHead(o.buffer, reasonHeader)
		return
	}
	if o.dialect.BOM {
		size := len("\uFEFF")
		if o.dialect.Encoding != pgcsv.UTF8 {
			size = 2
		}
		o.buffer = append(o.buffer, reader.Head()[:size]...)
	}
	for range o.dialect.Skip { // what stood there may be a formula, too
		o.buffer = o.dialect.AppendLineEnd(o.buffer)
	}
	if headers, err := reader.Header(); err == nil && headers != nil {
		o.texts(append([]string{reasonHeader}, headers...))
	}
}

func (o *rejecting) record(r *pgcsv.Record) error {
	if o.escape {
		texts := []string{o.reasons}
		for _, c := range r.Cells {
			texts = append(texts, string(c.Text))
		}
		o.texts(texts)
	} else {
		o.buffer = o.dialect.AppendFirst(o.buffer, noFormula(o.reasons))
		o.buffer = r.AppendRaw(o.buffer)
		if !r.Ended() {
			o.buffer = o.dialect.AppendLineEnd(o.buffer)
		}
	}
	if len(o.buffer) >= streamSize {
		return o.flush()
	}
	return nil
}

func (o *rejecting) texts(texts []string) {
	for i, text := range texts {
		texts[i] = noFormula(text)
	}
	o.buffer = o.dialect.AppendRecord(o.buffer, texts)
}

// noFormula is text that a spreadsheet takes for none: an apostrophe stands before what would begin one, unless it is a number.
func noFormula(text string) string {
	const begins = "=+-@\t\r\uFF1D\uFF0B\uFF0D\uFF20"
	first := strings.IndexAny(text, begins)
	if first != 0 {
		return text
	}
	digits := strings.Trim(text[1:], "0123456789.,")
	if len(text) > 1 && digits == "" && (text[0] == '+' || text[0] == '-') {
		return text
	}
	return "'" + text
}

func (o *rejecting) flush() error {
	_, err := o.w.Write(o.buffer)
	o.buffer = o.buffer[:0]
	return err //nolint:wrapcheck // it says what it is
}
