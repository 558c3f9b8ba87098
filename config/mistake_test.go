package config_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/gyrodata/gyro/config"
)

func TestMistakes(t *testing.T) {
	t.Parallel()
	const known = "(known here: conflict, create, disable_triggers, exclusive, ids, importers, jobs, key_memory, lock_timeout, mask_key_file, masks, max_duration, max_rows, missing, order, overwrite, record, retries, source, stall_timeout, statement_timeout, target, unsorted, via, workers)"
	lines := func(l ...string) string { return strings.Join(l, "\n") }
	for name, c := range map[string]struct{ text, want string }{
		"size without unit":          {"key_memory: 5\n", `f:1:13: key_memory must be a size above zero (such as 256MB or 1GB)`},
		"size of nothing":            {"key_memory: 0MB\n", `f:1:13: key_memory must be a size above zero (such as 256MB or 1GB)`},
		"size too large":             {"key_memory: 9999999999999GB\n", `f:1:13: key_memory must be a size above zero (such as 256MB or 1GB)`},
		"size in other words":        {"key_memory: 5kMB\n", `f:1:13: key_memory must be a size above zero (such as 256MB or 1GB)`},
		"key unknown":                {"colour: red\n", `f:1:1: unknown key "colour" in the file ` + known},
		"key misspelt":               {"target: a\nsorce: b\n", `f:2:1: unknown key "sorce" in the file (did you mean "source"?)`},
		"key in another spelling":    {"lockTimeout: 1s\n", `f:1:1: unknown key "lockTimeout" in the file (did you mean "lock_timeout"?)`},
		"key that is no name":        {"{\"postgres://u:p@h\": 1}\n", `f:1:2: unknown key (not shown) in the file ` + known},
		"key twice":                  {"source: a\nsource: b\n", `f:2:1: mapping key "source" already defined at [1:1]`},
		"merge":                      {"<<: {source: a}\n", `f:1:1: unknown key (not shown) in the file ` + known},
		"comma in a flow mapping":    {"jobs: [{model: b, where: id in (1,2)}]\n", `f:1:35: unknown key (not shown) in job 1 (put quotes around a text that holds a comma or a brace: where: "id IN (1, 2)")`},
		"not a mapping":              {"- a\n", `f:1:1: the file must be a mapping (write key: value)`},
		"a word":                     {"hello\n", `f:1:1: the file must be a mapping (write key: value)`},
		"several documents":          {"source: a\n---\nsource: b\n", `f: there are several documents (one file, one run)`},
		"source a number":            {"source: 5\n", `f:1:9: source must be a text (put quotes around it)`},
		"target empty":               {"target:\n", `f:1:9: target is empty (give it a value, or leave it out)`},
		"overwrite":                  {"overwrite: maybe\n", `f:1:12: overwrite must be true or false`},
		"unsorted":                   {"unsorted: 1\n", `f:1:11: unsorted must be true or false`},
		"timeout without unit":       {"lock_timeout: 5\n", `f:1:15: lock_timeout must be a duration above zero (such as 30s or 5m)`},
		"timeout below zero":         {"statement_timeout: -5s\n", `f:1:20: statement_timeout must be a duration above zero (such as 30s or 5m)`},
		"importers a list":           {"importers: [a]\n", `f:1:12: importers must be a mapping (write key: value)`},
		"jobs a mapping":             {"jobs: {a: b}\n", `f:1:7: jobs must be a list (write a list: [a, b], or a line a value, each after a dash)`},
		"importer's name":            {"importers: {a.b.c: }\n", `f:1:13: table name "a.b.c": more than schema and table; put a part that holds a dot in double quotes (table, or schema.table)`},
		"importer a text":            {"importers: {a: b}\n", `f:1:16: importer a must be a mapping (write key: value)`},
		"importer's key":             {"importers: {a: {colums: {}}}\n", `f:1:17: unknown key "colums" in importer a (did you mean "columns"?)`},
		"file a list":                {"importers: {a: {file: [b]}}\n", `f:1:23: file must be a text (put quotes around it)`},
		"columns a text":             {"importers: {a: {columns: b}}\n", `f:1:26: columns must be a mapping (write key: value)`},
		"column's model":             {"importers: {a: {columns: {b: c.}}}\n", `f:1:30: table name "c.": an empty part (table, or schema.table)`},
		"column's ref":               {"importers: {a: {columns: {b: {ref: 'c\"'}}}}\n", `f:1:36: table name "c\"": a quote inside a part that is not quoted (table, or schema.table)`},
		"column's ref a number":      {"importers: {a: {columns: {b: {ref: 5}}}}\n", `f:1:36: ref must be a text (put quotes around it)`},
		"column a number":            {"importers: {a: {columns: {b: 5}}}\n", `f:1:30: importer a, column b must be a mapping (write key: value)`},
		"column's key":               {"importers: {a: {columns: {b: {reff: c}}}}\n", `f:1:31: unknown key "reff" in importer a, column b (did you mean "ref"?)`},
		"soft":                       {"importers: {a: {columns: {b: {soft: 'true'}}}}\n", `f:1:37: soft must be true or false`},
		"over and to":                {"importers: {a: {columns: {b: {over: [a], to: 1}}}}\n", lines(`f:1:37: over must be a text (put quotes around it)`, `f:1:46: to must be a text (put quotes around it)`)},
		"job without model":          {"jobs:\n- where: a\n", `f:2:8: job 1 has no model (model: and the table's name)`},
		"job empty":                  {"jobs:\n- a\n-\n", `f:3:3: job 2 has no model (model: and the table's name)`},
		"job a number":               {"jobs: [5]\n", `f:1:8: job 1 must be a mapping (write key: value)`},
		"job's name":                 {"jobs: [a.b.c]\n", `f:1:8: table name "a.b.c": more than schema and table; put a part that holds a dot in double quotes (table, or schema.table)`},
		"job's model":                {"jobs: [{model: ''}]\n", `f:1:16: table name "": an empty part (table, or schema.table)`},
		"job's model a number":       {"jobs: [{model: 5, where: a}]\n", `f:1:16: model must be a text (put quotes around it)`},
		"job's key":                  {"jobs: [{model: a, were: b}]\n", `f:1:19: unknown key "were" in job 1 (did you mean "where"?)`},
		"where and sql":              {"jobs: [{model: a, where: b, sql: c}]\n", `f:1:8: job 1 has both where and sql (keep one)`},
		"args alone":                 {"jobs: [{model: a, args: [1]}]\n", `f:1:25: job 1 has args, but neither where nor sql`},
		"args no list":               {"jobs: [{model: a, where: b, args: 1}]\n", `f:1:35: args must be a list (write a list: [a, b], or a line a value, each after a dash)`},
		"where a number":             {"jobs: [{model: a, where: 5, args: [1]}]\n", `f:1:26: where must be a text (put quotes around it)`},
		"where empty":                {"jobs: [{model: a, where: ' '}]\n", `f:1:26: where is empty (leave it out to take every row)`},
		"sql null":                   {"jobs: [{model: a, sql: ~}]\n", `f:1:24: sql is empty (give it a value, or leave it out)`},
		"variable in where":          {"jobs: [{model: a, where: 'id = ${ID}'}]\n", `f:1:26: where: a variable can't be put into SQL (write $1, and args: ["${NAME}"])`},
		"variable in sql, escaped":   {"jobs: [{model: a, sql: 'SELECT $${ID}'}]\n", `f:1:24: sql: a variable can't be put into SQL (write $1, and args: ["${NAME}"])`},
		"argument a mapping":         {"jobs: [{model: a, where: b, args: [1, {c: d}]}]\n", `f:1:39: job 1, argument 2 can't be an argument (a number, a text, true, false, null, or a list of them)`},
		"argument infinity":          {"jobs: [{model: a, where: b, args: [.inf]}]\n", `f:1:36: job 1, argument 1 can't be an argument (a number, a text, true, false, null, or a list of them)`},
		"list of two kinds":          {"jobs: [{model: a, where: b, args: [[1, x]]}]\n", `f:1:36: job 1, argument 1: the items of a list must be of one kind, and not null`},
		"list with null":             {"jobs: [{model: a, where: b, args: [[1, null]]}]\n", `f:1:36: job 1, argument 1: the items of a list must be of one kind, and not null`},
		"list in a list":             {"jobs: [{model: a, where: b, args: [[[1]]]}]\n", `f:1:37: job 1, argument 1, item 1 can't be an argument (a number, a text, true or false)`},
		"list in itself":             {"jobs: [{model: a, where: b, args: [&x [*x]]}]\n", `f:1:40: job 1, argument 1, item 1 can't be an argument (a number, a text, true or false)`},
		"alias in itself":            {"source: &x *x\n", `f:1:12: unexpected scalar value type`},
		"alias without anchor":       {"source: *x\njobs: [*y, {model: *y, where: *z, args: [*z, [*z]]}]\n", lines(`f:1:9: no anchor of that name comes before this alias (put quotes around a text that begins with *)`, `f:2:8: no anchor of that name comes before this alias (put quotes around a text that begins with *)`, `f:2:20: no anchor of that name comes before this alias (put quotes around a text that begins with *)`, `f:2:31: no anchor of that name comes before this alias (put quotes around a text that begins with *)`, `f:2:42: no anchor of that name comes before this alias (put quotes around a text that begins with *)`, `f:2:47: no anchor of that name comes before this alias (put quotes around a text that begins with *)`)},
		"variable not set":           {"source: a${NO}b${NEITHER}\n", lines(`f:1:9: source: environment variable NO is not set (export NO=…)`, `f:1:9: source: environment variable NEITHER is not set (export NEITHER=…)`)},
		"variable not closed":        {"target: a${ORG\n", `f:1:9: target: ${ is not closed (write $${ for a plain ${)`},
		"variable without a name":    {"target: a${}\n", `f:1:9: target: what stands in ${} is no variable's name (write $${ for a plain ${)`},
		"variable with another name": {"target: a${x:-y}\n", `f:1:9: target: what stands in ${} is no variable's name (write $${ for a plain ${)`},
		"variable of an argument":    {"jobs: [{model: a, where: b, args: [['${NO}']]}]\n", `f:1:37: job 1, argument 1, item 1: environment variable NO is not set (export NO=…)`},
		"syntax: tab":                {"jobs:\n\t- a\n", "f:2:1: found character tab that cannot start any token (indent with blanks)"},
		"syntax: quote":              {"source: 'a\n", `f:1:9: could not find end character of single-quoted text`},
		"syntax: bracket":            {"jobs: [a\n", `f:1:7: sequence end token ']' not found`},
		"syntax: indent":             {"source: a\n target: b\n", `f:1:9: mapping value is not allowed in this context`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := config.Parse("f", []byte(c.text), env)
			if err == nil || err.Error() != c.want {
				t.Errorf("got  %v\nwant %s", err, c.want)
			}
			var mistake *config.Error
			if !errors.As(err, &mistake) {
				t.Errorf("%T is no config.Error", err)
			}
		})
	}
}

