package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/config"
	"github.com/gyrodata/gyro/csvdir"
	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/mask"
	"github.com/gyrodata/gyro/personal"
	"github.com/gyrodata/gyro/postgres"
)

func init() { furtherCommands = append(furtherCommands, (*cli).check) }

// checkSettings are the flags of check.
type checkSettings struct {
	settings
	pii, all, asJSON bool
	sample           int
	against          string
}

func (c *cli) check() *cobra.Command {
	var s checkSettings
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Say what is wrong with a configuration, and what nobody has thought of",
		Long: `Hold the configuration against the source, as plan does, and say all that is wrong with it at
once. Only the catalog and EXPLAIN are asked for; nothing is written. What stands behind the URL is
told as well, and what follows from it: a primary or a standby, a pooler, Aurora, TimescaleDB, Citus;
and references by which a large table would be searched without an index.

--pii lists the columns that look personal by name or type and have neither a mask nor keep,
each with a line for gyro.yaml that a plan takes. With --sample 1000 the source looks at so
many rows of each table as well, and counts what values look like; no value leaves it. --all
looks at every table of the database, and needs no jobs. --against names a slice that was taken
before: columns and tables that came or went since, and columns that are not masked any more.

Where there is something to look at, it ends with 6. What looks harmless need not be so: "masks:
strict" in the file is what lets no column through unseen. No value is printed.`,
		Example: `  gyro check -c gyro.yaml
  gyro check -c gyro.yaml --pii --sample 1000
  gyro check -c gyro.yaml --against slices/dev-qa-org-1
  gyro check --pii --all --source postgres://reader@db.example.com/app`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			conf, err := c.loadCheck(&s)
			if err != nil {
				return err
			}
			return c.runCheck(cmd.Context(), conf, &s)
		},
	}
	s.sourceFlags(cmd)
	cmd.Flags().BoolVar(&s.pii, "pii", false, "list columns that look personal and have neither a mask nor keep")
	cmd.Flags().IntVar(&s.sample, "sample", 0, "with --pii: of how many rows of a table the source looks at values (default none)")
	cmd.Flags().BoolVar(&s.all, "all", false, "with --pii or --against: every table of the database, not only those that jobs take")
	cmd.Flags().StringVar(&s.against, "against", "", "directory of a slice: tell what came, went or lost its mask since")
	cmd.Flags().BoolVar(&s.asJSON, "json", false, "print JSON")
	_ = cmd.MarkFlagDirname("against")
	return cmd
}

// searches reports whether more is asked for than the plan.
func (s *checkSettings) searches() bool { return s.pii || s.against != "" }

// loadCheck reads the file as plan does. A target need not be said; and with --all a file need not be there.
func (c *cli) loadCheck(s *checkSettings) (config.Config, error) {
	var mistakes []error
	if s.sample < 0 || s.sample > 0 && !s.pii {
		mistakes = append(mistakes, &usageError{err: errors.New("--sample is how many rows of a table --pii looks at"), hint: "--pii --sample 1000"})
	}
	if s.all && !s.searches() {
		mistakes = append(mistakes, &usageError{err: errors.New("--all says where --pii and --against look"), hint: "add one of them"})
	}
	if err := errors.Join(mistakes...); err != nil {
		return config.Config{}, err
	}
	s.anyTarget = true
	if _, err := os.Stat(defaultConfig); err != nil && s.all && c.either(s.config, "GYRO_CONFIG", "") == "" {
		c.warnOfPassword("--source", s.source)
		conf := config.Config{
			Source: c.either(s.source, "GYRO_SOURCE", ""), LockTimeout: s.lockTimeout, StallTimeout: s.stallTimeout,
			StatementTimeout: s.statementTimeout, MaxDuration: s.maxDuration,
		}
		if conf.Source == "" {
			return conf, &usageError{err: errors.New("there is no source"), hint: "--source, GYRO_SOURCE, or source in " + defaultConfig}
		}
		return conf, nil
	}
	conf, err := c.load(&s.settings)
	if isURL(conf.Target) { // of a copy
		conf.Target = ""
	}
	return conf, err
}

