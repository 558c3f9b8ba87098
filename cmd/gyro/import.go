package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/config"
	"github.com/gyrodata/gyro/load"
	"github.com/gyrodata/gyro/postgres"
	"github.com/gyrodata/gyro/progress"
)

// loadSettings are the flags of what loads.
type loadSettings struct {
	ids, conflict, exclusive      string
	create, triggersOff, noRecord bool
	record                        string
}

func (s *loadSettings) flags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&s.ids, "ids", "", "ids of rows whose importer says nothing: keep, sequential or max+1 (default keep)")
	cmd.Flags().StringVar(&s.conflict, "conflict", "", "rows that are there already: fail, skip or update (default fail)")
	cmd.Flags().StringVar(&s.exclusive, "exclusive", "", "drop foreign keys and plain indexes and build them again: auto, always or never (default auto)")
	cmd.Flags().BoolVar(&s.create, "create", false, "make tables that are missing, from what the slice says of them: no replacement for migrations")
	cmd.Flags().BoolVar(&s.triggersOff, "disable-triggers", false, "keep the tables' triggers from firing; needs their owner")
	cmd.Flags().StringVar(&s.record, "record", "", "directory for what gyro undo needs (default: a new one below ~/.local/state/gyro)")
	cmd.Flags().BoolVar(&s.noRecord, "no-record", false, "leave no record: the load can't be undone")
	for name, values := range map[string][]string{"ids": {"keep", "sequential", "max+1"}, "conflict": {"fail", "skip", "update"}, "exclusive": {"auto", "always", "never"}} {
		_ = cmd.RegisterFlagCompletionFunc(name, words(values...))
	}
	_ = cmd.MarkFlagDirname("record")
}

// over puts the flags over what the file says.
func (s *loadSettings) over(c *cli, conf *config.Config) error {
	var found []error
	refuse := func(problem, hint string) { found = append(found, &usageError{err: errors.New(problem), hint: hint}) }
	if s.ids != "" {
		ids, ok := config.IDs(s.ids)
		if !ok {
			refuse("--ids can't be "+s.ids, "--ids keep, sequential or max+1; natural keys, offsets, derived and fixed ids are said by importer, in the file")
		}
		conf.IDs = ids
	}
	if s.conflict != "" {
		conflict, ok := config.Conflict(s.conflict)
		if !ok {
			refuse("--conflict can't be "+s.conflict, "--conflict fail, skip or update")
		}
		conf.Conflict = conflict
	}
	switch postgres.Exclusive(s.exclusive) {
	case "":
	case postgres.ExclusiveAuto, postgres.ExclusiveAlways, postgres.ExclusiveNever:
		conf.Exclusive = postgres.Exclusive(s.exclusive)
	default:
		refuse("--exclusive can't be "+s.exclusive, "--exclusive auto, always or never")
	}
	conf.Create = conf.Create || s.create
	conf.DisableTriggers = conf.DisableTriggers || s.triggersOff
	conf.Record = cmp.Or(s.record, conf.Record)
	switch {
	case s.noRecord && s.record != "":
		refuse("both --record and --no-record are given", "")
	case s.noRecord:
		conf.Record = ""
	case conf.Record == "":
		record, ok := c.newRecord()
		if !ok {
			refuse("there is no place for the record that gyro undo needs", "--record DIR, or --no-record")
		}
		conf.Record = record
	}
	return errors.Join(found...)
}

// newRecord is a directory that is not there yet, for the record of a load.
func (c *cli) newRecord() (string, bool) {
	state, ok := c.stateDir()
	return filepath.Join(state, "gyro", "undo", time.Now().UTC().Format("20060102-150405-")+strings.ToLower(rand.Text()[:6])), ok
}

// stateDir is where programs keep what they have to remember (XDG base directories).
func (c *cli) stateDir() (string, bool) {
	if dir, ok := c.env("XDG_STATE_HOME"); ok && filepath.IsAbs(dir) {
		return dir, true
	}
	home, ok := c.env("HOME")
	return filepath.Join(home, ".local", "state"), ok && home != ""
}

// isURL tells a database from a directory.
func isURL(text string) bool {
	return strings.HasPrefix(text, "postgres://") || strings.HasPrefix(text, "postgresql://") || strings.Contains(text, "host=") || strings.Contains(text, "dbname=") || strings.Contains(text, "service=")
}

