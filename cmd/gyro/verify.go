package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/csvdir"
	"github.com/gyrodata/gyro/pgcsv"
	"github.com/gyrodata/gyro/planted"
)

// unprovenError is one thing that keeps a slice from being proved.
type unprovenError struct{ problem, hint string }

func (e *unprovenError) Error() string { return e.problem }

func (c *cli) verify() *cobra.Command {
	var (
		fences []string
		opts   csvdir.VerifyOptions
		asJSON bool
		list   string
	)
	cmd := &cobra.Command{
		Use:   "verify DIR",
		Short: "Prove from the files alone that a slice is whole and closed",
		Long: `Prove from the files alone, with no database, that a slice is whole and closed: every file
is the one that the manifest lists, keys are unique, and every reference leads to a row of
the slice or is NULL.

--fence accounts_tenant=1 proves more: that no row belongs to another row of accounts_tenant,
by any chain of references. Where one does, the chain is printed. A key of several columns is
written with commas. Polymorphic references are followed where their condition is column = value
or column IN (values), joined by AND; others are named.

--planted FILE, with one value a line, proves that none of these stands in any file, whole or as
a part of a field, in JSON or an array too, nor in the manifest. What is found is told by file,
row, column and line of the list.

Nothing that is printed quotes a value, unless --show-values is given.`,
		Example: "  gyro verify slices/dev-qa-org-1\n  gyro verify slices/dev-qa-org-1 --fence accounts_tenant=1\n  gyro verify slices/dev-qa-org-1 --planted clear-values.txt",
		Args: func(cmd *cobra.Command, args []string) error {
			return wantArgs(cmd, len(args) == 1, "name the directory of one slice")
		},
		ValidArgsFunction: directories(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			wanted, err := parseFences(fences)
			if err != nil {
				return err
			}
			if list != "" {
				if opts.Planted, err = readPlanted(list); err != nil {
					return err
				}
			}
			return c.runVerify(cmd.Context(), args[0], wanted, opts, asJSON)
		},
	}
	cmd.Flags().StringArrayVar(&fences, "fence", nil, "TABLE=KEY: no row may belong to another row of the table; can be repeated")
	cmd.Flags().StringVar(&list, "planted", "", "file of values, one a line, of which none may stand in the slice")
	_ = cmd.MarkFlagFilename("planted")
	cmd.Flags().BoolVar(&opts.ShowValues, "show-values", false, "print the values of keys and references that are wrong")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	_ = cmd.RegisterFlagCompletionFunc("fence", begun(func(_ *cobra.Command, args []string) []string {
		if len(args) == 0 {
			return nil
		}
		return tablesIn(args[0])
	}, "="))
	return cmd
}

// readPlanted reads a list of values that a slice must not hold.
func readPlanted(path string) (*planted.List, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, &usageError{err: fmt.Errorf("--planted %s: %w", path, errors.Unwrap(err)), hint: "a file with one value a line"}
	}
	defer file.Close() //nolint:errcheck // only read
	list, err := planted.Read(file)
	var mistakes []error
	for _, e := range split(err) {
		if e != nil {
			mistakes = append(mistakes, &usageError{err: fmt.Errorf("--planted %s: %w", path, e), hint: fmt.Sprintf("one value a line, of %d characters at least", planted.Least)})
		}
	}
	return list, errors.Join(mistakes...)
}

// wantArgs refuses arguments as a mistake of usage.
func wantArgs(cmd *cobra.Command, ok bool, want string) error {
	if ok {
		return nil
	}
	return &usageError{err: errors.New(want), hint: cmd.UseLine()}
}

// fence is a row that was named on the command line.
type fence struct {
	text  string // as it was written
	table string
	key   []string
}

func parseFences(texts []string) ([]fence, error) {
	var (
		fences   []fence
		mistakes []error
	)
	for _, text := range texts {
		name, value, _ := strings.Cut(text, "=")
		key, err := parseKey(value)
		if err != nil || name == "" {
			mistakes = append(mistakes, &usageError{err: fmt.Errorf("%q is no fence", text), hint: "--fence TABLE=KEY, such as accounts_tenant=1"})
			continue
		}
		fences = append(fences, fence{text: text, table: name, key: key})
	}
	return fences, errors.Join(mistakes...)
}

// parseKey reads the values of a key: separated by commas, in quotes where a value holds one.
func parseKey(text string) ([]string, error) {
	fields, err := pgcsv.Split([]byte(text), nil)
	if err != nil {
		return nil, err //nolint:wrapcheck // the caller says what was meant
	}
	key := make([]string, len(fields))
	for i, f := range fields {
		if f.Null {
			return nil, errors.New("an empty value")
		}
		key[i] = string(f.Value)
	}
	return key, nil
}

