package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/config"
)

// printError writes each of the joined errors as "error:" and, where there is one, "hint:"; with --show-values also what the
// server said, as "words:".
func (c *cli) printError(err error) {
	screen := &screen{w: c.stderr}
	for _, e := range split(err) {
		if errors.Is(e, context.Canceled) {
			fmt.Fprintln(screen, "error: interrupted; nothing was changed")
			continue
		}
		message, hint := describe(e)
		message, hint = c.secrets.hide(message), c.secrets.hide(hint)
		fmt.Fprintln(screen, "error: "+message)
		if words := gyro.Words(e); c.showValues && words != "" {
			fmt.Fprintln(screen, "words: "+strconv.Quote(c.secrets.hide(words)))
		}
		if hint != "" {
			fmt.Fprintln(screen, "hint:  "+hint)
		}
	}
}

// foundError says that there is something to look at.
type foundError struct{ problem, hint string }

func (e *foundError) Error() string { return e.problem }

// split takes joined errors apart.
func split(err error) []error {
	// Not errors.As: causes that are joined belong to the error that has them.
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return []error{err}
	}
	var all []error
	for _, e := range joined.Unwrap() {
		all = append(all, split(e)...)
	}
	return all
}

func describe(err error) (message, hint string) {
	var (
		usage    *usageError
		inFile   *config.Error
		mistake  *gyro.Mistake
		failure  *gyro.Error
		unproven *unprovenError
		found    *foundError
	)
	switch {
	case errors.As(err, &found):
		return found.problem, found.hint
	case errors.As(err, &unproven):
		return unproven.problem, unproven.hint
	case errors.As(err, &usage):
		return usage.Error(), usage.hint
	case errors.As(err, &inFile):
		return inFile.Place() + ": " + inFile.Problem, inFile.Hint
	case errors.As(err, &mistake):
		return config.Words(mistake.Place + ": " + mistake.Problem), config.Words(mistake.Hint)
	case errors.As(err, &failure):
		bare := *failure
		bare.Hint = ""
		return config.Words(bare.Text()), config.Words(failure.Hint)
	}
	return err.Error(), ""
}

// printReport writes what a run did: files, rows, bytes, seconds, and where they lie.
func (c *cli) printReport(r *gyro.Report) {
	t := newTable("file", "rows", "bytes", "seconds")
	for _, f := range r.Files {
		t.AppendRow(table.Row{f.File, count(f.Rows), count(f.Bytes), seconds(f.Elapsed)})
	}
	t.AppendFooter(table.Row{numberOf(len(r.Files), "file"), count(r.Rows), count(r.Bytes), seconds(r.Elapsed)})
	c.printTable(t)
	fmt.Fprintf(c.stdout, "\nslice    %s\n", r.Place)
	fmt.Fprintf(c.stdout, "taken    %s%s, %s\n", r.Origin.Time.Format(time.RFC3339), onStandby(r.Origin), r.Origin.Server)
	c.printNotes(r.Notes)
}

// printJSON prints a value as JSON that people can read too.
func (c *cli) printJSON(value any) error {
	out := json.NewEncoder(c.stdout)
	out.SetIndent("", "  ")
	out.SetEscapeHTML(false)
	return out.Encode(value) //nolint:wrapcheck // it is of standard output
}

func (c *cli) printNotes(notes []gyro.Text) {
	for _, note := range notes {
		fmt.Fprintln(c.stdout, "note:    "+config.Words(note))
	}
}

// printNext says which commands may come next.
func (c *cli) printNext(commands ...string) {
	for i, command := range commands {
		word := "next"
		if i > 0 {
			word = "or"
		}
		fmt.Fprintf(c.stdout, "%-8s %s\n", word, command)
	}
}

// shellWord is a word as a shell reads it.
func shellWord(text string) string {
	if strings.Trim(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./") == "" {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}

func onStandby(o gyro.Origin) string {
	if o.Standby {
		return " on a standby"
	}
	return ""
}

// newTable is a table whose first column is text and the others numbers.
func newTable(columns ...any) table.Writer {
	t := table.NewWriter()
	t.SetStyle(table.StyleLight)
	style := t.Style()
	style.Options = table.OptionsNoBordersAndSeparators
	style.Options.SeparateHeader = true
	style.Options.SeparateFooter = true
	style.Format.Header, style.Format.Footer = text.FormatDefault, text.FormatDefault
	t.AppendHeader(columns)
	var configs []table.ColumnConfig
	for i := range columns {
		if i > 0 {
			configs = append(configs, table.ColumnConfig{
				Number: i + 1, Align: text.AlignRight, AlignHeader: text.AlignRight, AlignFooter: text.AlignRight,
			})
		}
	}
	t.SetColumnConfigs(configs)
	return t
}

// printTable leaves out the blanks at the ends of lines.
func (c *cli) printTable(t table.Writer) { writeTable(c.stdout, t) }

func writeTable(w io.Writer, t table.Writer) {
	for line := range strings.Lines(t.Render()) {
		fmt.Fprintln(w, strings.TrimRight(line, " \n"))
	}
}

// count writes a number with a thin separator between thousands: 1,234,567.
func count(n int64) string {
	digits := strconv.FormatInt(n, 10)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

func seconds(d time.Duration) string { return strconv.FormatFloat(d.Seconds(), 'f', 2, 64) }