// loadFile reads the configuration where there is one: a slice needs none to be loaded.
func (c *cli) loadFile(flag string) (config.Config, error) {
	path := c.either(flag, "GYRO_CONFIG", "")
	if path == "" {
		if _, err := os.Stat(defaultConfig); err != nil {
			return config.Config{}, nil
		}
		path = defaultConfig
	}
	conf, err := config.Load(path, c.env)
	c.secrets.learn(conf.Source)
	c.secrets.learn(conf.Target)
	return conf, err //nolint:wrapcheck // it says where
}

// notTheSource keeps a load away from the database that slices are taken from.
func notTheSource(file, target string) error {
	if file != "" && file == target {
		return &usageError{err: errors.New("the target is the source of the configuration file, from which slices are taken"), hint: "name the database to be filled"}
	}
	return nil
}

// importMode is how an import runs.
type importMode struct {
	dryRun, plan bool
	progress     string // as the flag has it
}

// foreignCSV is what an import knows of CSV files that others wrote. It stands in sheets.go; without that
// file the command loads slices alone.
type foreignCSV interface {
	// flags adds those that are for such files.
	flags(cmd *cobra.Command)
	// asked reports whether such files are named; err says all that is wrong with the flags.
	asked(source string, tables []string) (asked bool, err error)
	// run does what is asked.
	run(ctx context.Context, c *cli, conf config.Config, mode importMode) error
}

// newForeignCSV is set by sheets.go.
var newForeignCSV func() foreignCSV

// noForeignCSV loads none.
type noForeignCSV struct{}

func (noForeignCSV) flags(*cobra.Command) {}

func (noForeignCSV) asked(string, []string) (bool, error) { return false, nil }

func (noForeignCSV) run(context.Context, *cli, config.Config, importMode) error { return nil }

