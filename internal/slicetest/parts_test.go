package slicetest

import (
	"fmt"
	"slices"
	"strings"

	"pgregory.net/rapid"
)

// parts is of what a table consists: nothing, partitions whose foreign keys are the table's or each its own, or
// a table that inherits from it.
type parts string

const (
	partitions      parts = "partitions"
	keyedPartitions parts = "partitions with keys"
	inheritance     parts = "inheritance"
)

// drawParts draws those of all tables.
func (w *world) drawParts(t *rapid.T) {
	for _, tab := range w.tables {
		if rapid.IntRange(0, 3).Draw(t, "whole") > 0 {
			continue
		}
		if !w.refersTo(tab) && rapid.Bool().Draw(t, "inherited") {
			tab.parts = inheritance
			continue
		}
		if tab.partedBy() != "" {
			tab.parts = rapid.SampledFrom([]parts{partitions, keyedPartitions}).Draw(t, "parts")
		}
	}
}

// refersTo reports whether a foreign key leads to a table, which the rows of others that inherit from it would not satisfy.
func (w *world) refersTo(to *table) bool {
	return slices.ContainsFunc(w.tables, func(t *table) bool {
		return slices.ContainsFunc(t.refs, func(r *ref) bool { return r.to == to && !r.soft })
	})
}

// partedBy is a column by which a table can be partitioned: part of all that is unique; or "".
func (t *table) partedBy() string {
	c := t.pk[len(t.pk)-1]
	if len(t.others) > 0 || slices.ContainsFunc(t.keys(), func(key []string) bool { return !slices.Contains(key, c) }) {
		return ""
	}
	return c
}

// pieces are the tables that hold a table's rows, with itself where it holds some.
func (t *table) pieces() []string {
	switch t.parts {
	case partitions, keyedPartitions:
		return []string{t.name + "_p0", t.name + "_p1"}
	case inheritance:
		return []string{t.name, t.name + "_heir"}
	}
	return []string{t.name}
}

// keyed are those that each have the foreign keys, and keys those that each have the others.
func (t *table) keyed() (references, keys []string) {
	switch t.parts {
	case partitions:
		return []string{t.name}, []string{t.name}
	case keyedPartitions:
		return t.pieces(), []string{t.name}
	}
	return t.pieces(), t.pieces()
}

// createSQL makes the table with its parts.
func (t *table) createSQL(columns []string) string {
	list := strings.Join(columns, ", ")
	switch t.parts {
	case partitions, keyedPartitions:
		text := fmt.Sprintf("CREATE TABLE %s (%s) PARTITION BY HASH (%s);\n", t.name, list, t.partedBy())
		for i, piece := range t.pieces() {
			text += fmt.Sprintf("CREATE TABLE %s PARTITION OF %s FOR VALUES WITH (MODULUS 2, REMAINDER %d);\n", piece, t.name, i)
		}
		return text
	case inheritance:
		return fmt.Sprintf("CREATE TABLE %s (%s);\nCREATE TABLE %s () INHERITS (%s);\n", t.name, list, t.name+"_heir", t.name)
	}
	return fmt.Sprintf("CREATE TABLE %s (%s);\n", t.name, list)
}

// into is the piece that the i-th row is inserted into.
func (t *table) into(i int) string {
	if t.parts == inheritance {
		return t.pieces()[i%2]
	}
	return t.name
}
