package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/progress"
	"github.com/gyrodata/gyro/schema"
)

// usageError is a mistake in the command line.
type usageError struct {
	err  error
	hint string
}

func (e *usageError) Error() string { return e.err.Error() }

func (e *usageError) Unwrap() error { return e.err }

// cli is what all commands share.
type cli struct {
	stdout, stderr io.Writer
	raw            io.Writer // standard output, for what programs read
	env            func(string) (string, bool)
	secrets        secrets
	record         string // of the load that was done, by which it can be taken back
	showValues     bool   // values of rows are shown, where they break something
}

// run is the program: arguments and streams in, exit code out.
func run(ctx context.Context, args []string, stdout, stderr io.Writer, env func(string) (string, bool)) int {
	out := &screen{w: stdout}
	c := &cli{stdout: out, raw: stdout, stderr: stderr, env: env}
	for _, arg := range args {
		c.secrets.learn(arg)
	}
	for _, name := range []string{"GYRO_SOURCE", "GYRO_TARGET", "PGPASSWORD"} {
		if value, ok := env(name); ok {
			c.secrets.learn(value)
			if name == "PGPASSWORD" {
				c.secrets.add(value)
			}
		}
	}
	root := c.root()
	root.SetArgs(args)
	root.SetOut(out)
	root.SetErr(&screen{w: stderr})
	err := root.ExecuteContext(ctx)
	if out.failed != nil && c.record != "" { // where it stands was perhaps not read
		fmt.Fprintf(c.stderr, "note:  the load is done; gyro undo %s --target … takes it back\n", progress.Printable(c.record, ""))
	}
	if lost := out.lost(); err == nil && lost != nil {
		err = &gyro.Error{Op: "write", Place: "standard output", Err: lost, Hint: "what was asked for was done; what it came to was not written"}
	}
	if err == nil {
		return exitDone
	}
	if told := new(toldError); !errors.As(err, &told) {
		c.printError(err)
	}
	return exitCode(err)
}

func (c *cli) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "gyro",
		Short: "A true, small piece of a PostgreSQL database, as CSV files, and into another database",
		Long: `Gyro takes a slice of a PostgreSQL database, such as one tenant with three shops and
their orders, all of one moment, and puts it on disk: one CSV file a table, and a manifest.
It only reads the source; a role with SELECT is enough. It loads a slice into another
database, which need not be empty: with new ids where they are asked for, and references
that follow.

Begin with "gyro demo", then let "gyro init" write a gyro.yaml for your database.`,
		Version:       version,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			var known []string
			for _, sub := range cmd.Commands() {
				known = append(known, sub.Name())
			}
			hint := "gyro help lists the commands"
			if near := schema.Nearest(args[0], known); near != "" {
				hint = fmt.Sprintf("did you mean gyro %s?", near)
			}
			return &usageError{err: errors.New("unknown command " + strconv.Quote(args[0])), hint: hint}
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetUsageTemplate(root.UsageTemplate() + exitHelp)
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return &usageError{err: err, hint: cmd.CommandPath() + " --help lists the flags"}
	})
	root.AddCommand(c.export(), c.importCommand(), c.copyCommand(), c.undo(), c.plan(), c.verify(), c.why(), c.diff(), c.runCommand(), c.schemaCommand(), c.demo(), c.version(), c.man())
	for _, command := range furtherCommands {
		root.AddCommand(command(c))
	}
	nothingElse(root)
	return root
}

// furtherCommands are those whose files can be taken away: each adds its own.
var furtherCommands []func(*cli) *cobra.Command

// noArgs refuses arguments as a mistake of usage.
func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return &usageError{err: errors.New("unexpected argument " + args[0]), hint: cmd.CommandPath() + " --help lists the flags"}
}
