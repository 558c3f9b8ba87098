package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/spf13/cobra"

	"github.com/gyrodata/gyro/csvdir"
)

func (c *cli) diff() *cobra.Command {
	var (
		opts   csvdir.DiffOptions
		asJSON bool
	)
	cmd := &cobra.Command{
		Use:   "diff FROM TO",
		Short: "Say what is other in a slice than in one before",
		Long: `Say what is other in a slice than in one before: rows that were added, removed or changed, table by
table and by key, and columns that came and went. Values are compared by their bytes; the order of
rows counts for nothing. Of a table without a key a changed row is one removed and one added.

It ends with 6 where there is a difference. No value is printed, unless --show-values is given: then the
keys of the first rows are.`,
		Example: "  gyro diff slices/monday slices/tuesday\n  gyro diff slices/monday slices/tuesday --json",
		Args: func(cmd *cobra.Command, args []string) error {
			return wantArgs(cmd, len(args) == 2, "name the directories of two slices")
		},
		ValidArgsFunction: directories(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.runDiff(cmd.Context(), args[0], args[1], opts, asJSON)
		},
	}
	cmd.Flags().BoolVar(&opts.ShowValues, "show-values", false, "print the keys of the first rows that are other")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func (c *cli) runDiff(ctx context.Context, from, to string, opts csvdir.DiffOptions, asJSON bool) error {
	diff, err := csvdir.Diff(ctx, from, to, opts)
	if err != nil {
		return err //nolint:wrapcheck // it says operation and place itself
	}
	if asJSON {
		if err := c.printJSON(diff); err != nil {
			return err
		}
	} else {
		c.printDiff(diff)
	}
	if diff.Same() {
		return nil
	}
	return &foundError{problem: fmt.Sprintf("%d of %s differ", len(differing(diff)), numberOf(len(diff.Tables), "table"))}
}

func differing(diff *csvdir.Difference) []csvdir.TableDiff {
	return slices.DeleteFunc(slices.Clone(diff.Tables), csvdir.TableDiff.Same)
}

func (c *cli) printDiff(diff *csvdir.Difference) {
	all := differing(diff)
	if len(all) == 0 {
		fmt.Fprintf(c.stdout, "the same rows in %s\n", numberOf(len(diff.Tables), "table"))
		return
	}
	w := newTable("table", "rows", "added", "removed", "changed", "columns")
	w.SetColumnConfigs([]table.ColumnConfig{{Number: 3, Align: text.AlignRight}, {Number: 4, Align: text.AlignRight}, {Number: 5, Align: text.AlignRight}})
	for _, t := range all {
		w.AppendRow(table.Row{t.Table, rowsBecame(t), count(t.Added), count(t.Removed), count(t.Changed), strings.Join(columnsBecame(t), ", ")})
	}
	c.printTable(w)
	for _, t := range all {
		for _, r := range t.First {
			if len(r.Key) > 0 {
				fmt.Fprintf(c.stdout, "%s: %s, row %d: %s\n", t.Table, r.Kind, r.Row, strings.Join(r.Key, ", "))
			}
		}
	}
}

func rowsBecame(t csvdir.TableDiff) string {
	switch {
	case t.Came:
		return "came with " + count(t.To)
	case t.Gone:
		return "gone with " + count(t.From)
	case t.From == t.To:
		return count(t.To)
	}
	return count(t.From) + " → " + count(t.To)
}

func columnsBecame(t csvdir.TableDiff) []string {
	var lines []string
	for _, column := range t.Columns {
		lines = append(lines, fmt.Sprintf("%s in %s", column.Column, count(column.Rows)))
	}
	for _, name := range t.ColumnsCame {
		lines = append(lines, name+" came")
	}
	for _, name := range t.ColumnsGone {
		lines = append(lines, name+" is gone")
	}
	for _, typ := range t.Types {
		lines = append(lines, fmt.Sprintf("%s: %s → %s", typ.Column, cmp.Or(typ.From, "?"), cmp.Or(typ.To, "?")))
	}
	if t.Keyless {
		lines = append(lines, "no key: a changed row is one removed, one added")
	}
	return lines
}
