package loadplan

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/schema"
)

// Commit leaves the record that undo needs, and makes the load last.
func (p *Plan) Commit(ctx context.Context, target driver.Target, loaded *driver.Loaded, report *gyro.Report) error {
	if p.Options.Record != nil {
		p.Stage(gyro.Recording)
		place, err := p.record(ctx, target, loaded)
		if err != nil {
			return err
		}
		report.Load.Record, report.Load.NoUndo = place, p.noUndo(loaded)
	}
	p.Stage(gyro.Committing)
	err := target.Commit(ctx)
	if err == nil {
		p.retire(ctx, report)
	}
	if err != nil && p.Options.Record != nil {
		err = fmt.Errorf("%w; the record for undo stays in %s", err, report.Load.Record)
	}
	return err
}

// noUndo says why a load can't be taken back; empty: it can.
func (p *Plan) noUndo(loaded *driver.Loaded) gyro.Text {
	var updated, keyless, triggered []string
	for i, step := range p.Steps {
		if loaded.Tables[i].Updated > 0 {
			updated = append(updated, step.Name.String())
		}
		if loaded.Tables[i].Inserted > 0 && len(step.Source.KeyColumns()) == 0 {
			keyless = append(keyless, step.Name.String())
		}
		for _, id := range step.Load.New {
			if loaded.Tables[i].Inserted > 0 && len(id.Triggers) > 0 {
				triggered = append(triggered, step.Name.String())
			}
		}
	}
	var why []string
	if p.earlier != nil {
		why = append(why, "rows of an earlier load were loaded over, and what they were before is not known")
	} else if len(updated) > 0 {
		why = append(why, "rows of "+strings.Join(updated, ", ")+" were updated, and what they were before is not known")
	}
	if len(keyless) > 0 {
		why = append(why, strings.Join(keyless, ", ")+" got rows and has no key that tells them apart")
	}
	if len(triggered) > 0 {
		why = append(why, "a trigger gave the rows of "+strings.Join(triggered, ", ")+" their keys, which are not known")
	}
	return gyro.Text(strings.Join(why, "; "))
}

// known reports whether the keys of the rows that go in are known.
func (s *Step) known() bool {
	return len(s.Source.KeyColumns()) > 0 && !slices.ContainsFunc(s.Load.New, func(id driver.NewID) bool { return len(id.Triggers) > 0 })
}

// record writes what [Undo] needs, durably, before the load is committed. Where the commit
// fails, the caller leaves it: whether the load counts is asked of the server then.
func (p *Plan) record(ctx context.Context, target driver.Target, loaded *driver.Loaded) (place string, err error) {
	m := driver.Manifest{Version: driver.ManifestVersion, Gyro: driver.Version(p.Options.Version), Server: target.Origin().Server, Taken: target.Origin().Time}
	m.Import = &driver.ManifestImport{Transaction: loaded.Transaction, TriggersOff: loaded.TriggersOff, Slice: p.Slice, Taken: p.Taken, Over: p.earlier != nil}
	var files []string
	for i, step := range p.Steps {
		n := loaded.Tables[i]
		if n.Updated > 0 {
			m.Import.Updated = append(m.Import.Updated, step.Name.String())
		}
		switch {
		case n.Inserted == 0 && step.Load.Known == nil:
			continue
		case !step.known():
			m.Import.Keyless = append(m.Import.Keyless, step.Name.String())
		default:
			files = append(files, step.File.File)
		}
		m.Import.Tables = append(m.Import.Tables, step.Name.String())
	}
	writer, err := p.Options.Record.Begin(ctx, files)
	if err != nil {
		return "", err
	}
	for i, step := range p.Steps {
		if loaded.Tables[i].Inserted == 0 && step.Load.Known == nil || len(step.Source.KeyColumns()) == 0 {
			continue
		}
		file, err := p.recordTable(ctx, target, writer, i, step)
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

// recordBuffer is what of the record's keys is written at once.
const recordBuffer = 64 << 10

func (p *Plan) recordTable(ctx context.Context, target driver.Target, writer driver.SliceWriter, i int, step *Step) (driver.ManifestFile, error) {
	m := driver.ManifestFile{File: step.File.File, Table: step.Name.String(), Kind: string(schema.Ordinary), PrimaryKey: step.Source.KeyColumns()}
	for _, name := range m.PrimaryKey {
		c, _ := step.Load.Table.Column(name)
		m.Columns = append(m.Columns, driver.ManifestColumn{Name: c.Name, Type: c.Type, NotNull: true})
	}
	m.Was = step.Load.Was
	for i, name := range m.Was {
		c, _ := step.Source.Column(name)
		m.Columns = append(m.Columns, driver.ManifestColumn{Name: driver.WasColumn(i), Type: c.Type, NotNull: true})
	}
	out, err := writer.Create(ctx, m.File)
	if err != nil {
		return m, err
	}
	digest := driver.WriteDigest(out)
	buffered := bufio.NewWriterSize(digest, recordBuffer) // a key is a Write, and would be a system call
	m.Rows, err = target.Keys(ctx, i, buffered)
	if err == nil {
		err = buffered.Flush()
	}
	if closeErr := out.Close(); err == nil {
		err = closeErr
	}
	m.Bytes, m.SHA256 = digest.Bytes(), digest.SHA256()
	return m, err
}