func (c *cli) runCheck(ctx context.Context, conf config.Config, s *checkSettings) error {
	var (
		plan    *gyro.Plan
		refused error
	)
	if len(conf.Jobs) > 0 || !s.all {
		plan, refused = conf.Export().Plan(ctx)
	}
	if refused != nil && (!conf.Strict || !s.searches()) {
		return refused
	}
	behind, err := behind(ctx, conf)
	if err != nil {
		return err
	}
	if !s.searches() {
		err := c.printChecked(checked{plan: plan, behind: behind, named: conf.Target != ""}, s.asJSON)
		if err == nil && !s.asJSON && plan.TargetError == nil {
			c.printNext("gyro export" + s.again())
		}
		return err
	}
	// Strict alone may be what refused: then what could be said is told, and that it has to be.
	report, err := c.search(ctx, conf, s)
	switch {
	case err != nil && refused != nil:
		return refused
	case err != nil:
		return err
	}
	if err := c.printChecked(checked{plan: plan, behind: behind, report: report, named: conf.Target != "", drift: s.against != "", pii: s.pii}, s.asJSON); err != nil {
		return err
	}
	if refused != nil {
		return refused
	}
	return found(report)
}

// behind is what stands behind the source's URL.
func behind(ctx context.Context, conf config.Config) ([]postgres.Fact, error) {
	db, ok := conf.Export().Source.(postgres.DB)
	if !ok {
		return nil, nil
	}
	return db.Behind(ctx) //nolint:wrapcheck // it says operation and place itself
}

// search looks for what somebody should look at.
func (c *cli) search(ctx context.Context, conf config.Config, s *checkSettings) (*personal.Report, error) {
	search := personal.Search{Slice: conf.Export(), Mask: mask.Named, All: s.all, Personal: s.pii, Sample: s.sample}
	if s.against != "" {
		m, err := csvdir.ReadManifest(s.against)
		if err != nil {
			return nil, err //nolint:wrapcheck // it says operation and place itself
		}
		if m.Version != driver.ManifestVersion || m.Import != nil {
			return nil, &gyro.Error{Op: "read", Place: "directory " + s.against, Err: errors.New("its manifest is of no slice that this gyro knows"), Hint: "gyro verify says what is wrong"}
		}
		search.Against = &m
	}
	return search.Run(ctx) //nolint:wrapcheck // it says operation and place itself
}

// found says how much there is to look at; nil: nothing.
func found(r *personal.Report) error {
	counts := map[personal.Kind]int{}
	for _, f := range r.Findings {
		if f.Said == "" {
			counts[f.Kind]++
		}
	}
	var all []error
	if n := counts[personal.Personal]; n > 0 {
		all = append(all, &foundError{
			problem: numberOf(n, "column") + " may be personal, and neither a mask nor keep is said",
			hint:    "put the lines above into the file, each looked at; keep: true where a value may leave",
		})
	}
	if n := counts[personal.Came] + counts[personal.Went]; n > 0 {
		all = append(all, &foundError{problem: numberOf(n, "difference") + " between the source and the slice", hint: "take the slice again, when each has been looked at"})
	}
	if n := counts[personal.Unmasked]; n > 0 {
		all = append(all, &foundError{problem: numberOf(n, "column") + " that the slice has masked would not be masked any more"})
	}
	return errors.Join(all...)
}

// checked is what check has to print.
type checked struct {
	plan       *gyro.Plan // nil: there is none, or it is refused
	behind     []postgres.Fact
	report     *personal.Report
	named      bool // a target is
	pii, drift bool // were looked for
}

// notes are those of the plan and of the search.
func (k checked) notes() []gyro.Text {
	var all []gyro.Text
	if k.plan != nil {
		all = append(all, k.plan.Notes...)
	}
	if k.report != nil {
		all = append(all, k.report.Notes...)
	}
	return all
}

func (k checked) origin() gyro.Origin {
	if k.plan != nil {
		return k.plan.Origin
	}
	return k.report.Origin
}

