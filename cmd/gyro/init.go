package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/config"
	"github.com/gyrodata/gyro/csvdir"
	"github.com/gyrodata/gyro/draft"
	"github.com/gyrodata/gyro/export"
	"github.com/gyrodata/gyro/mask"
	"github.com/gyrodata/gyro/postgres"
	"github.com/gyrodata/gyro/schema"
)

func init() { furtherCommands = append(furtherCommands, (*cli).initialize) }

// initSettings are the flags of init.
type initSettings struct {
	source, root, where, output, target, goDir string
	yes, overwrite                             bool
	lockTimeout, statementTimeout              time.Duration
}

func (c *cli) initialize() *cobra.Command {
	var s initSettings
	cmd := &cobra.Command{
		Use:   "init",
		Short: "Write a first gyro.yaml for a database, which runs as it stands",
		Long: `Look at a database's catalog and write a gyro.yaml that runs as it stands: a table to begin
with, all that hangs below it, what those refer to, limits where rows are many, masks for what
looks personal, and how rows find their place where they are loaded. It is yours to change.

In a terminal it asks where to begin and which rows to take; enter accepts what it suggests.
With --yes, or in a pipe, it does not ask: it begins with the table below whose few rows most
of the database hangs, and with its first row, unless --root and --where say otherwise.

Databases that Django or Rails made are recognised: generic keys, types and permissions are
said as they need it; migrations, sessions and logs are left out. No row is read but the
first key of that table, where it is a number or a uuid, and the names of kinds in columns
such as commentable_type. No password is written.`,
		Example: `  gyro init --source postgres://reader@db.example.com/app
  gyro init --source "$PROD_URL" --yes
  gyro init --source "$PROD_URL" --root accounts_tenant --where "id = 1" --output tenant-1.yaml`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return c.runInit(cmd.Context(), &s) },
	}
	cmd.Flags().StringVar(&s.source, "source", "", "PostgreSQL URL to read from (GYRO_SOURCE)")
	cmd.Flags().StringVar(&s.root, "root", "", "table to begin with (default: below whose few rows most hangs)")
	cmd.Flags().StringVar(&s.where, "where", "", "SQL condition on its rows (default: its first row; all where there are few)")
	cmd.Flags().StringVarP(&s.output, "output", "o", defaultConfig, "file to write")
	cmd.Flags().StringVar(&s.target, "target", "slice", "directory for the slice, as the file names it")
	cmd.Flags().BoolVarP(&s.yes, "yes", "y", false, "do not ask")
	cmd.Flags().BoolVar(&s.overwrite, "overwrite", false, "replace the file if it is there")
	cmd.Flags().StringVar(&s.goDir, "go", "", "also write a Go program to this directory: models (bun), importers, jobs and a main")
	cmd.Flags().DurationVar(&s.lockTimeout, "lock-timeout", 0, "give up on a lock after this time; negative: never (default 10s)")
	cmd.Flags().DurationVar(&s.statementTimeout, "statement-timeout", 0, "give up on a statement after this time (default: the server's)")
	_ = cmd.MarkFlagFilename("output", "yaml", "yml")
	_ = cmd.MarkFlagDirname("target")
	_ = cmd.MarkFlagDirname("go")
	_ = cmd.RegisterFlagCompletionFunc("root", offering(c.ofSource))
	_ = cmd.RegisterFlagCompletionFunc("where", begun(c.columnsOfRoot, ""))
	return cmd
}

