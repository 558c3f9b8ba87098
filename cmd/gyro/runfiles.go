package main

import (
	"context"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/config"
	"github.com/gyrodata/gyro/sheets"
)

func init() { runFiles = filesFor }

// filesFor loads the CSV files that a document names.
func filesFor(ctx context.Context, d config.Document, e *events) (*gyro.Report, error) {
	var (
		files []sheets.File
		ends  []func()
	)
	defer func() {
		for _, end := range ends {
			end()
		}
	}()
	for _, f := range d.Files {
		if f.Path == "-" {
			return nil, &config.Error{File: "the document", Path: "files", Problem: "standard input holds the document, and no CSV", Hint: "name a file"}
		}
		from, end, err := openSheet(ctx, f.Path, f.Reject, nil)
		ends = append(ends, end)
		if err != nil {
			return nil, err
		}
		files = append(files, sheets.File{Model: f.Model, From: from})
	}
	load := d.Sheets(files)
	load.ShowValues, load.EscapeFormulas, load.DryRun = d.ShowValues, d.EscapeFormulas, d.DryRun
	if d.Plan {
		plan, err := load.Plan(ctx)
		return nil, sayPlan(e, plan, err, true)
	}
	if d.DryRun {
		load.Record = nil
	}
	load.Progress, load.Version = e.progress, programVersion()
	return load.Run(ctx) //nolint:wrapcheck // it says operation and place itself
}