// verified is what verify prints as JSON.
type verified struct {
	*csvdir.Verification
	Fences []*csvdir.Leaks `json:"fences,omitempty"`
}

func (c *cli) runVerify(ctx context.Context, path string, fences []fence, opts csvdir.VerifyOptions, asJSON bool) error {
	v, err := csvdir.Verify(ctx, path, opts)
	if err != nil {
		return err //nolint:wrapcheck // it says operation and place itself
	}
	result := verified{Verification: v}
	found := []error{unproven(v)}
	for _, f := range fences {
		if !v.Proved() {
			found = append(found, &unprovenError{problem: "fence " + f.text + " was not looked at: it counts on references that lead to a row", hint: "mend the slice first"})
			continue
		}
		leaks, err := csvdir.Fence(ctx, path, f.table, f.key, opts)
		if err != nil {
			return err //nolint:wrapcheck // it says operation and place itself
		}
		result.Fences = append(result.Fences, leaks)
		if !leaks.None() {
			found = append(found, &unprovenError{problem: leakText(f, leaks), hint: "gyro why says how such a row came into the slice"})
		}
	}
	if asJSON {
		return errors.Join(append(found, c.printJSON(result))...)
	}
	c.printVerification(v)
	if opts.Planted != nil {
		c.printPlanted(v)
	}
	for i, leaks := range result.Fences {
		c.printFence(fences[i], leaks)
	}
	err = errors.Join(found...)
	if err == nil {
		c.printNext("gyro import --source "+shellWord(path)+" --target postgres://…", "gyro report "+shellWord(path)+" --open")
	}
	return err
}

// unproven is what keeps a slice from being proved, or nil.
func unproven(v *csvdir.Verification) error {
	var found []error
	for _, p := range v.Problems {
		found = append(found, &unprovenError{problem: p.String(), hint: p.Hint})
	}
	return errors.Join(found...)
}

func (c *cli) printVerification(v *csvdir.Verification) {
	t := newTable("file", "rows", "keys", "references")
	var (
		rows             int64
		keys, references int
	)
	for _, f := range v.Files {
		rows, keys, references = rows+f.Rows, keys+f.Keys, references+f.References
		t.AppendRow(table.Row{f.File, count(f.Rows), f.Keys, f.References})
	}
	t.AppendFooter(table.Row{numberOf(len(v.Files), "file"), count(rows), keys, references})
	c.printTable(t)
	state := "proved"
	if !v.Proved() {
		state = "NOT proved"
	}
	fmt.Fprintf(c.stdout, "\nslice    %s: %s, in %s s\n", v.Path, state, seconds(v.Elapsed))
	for _, r := range v.References {
		if r.NotProvable != "" {
			c.printNotes([]gyro.Text{gyro.Textf("%s: reference %s to %s was proved at export, not provable from files: %s", r.File, r.Name, r.To, r.NotProvable)})
		}
	}
}

func (c *cli) printPlanted(v *csvdir.Verification) {
	state := "in no file"
	for _, p := range v.Problems {
		switch p.Kind {
		case csvdir.Planted:
			state = "FOUND"
		case csvdir.BadManifest, csvdir.MissingFile, csvdir.WrongHeader, csvdir.Malformed:
			if state != "FOUND" {
				state = "NOT proved: not all could be read"
			}
		}
	}
	fmt.Fprintf(c.stdout, "planted  %s: %s\n", numberOf(v.Planted, "value"), state)
}

// leakText says how many rows of which files are outside a fence.
func leakText(f fence, leaks *csvdir.Leaks) string {
	var files []string
	for _, l := range leaks.Files {
		files = append(files, l.File+" "+count(l.Rows))
	}
	atLeast := ""
	if leaks.Partial {
		atLeast = "at least "
	}
	return fmt.Sprintf("fence %s: rows that belong to another row of %s: %s%s", f.text, leaks.Table, atLeast, strings.Join(files, ", "))
}

func (c *cli) printFence(f fence, leaks *csvdir.Leaks) {
	defer func() {
		for _, name := range leaks.NotFollowed {
			c.printNotes([]gyro.Text{gyro.Textf("fence %s: not followed, for files don't show which rows refer by it: %s", f.text, name)})
		}
	}()
	if leaks.None() {
		fmt.Fprintf(c.stdout, "fence    %s: holds\n", f.text)
		return
	}
	fmt.Fprintf(c.stdout, "fence    %s: does NOT hold\n", f.text)
	for i, link := range leaks.Chain {
		if i == 0 {
			fmt.Fprintf(c.stdout, "         %s", link)
		} else {
			fmt.Fprintf(c.stdout, "         → %s", link)
		}
		if link.Reference != "" {
			fmt.Fprintf(c.stdout, ", by %s", link.Reference)
		}
		fmt.Fprintln(c.stdout)
	}
}
