package csvdir

import (
	"context"
	"fmt"
)

// Link is a row of a chain.
type Link struct {
	File      string   `json:"file"`
	Table     string   `json:"table"`
	Row       int64    `json:"row"`                 // from 1; 0 where the slice does not have it
	Reference string   `json:"reference,omitempty"` // by which it refers to the next; empty in the last
	Key       []string `json:"key,omitempty"`       // where values are shown
}

func (l Link) String() string {
	text := fmt.Sprintf("%s row %d", l.File, l.Row)
	if l.Row == 0 {
		text = l.Table + ", a row that the slice does not have"
	}
	if len(l.Key) > 0 {
		text += " " + quoteList(l.Key)
	}
	return text
}

// chain leads from a row that leaks to the one that it must not belong to.
func (f *fence) chain(ctx context.Context) ([]Link, error) {
	at := f.starts[f.leaking[len(f.leaking)-1]].at // the furthest away
	for _, t := range f.leaking {
		if f.starts[t].bridge {
			at = f.starts[t].at
			break
		}
	}
	var (
		links []Link
		p     printer
		err   error
	)
	for {
		link := Link{File: at.table.File, Table: at.table.Table, Row: at.number}
		if primary := at.table.rowKey; f.opts.ShowValues && primary != nil && at.number > 0 {
			link.Key = textOf(at.fields, primary.columns)
		}
		next, level := (*reference)(nil), uint32(0)
		if at.number > 0 && !f.outside(&p, at) {
			for _, r := range at.table.refs {
				if r.to == nil || !f.leads(r) {
					continue
				}
				if l, _ := f.level(&p, r, at.fields); l > 0 && (level == 0 || l < level) {
					next, level = r, l
				}
			}
		}
		if next == nil {
			return append(links, link), nil
		}
		link.Reference = next.Name
		links = append(links, link)
		print, _ := p.by(next, at.fields)
		if at, err = f.findKey(ctx, next.key, print); err != nil {
			return nil, err
		}
	}
}

// outside reports whether a row is one of the fence's table, and not its own.
func (f *fence) outside(p *printer, at found) bool {
	if at.table != f.own.table {
		return false
	}
	primary := at.table.rowKey
	print, _ := p.of(primary, primary.columns, at.fields)
	return print != f.mine[primary]
}
