package postgres_test

import (
	"testing"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/internal/pgtest"
	"github.com/gyrodata/gyro/postgres"
	"github.com/gyrodata/gyro/sheets"
)

// What is shown of a column that is called as another is what stands in it.
func TestSheetPlaces(t *testing.T) {
	t.Parallel()
	url := pgtest.DB(t)
	pgtest.Exec(t, url, "CREATE TABLE trade (title text, bought numeric, sold numeric, rest int)")
	report, err := sheets.Load{
		Files: []sheets.File{sheetOf(t, "trade", "Title,Price,Price,\nnet,1.5,much,some\n")}, Target: postgres.DB{URL: url}, ShowValues: true,
		Importers: gyro.Registry{{Model: gyro.Table("trade"), Columns: gyro.Columns{"bought": {From: "#2"}, "sold": {From: "#3"}, "rest": {From: "#4"}}}},
	}.Run(t.Context())
	wantFaults(t, report, err, "trade 1: Price #3: invalid-value", "trade 1: #4: invalid-value")
	for _, rule := range report.Load.Validation.Files[0].Rules {
		if want := map[string]string{"Price #3": "much", "#4": "some"}[rule.Column]; rule.First[0].Value == nil || *rule.First[0].Value != want {
			t.Errorf("%s: shown is %v, want %s", rule.Column, rule.First[0].Value, want)
		}
	}
}