func (c *cli) printChecked(k checked, asJSON bool) error {
	if asJSON {
		return c.printJSON(k.forMachines())
	}
	fmt.Fprintf(c.stdout, "source   %s%s\n", k.origin().Server, onStandby(k.origin()))
	for _, f := range k.behind {
		fmt.Fprintf(c.stdout, "behind   %s: %s\n", strings.TrimSpace(f.Kind+" "+f.Version), config.Words(f.Follows))
	}
	if k.plan != nil {
		fmt.Fprintf(c.stdout, "plan     %s: nothing is wrong\n", numberOf(len(k.plan.Jobs), "job"))
	}
	if k.report != nil {
		fmt.Fprintf(c.stdout, "looked   at %s of %s\n", numberOf(k.report.Columns, "column"), numberOf(k.report.Tables, "table"))
		if text := config.Suggested(k.report.Findings); len(text) > 0 {
			fmt.Fprintf(c.stdout, "\n%s\n", text)
		} else if k.pii {
			fmt.Fprintln(c.stdout, "personal nothing was found of which nothing is said; that is no proof")
		}
		for _, f := range k.report.Findings {
			if text := drifted(f); text != "" {
				fmt.Fprintln(c.stdout, "drift    "+text)
			}
		}
		if k.drift && !hasDrift(k.report) {
			fmt.Fprintln(c.stdout, "drift    none")
		}
	}
	c.printNotes(k.notes())
	if k.plan != nil && k.plan.TargetError != nil && k.named {
		message, _ := describe(k.plan.TargetError)
		fmt.Fprintln(c.stdout, "note:    the target would refuse: "+c.secrets.hide(message))
	}
	return nil
}

// drifted is what a finding says of a change since the slice; "": nothing.
func drifted(f personal.Finding) string {
	place := "table " + f.Table.String()
	if f.Column != "" {
		place += ", column " + f.Column
	}
	said := ""
	if f.Said != "" {
		said = "; " + f.Said + " is said of it"
	}
	switch f.Kind {
	case personal.Came:
		return place + ": the slice does not have it" + said
	case personal.Went:
		return place + ": the source does not have it any more"
	case personal.Unmasked:
		return place + ": " + f.Why[0] + ", and is not any more"
	case personal.Personal:
	}
	return ""
}

func hasDrift(r *personal.Report) bool {
	for _, f := range r.Findings {
		if drifted(f) != "" {
			return true
		}
	}
	return false
}

// checkedJSON is what check prints for programs.
type checkedJSON struct {
	Server   string        `json:"server"`
	Jobs     int           `json:"jobs"`
	Tables   int           `json:"tables,omitempty"`  // that were looked at
	Columns  int           `json:"columns,omitempty"` // that were looked at
	Behind   []factJSON    `json:"behind"`
	Findings []findingJSON `json:"findings"`
	Notes    []string      `json:"notes"`
}

// factJSON is something that stands behind the source's URL.
type factJSON struct {
	Kind    string `json:"kind"` // primary, standby, pooler, Aurora, TimescaleDB, Citus; unknown
	Version string `json:"version,omitempty"`
	Follows string `json:"follows"` // what follows from it
}

type findingJSON struct {
	Kind   personal.Kind `json:"kind"`
	Table  string        `json:"table"`
	Column string        `json:"column,omitempty"`
	Type   string        `json:"type,omitempty"`
	Why    []string      `json:"why,omitempty"`
	Line   string        `json:"line,omitempty"`
	Doubt  string        `json:"doubt,omitempty"`
	Entry  bool          `json:"entry,omitempty"` // the line belongs into one that is there
	Said   string        `json:"said,omitempty"`
}

func (k checked) forMachines() checkedJSON {
	all := checkedJSON{Server: k.origin().Server, Behind: []factJSON{}, Findings: []findingJSON{}, Notes: notes(k.notes())}
	for _, f := range k.behind {
		all.Behind = append(all.Behind, factJSON{f.Kind, f.Version, config.DocumentWords(f.Follows)})
	}
	if k.plan != nil {
		all.Jobs = len(k.plan.Jobs)
	}
	if k.report == nil {
		return all
	}
	all.Tables, all.Columns = k.report.Tables, k.report.Columns
	for _, f := range k.report.Findings {
		one := findingJSON{
			Kind: f.Kind, Table: f.Table.String(), Column: f.Column, Type: f.Type, Why: f.Why, Doubt: config.Words(f.Doubt), Entry: f.Entry, Said: f.Said,
		}
		if f.Say != nil {
			one.Line = config.Line(f)
		}
		all.Findings = append(all.Findings, one)
	}
	return all
}
