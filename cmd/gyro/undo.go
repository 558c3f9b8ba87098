package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"github.com/gyrodata/gyro/csvdir"
	"github.com/gyrodata/gyro/load"
	"github.com/gyrodata/gyro/postgres"
)

// showValuesFlag is for who may see the rows.
func (c *cli) showValuesFlag(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&c.showValues, "show-values", false, "show what the server says of a row that it refuses")
}

func (c *cli) undo() *cobra.Command {
	var (
		target string
		stall  time.Duration
	)
	cmd := &cobra.Command{
		Use:   "undo DIR",
		Short: "Take a load back: delete the rows that it inserted",
		Long: `Take a load back: delete the rows that it inserted, and no others, in one transaction. DIR is
the record that import or copy left.

It is refused, and nothing is changed, where one of the rows was changed or deleted since,
where a row that is to stay refers to one of them, and where the load updated rows, or
inserted into tables without a key.`,
		Example: "  gyro undo ~/.local/state/gyro/undo/20261125-101500-k3v9qa --target postgres://localhost/dev",
		Args: func(cmd *cobra.Command, args []string) error {
			return wantArgs(cmd, len(args) == 1, "name the directory of one record")
		},
		ValidArgsFunction: c.records,
		RunE: func(cmd *cobra.Command, args []string) error {
			url := c.either(target, "GYRO_TARGET", "")
			if url == "" {
				return &usageError{err: errors.New("there is no target"), hint: "--target and the URL of the database that was loaded into"}
			}
			c.warnOfPassword("--target", target)
			report, err := load.Undo(cmd.Context(), csvdir.Dir{Path: args[0]}, postgres.DB{URL: url, StallTimeout: stall})
			if err != nil {
				return err //nolint:wrapcheck // it says operation and place itself
			}
			t := newTable("table", "deleted")
			for _, n := range report.Load.Tables {
				t.AppendRow(table.Row{n.Model.String(), count(n.Deleted)})
			}
			t.AppendFooter(table.Row{tableWords(len(report.Load.Tables)), count(report.Rows)})
			c.printTable(t)
			fmt.Fprintf(c.stdout, "\nundone   in %s s\n", seconds(report.Elapsed))
			c.printNotes(report.Notes)
			return nil
		},
	}
	cmd.Flags().StringVar(&target, "target", "", "PostgreSQL URL of the database that was loaded into (GYRO_TARGET)")
	stallFlag(cmd, &stall)
	c.showValuesFlag(cmd)
	return cmd
}
