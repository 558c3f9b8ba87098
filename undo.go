package gyro

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/gyrodata/gyro/schema"
)

var (
	errWrongRecord = errors.New("this is the record of a load, not a slice")
	errNoRecord    = errors.New("this is a slice, not the record of a load")
)

// UndoPlan is what is to be deleted.
type UndoPlan struct {
	Transaction Transaction
	Tables      []UndoTable // parents first
	// Open opens the file of a table.
	Open func(table int) (io.ReadCloser, error)
}

// UndoTable is one table of an undo: its file lists keys, as CSV with a header.
type UndoTable struct {
	Table schema.Name
	Key   []string
	Rows  int64
}

// Undo takes a load back: it deletes the rows that it inserted, which record lists, and no
// others, in one transaction. It is refused, and nothing changed, where a row was changed or
// deleted since, where a row that is to stay refers to one of them, where the load updated
// rows, or inserted into tables without a key, and where target is not the database that was
// loaded into.
func Undo(ctx context.Context, record Store, target Loader) (*Report, error) {
	begin := time.Now()
	slice, err := record.Slice(ctx)
	if err != nil {
		return nil, err
	}
	m := slice.Manifest()
	refuse := func(err error, hint string) (*Report, error) {
		return nil, &Error{Op: "undo", Place: slice.Place(), Err: err, Hint: hint}
	}
	switch {
	case m.Import == nil:
		return refuse(errNoRecord, "the report of a load names its record")
	case len(m.Import.Updated) > 0:
		return refuse(fmt.Errorf("the load updated rows of %s, and what they were before is not known", strings.Join(m.Import.Updated, ", ")), "")
	case len(m.Import.Keyless) > 0:
		return refuse(fmt.Errorf("the load inserted into %s, whose rows can't be told apart without a key", strings.Join(m.Import.Keyless, ", ")), "")
	}
	if err := slice.Verify(ctx); err != nil {
		return nil, err
	}
	plan := &UndoPlan{Transaction: m.Import.Transaction}
	for _, f := range m.Files {
		name, err := schema.ParseName(f.Table)
		if err != nil {
			return refuse(err, "")
		}
		plan.Tables = append(plan.Tables, UndoTable{Table: name, Key: f.PrimaryKey, Rows: f.Rows})
	}
	plan.Open = func(i int) (io.ReadCloser, error) { return slice.File(m.Files[i].File) }
	loading, err := target.OpenTarget(ctx)
	if err != nil {
		return nil, err
	}
	done, err := loading.Undo(ctx, plan)
	if closeErr := loading.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return nil, err
	}
	report := &Report{Place: slice.Place(), Elapsed: time.Since(begin), Notes: done.Notes}
	report.Load = &LoadReport{Origin: loading.Origin(), Elapsed: report.Elapsed}
	for i, t := range plan.Tables {
		report.Rows += done.Tables[i].Deleted
		report.Load.Tables = append(report.Load.Tables, TableReport{Model: t.Table, Rows: t.Rows, Deleted: done.Tables[i].Deleted})
	}
	return report, nil
}

// record writes what [Undo] needs, durably, before the load is committed. Where the commit
// fails, the caller leaves it: whether the load counts is asked of the server then.
func (s Slicer) record(ctx context.Context, target Loading, p *loadPlanning, loaded *Loaded) (place string, err error) {
	m := Manifest{Version: ManifestVersion, Gyro: s.version(), Server: target.Origin().Server, Taken: target.Origin().Time}
	m.Import = &ManifestImport{Transaction: loaded.Transaction}
	var files []string
	for i, step := range p.steps {
		n := loaded.Tables[i]
		if n.Updated > 0 {
			m.Import.Updated = append(m.Import.Updated, step.name.String())
		}
		switch {
		case n.Inserted == 0:
			continue
		case len(step.source.KeyColumns()) == 0:
			m.Import.Keyless = append(m.Import.Keyless, step.name.String())
		default:
			files = append(files, step.file.File)
		}
		m.Import.Tables = append(m.Import.Tables, step.name.String())
	}
	writer, err := s.Record.Begin(ctx, files)
	if err != nil {
		return "", err
	}
	for i, step := range p.steps {
		if loaded.Tables[i].Inserted == 0 || len(step.source.KeyColumns()) == 0 {
			continue
		}
		file, err := s.recordTable(ctx, target, writer, i, step)
		if err != nil {
			return "", errors.Join(err, writer.Abort())
		}
		m.Files = append(m.Files, file)
	}
	if err := writer.Commit(ctx, m); err != nil {
		return "", errors.Join(err, writer.Abort())
	}
	return writer.Place(), nil
}

func (s Slicer) recordTable(ctx context.Context, target Loading, writer SliceWriter, i int, step *loadStep) (ManifestFile, error) {
	m := ManifestFile{File: step.file.File, Table: step.name.String(), Kind: string(schema.Ordinary), PrimaryKey: step.source.KeyColumns()}
	for _, name := range m.PrimaryKey {
		c, _ := step.load.Table.Column(name)
		m.Columns = append(m.Columns, ManifestColumn{Name: c.Name, Type: c.Type, NotNull: true})
	}
	out, err := writer.Create(m.File)
	if err != nil {
		return m, err
	}
	sum := sha256.New()
	counted := &counting{w: io.MultiWriter(out, sum)}
	m.Rows, err = target.Keys(ctx, i, counted)
	if closeErr := out.Close(); err == nil {
		err = closeErr
	}
	m.Bytes, m.SHA256 = counted.n, hex.EncodeToString(sum.Sum(nil))
	return m, err
}

type counting struct {
	w io.Writer
	n int64
}

func (c *counting) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err //nolint:wrapcheck // it is the file's own
}