func (c *cli) importCommand() *cobra.Command {
	var (
		s           settings
		l           loadSettings
		tables      []string
		mode        string
		dryRun      bool
		shownAsPlan bool
		csv         foreignCSV = noForeignCSV{}
	)
	if newForeignCSV != nil {
		csv = newForeignCSV()
	}
	cmd := &cobra.Command{
		Use:   "import",
		Short: "Load a slice, or any CSV, into a database, references resolved",
		Long: `Load the slice that a directory holds into a PostgreSQL database, which need not be empty,
in one transaction. The target's tables are compared with it before a row is sent, and all that
is in the way is told at once. While rows are sent the slice is proved from its files, and
nothing is committed that is not.

Rows keep their ids, or get new ones (--ids sequential, or by importer in the file), and
references follow. A row that is there already fails the load, unless --conflict says else.

Whatever fails, and at Ctrl-C, the target is as before, but for values of sequences. What
gyro undo needs to take the load back is left in a directory that is printed at the end.

The configuration file is read where there is one, for its importers; its jobs are those of
export, and not looked at.

With --csv, files are loaded that others wrote: a customer, a spreadsheet, an old system. How
they are written is found out; the importers say how headers become columns, by which natural
keys references are found, and what is valid. Rows without ids get new ones. All rows that
break a rule are reported, and then nothing is loaded, unless --reject takes them. "gyro import
--csv … --guess" writes a first mapping.`,
		Example: `  gyro import --source slices/dev-qa-org-1 --target postgres://localhost/dev
  gyro import --source slices/dev-qa-org-1 --target postgres://localhost/dev --ids sequential --dry-run
  gyro import --csv accounts_shop=shops.csv --target postgres://localhost/dev --reject bad.csv

  # gyro.yaml
  importers:
    accounts_plan:   {ids: {natural: [slug]}}        # reuse the plans that are there
    accounts_tenant: {ids: {fixed: {1060: 10}}, columns: {subdomain: {expr: "value || '-dev'"}}}
    accounts_shop:   {ids: sequential}

  # for shops.csv
  importers:
    accounts_shop:
      csv: {decimal: ",", date: DD.MM.YYYY, trim: true}
      ids: {natural: [tenant, url]}                  # a shop that is there is updated
      conflict: update
      columns:
        name:   {from: Shop Name}
        tenant: {by: {subdomain: Tenant}}`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			conf, err := c.loadFile(s.config)
			if err != nil {
				return err
			}
			inFile, fileTarget := conf.Source, conf.Target
			conf.Source, conf.Target = c.either(s.source, "GYRO_SOURCE", conf.Source), c.either(s.target, "GYRO_TARGET", conf.Target)
			conf.LockTimeout = cmp.Or(s.lockTimeout, conf.LockTimeout)
			conf.StallTimeout = cmp.Or(s.stallTimeout, conf.StallTimeout)
			conf.StatementTimeout = cmp.Or(s.statementTimeout, conf.StatementTimeout)
			missing := l.over(c, &conf)
			asked, wrong := csv.asked(s.source, tables)
			missing = errors.Join(missing, wrong)
			switch {
			case asked || wrong != nil:
			case conf.Source == "":
				missing = errors.Join(missing, &usageError{err: errors.New("there is no source"), hint: "--source and the directory of a slice"})
			case isURL(conf.Source):
				missing = errors.Join(missing, &usageError{err: errors.New("the source is a URL"), hint: "--source and the directory of a slice; gyro copy goes from one database to another"})
			}
			switch {
			case conf.Target == "" || cmd.Flags().Changed("target") && s.target == "":
				missing = errors.Join(missing, &usageError{err: errors.New("there is no target"), hint: "--target and the URL of the database to be filled"})
			case !isURL(conf.Target) && conf.Target == fileTarget && s.target == "":
				missing = errors.Join(missing, &usageError{
					err: errors.New("there is no database to load into: target in the file is a directory"), hint: "--target postgres://user@host/database, or GYRO_TARGET",
				})
			case !isURL(conf.Target):
				missing = errors.Join(missing, &usageError{err: errors.New("the target is no URL"), hint: "--target postgres://user@host/database"})
			}
			if err := errors.Join(missing, notTheSource(inFile, conf.Target)); err != nil {
				return err
			}
			c.warnOfPassword("--target", s.target)
			if asked {
				return csv.run(cmd.Context(), c, conf, importMode{dryRun: dryRun, plan: shownAsPlan, progress: mode})
			}
			load := conf.Load()
			for _, name := range tables {
				load.Tables = append(load.Tables, gyro.Table(name))
			}
			if shownAsPlan {
				return c.planImport(load.Plan(cmd.Context()))
			}
			if load.DryRun = dryRun; dryRun {
				load.Record = nil
			}
			return c.runLoad(cmd.Context(), load, mode)
		},
	}
	cmd.Flags().StringVarP(&s.config, "config", "c", "", "configuration file (GYRO_CONFIG; default gyro.yaml, if there is one)")
	cmd.Flags().StringVar(&s.source, "source", "", "directory of the slice (GYRO_SOURCE; source in the file)")
	cmd.Flags().StringVar(&s.target, "target", "", "PostgreSQL URL to load into (GYRO_TARGET; target in the file)")
	cmd.Flags().StringArrayVar(&tables, "table", nil, "load this table only; can be repeated")
	cmd.Flags().DurationVar(&s.lockTimeout, "lock-timeout", 0, "give up on a lock after this time; negative: never (default 10s)")
	stallFlag(cmd, &s.stallTimeout)
	cmd.Flags().DurationVar(&s.statementTimeout, "statement-timeout", 0, "give up on a statement after this time (default: the target's)")
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "do everything, and roll it back; no value of a sequence is used")
	cmd.Flags().BoolVar(&shownAsPlan, "plan", false, "only say what would be done, sending no row")
	cmd.Flags().BoolVar(&c.showValues, "show-values", false, "show what stands in the rows that break rules, and what the server says of a row that it refuses")
	l.flags(cmd)
	csv.flags(cmd)
	c.progressFlag(cmd, &mode)
	_ = cmd.MarkFlagDirname("source")
	_ = cmd.MarkFlagFilename("config", "yaml", "yml")
	_ = cmd.RegisterFlagCompletionFunc("table", offering(c.loadable))
	_ = cmd.RegisterFlagCompletionFunc("csv", c.tableAndFile)
	return cmd
}

func (c *cli) progressFlag(cmd *cobra.Command, mode *string) {
	cmd.Flags().StringVar(mode, "progress", "", "auto, plain, json or none, on standard error (GYRO_PROGRESS; default auto)")
	_ = cmd.RegisterFlagCompletionFunc("progress", words(progress.Modes()...))
}

