package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"github.com/gyrodata/gyro"
)

func (c *cli) plan() *cobra.Command {
	var (
		s           settings
		sql, asJSON bool
	)
	cmd := &cobra.Command{
		Use:   "plan",
		Short: "Say what export would do, reading no row",
		Long: `Say what export would do: jobs in their order, files, how each finds its rows, and the rows and
cost that the planner expects; with --sql the statements too. Only the catalog and EXPLAIN are asked
for; no row is read and nothing is written. The same configuration as for export.

--json prints what the event plan of gyro run has (docs/protocol.md).`,
		Example: "  gyro plan -c gyro.yaml\n  gyro plan -c gyro.yaml --sql\n  gyro plan -c gyro.yaml --json",
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			conf, err := c.load(&s)
			if err != nil {
				return err
			}
			plan, err := conf.Export().Plan(cmd.Context())
			if err != nil {
				return err //nolint:wrapcheck // it says operation and place itself
			}
			if asJSON {
				return c.printJSON(planned(plan))
			}
			c.printPlan(plan, sql, &s)
			return nil
		},
	}
	s.flags(cmd)
	cmd.Flags().BoolVar(&sql, "sql", false, "also print the SELECT of each job")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func (c *cli) printPlan(p *gyro.Plan, sql bool, s *settings) {
	fmt.Fprintf(c.stdout, "source   %s%s\n\n", p.Origin.Server, onStandby(p.Origin))
	t := newTable("job", "rows (estimate)", "cost")
	var rows float64
	for _, job := range p.Jobs {
		if job.Job == 0 { // what rows refer to shows when they are there
			t.AppendRow(table.Row{number(job) + "  " + job.File, "not known", ""})
			continue
		}
		rows += job.Rows
		t.AppendRow(table.Row{number(job) + "  " + job.File, count(int64(job.Rows)), count(int64(job.Cost))})
	}
	t.AppendFooter(table.Row{numberOf(len(p.Jobs), "job"), count(int64(rows)), ""})
	c.printTable(t)
	for _, job := range p.Jobs {
		fmt.Fprintf(c.stdout, "\n%s  %s: %s\n", number(job), job.Model, job.Means())
		for _, reference := range job.References {
			fmt.Fprintln(c.stdout, "   "+reference)
		}
		for _, mask := range job.Masks {
			fmt.Fprintln(c.stdout, "   masked "+mask)
		}
		if sql && job.SQL != "" {
			fmt.Fprintf(c.stdout, "   %s\n", strings.ReplaceAll(job.SQL, "\n", "\n   "))
		}
	}
	if len(p.Notes) > 0 || p.TargetError != nil {
		fmt.Fprintln(c.stdout)
	}
	c.printNotes(p.Notes)
	if p.TargetError != nil {
		message, hint := describe(p.TargetError)
		message, hint = c.secrets.hide(message), c.secrets.hide(hint)
		fmt.Fprintf(c.stdout, "note:    the target would refuse: %s\nhint:    %s\n", message, hint)
		return
	}
	if len(p.Notes) == 0 {
		fmt.Fprintln(c.stdout)
	}
	c.printNext("gyro export" + s.again())
}

// number is a job's number; a model that is only included has none.
func number(job gyro.PlannedJob) string {
	if job.Job == 0 {
		return "-"
	}
	return strconv.Itoa(job.Job)
}
