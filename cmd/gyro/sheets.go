package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/config"
	"github.com/gyrodata/gyro/csvdir"
	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/pgcsv"
	"github.com/gyrodata/gyro/progress"
	"github.com/gyrodata/gyro/sheets"
)

func init() { newForeignCSV = func() foreignCSV { return &sheetSettings{} } }

// guessMapping writes a first mapping for the files. It is set by guess.go; without that file there is no
// --guess.
var guessMapping func(ctx context.Context, c *cli, conf config.Config, s *sheetSettings) error

// sheetSettings are the flags of an import of CSV files that others wrote.
type sheetSettings struct {
	files               []string // table=file
	reject, report      string
	delimiter, encoding string
	ignore              []string
	guess               bool
	overwrite           bool
	escapeFormulas      bool
	strict              bool
	maskKeyFile         string
}

func (s *sheetSettings) flags(cmd *cobra.Command) {
	cmd.Flags().StringArrayVar(&s.files, "csv", nil, "TABLE=FILE: load a CSV file that others wrote; - is standard input; can be repeated")
	cmd.Flags().StringVar(&s.reject, "reject", "", "file for the rows that break rules, the others are loaded; of several --csv a directory")
	cmd.Flags().BoolVar(&s.escapeFormulas, "escape-formulas", false, "rejected cells that a spreadsheet would take for formulas get an apostrophe in front")
	cmd.Flags().StringVar(&s.report, "report", "", "also write the report of bad rows to this file: .json, .html, else text")
	cmd.Flags().BoolVar(&s.strict, "strict", false, "a column of --csv that has neither a mask nor keep is a mistake")
	cmd.Flags().StringVar(&s.maskKeyFile, "mask-key-file", "", "file with the secret that masks of --csv depend on (or GYRO_MASK_KEY; default a random one)")
	if guessMapping != nil {
		cmd.Flags().BoolVar(&s.guess, "guess", false, "only write a mapping for the CSV files, as YAML to begin with")
	}
	cmd.Flags().BoolVar(&s.overwrite, "overwrite", false, "replace the file that --report names")
	cmd.Flags().StringVar(&s.delimiter, "delimiter", "", "what stands between the fields of --csv: a character, or tab (default: found out)")
	cmd.Flags().StringVar(&s.encoding, "encoding", "", "encoding of --csv, such as Windows-1252 (default: UTF-8, or what a byte order mark says)")
	cmd.Flags().StringArrayVar(&s.ignore, "ignore", nil, `header of --csv that is not loaded, "*": all that no column is found for; can be repeated`)
	_ = cmd.RegisterFlagCompletionFunc("delimiter", words(",", ";", "tab", "|"))
	_ = cmd.RegisterFlagCompletionFunc("ignore", words("*"))
	_ = cmd.MarkFlagFilename("reject")
	_ = cmd.MarkFlagFilename("report", "json", "html", "txt")
	_ = cmd.MarkFlagFilename("mask-key-file")
	_ = cmd.RegisterFlagCompletionFunc("encoding", words("UTF-8", "UTF-16LE", "UTF-16BE", "Windows-1252", "ISO-8859-1"))
}

// said reports whether one of the flags is given that needs --csv.
func (s *sheetSettings) said() bool {
	return s.reject != "" || s.escapeFormulas || s.report != "" || s.guess || s.delimiter != "" || s.encoding != "" || len(s.ignore) > 0 || s.strict || s.maskKeyFile != ""
}

// asked says what does not go together.
func (s *sheetSettings) asked(source string, tables []string) (bool, error) {
	switch {
	case len(s.files) > 0:
		return true, s.check(source, tables)
	case s.said():
		return false, &usageError{err: errors.New("--reject, --escape-formulas, --report, --delimiter, --encoding, --ignore, --strict, --mask-key-file and --guess are for CSV files"), hint: "--csv TABLE=FILE"}
	}
	return false, nil
}