func (c *cli) runInit(ctx context.Context, s *initSettings) error {
	source := c.either(s.source, "GYRO_SOURCE", "")
	brief, err := s.brief(source)
	if err != nil {
		return err
	}
	c.warnOfPassword("--source", s.source)
	if !s.yes {
		if asking := c.asking(ctx); asking != nil {
			brief.Answers = asking
		}
	}
	d, err := brief.Draw(ctx)
	if err != nil {
		return err //nolint:wrapcheck // it says operation and place itself
	}
	kept := withoutPassword(source)
	text := config.Drafted(d, kept, s.target)
	if _, err := config.Parse(s.output, text, c.env); err != nil {
		return fmt.Errorf("what was drafted can't be read: %w", err)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := s.writeGo(d); err != nil {
		return err
	}
	if err := writeNew(s.output, text, s.overwrite); err != nil {
		return err
	}
	c.printDraft(d, s, kept)
	return nil
}

// brief is what is asked for; all that is wrong with it is told at once.
func (s *initSettings) brief(source string) (draft.Brief, error) {
	b := draft.Brief{
		Slice: export.Slice{Source: postgres.DB{URL: source, LockTimeout: s.lockTimeout, StatementTimeout: s.statementTimeout}, Target: csvdir.Dir{Path: s.target}},
		Where: s.where, Mask: mask.Named,
	}
	var missing []error
	if source == "" {
		missing = append(missing, &usageError{err: errors.New("there is no source"), hint: "--source postgres://user@host/database, or GYRO_SOURCE"})
	}
	if s.root != "" {
		name, err := schema.ParseName(s.root)
		if err != nil {
			missing = append(missing, &usageError{err: fmt.Errorf("--root: %w", err), hint: "table, or schema.table"})
		}
		b.Root = name
	}
	if s.where != "" && s.root == "" {
		missing = append(missing, &usageError{err: errors.New("--where is a condition on the rows of the root"), hint: "--root names it"})
	}
	if s.target == "" || strings.Contains(s.target, "://") {
		missing = append(missing, &usageError{err: errors.New("--target is the directory that a slice goes to")})
	}
	if _, err := os.Lstat(s.output); err == nil && !s.overwrite {
		missing = append(missing, there(s.output))
	}
	for _, name := range goFiles {
		if path := filepath.Join(s.goDir, name); s.goDir != "" && !s.overwrite {
			if _, err := os.Lstat(path); err == nil {
				missing = append(missing, there(path))
			}
		}
	}
	return b, errors.Join(missing...)
}

// goFiles are those of a Go program.
var goFiles = []string{"importers.go", "main.go", "models.go"}

// writeGo writes the Go program, where one is asked for.
func (s *initSettings) writeGo(d *draft.Draft) error {
	if s.goDir == "" {
		return nil
	}
	files, err := d.Go(s.target)
	if err != nil {
		return err //nolint:wrapcheck // it says which file
	}
	if err := os.MkdirAll(s.goDir, 0o777); err != nil { //nolint:gosec // source code
		return &gyro.Error{Op: "make the directory", Place: s.goDir, Err: err}
	}
	for _, name := range goFiles {
		if err := writeNew(filepath.Join(s.goDir, name), files[name], s.overwrite); err != nil {
			return err
		}
	}
	return nil
}

func there(path string) error {
	return &gyro.Error{Op: "write", Place: "file " + path, Err: fmt.Errorf("it is there already: %w", gyro.ErrExists), Hint: "--overwrite replaces it; --output names another"}
}

// withoutPassword is a URL as it may stand in a file; empty where that is not known.
func withoutPassword(text string) string {
	u, err := url.Parse(text)
	if err != nil || u.Scheme == "" || strings.Contains(text, "${") || strings.Count(text, "@") > 1 {
		return ""
	}
	if u.User != nil {
		u.User = url.User(u.User.Username())
	}
	query := u.Query()
	for name := range query {
		if passwordSetting.MatchString(name + "=x") {
			query.Del(name)
		}
	}
	if len(query) < len(u.Query()) {
		u.RawQuery = query.Encode()
	}
	if passwordSetting.MatchString(u.String()) {
		return ""
	}
	return u.String()
}

// writeNew writes a file whole or not at all.
func writeNew(path string, text []byte, overwrite bool) error {
	failed := func(err error) error {
		var reason *fs.PathError
		if errors.As(err, &reason) {
			err = reason.Err
		}
		return &gyro.Error{Op: "write", Place: "file " + path, Err: err}
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".gyro-*.yaml")
	if err != nil {
		return failed(err)
	}
	defer os.Remove(f.Name()) //nolint:errcheck // it is gone where all went well
	_, err = f.Write(text)
	if err = errors.Join(err, f.Close()); err != nil {
		return failed(err)
	}
	if !overwrite {
		if _, err := os.Lstat(path); err == nil { // it came meanwhile
			return there(path)
		}
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return failed(err)
	}
	return nil
}

func (c *cli) printDraft(d *draft.Draft, s *initSettings, kept string) {
	rows, known := 0.0, true
	for _, j := range d.Jobs {
		rows += max(0, j.Rows)
		known = known && j.Rows >= 0
	}
	about := ""
	if known {
		about = ", about " + rowsOf(rows)
	}
	fmt.Fprintf(c.stdout, "source   %s%s\n", d.Origin.Server, onStandby(d.Origin))
	fmt.Fprintf(c.stdout, "root     %s: %s\n", d.Root.Table, d.Why)
	fmt.Fprintf(c.stdout, "takes    %s%s", numberOf(len(d.Jobs), "table"), about)
	if n := len(d.Tables) - len(d.Jobs); n > 0 {
		fmt.Fprintf(c.stdout, ", and rows of %d more that they refer to", n)
	}
	fmt.Fprintln(c.stdout)
	if n := len(d.Beside) + len(d.LeftOut); n > 0 {
		fmt.Fprintf(c.stdout, "leaves   %s, named at the end of the file\n", numberOf(n, "table"))
	}
	if d.Unknown > 0 {
		fmt.Fprintf(c.stdout, "note:    %s never analyzed, so that sizes are not known: run ANALYZE, then gyro init again\n", wereNever(d.Unknown))
	}
	fmt.Fprintf(c.stdout, "wrote    %s", s.output)
	if s.goDir != "" {
		fmt.Fprintf(c.stdout, ", and a Go program in %s", s.goDir)
	}
	fmt.Fprint(c.stdout, "\n\nnext:\n")
	flag := ""
	if s.output != defaultConfig {
		flag = " -c " + shellWord(s.output)
	}
	if kept == "" {
		fmt.Fprintln(c.stdout, "  export GYRO_SOURCE=…   # the URL: the file does not hold it")
	} else if _, set := c.env("PGPASSWORD"); !set && s.source != "" && s.source != kept { // the environment's has it
		fmt.Fprintln(c.stdout, "  export PGPASSWORD=…    # the file does not hold it")
	}
	fmt.Fprintf(c.stdout, "  gyro plan%s\n  gyro export%s\n  gyro verify %s\n", flag, flag, shellWord(s.target))
}

func wereNever(n int) string {
	if n == 1 {
		return "1 table was"
	}
	return numberOf(n, "table") + " were"
}
