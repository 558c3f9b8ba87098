package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/config"
	"github.com/gyrodata/gyro/csvdir"
	"github.com/gyrodata/gyro/load"
)

// runFiles loads CSV files that others wrote. It is set by runfiles.go; without that file none are loaded.
var runFiles func(ctx context.Context, d config.Document, e *events) (*gyro.Report, error)

func (c *cli) runCommand() *cobra.Command {
	return &cobra.Command{
		Use:       "run -",
		ValidArgs: []string{"-"},
		Short:     "Do what one JSON document says, for programs that drive gyro",
		Long: `Read one JSON document from standard input and do what it says; write what goes on to standard
output, as JSON objects, a line each. It is how programs in any language use gyro.

The document has "version": 1, a "verb" (export, import, copy, undo, verify), and the keys of
gyro.yaml with the same values; "gyro schema" prints all. Text is taken as it stands: ${NAME}
is no variable. Source and target may come from GYRO_SOURCE and GYRO_TARGET instead.

Every line has "event":
  start     the version of the protocol, and of gyro
  progress  step, job, rows and bytes so far, as with --progress json
  alive     each second, so that a reader who went away is noticed
  plan      what would be done, where "plan" or "dry_run" asks for it
  report    what was done: files, rows, tables, notes
  verified  what verify found
  error     kind, place, problem, hint, exit: one for each mistake
  end       the exit code, as in "Exit codes"; always the last line

When standard output is closed, and at SIGINT or SIGTERM, the run is cancelled and cleans up.`,
		Example: `  echo '{"version": 1, "verb": "export", "source": "postgres://localhost/app", "target": "slices/one",
         "jobs": [{"model": "accounts_tenant", "where": "id = $1", "args": ["1"]}]}' | gyro run -`,
		Args: func(cmd *cobra.Command, args []string) error {
			return wantArgs(cmd, len(args) == 1 && args[0] == "-", "the document comes from standard input: gyro run -")
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return c.runDocument(cmd.Context(), cmd.InOrStdin()) },
	}
}

// toldError is a run whose errors were told as events.
type toldError struct{ exit int }

func (e *toldError) Error() string { return fmt.Sprintf("exit code %d", e.exit) }

func (c *cli) runDocument(ctx context.Context, from io.Reader) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	e := newEvents(c.raw, cancel)
	e.say(startEvent{eventName{"start"}, config.ProtocolVersion, version})
	stop := e.live()
	err := c.answer(ctx, from, e)
	stop()
	exit := exitDone
	if err != nil {
		c.fail(e, err)
		exit = exitCode(err)
	}
	e.say(endEvent{eventName{"end"}, exit})
	if lost := e.lost(); lost != nil && err == nil {
		return &gyro.Error{Op: "write", Place: "standard output", Err: lost, Hint: "what was asked for was done; what it came to was not written"}
	}
	if exit == exitDone {
		return nil
	}
	return &toldError{exit}
}

// answer does what a document asks for, and says what came of it.
func (c *cli) answer(ctx context.Context, from io.Reader, e *events) error {
	d, err := readDocument(ctx, from)
	c.secrets.learn(d.Source)
	c.secrets.learn(d.Target)
	if err != nil {
		return err
	}
	c.showValues = d.ShowValues
	if err := c.settle(&d); err != nil {
		return err
	}
	var report *gyro.Report
	switch {
	case d.Verb == config.Verify:
		return verifyFor(ctx, d, e)
	case d.Verb == config.Export && (d.Plan || d.DryRun):
		plan, err := d.Export().Plan(ctx)
		return sayPlan(e, plan, err, d.DryRun)
	case d.Verb == config.Export:
		slice := d.Export()
		slice.Progress, slice.Version = e.progress, programVersion()
		report, err = slice.Run(ctx)
	case d.Verb == config.Copy:
		report, err = copyFor(ctx, d, e)
	case d.Verb == config.Undo:
		report, err = load.Undo(ctx, csvdir.Dir{Path: d.Record}, d.Into())
	case len(d.Files) > 0:
		report, err = runFiles(ctx, d, e)
	default:
		report, err = importFor(ctx, d, e)
	}
	if report != nil {
		e.say(reported(report))
	}
	return err
}

// readDocument waits no longer than until the run is cancelled.
func readDocument(ctx context.Context, from io.Reader) (config.Document, error) {
	type read struct {
		document config.Document
		err      error
	}
	done := make(chan read, 1)
	go func() {
		d, err := config.ReadDocument(from)
		done <- read{d, err}
	}()
	select {
	case <-ctx.Done():
		return config.Document{}, ctx.Err()
	case r := <-done:
		return r.document, r.err
	}
}

func sayPlan(e *events, plan *gyro.Plan, err error, strict bool) error {
	if err != nil {
		return err
	}
	e.say(planned(plan))
	if strict {
		return plan.TargetError
	}
	return nil
}

