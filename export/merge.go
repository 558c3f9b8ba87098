package export

import (
	"bytes"
	"container/heap"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"slices"
	"strconv"

	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/pgcsv"
	"github.com/gyrodata/gyro/schema"
)

// order is the order of a table's rows by their primary key, as a selection has it, of keys whose text says it: whole numbers, uuids, and
// texts, which are sorted by their bytes.
type order struct {
	at      []int // the key's columns among those of a row
	numbers []bool
}

// keyOrder gives the order of a selection's rows; nil: their text does not say it.
func keyOrder(s driver.Selection) *order {
	var o order
	columns := columnsOf(s)
	for _, name := range s.Table.PrimaryKey {
		c, _ := s.Table.Column(name)
		i, t := slices.Index(columns, name), c.DataType()
		masked := slices.ContainsFunc(s.Masks, func(m driver.Masking) bool { return m.Column == name })
		if i < 0 || masked || !t.Integer() && !t.UUID() && !sortsByBytes(t) {
			return nil
		}
		o.at, o.numbers = append(o.at, i), append(o.numbers, t.Integer())
	}
	if len(o.at) == 0 {
		return nil
	}
	return &o
}

// sortsByBytes reports whether values are sorted as their bytes are, under the collation "C": of a character(n), blanks at the end do not
// count.
func sortsByBytes(t schema.Type) bool { return t.Base == "text" || t.Base == "character varying" }

// head is the row that is next of some rows.
type head struct {
	spooled
	fields []pgcsv.Field
	key    []byte // sorts as the row does
}

// merge writes the rows of all spools, each of them sorted, and gives back what they took.
func (o *order) merge(ctx context.Context, all []*spool, to io.Writer) error {
	var heads byKey
	for i, s := range all {
		defer s.close()
		h := &head{spooled: spooled{spool: s}}
		if err := h.next(); err != nil {
			return err
		}
		if i == 0 { // all begin with the header
			if _, err := to.Write(h.row); err != nil {
				return err
			}
		}
		if err := o.advance(h); err != nil {
			return err
		}
		if h.row != nil {
			heads = append(heads, h)
		}
	}
	heap.Init(&heads)
	for n := 0; len(heads) > 0; n++ {
		if n%spooledAtOnce == 0 && ctx.Err() != nil {
			return context.Cause(ctx)
		}
		first := heads[0]
		if _, err := to.Write(first.row); err != nil {
			return err
		}
		if err := o.advance(first); err != nil {
			return err
		}
		if first.row == nil {
			heap.Pop(&heads)
		} else {
			heap.Fix(&heads, 0)
		}
	}
	return nil
}

// byKey is a heap of heads, that first which sorts first.
type byKey []*head

func (b byKey) Len() int           { return len(b) }
func (b byKey) Less(i, j int) bool { return bytes.Compare(b[i].key, b[j].key) < 0 }
func (b byKey) Swap(i, j int)      { b[i], b[j] = b[j], b[i] }
func (b *byKey) Push(h any)        { *b = append(*b, h.(*head)) }
func (b *byKey) Pop() any {
	last := (*b)[len(*b)-1]
	*b = (*b)[:len(*b)-1]
	return last
}

// errOrder is for a row that is not what was asked for.
var errOrder = errors.New("merge rows: a row's key can't be read")

// advance reads the next row, and its key: a number's bytes sort as it does, and behind a text stands a byte that no text has.
func (o *order) advance(h *head) error {
	if err := h.next(); err != nil || h.row == nil {
		return err
	}
	var err error
	if h.fields, err = pgcsv.Split(h.row, h.fields[:0]); err != nil {
		return err
	}
	h.key = h.key[:0]
	for i, at := range o.at {
		if at >= len(h.fields) || h.fields[at].Null {
			return errOrder
		}
		value := h.fields[at].Value
		if !o.numbers[i] {
			h.key = append(append(h.key, value...), 0)
			continue
		}
		n, err := strconv.ParseInt(string(value), 10, 64)
		if err != nil {
			return errOrder
		}
		h.key = binary.BigEndian.AppendUint64(h.key, uint64(n)^1<<63)
	}
	return nil
}
