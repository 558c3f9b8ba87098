package csvdir

import (
	"context"
	"hash/maphash"
	"time"

	"github.com/gyrodata/gyro/planted"
)

// VerifyOptions say how [Verify] and [Fence] work.
type VerifyOptions struct {
	// MemoryLimit bounds the memory for keys, in bytes; what does not fit is done in several
	// passes over the files. Default: 512 MiB.
	MemoryLimit int64
	// ShowValues puts values of rows into what is found. Default: row numbers only.
	ShowValues bool
	// Planted are values that no file of the slice may hold, as a whole field or as a part of one, as they are or as JSON, an
	// array, a composite value or a bytea writes them; nor the manifest, but in its digests, its version and its
	// time. They are named by their line, and never shown. Default: none are looked for.
	Planted *planted.List
}

const defaultMemory = 512 << 20

func (o VerifyOptions) memory() int64 {
	if o.MemoryLimit <= 0 {
		return defaultMemory
	}
	return o.MemoryLimit
}

// Verification is what [Verify] found. Where there are no Problems, the slice is proved.
type Verification struct {
	Path       string           `json:"path"`
	Files      []FileCheck      `json:"files"`      // in the manifest's order
	References []ReferenceCheck `json:"references"` // by file
	Problems   []Problem        `json:"problems"`
	Planted    int              `json:"planted,omitempty"` // values that were looked for
	Elapsed    time.Duration    `json:"elapsed_ns"`
}

// Proved reports whether there is no problem.
func (v *Verification) Proved() bool { return len(v.Problems) == 0 }

// FileCheck is one file that was read.
type FileCheck struct {
	File       string `json:"file"`
	Table      string `json:"table"`
	Rows       int64  `json:"rows"`
	Bytes      int64  `json:"bytes"`
	Keys       int    `json:"keys"`       // primary and unique ones, each checked
	References int    `json:"references"` // each checked
}

// ReferenceCheck is one reference of a file.
type ReferenceCheck struct {
	File string `json:"file"`
	Name string `json:"name"`
	To   string `json:"to"`   // the table
	Rows int64  `json:"rows"` // that refer to a row
	// Checked says that each of these rows was looked for in the file of To.
	Checked bool `json:"checked"`
	// NotProvable says why files can't prove it. The source proved it at export.
	NotProvable string `json:"not_provable,omitempty"`
}

// Verify proves from the files of a slice alone that it is whole and closed: each file is
// there, is the one that the manifest lists (size, SHA-256, rows, header), is CSV as
// PostgreSQL writes it; primary and unique keys are unique, no primary key is NULL; and every
// reference is NULL, in all columns where it is MATCH FULL, else in any, or leads to a row of
// the slice. Of included rows the lists are checked too: each key is one of a row.
//
// That no key is repeated is proved whatever its hashes are. Keys are compared by their bytes, as exactly as 127 bits of SHA-256 tell bytes apart, and
// integers exactly. A polymorphic reference is one of the rows of its kinds. References of which the manifest says that bytes don't prove them are
// left out, and named.
//
// What is wrong with the slice is in the Verification, all of it at once; the error is for
// what kept Verify from looking: a directory that can't be read, a cancelled context.
//
// Files are streamed, by all cores, most of them once: those that refer to a table further
// down are read again, and all are where keys take more memory than the limit.
func Verify(ctx context.Context, path string, opts VerifyOptions) (*Verification, error) {
	begin := time.Now()
	s, problems, err := openSlice(path)
	if err != nil {
		return nil, err
	}
	result := &Verification{Path: path, Problems: problems, Files: []FileCheck{}, References: []ReferenceCheck{}}
	if s != nil {
		v := newVerifier(s, opts)
		if err := v.run(ctx); err != nil {
			return nil, err
		}
		v.report(result)
		if opts.Planted != nil {
			found, err := s.plantedInManifest(opts.Planted)
			if err != nil {
				return nil, err
			}
			result.Problems = append(result.Problems, found...)
		}
	}
	if opts.Planted != nil {
		result.Planted = opts.Planted.Len()
	}
	if result.Problems == nil {
		result.Problems = []Problem{}
	}
	result.Elapsed = time.Since(begin)
	return result, nil
}