func importFor(ctx context.Context, d config.Document, e *events) (*gyro.Report, error) {
	slice := d.Load()
	slice.Tables = d.Tables
	if d.Plan {
		plan, err := slice.Plan(ctx)
		return nil, sayPlan(e, plan, err, true)
	}
	if slice.DryRun = d.DryRun; d.DryRun {
		slice.Record = nil
	}
	slice.Progress, slice.Version = e.progress, programVersion()
	return slice.Run(ctx) //nolint:wrapcheck // it says operation and place itself
}

// copyFor takes a slice and loads it; where that fails, the slice is told all the same.
func copyFor(ctx context.Context, d config.Document, e *events) (*gyro.Report, error) {
	take, into := d.Copy()
	take.Progress, take.Version = e.progress, programVersion()
	into.Progress, into.Version = e.progress, programVersion()
	taken, err := take.Run(ctx)
	if err != nil {
		return nil, err //nolint:wrapcheck // it says operation and place itself
	}
	loaded, err := into.Run(ctx)
	if err != nil {
		return taken, err //nolint:wrapcheck // it says operation and place itself
	}
	taken.Load, taken.Notes = loaded.Load, append(taken.Notes, loaded.Notes...)
	return taken, nil
}

// verifiedEvent says what is known of a slice by its files alone.
type verifiedEvent struct {
	eventName
	Proved bool `json:"proved"`
	*csvdir.Verification
}

func verifyFor(ctx context.Context, d config.Document, e *events) error {
	v, err := csvdir.Verify(ctx, d.Source, csvdir.VerifyOptions{ShowValues: d.ShowValues})
	if err != nil {
		return err //nolint:wrapcheck // it says operation and place itself
	}
	e.say(verifiedEvent{eventName{"verified"}, v.Proved(), v})
	return unproven(v)
}

// settle puts in what a document may leave out, and says what is missing still.
func (c *cli) settle(d *config.Document) error {
	var found []error
	refuse := func(path, problem, hint string) {
		found = append(found, &config.Error{File: "the document", Path: path, Problem: problem, Hint: hint})
	}
	if err := c.maskKey(&d.Config); err != nil {
		found = append(found, err)
	}
	d.Source = cmp.Or(d.Source, c.either("", "GYRO_SOURCE", ""))
	d.Target = cmp.Or(d.Target, c.either("", "GYRO_TARGET", ""))
	files := d.Verb == config.Import && len(d.Files) > 0
	fromDatabase := d.Verb == config.Export || d.Verb == config.Copy
	intoDatabase := d.Verb == config.Import || d.Verb == config.Copy || d.Verb == config.Undo
	switch {
	case d.Verb == config.Undo || files:
	case d.Source == "":
		refuse("source", "there is no source", "")
	case !fromDatabase && isURL(d.Source):
		refuse("source", "the source is a URL", "the directory of a slice")
	}
	switch {
	case d.Verb == config.Verify:
	case d.Target == "":
		refuse("target", "there is no target", "")
	case intoDatabase && !isURL(d.Target):
		refuse("target", "the target is no URL", "postgres://user@host/database")
	case !intoDatabase && strings.Contains(d.Target, "://"):
		refuse("target", "the target is a URL", "a slice goes to a directory")
	case d.Verb == config.Copy && d.Source == d.Target:
		refuse("target", "the target is the source, from which the slice is taken", "name the database to be filled")
	}
	said := func(path string, is bool, where string) {
		if is {
			refuse(path, path+" is for "+where, "")
		}
	}
	said("files", len(d.Files) > 0 && d.Verb != config.Import, "import")
	said("files", files && runFiles == nil, "a gyro that loads CSV files of others")
	said("tables", len(d.Tables) > 0 && (d.Verb != config.Import || files), "the import of a slice")
	said("plan", d.Plan && d.Verb != config.Export && d.Verb != config.Import, "export and import")
	said("dry_run", d.DryRun && d.Verb != config.Export && d.Verb != config.Import, "export and import")
	said("escape_formulas", d.EscapeFormulas && !files, "an import with files")
	switch {
	case d.Verb == config.Undo && d.Record == "":
		refuse("record", "there is no record", "the report of the load names it")
	case d.NoRecord && d.Record != "":
		refuse("no_record", "both record and no_record are given", "")
	case (d.Verb == config.Import || d.Verb == config.Copy) && !d.NoRecord && d.Record == "":
		record, ok := c.newRecord()
		if !ok {
			refuse("record", "there is no place for the record that an undo needs", "record: a directory, or no_record: true")
		}
		d.Record = record
	}
	if d.Verb == config.Copy {
		d.Via = cmp.Or(d.Via, newVia())
	}
	return errors.Join(found...)
}