// All mistakes come at once, in the order of the file.
func TestMistakesAll(t *testing.T) {
	t.Parallel()
	const text = `
source: ${NO}
targt: x
importers:
  a: {columns: {b: {soft: maybe}}}
jobs:
  - {model: a, where: x, sql: y}
  - {}
  - {model: a, args: [{}]}
overwrite: perhaps
`
	want := strings.Join([]string{
		`f:2:9: source: environment variable NO is not set (export NO=…)`,
		`f:3:1: unknown key "targt" in the file (did you mean "target"?)`,
		`f:5:27: soft must be true or false`,
		`f:7:5: job 1 has both where and sql (keep one)`,
		`f:8:5: job 2 has no model (model: and the table's name)`,
		`f:9:23: job 3, argument 1 can't be an argument (a number, a text, true, false, null, or a list of them)`,
		`f:9:22: job 3 has args, but neither where nor sql`,
		`f:10:12: overwrite must be true or false`,
	}, "\n")
	for range 20 {
		if _, err := config.Parse("f", []byte(text), env); err == nil || err.Error() != want {
			t.Fatalf("got:\n%v", err)
		}
	}
}

// Whatever one slip does to a file, no error shows the password that stands in it.
func TestMistakesHidePassword(t *testing.T) {
	t.Parallel()
	const password = "hunter2"
	const text = `# A slice.
lock_timeout: 5s
source: "postgres://gyro:hunter2@db:5432/prod?sslmode=require"
target: slices/a
importers:
  accounts_shop: {columns: {tenant: accounts_tenant}}
jobs:
  - {model: accounts_tenant, where: id = $1, args: [1, "hunter2"]}
  - {model: accounts_shop, where: 'token = $1', args: [postgres://hunter2@x]}
`
	slips := []string{
		"", "\n", " ", "\t", ":", ": ", "-", "- ", "'", `"`, "{", "}", "[", "]", ",", "&", "*", "!", "|", ">", "%", "@", "`",
		"#", "${", "\\", "---\n", "...\n", "\x00", "<<: ",
	}
	for _, text := range []string{text, strings.ReplaceAll(text, `"`, "")} {
		for i := range text {
			for _, slip := range slips {
				broken := text[:i] + slip + text[i:]
				if slip == "" {
					broken = text[:i] + text[i+1:]
				}
				if _, err := config.Parse("f", []byte(broken), env); err != nil && strings.Contains(err.Error(), password) {
					t.Errorf("%v\n\n%s", err, broken)
				}
			}
		}
	}
}
