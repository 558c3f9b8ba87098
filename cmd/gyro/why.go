package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gyrodata/gyro/csvdir"
)

// explained is what why prints as JSON.
type explained struct {
	Steps []csvdir.Reason `json:"steps"`
}

func (c *cli) why() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "why DIR TABLE KEY",
		Short: "Say why a row is in a slice",
		Long: `Say why a row is in a slice, from the files alone: the job that selected it and the rows that
it was selected for, or the rows that refer to it (or, where a job follows, that it refers to),
up to a job's query or a whole table.

The row is named by its primary key, as it stands in the file; a key of several columns with
commas, or as several arguments.`,
		Example: "  gyro why slices/dev-qa-org-1 accounts_customer 4711\n  gyro why slices/dev-qa-org-1 sales.item 31,2",
		Args: func(cmd *cobra.Command, args []string) error {
			return wantArgs(cmd, len(args) >= 3, "name a directory, a table and a key")
		},
		ValidArgsFunction: func(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
			if len(args) == 1 {
				return offered(tablesIn(args[0]), typed, ""), cobra.ShellCompDirectiveNoFileComp
			}
			return directories(1)(cmd, args, typed)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			key := args[2:]
			if len(key) == 1 {
				var err error
				if key, err = parseKey(key[0]); err != nil {
					return &usageError{err: fmt.Errorf("the key can't be read: %w", err), hint: `values with commas between them, in double quotes where one holds a comma or a quote`}
				}
			}
			steps, err := csvdir.Why(cmd.Context(), args[0], args[1], key)
			if err != nil {
				return err //nolint:wrapcheck // it says operation and place itself
			}
			if asJSON {
				return c.printJSON(explained{steps})
			}
			for i, step := range steps {
				fmt.Fprintf(c.stdout, "%s row %d%s\n    %s\n", step.File, step.Row, named(step.Key), reason(steps, i))
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// named is the key of a row, as why takes one.
func named(key []string) string {
	if len(key) == 0 {
		return ""
	}
	shown := make([]string, len(key))
	for i, value := range key {
		shown[i] = value
		if plain := strconv.Quote(value); value == "" || strings.ContainsAny(value, `,"`) || plain != `"`+value+`"` {
			shown[i] = plain // no control character reaches the terminal
		}
	}
	return " (" + strings.Join(shown, ",") + ")"
}

// reason says why a step's row is in the slice.
func reason(steps []csvdir.Reason, i int) string {
	step := steps[i]
	if step.Followed {
		return fmt.Sprintf("included: it refers to the next row, by %s, and its job follows", called(step, step.Via))
	}
	if step.Included {
		return fmt.Sprintf("included: the next row refers to it, by %s", called(step, step.Via))
	}
	text := "selected"
	if step.Job > 0 {
		text += fmt.Sprintf(" by job %d", step.Job)
	}
	switch {
	case step.Whole:
		return text + ": the whole table"
	case step.Query && len(step.Restricted) > 0:
		return text + ": by its query, among the rows that " + strings.Join(all(step), ", ") + " allow"
	case step.Query:
		return text + ": by its query"
	case step.Via != "" && len(step.Restricted) > 1:
		return fmt.Sprintf("%s: it refers to the next row, by %s, and to selected rows by %s", text, called(step, step.Via), strings.Join(others(step), ", "))
	case step.Via != "":
		return fmt.Sprintf("%s: it refers to the next row, by %s", text, called(step, step.Via))
	case len(step.Restricted) > 0:
		return text + ": it refers to selected rows by " + strings.Join(all(step), ", ") + ", which bytes alone don't find"
	}
	return text + ": it refers to no selected row"
}

// called is a reference as a person knows it: by its columns.
func called(step csvdir.Reason, name string) string {
	if columns := step.Columns[name]; len(columns) > 0 {
		return strings.Join(columns, " and ")
	}
	return name
}

// all are the references that restricted a row.
func all(step csvdir.Reason) []string {
	var names []string
	for _, name := range step.Restricted {
		names = append(names, called(step, name))
	}
	return names
}

// others are the references that restricted a row, less the one that is followed.
func others(step csvdir.Reason) []string {
	var names []string
	for _, name := range step.Restricted {
		if name != step.Via {
			names = append(names, called(step, name))
		}
	}
	return names
}
