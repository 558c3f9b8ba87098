package gyro

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"

	"github.com/gyrodata/gyro/schema"
)

// commit leaves the record that undo needs, and makes the load last.
func (p *loadPlanning) commit(ctx context.Context, target Loading, loaded *Loaded, report *Report) error {
	if p.options.Record != nil {
		p.stage(Recording)
		place, err := p.record(ctx, target, loaded)
		if err != nil {
			return err
		}
		report.Load.Record = place
	}
	p.stage(Committing)
	err := target.Commit(ctx)
	if err != nil && p.options.Record != nil {
		err = fmt.Errorf("%w; the record for undo stays in %s", err, report.Load.Record)
	}
	return err
}

func (p *loadPlanning) stage(stage Stage) { p.options.tell(Event{Step: Staged, Stage: stage}) }

// record writes what [Undo] needs, durably, before the load is committed. Where the commit
// fails, the caller leaves it: whether the load counts is asked of the server then.
func (p *loadPlanning) record(ctx context.Context, target Loading, loaded *Loaded) (place string, err error) {
	m := Manifest{Version: ManifestVersion, Gyro: versionOf(p.options.Version), Server: target.Origin().Server, Taken: target.Origin().Time}
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
	writer, err := p.options.Record.Begin(ctx, files)
	if err != nil {
		return "", err
	}
	for i, step := range p.steps {
		if loaded.Tables[i].Inserted == 0 || len(step.source.KeyColumns()) == 0 {
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

func (p *loadPlanning) recordTable(ctx context.Context, target Loading, writer SliceWriter, i int, step *loadStep) (ManifestFile, error) {
	m := ManifestFile{File: step.file.File, Table: step.name.String(), Kind: string(schema.Ordinary), PrimaryKey: step.source.KeyColumns()}
	for _, name := range m.PrimaryKey {
		c, _ := step.load.Table.Column(name)
		m.Columns = append(m.Columns, ManifestColumn{Name: c.Name, Type: c.Type, NotNull: true})
	}
	out, err := writer.Create(ctx, m.File)
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
