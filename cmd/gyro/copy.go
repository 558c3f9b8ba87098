package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/gyrodata/gyro/config"
	"github.com/gyrodata/gyro/progress"
)

func (c *cli) copyCommand() *cobra.Command {
	var (
		s    settings
		l    loadSettings
		via  string
		mode string
	)
	cmd := &cobra.Command{
		Use:   "copy",
		Short: "Take a slice and load it into another database, in one run",
		Long: `Take a slice as export does, and load it as import does, in one run. The slice lies on disk
between the two, and stays there: in --via, or in a new directory gyro-<time> here.`,
		Example: "  gyro copy -c gyro.yaml --source postgres://reader@db.example.com/app --target postgres://localhost/dev --ids sequential",
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			conf, err := c.loadWith(&s, true)
			if err != nil {
				return errors.Join(err, l.over(c, &conf))
			}
			if err := errors.Join(l.over(c, &conf), notTheSource(conf.Source, conf.Target)); err != nil {
				return err
			}
			c.warnOfPassword("--target", s.target)
			if via != "" {
				conf.Via = via
			}
			conf.Via = cmp.Or(conf.Via, newVia())
			return c.runCopy(cmd.Context(), conf, mode)
		},
	}
	s.flags(cmd)
	cmd.Flags().Lookup("target").Usage = "PostgreSQL URL to load into (GYRO_TARGET; target in the file)"
	cmd.Flags().Lookup("overwrite").Usage = "replace the slice that --via holds"
	cmd.Flags().StringVar(&via, "via", "", "directory for the slice (via in the file; default a new one, gyro-<time>)")
	l.flags(cmd)
	c.progressFlag(cmd, &mode)
	_ = cmd.MarkFlagDirname("via")
	cmd.Flags().Lookup("target").Annotations = nil // it is no directory
	c.showValuesFlag(cmd)
	return cmd
}

// newVia is a directory for the slice between two databases, where none is named.
func newVia() string {
	name := "gyro-" + time.Now().UTC().Format("20060102-150405")
	for n := 1; ; n++ {
		via := name
		if n > 1 { // the second of one second
			via += fmt.Sprint("-", n)
		}
		if _, err := os.Lstat(via); err != nil {
			return via
		}
	}
}

// runCopy takes a slice, loads it, and prints what was done.
func (c *cli) runCopy(ctx context.Context, conf config.Config, mode string) error {
	shown, err := progress.New(c.either(mode, "GYRO_PROGRESS", "auto"), c.stderr, c.env)
	if err != nil {
		return &usageError{err: err, hint: "--progress auto, plain, json or none"}
	}
	take, load := conf.Copy()
	take.Progress, take.Version = shown.Event, programVersion()
	load.Progress, load.Version = shown.Event, programVersion()
	taken, err := take.Run(ctx)
	if err != nil {
		shown.Close()
		return err //nolint:wrapcheck // it says operation and place itself
	}
	loaded, err := load.Run(ctx)
	shown.Close()
	if err != nil {
		fmt.Fprintf(c.stderr, "slice    %s is complete; it was not loaded\n", taken.Place)
		return err //nolint:wrapcheck // it says operation and place itself
	}
	loaded.Notes = append(taken.Notes, loaded.Notes...)
	c.printLoad(loaded)
	return nil
}
