package config_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/config"
	"github.com/gyrodata/gyro/csvdir"
	"github.com/gyrodata/gyro/export"
	"github.com/gyrodata/gyro/load"
	"github.com/gyrodata/gyro/postgres"
)

// What a file says of a load, and the structs that a Go program would have built.
func TestLoader(t *testing.T) {
	t.Parallel()
	c, err := config.Parse("gyro.yaml", []byte(`
source: ${ORG}
target: postgres://dev/dev
via: between
record: undo/${ORG}
ids: sequential
conflict: {update: [code, shop]}
create: true
exclusive: never
disable_triggers: true
lock_timeout: 2s
stall_timeout: 3s
importers:
  plan: {ids: {natural: [slug]}, conflict: skip}
  tag: {ids: {derived: name}}
  tenant: {ids: {fixed: {1060: 10, 7: 8}}, conflict: fail, columns: {subdomain: {expr: "value || '-x'"}, tags: {ref: tag, each: true}}}
  other: {ids: keep, conflict: update}
`), env)
	if err != nil {
		t.Fatal(err)
	}
	importers := gyro.Registry{
		{Model: gyro.Table("plan"), IDs: gyro.NaturalKey("slug"), Conflict: gyro.Skip()},
		{Model: gyro.Table("tag"), IDs: gyro.Derived("name")},
		{Model: gyro.Table("tenant"), IDs: gyro.Fixed(map[int]int{1060: 10, 7: 8}), Conflict: gyro.Fail(), Columns: gyro.Columns{
			"subdomain": {Expr: "value || '-x'"}, "tags": {Ref: gyro.Table("tag"), Each: true},
		}},
		{Model: gyro.Table("other"), IDs: gyro.Keep(), Conflict: gyro.Update()},
	}
	want := load.Slice{
		Source:    csvdir.Dir{Path: "dev-qa-org-1"},
		Target:    postgres.DB{URL: "postgres://dev/dev", Exclusive: postgres.ExclusiveNever, DisableTriggers: true, LockTimeout: 2e9, StallTimeout: 3e9},
		Importers: importers, IDs: gyro.Sequential(), Conflict: gyro.Update("code", "shop"), Create: true, Record: csvdir.Dir{Path: "undo/dev-qa-org-1"},
	}
	if d := cmp.Diff(want, c.Load(), exact); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
	want.Source = csvdir.Dir{Path: "between"}
	take, load := c.Copy()
	if d := cmp.Diff(want, load, exact); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
	first := export.Slice{Source: postgres.DB{URL: "dev-qa-org-1", LockTimeout: 2e9, StallTimeout: 3e9}, Target: csvdir.Dir{Path: "between"}, Importers: importers}
	if d := cmp.Diff(first, take, exact); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}

func TestLoaderMistakes(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"ids: natural":                                   "f:1:6: ids must be one of these (keep, sequential, max+1, {offset: 1000000}, {natural",
		"ids: {natural: [a], fixed: {1: 2}}":             "ids must be one of them",
		"ids: {}":                                        "ids must be one of them",
		"ids: {naturel: [a]}":                            `did you mean "natural"?`,
		"ids: {fixed: {1: null}}":                        "fixed: a new id can't be null",
		"conflict: never":                                "f:1:11: conflict must be one of these (fail, skip",
		"conflict: {skip: [a], update: [b]}":             "conflict must be one of them",
		"exclusive: perhaps":                             "exclusive must be one of these (auto, always or never)",
		"importers: {a: {columns: {b: {expr: '${X}'}}}}": "expr: a variable can't be put into SQL",
	} {
		_, err := config.Parse("f", []byte(text+"\n"), env)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}
