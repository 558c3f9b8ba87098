package pgcsv

import "bytes"

// cut takes the first record of b apart, and gives its length; 0 where b ends before it, and
// then open is where a quoted field began that does not close, or -1. At the end of the file b
// is whole: its end ends the record.
func (s *Sheet) cut(b []byte, whole bool) (length, open int) {
	s.scratch = s.scratch[:0]
	s.record.Cells = s.record.Cells[:0]
	s.record.Problems = s.record.Problems[:0]
	s.dubious, s.surplus = false, false
	quote, quoting := s.dialect.Quote, s.dialect.Quote != NoQuote
	for i := 0; ; {
		if quoting && i < len(b) && b[i] == quote {
			next, done := s.quotedCell(b, i, whole)
			if !done {
				return next, i
			}
			i = next
		} else {
			i = s.bareCell(b, i)
		}
		if i == len(b) {
			if !whole {
				return 0, -1
			}
			return i, -1
		}
		if b[i] == s.dialect.Delimiter {
			i++
			continue
		}
		size := lineEnd(b[i:], whole)
		if size < 0 {
			return 0, -1
		}
		return i + size, -1
	}
}

// bareCell reads the field without quotes that begins at b[i], and gives its end.
func (s *Sheet) bareCell(b []byte, i int) int {
	start := i
	ends := &s.ends
	for i < len(b) && !ends[b[i]] {
		i++
	}
	if i < len(b) && b[i] == s.dialect.Quote {
		if !s.dialect.StrayQuotes {
			s.problem(QuoteInside)
			s.dubious = s.dubious || len(bytes.TrimLeft(b[start:i], " \t")) == 0
		}
		i = s.runOn(b, i)
	}
	s.add(Cell{Text: b[start:i:i]})
	return i
}

// mostCells bounds the memory for the cells of a record: spreadsheets have 16,384 columns at most, and tables fewer.
const mostCells = 16_384

// add adds a cell.
func (s *Sheet) add(c Cell) {
	if len(s.record.Cells) == mostCells {
		s.surplus = true
		return
	}
	s.record.Cells = append(s.record.Cells, c)
}

// runOn is where a field ends that runs on at b[i], and in which quotes are text.
func (s *Sheet) runOn(b []byte, i int) int {
	for i < len(b) && (!s.ends[b[i]] || b[i] == s.dialect.Quote) {
		i++
	}
	return i
}

// quotedCell reads the field that begins with the quote b[i], and gives its end. Where it is
// not done, the record is: next is its length, or 0 where b is too short to know.
func (s *Sheet) quotedCell(b []byte, i int, whole bool) (next int, done bool) {
	start, doubled := i+1, false
	line := start // up to here no line ends
	for i = start; ; i += 2 {
		at := bytes.IndexByte(b[i:], s.dialect.Quote)
		if at < 0 {
			if !whole {
				return 0, false
			}
			if end := s.giveUp(b, start-1, len(b)); end > 0 {
				s.unclosed(b, start-1, end)
				return end, false
			}
			s.problem(UnclosedQuote)
			s.quoted(b[start:], nil, doubled)
			return len(b), true
		}
		i += at
		switch {
		case i+1 < len(b) && b[i+1] == s.dialect.Quote:
			doubled = true
			continue
		case s.dialect.StrayQuotes && i+1 < len(b) && !s.ends[b[i+1]] && !bytes.ContainsAny(b[line:i], "\r\n"):
			doubled, line = true, i
			i-- // it is text, and what stands behind it is looked at
			continue
		}
		break
	}
	end := i + 1
	if end < len(b) && !s.ends[b[end]] {
		if line := s.giveUp(b, start-1, end); line > 0 {
			s.unclosed(b, start-1, line)
			return line, false
		}
		s.problem(AfterQuote)
		end = s.runOn(b, end)
	}
	s.quoted(b[start:i], b[i+1:end], doubled)
	return end, true
}

// quoted adds the cell of a quoted field, and of what follows its closing quote.
func (s *Sheet) quoted(text, after []byte, doubled bool) {
	if doubled || len(after) > 0 {
		start := len(s.scratch)
		for doubled {
			at := bytes.IndexByte(text, s.dialect.Quote)
			if at < 0 {
				break
			}
			s.scratch = append(s.scratch, text[:at+1]...)
			text = bytes.TrimPrefix(text[at+1:], []byte{s.dialect.Quote})
		}
		s.scratch = append(append(s.scratch, text...), after...)
		text = s.scratch[start:]
	}
	s.add(Cell{Text: text[:len(text):len(text)], Quoted: true})
}

// problem adds one with the cell that is about to be added.
func (s *Sheet) problem(rule Rule) {
	if len(s.record.Cells) == mostCells {
		return // that they are too many is told
	}
	s.record.Problems = append(s.record.Problems, Problem{Rule: rule, Column: len(s.record.Cells)})
}

// giveUp decides about a quoted field that began at b[open] and was found malformed at
// b[seen]: if a line ends between them, it gives where, and the record is to end there; else
// 0.
//
// The lines below are then looked at again, but never a third time: between open and seen
// quotes stand in even numbers, else the field would have ended there, and such quotes open no
// field that does not close at once. So the time is linear, whatever stands in the file.
func (s *Sheet) giveUp(b []byte, open, seen int) int {
	if open < 0 || s.width == 1 {
		return 0
	}
	at := bytes.IndexAny(b[open:seen], "\r\n")
	if at < 0 {
		return 0
	}
	return open + at + lineEnd(b[open+at:], true)
}

// unclosed ends the record at b[end] with the field whose quote at b[open] does not close.
func (s *Sheet) unclosed(b []byte, open, end int) {
	s.problem(UnclosedQuote)
	s.quoted(bytes.TrimRight(b[open+1:end], "\r\n"), nil, false)
}