// runLoad loads a slice, and prints what was done.
func (c *cli) runLoad(ctx context.Context, slice load.Slice, mode string) error {
	shown, err := progress.New(c.either(mode, "GYRO_PROGRESS", "auto"), c.stderr, c.env)
	if err != nil {
		return &usageError{err: err, hint: "--progress auto, plain, json or none"}
	}
	slice.Progress, slice.Version = shown.Event, programVersion()
	report, err := slice.Run(ctx)
	shown.Close()
	if err != nil {
		return err //nolint:wrapcheck // it says operation and place itself
	}
	c.printLoad(report)
	return nil
}

func (c *cli) printLoad(r *gyro.Report) {
	rejects := r.Load.Validation.Bad() > 0
	columns := []any{"table", "rows", "inserted", "skipped", "updated"}
	if rejects {
		columns = append(columns, "rejected")
	}
	t := newTable(columns...)
	row := func(name string, n gyro.TableReport) table.Row {
		all := table.Row{name, count(n.Rows), count(n.Inserted), count(n.Skipped), count(n.Updated)}
		if rejects {
			all = append(all, count(n.Rejected))
		}
		return all
	}
	var sum gyro.TableReport
	for _, n := range r.Load.Tables {
		t.AppendRow(row(n.Model.String(), n))
		sum.Rows, sum.Inserted, sum.Skipped, sum.Updated = sum.Rows+n.Rows, sum.Inserted+n.Inserted, sum.Skipped+n.Skipped, sum.Updated+n.Updated
		sum.Rejected += n.Rejected
	}
	t.AppendFooter(row(tableWords(len(r.Load.Tables)), sum))
	c.printTable(t)
	from := "slice "
	if r.Load.Validation != nil {
		from = "files "
	}
	fmt.Fprintf(c.stdout, "\n%s   %s\n", from, r.Place)
	how := ""
	switch {
	case r.Load.DryRun:
		how = "; a dry run: all was rolled back"
	case r.Load.Exclusive:
		how = "; foreign keys and indexes were built again"
	}
	fmt.Fprintf(c.stdout, "loaded   into %s in %s s%s\n", r.Load.Origin.Server, seconds(r.Load.Elapsed), how)
	switch {
	case r.Load.NoUndo != "":
		fmt.Fprintf(c.stdout, "undo     not possible: %s\n", config.Words(r.Load.NoUndo))
	case r.Load.Record != "":
		c.record = r.Load.Record
		fmt.Fprintf(c.stdout, "undo     gyro undo %s --target …\n", r.Load.Record)
	}
	if r.Load.Record != "" && r.Load.Validation == nil {
		fmt.Fprintf(c.stdout, "refresh  gyro refresh %s --target …\n", r.Load.Record)
	}
	c.printNotes(r.Notes)
}

func tableWords(n int) string { return numberOf(n, "table") }

// numberOf counts things of one kind.
func numberOf(n int, of string) string {
	if n == 1 {
		return "1 " + of
	}
	return fmt.Sprintf("%d %ss", n, of)
}

// planImport prints the plan of a load.
func (c *cli) planImport(p *gyro.Plan, err error) error {
	if err != nil {
		return err //nolint:wrapcheck // it says operation and place itself
	}
	fmt.Fprintf(c.stdout, "target   %s\n\n", p.Origin.Server)
	for _, load := range p.Loads {
		how := "by way of a staging table"
		switch {
		case load.MapOnly:
			how = "not loaded: its rows are looked for"
		case load.Straight:
			how = "copied straight, if the table is empty"
		}
		if load.Create {
			how = "made first; " + how
		}
		conflict := ""
		if !load.Conflict.IsZero() {
			conflict = ", conflict " + load.Conflict.String()
		}
		if load.Columns != nil {
			fmt.Fprintf(c.stdout, "%s: %s, ids %s%s\n", load.Model, load.File, load.IDs, conflict)
		} else {
			fmt.Fprintf(c.stdout, "%s: %s rows, ids %s%s, %s\n", load.Model, count(load.Rows), load.IDs, conflict, how)
		}
		for _, column := range load.Columns {
			fmt.Fprintln(c.stdout, "   "+column)
		}
		for _, r := range load.Mapped {
			fmt.Fprintln(c.stdout, "   "+r)
		}
	}
	if len(p.Notes) > 0 {
		fmt.Fprintln(c.stdout)
	}
	c.printNotes(p.Notes)
	return p.TargetError
}
