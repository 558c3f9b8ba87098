package main

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/gyrodata/gyro/config"
	"github.com/gyrodata/gyro/progress"
)

// defaultConfig is read where -c is not given.
const defaultConfig = "gyro.yaml"

// settings are the flags that export and plan share.
type settings struct {
	config, source, target string
	overwrite, unsorted    bool
	maxDuration            time.Duration
	keyMemory              string
	lockTimeout            time.Duration
	stallTimeout           time.Duration
	statementTimeout       time.Duration
	retries, workers       int
	strict                 bool
	maskKeyFile            string
	anyTarget              bool // none is written to
}

func (s *settings) flags(cmd *cobra.Command) {
	s.sourceFlags(cmd)
	cmd.Flags().BoolVar(&s.overwrite, "overwrite", false, "replace the slice that the directory holds")
	cmd.Flags().BoolVar(&s.unsorted, "unsorted", false, "rows in any order: faster where the key does not follow the heap, not repeatable")
	cmd.Flags().StringVar(&s.keyMemory, "key-memory", "", "what keys may take of memory before they go to disk, such as 256MB (default 512MB)")
	cmd.Flags().IntVar(&s.workers, "workers", 0, "how many connections read at once, all of one moment; the bytes are the same (default 1)")
	cmd.Flags().IntVar(&s.retries, "retries", 0, "how often the run is tried again where a standby gives the snapshot up; negative: never (default 2)")
}

// sourceFlags are those of every command that plans.
func (s *settings) sourceFlags(cmd *cobra.Command) {
	cmd.Flags().StringVarP(&s.config, "config", "c", "", "configuration file (GYRO_CONFIG; default gyro.yaml)")
	cmd.Flags().StringVar(&s.source, "source", "", "PostgreSQL URL to read from (GYRO_SOURCE; source in the file)")
	cmd.Flags().StringVar(&s.target, "target", "", "directory for the slice (GYRO_TARGET; target in the file)")
	cmd.Flags().DurationVar(&s.maxDuration, "max-duration", 0, "how long the snapshot may be held; negative: no bound (default 30m)")
	cmd.Flags().DurationVar(&s.lockTimeout, "lock-timeout", 0, "give up on a lock after this time; negative: never (default 10s)")
	stallFlag(cmd, &s.stallTimeout)
	cmd.Flags().DurationVar(&s.statementTimeout, "statement-timeout", 0, "give up on a statement after this time (default: the server's)")
	cmd.Flags().BoolVar(&s.strict, "strict", false, "a column that has neither a mask nor keep is a mistake")
	cmd.Flags().StringVar(&s.maskKeyFile, "mask-key-file", "", "file with the secret that masks depend on (or GYRO_MASK_KEY; default a random one)")
	_ = cmd.MarkFlagDirname("target")
	_ = cmd.MarkFlagFilename("config", "yaml", "yml")
	_ = cmd.MarkFlagFilename("mask-key-file")
}

// again are the flags that a command has to be given like the one before.
func (s *settings) again() string {
	text := ""
	for _, flag := range [][2]string{{"-c", s.config}, {"--target", s.target}, {"--mask-key-file", s.maskKeyFile}} {
		if flag[1] != "" {
			text += " " + flag[0] + " " + shellWord(flag[1])
		}
	}
	return text
}

func stallFlag(cmd *cobra.Command, stall *time.Duration) {
	cmd.Flags().DurationVar(stall, "stall-timeout", 0, "give up a server that says nothing for this time and does not work; negative: never (default 1m)")
}

// load reads the file and puts environment, then flags, over it.
func (c *cli) load(s *settings) (config.Config, error) { return c.loadWith(s, false) }