func (s *sheetSettings) check(source string, tables []string) error {
	var found []error
	refuse := func(problem, hint string) { found = append(found, &usageError{err: errors.New(problem), hint: hint}) }
	if source != "" {
		refuse("both --csv and --source are given", "a slice, or CSV files")
	}
	if len(tables) > 0 {
		refuse("both --csv and --table are given", "--csv names the tables")
	}
	if s.escapeFormulas && s.reject == "" {
		refuse("--escape-formulas is given, and no --reject", "--reject names the file for rows that break rules")
	}
	if s.guess && (s.reject != "" || s.report != "") {
		refuse("--guess is given, and --reject or --report", "--guess loads nothing")
	}
	stdin := 0
	names := map[string]bool{}
	for _, file := range s.files {
		table, path, ok := strings.Cut(file, "=")
		if !ok || table == "" || path == "" {
			refuse("--csv "+file+" is not TABLE=FILE", "--csv accounts_shop=shops.csv")
		}
		if path == "-" {
			stdin++
		}
		name := rejectName(table, path)
		if names[name] && s.reject != "" {
			refuse("the rows rejected of two files would go into one, "+name, "give the files different names")
		}
		names[name] = true
	}
	if stdin > 1 {
		refuse("standard input is given twice", "")
	}
	if s.delimiter != "" {
		if _, err := config.Delimiter(s.delimiter); err != nil {
			refuse("--delimiter "+err.Error(), "")
		}
	}
	if s.encoding != "" {
		if _, err := pgcsv.ParseEncoding(s.encoding); err != nil {
			refuse("--encoding: "+err.Error(), "")
		}
	}
	return errors.Join(found...)
}

// rejectName is the name of a file of rejected rows, where there are several.
func rejectName(table, path string) string {
	base := filepath.Base(path)
	if path == "-" {
		base = table + ".csv"
	}
	return strings.TrimSuffix(base, filepath.Ext(base)) + ".rejected.csv"
}

// over puts the flags over what the importers say.
func (s *sheetSettings) over(importers gyro.Registry, models []gyro.Model) gyro.Registry {
	merged := importers.With()
	for _, model := range models {
		merged = merged.With(gyro.Importer{Model: model})
		for i := range merged {
			if merged[i].Model.Name() != model.Name() {
				continue
			}
			csv := &merged[i].CSV
			if s.delimiter != "" {
				csv.Dialect.Delimiter, _ = config.Delimiter(s.delimiter)
			}
			if s.encoding != "" {
				csv.Dialect.Encoding, _ = pgcsv.ParseEncoding(s.encoding)
			}
			csv.Ignore = append(csv.Ignore[:len(csv.Ignore):len(csv.Ignore)], s.ignore...)
		}
	}
	return merged
}

// open opens the files; done removes what was kept of standard input.
func (s *sheetSettings) open(ctx context.Context, stdin io.Reader) (files []sheets.File, models []gyro.Model, done func(), err error) {
	done = func() {}
	for _, file := range s.files {
		name, path, _ := strings.Cut(file, "=")
		reject := s.reject
		if reject != "" && len(s.files) > 1 {
			reject = filepath.Join(s.reject, rejectName(name, path))
		}
		model := gyro.Table(name)
		from, end, err := openSheet(ctx, path, reject, stdin)
		before := done
		done = func() { end(); before() }
		if err != nil {
			return nil, nil, done, err
		}
		files, models = append(files, sheets.File{Model: model, From: from}), append(models, model)
	}
	return files, models, done, nil
}

// vacantReport sees to it that the report can be written, and replaces nothing: unless --overwrite says so, and
// then no file that is read. What was made for the try is taken away by forget.
func (s *sheetSettings) vacantReport() (forget func(), err error) {
	fail := func(err error, hint gyro.Text) (func(), error) {
		return nil, &gyro.Error{Op: "write", Place: s.report, Err: err, Hint: hint}
	}
	there, err := os.Stat(s.report)
	for _, file := range s.files {
		_, path, _ := strings.Cut(file, "=")
		if input, statErr := os.Stat(path); statErr == nil && err == nil && os.SameFile(input, there) {
			return fail(errors.New("it is one of the files that are to be loaded"), "name another file")
		}
	}
	switch {
	case err == nil && !there.Mode().IsRegular():
		return func() {}, nil // a terminal, a pipe
	case err == nil && !s.overwrite:
		return fail(fmt.Errorf("it %w", gyro.ErrExists), "--overwrite replaces it")
	}
	made := err != nil
	file, err := os.OpenFile(s.report, os.O_WRONLY|os.O_CREATE, 0o600)
	if err != nil {
		return fail(errors.Unwrap(err), "")
	}
	if err := errors.Join(file.Chmod(0o600), file.Close()); err != nil {
		return fail(err, "")
	}
	return func() {
		if info, err := os.Stat(s.report); made && err == nil && info.Size() == 0 {
			_ = os.Remove(s.report)
		}
	}, nil
}

