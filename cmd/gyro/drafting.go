package main

import (
	"cmp"
	"fmt"
	"strconv"

	"github.com/gyrodata/gyro/draft"
	"github.com/gyrodata/gyro/progress"
	"github.com/gyrodata/gyro/schema"
)

// shownRoots is how many tables are offered.
const shownRoots = 9

func (a *asking) Root(candidates []draft.Candidate) (schema.Name, error) {
	fmt.Fprintln(a.w, "Which table does the slice begin with?")
	shown := candidates[:min(len(candidates), shownRoots)]
	width := 0
	for _, c := range shown {
		width = max(width, len([]rune(name(c.Table))))
	}
	for i, c := range shown {
		fmt.Fprintf(a.w, "  %d  %-*s  %s, %s below\n", i+1, width, name(c.Table), rowsOf(c.Rows), numberOf(c.Below, "table"))
	}
	for {
		answer, err := a.ask("A number, or a table's name", "1")
		if err != nil {
			return schema.Name{}, err
		}
		if n, err := strconv.Atoi(answer); err == nil && n >= 1 && n <= len(shown) {
			return shown[n-1].Table, nil
		}
		for _, c := range candidates {
			if c.Table.String() == answer {
				return c.Table, nil
			}
		}
		fmt.Fprintln(a.w, "There is no such table.")
	}
}

func (a *asking) Rows(root draft.Candidate, suggested string) (string, error) {
	byDefault, choice := cmp.Or(suggested, "all"), "A condition in SQL, or all"
	if suggested == draft.FirstRow {
		choice = "A condition in SQL, first, or all"
	}
	answer, err := a.ask(fmt.Sprintf("Which rows of %s? %s", name(root.Table), choice), byDefault)
	if err != nil || answer == "all" {
		return "", err
	}
	return answer, nil
}

func (a *asking) Limit(job draft.Job) (int, error) {
	of := ""
	if job.Per != "" {
		of = " for each " + progress.Printable(job.Per, "")
	}
	for {
		answer, err := a.ask(fmt.Sprintf("How many rows of %s%s (%s)? A number, or all", name(job.Table), of, rowsOf(job.Of)), strconv.Itoa(job.Limit))
		if err != nil || answer == "all" {
			return 0, err
		}
		if n, err := strconv.Atoi(answer); err == nil && n > 0 {
			return n, nil
		}
		fmt.Fprintln(a.w, "A number from 1 on, or all.")
	}
}

func name(n schema.Name) string { return progress.Printable(n.String(), "") }

func rowsOf(n float64) string {
	if n < 0 {
		return "rows not known"
	}
	if n == 1 {
		return "1 row"
	}
	return count(int64(n)) + " rows"
}