// loadWith is load where the target is a database, or a directory.
func (c *cli) loadWith(s *settings, database bool) (config.Config, error) {
	path := c.either(s.config, "GYRO_CONFIG", defaultConfig)
	if _, err := os.Stat(path); err != nil && s.config == "" && path == defaultConfig {
		return config.Config{}, &usageError{
			err:  errors.New("there is no " + defaultConfig + " here"),
			hint: "gyro init writes one; -c names another file",
		}
	}
	conf, err := config.Load(path, c.env)
	if err != nil {
		return conf, err
	}
	c.secrets.learn(conf.Source)
	c.secrets.learn(conf.Target)
	conf.Source = c.either(s.source, "GYRO_SOURCE", conf.Source)
	inFile := conf.Target
	conf.Target = c.either(s.target, "GYRO_TARGET", conf.Target)
	conf.Overwrite = conf.Overwrite || s.overwrite
	conf.Unsorted = conf.Unsorted || s.unsorted
	conf.MaxDuration = cmp.Or(s.maxDuration, conf.MaxDuration)
	conf.LockTimeout = cmp.Or(s.lockTimeout, conf.LockTimeout)
	conf.StallTimeout = cmp.Or(s.stallTimeout, conf.StallTimeout)
	conf.StatementTimeout = cmp.Or(s.statementTimeout, conf.StatementTimeout)
	conf.Retries = cmp.Or(s.retries, conf.Retries)
	conf.Workers = cmp.Or(s.workers, conf.Workers)
	conf.Strict = conf.Strict || s.strict
	conf.MaskKeyFile = cmp.Or(s.maskKeyFile, conf.MaskKeyFile)
	var missing []error
	if err := c.maskKey(&conf); err != nil {
		missing = append(missing, err)
	}
	if s.keyMemory != "" {
		if conf.KeyMemory, err = config.ParseSize(s.keyMemory); err != nil {
			missing = append(missing, &usageError{err: fmt.Errorf("--key-memory: %w", err)})
		}
	}
	if conf.Source == "" {
		missing = append(missing, &usageError{err: errors.New("there is no source"), hint: "--source, GYRO_SOURCE, or source in " + path})
	}
	switch {
	case s.anyTarget:
	case conf.Target == "":
		missing = append(missing, &usageError{err: errors.New("there is no target"), hint: "--target, GYRO_TARGET, or target in " + path})
	case database && !isURL(conf.Target) && conf.Target == inFile && s.target == "":
		missing = append(missing, &usageError{
			err: errors.New("there is no database to load into: target in the file is a directory"), hint: "--target postgres://user@host/database, or GYRO_TARGET",
		})
	case database && !isURL(conf.Target):
		missing = append(missing, &usageError{err: errors.New("the target is no URL"), hint: "--target postgres://user@host/database"})
	case !database && strings.Contains(conf.Target, "://"):
		missing = append(missing, &usageError{err: errors.New("the target is a URL"), hint: "a slice goes to a directory"})
	}
	c.warnOfPassword("--source", s.source)
	return conf, errors.Join(missing...)
}

// either is the flag, else the environment, else the file.
func (c *cli) either(flag, variable, file string) string {
	if flag != "" {
		return flag
	}
	if value, ok := c.env(variable); ok && value != "" {
		return value
	}
	return file
}

func (c *cli) export() *cobra.Command {
	var (
		s      settings
		mode   string
		dryRun bool
	)
	cmd := &cobra.Command{
		Use:   "export",
		Short: "Take a slice and write it to a directory",
		Long: `Take a slice and write it to a directory: one CSV file a job, and manifest.json.

All files show the database at one moment. If any file of the slice is there already,
nothing is read, unless --overwrite is given. Whatever fails, and at Ctrl-C, the directory
is left as it was. A flag goes before its environment variable, and that before the file.`,
		Example: `  gyro export -c gyro.yaml
  GYRO_SOURCE=postgres://reader@db.example.com/app gyro export --target slices/one

  # gyro.yaml
  source: ${PROD_URL}
  target: slices/dev-qa-org-1
  jobs:                          # those that others refer to come first
    - {model: accounts_tenant, where: id = $1, args: [1]}
    - {model: accounts_shop, where: "tenant_id = 1 AND id IN (10, 11, 12)"}`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			conf, err := c.load(&s)
			if err != nil {
				return err
			}
			if dryRun {
				return c.dryRun(cmd, conf, &s)
			}
			shown, err := progress.New(c.either(mode, "GYRO_PROGRESS", "auto"), c.stderr, c.env)
			if err != nil {
				return &usageError{err: err, hint: "--progress auto, plain, json or none"}
			}
			slice := conf.Export()
			slice.Progress = shown.Event
			slice.Version = programVersion()
			report, err := slice.Run(cmd.Context())
			shown.Close()
			if err != nil {
				return err //nolint:wrapcheck // it says operation and place itself
			}
			c.printReport(report)
			c.printNext("gyro verify " + shellWord(conf.Target))
			return nil
		},
	}
	s.flags(cmd)
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "check everything and print the plan; read no row, write nothing")
	c.progressFlag(cmd, &mode)
	return cmd
}

// dryRun prints the plan, and fails where the run would be refused.
func (c *cli) dryRun(cmd *cobra.Command, conf config.Config, s *settings) error {
	plan, err := conf.Export().Plan(cmd.Context())
	if err != nil {
		return err //nolint:wrapcheck // it says operation and place itself
	}
	c.printPlan(plan, false, s)
	return plan.TargetError
}