// openSheet opens a file, or keeps what can be read once only: standard input, a named pipe.
func openSheet(ctx context.Context, path, reject string, stdin io.Reader) (_ driver.SheetFile, end func(), err error) {
	info, statErr := os.Stat(path)
	switch {
	case path == "-":
		return csvdir.Pipe(ctx, "standard input", reject, func() (io.ReadCloser, error) { return io.NopCloser(stdin), nil }) //nolint:wrapcheck // it says operation and place itself
	case statErr == nil && !info.Mode().IsRegular() && !info.IsDir():
		return csvdir.Pipe(ctx, path, reject, func() (io.ReadCloser, error) { return os.Open(path) }) //nolint:wrapcheck // it says operation and place itself
	}
	return csvdir.File(path, reject), func() {}, nil
}

func (s *sheetSettings) run(ctx context.Context, c *cli, conf config.Config, mode importMode) error {
	if s.guess {
		return guessMapping(ctx, c, conf, s)
	}
	return c.importSheets(ctx, conf, s, mode)
}

func (c *cli) importSheets(ctx context.Context, conf config.Config, s *sheetSettings, mode importMode) error {
	if _, err := os.Stat(s.reject); s.reject != "" && (mode.plan || mode.dryRun && len(s.files) > 1 && err != nil) {
		s.reject = os.TempDir() // nothing will be written
		if len(s.files) == 1 {
			s.reject = filepath.Join(s.reject, rand.Text())
		}
	}
	files, models, done, err := s.open(ctx, os.Stdin)
	defer func() { done() }()
	if err != nil {
		return err
	}
	conf.Strict, conf.MaskKeyFile = conf.Strict || s.strict, cmp.Or(s.maskKeyFile, conf.MaskKeyFile)
	if err := c.maskKey(&conf); err != nil {
		return err
	}
	load := conf.Sheets(files)
	load.Importers = s.over(load.Importers, models)
	load.ShowValues, load.DryRun, load.EscapeFormulas = c.showValues, mode.dryRun, s.escapeFormulas
	if mode.dryRun {
		load.Record = nil
	}
	if mode.plan {
		return c.planImport(load.Plan(ctx))
	}
	if s.report != "" { // so that it does not fail when the load is done
		forget, err := s.vacantReport()
		if err != nil {
			return err
		}
		defer forget()
	}
	if s.reject != "" && len(s.files) > 1 && !mode.dryRun {
		if err := os.MkdirAll(s.reject, 0o755); err != nil {
			return &gyro.Error{Op: "reject into", Place: s.reject, Err: err}
		}
	}
	shown, err := progress.New(c.either(mode.progress, "GYRO_PROGRESS", "auto"), c.stderr, c.env)
	if err != nil {
		return &usageError{err: err, hint: "--progress auto, plain, json or none"}
	}
	load.Progress, load.Version = shown.Event, programVersion()
	report, err := load.Run(ctx)
	shown.Close()
	if report == nil {
		return err //nolint:wrapcheck // it says operation and place itself
	}
	if v := report.Load.Validation; v.Bad() > 0 {
		c.printValidation(v)
		if s.report != "" {
			err = errors.Join(err, writeValidation(s.report, v))
		}
	} else if s.report != "" {
		err = errors.Join(err, writeValidation(s.report, v))
	}
	if !errors.Is(err, gyro.ErrInvalid) {
		c.printLoad(report)
		for _, f := range report.Load.Validation.Files {
			if f.Rejects != "" {
				fmt.Fprintf(c.stdout, "rejected %s of %s into %s\n", rowWords(f.Bad), f.File, f.Rejects)
			}
		}
	} else {
		c.printNotes(report.Notes)
	}
	return err //nolint:wrapcheck // it says operation and place itself
}
