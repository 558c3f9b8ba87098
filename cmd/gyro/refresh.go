package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/gyrodata/gyro/config"
	"github.com/gyrodata/gyro/csvdir"
	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/progress"
)

func init() { furtherCommands = append(furtherCommands, (*cli).refresh) }

// refreshSettings are the flags of refresh.
type refreshSettings struct {
	settings
	load        loadSettings
	via, mode   string
	yes, dryRun bool
}

func (c *cli) refresh() *cobra.Command {
	var s refreshSettings
	cmd := &cobra.Command{
		Use:   "refresh DIR",
		Short: "Take the slice again, and load it over what was loaded before",
		Long: `Take the slice again, by the same file, and load it over what was loaded before. DIR is the record
that import, copy or the last refresh left.

What is other than in the slice that was loaded is told first: rows that came, went and changed,
by table. In a terminal you are asked then; elsewhere --yes goes on.

A row that the earlier load inserted is known by the record, whatever id it got: it is written
into where it differs from the slice, and keeps its id; what refers to it stays. Rows that are
new go in as at the first load. Rows that are not in the slice any more stay. A row that was
there before the first load is not touched, unless a conflict says so. All of it is one
transaction.

The new record takes the old one's place for the next refresh. A refresh can't be undone.`,
		Example: `  gyro refresh ~/.local/state/gyro/undo/20261125-101500-k3v9qa --target postgres://localhost/dev
  gyro refresh "$RECORD" --source "$PROD_URL" --target "$DEV_URL" --yes`,
		Args: func(cmd *cobra.Command, args []string) error {
			return wantArgs(cmd, len(args) == 1, "name the directory of one record")
		},
		ValidArgsFunction: c.records,
		RunE: func(cmd *cobra.Command, args []string) error {
			ask := c.asking(cmd.Context())
			var missing error
			if ask == nil && !s.yes && !s.dryRun {
				missing = &usageError{err: errors.New("nobody can be asked here"), hint: "--yes loads without asking; --dry-run tells what would be done"}
			}
			conf, err := c.loadWith(&s.settings, true)
			if err != nil {
				return errors.Join(err, s.load.over(c, &conf), missing)
			}
			if err := errors.Join(s.load.over(c, &conf), notTheSource(conf.Source, conf.Target), missing); err != nil {
				return err
			}
			c.warnOfPassword("--target", s.target)
			if s.via != "" {
				conf.Via = s.via
			}
			conf.Via = cmp.Or(conf.Via, newVia())
			if s.yes || s.dryRun {
				ask = nil
			}
			return c.runRefresh(cmd.Context(), args[0], conf, &s, ask)
		},
	}
	s.flags(cmd)
	cmd.Flags().Lookup("target").Usage = "PostgreSQL URL of the database that was loaded into (GYRO_TARGET; target in the file)"
	cmd.Flags().Lookup("target").Annotations = nil // it is no directory
	cmd.Flags().Lookup("overwrite").Usage = "replace the slice that --via holds"
	cmd.Flags().StringVar(&s.via, "via", "", "directory for the new slice (via in the file; default a new one, gyro-<time>)")
	s.load.flags(cmd)
	cmd.Flags().BoolVarP(&s.yes, "yes", "y", false, "do not ask")
	cmd.Flags().BoolVar(&s.dryRun, "dry-run", false, "take the slice and tell what is other, load it, and roll that back")
	c.progressFlag(cmd, &s.mode)
	_ = cmd.MarkFlagDirname("via")
	c.showValuesFlag(cmd)
	return cmd
}

// runRefresh takes the slice, tells what is other, and loads it over what the record knows.
func (c *cli) runRefresh(ctx context.Context, record string, conf config.Config, s *refreshSettings, ask *asking) error {
	before, err := csvdir.Dir{Path: record}.Slice(ctx)
	if err != nil {
		return err //nolint:wrapcheck // it says operation and place itself
	}
	m := before.Manifest()
	if m.Import == nil {
		return &usageError{err: fmt.Errorf("%s is a slice, not the record of a load", record), hint: "the end of import, copy and refresh names the record"}
	}
	if conf.Via == m.Import.Slice && conf.Overwrite {
		return &usageError{err: errors.New("--via names the slice that was loaded, which the new one is compared with"), hint: "name another directory"}
	}
	shown, err := progress.New(c.either(s.mode, "GYRO_PROGRESS", "auto"), c.stderr, c.env)
	if err != nil {
		return &usageError{err: err, hint: "--progress auto, plain, json or none"}
	}
	take, over := conf.Copy()
	take.Progress, take.Version = shown.Event, programVersion()
	taken, err := take.Run(ctx)
	shown.Close()
	if err != nil {
		return err //nolint:wrapcheck // it says operation and place itself
	}
	if err := c.tellNews(ctx, m.Import, taken.Place); err != nil {
		return err
	}
	if ask != nil {
		answer, err := ask.ask("Load it over what was loaded before?", "yes")
		if err != nil || answer != "yes" && answer != "y" {
			fmt.Fprintf(c.stderr, "slice    %s is complete; it was not loaded\n", taken.Place)
			return err
		}
	}
	fmt.Fprintln(c.stdout)
	over.Before = csvdir.Dir{Path: record}
	if over.DryRun = s.dryRun; s.dryRun {
		over.Record = nil
	}
	if err := c.runLoad(ctx, over, s.mode); err != nil {
		fmt.Fprintf(c.stderr, "slice    %s is complete; it was not loaded\n", taken.Place)
		return err
	}
	c.printNotes(taken.Notes)
	return nil
}

// tellNews tells what is other in a slice than in the one that was loaded, where that is still there.
func (c *cli) tellNews(ctx context.Context, loaded *driver.ManifestImport, slice string) error {
	before, err := csvdir.ReadManifest(loaded.Slice)
	if err != nil || !before.Taken.Equal(loaded.Taken) || before.Import != nil {
		fmt.Fprintln(c.stdout, "note:    the slice that was loaded is not there any more, so that what is other in the new one can't be told")
		return nil
	}
	diff, err := csvdir.Diff(ctx, loaded.Slice, slice, csvdir.DiffOptions{})
	if err != nil {
		return err //nolint:wrapcheck // it says operation and place itself
	}
	c.printDiff(diff)
	var gone int64
	for _, t := range diff.Tables {
		gone += t.Removed
	}
	if gone > 0 {
		fmt.Fprintf(c.stdout, "note:    %s not in the slice any more; what was loaded of them stays\n", rowsAre(gone))
	}
	return nil
}

func rowsAre(n int64) string {
	if n == 1 {
		return "1 row is"
	}
	return count(n) + " rows are"
}
