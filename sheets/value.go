package sheets

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/pgcsv"
)

// showValues puts what stands in the files into the violations, and counts the values that break each rule.
func (r *run) showValues(ctx context.Context) error {
	next := 0
	for i, step := range r.planning.files {
		if step.made() {
			continue
		}
		file := &r.report.Load.Validation.Files[next]
		next++
		shown := newShownValues(file, step.sheet.labels)
		if len(shown.rules) == 0 {
			continue
		}
		var reasons []string
		err := r.again(ctx, i, nil, func(yield func(row int64) error) error {
			return r.target.Rejected(ctx, i, func(row int64, why []string) error {
				reasons = why
				return yield(row)
			})
		}, func(record *pgcsv.Record) error {
			shown.take(record, reasons)
			return nil
		})
		if err != nil {
			return err
		}
		shown.finish()
	}
	return nil
}

// shownValues are the values of one file that break its rules.
type shownValues struct {
	rules map[string]*shownRule // by the reason that is given for a row
}

// shownRule is a rule with the values that break it.
type shownRule struct {
	rule    *gyro.BrokenRule
	columns []int
	first   map[int64]*gyro.Violation // by row
	counts  map[string]int64
}

// countedValues bounds how many values of a rule are counted, and longestValue how long they are: what repeats is neither.
const (
	countedValues = 10_000
	longestValue  = 200
)

// newShownValues takes the rules that are about columns of the file.
func newShownValues(file *gyro.FileValidation, labels []string) *shownValues {
	all := &shownValues{rules: map[string]*shownRule{}}
	for i := range file.Rules {
		rule := &file.Rules[i]
		own := &shownRule{rule: rule, first: map[int64]*gyro.Violation{}, counts: map[string]int64{}}
		names := strings.Split(rule.Column, ", ")
		if slices.Contains(labels, rule.Column) { // a header may hold a comma
			names = []string{rule.Column}
		}
		for _, name := range names {
			if at := slices.Index(labels, name); at >= 0 {
				own.columns = append(own.columns, at)
			}
		}
		if len(own.columns) == 0 {
			continue
		}
		for k := range rule.First {
			own.first[rule.First[k].Row] = &rule.First[k]
		}
		all.rules[rule.Column+": "+rule.Text] = own
	}
	return all
}

// take takes a row that breaks rules, for those reasons.
func (s *shownValues) take(record *pgcsv.Record, reasons []string) {
	for _, reason := range reasons {
		own := s.rules[reason]
		if own == nil {
			continue
		}
		var values []string
		for _, at := range own.columns {
			if at < len(record.Cells) {
				values = append(values, string(record.Cells[at].Text))
			}
		}
		value := strings.Join(values, ", ")
		if violation := own.first[record.Row]; violation != nil {
			violation.Value = &value
		}
		if _, known := own.counts[value]; known || len(own.counts) < countedValues && len(value) <= longestValue {
			own.counts[value]++
		}
	}
}

// finish lists the values that stand in most rows.
func (s *shownValues) finish() {
	for _, own := range s.rules {
		values := make([]gyro.BadValue, 0, len(own.counts))
		for value, n := range own.counts {
			values = append(values, gyro.BadValue{Value: value, Count: n})
		}
		slices.SortFunc(values, func(a, b gyro.BadValue) int {
			return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Value, b.Value))
		})
		own.rule.Values = values[:min(len(values), gyro.MaxBadValues)]
	}
}