// verifier is one Verify.
type verifier struct {
	*slice
	opts   VerifyOptions
	order  []*table // parents first, as far as circles allow
	tables map[*table]*tableState
	refs   map[*reference]*refState
	keys   map[*key]*keyState
	seed   maphash.Seed // of quick hashes: nobody can make two that meet
}

type tableState struct {
	rows     int64
	problems []Problem
	planted  []finding // by column; nil: no row was read
}

type refState struct {
	rows            int64 // that refer to a row
	dangling, mixed finding
	skipped, looked bool // not every row was looked for; some were
}

type keyState struct {
	nulls, repeated finding
}

func newVerifier(s *slice, opts VerifyOptions) *verifier {
	v := &verifier{
		slice: s, opts: opts, seed: maphash.MakeSeed(),
		tables: map[*table]*tableState{}, refs: map[*reference]*refState{}, keys: map[*key]*keyState{},
	}
	for _, component := range s.ordered() {
		for _, t := range component {
			v.order = append(v.order, t)
			if t.list != nil {
				v.order = append(v.order, t.list)
			}
		}
	}
	for _, t := range v.order {
		v.tables[t] = &tableState{}
		for _, r := range t.refs {
			v.refs[r] = &refState{}
		}
		for _, k := range t.keys {
			v.keys[k] = &keyState{}
		}
	}
	return v
}

func (v *verifier) run(ctx context.Context) error {
	rounds := v.rounds()
	for i := range rounds {
		if err := v.round(ctx, i == 0, rounds[i]); err != nil {
			return err
		}
		rounds[i] = nil // its keys are memory for the next
	}
	return nil
}

// report puts all that was found into the order of the manifest.
func (v *verifier) report(to *Verification) {
	for _, t := range v.slice.tables {
		state := v.tables[t]
		check := FileCheck{File: t.File, Table: t.Table, Rows: state.rows, Bytes: t.Bytes}
		to.Problems = append(to.Problems, state.problems...)
		to.Problems = append(to.Problems, v.plantedProblems(t)...)
		for _, k := range t.keys {
			if k.unique {
				check.Keys++
			}
			to.Problems = append(to.Problems, v.keyProblems(k)...)
		}
		for _, r := range t.refs {
			state := v.refs[r]
			checked := state.looked && !state.skipped && !t.broken
			if checked {
				check.References++
			}
			to.Problems = append(to.Problems, v.refProblems(r)...)
			if !t.isList {
				to.References = append(to.References, ReferenceCheck{
					File: t.File, Name: r.Name, To: r.Table, Rows: state.rows, Checked: checked, NotProvable: r.NotProvable,
				})
			}
		}
		to.Files = append(to.Files, check)
	}
}

func (v *verifier) keyProblems(k *key) []Problem {
	var problems []Problem
	state, about := v.keys[k], Problem{File: k.table.File, Table: k.table.Table, Columns: k.names()}
	if n := state.nulls.count; n > 0 {
		p := state.nulls.of(about)
		p.Kind, p.Text = NullKey, rowCount(n)+" with a NULL in the primary key "+quoteList(p.Columns)
		problems = append(problems, p)
	}
	if n := state.repeated.count; n > 0 {
		p := state.repeated.of(about)
		p.Kind, p.Text = RepeatedKey, rowCount(n)+" that share their key "+quoteList(p.Columns)+" with another"
		problems = append(problems, p)
	}
	return problems
}

func (v *verifier) refProblems(r *reference) []Problem {
	var problems []Problem
	state := v.refs[r]
	about := Problem{File: r.from.File, Table: r.from.Table, Reference: r.Name, Columns: r.from.columnNames(r.columns)}
	if n := state.mixed.count; n > 0 {
		p := state.mixed.of(about)
		p.Kind, p.Text = PartlyNull, rowCount(n)+" whose reference "+r.Name+" is NULL in a part of "+quoteList(p.Columns)+" only (MATCH FULL)"
		problems = append(problems, p)
	}
	if n := state.dangling.count; n > 0 {
		p := state.dangling.of(about)
		p.Kind, p.Text = Dangling, rowCount(n)+" whose reference "+r.Name+" "+quoteList(p.Columns)+" leads to no row of "+r.Table
		switch {
		case r.from.isList:
			p.Kind, p.Text = StrayKey, rowCount(n)+" listed as included, which "+r.to.File+" does not have"
		case r.to == nil:
			p.Text += ", which is not in the slice"
		}
		problems = append(problems, p)
	}
	return problems
}
