package config

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/csvdir"
	"github.com/gyrodata/gyro/export"
	"github.com/gyrodata/gyro/postgres"
	"github.com/gyrodata/gyro/schema"
)

// Config is what a file says, after the environment was put in. Flags change it before
// [Config.Export] or [Config.Load] is called.
type Config struct {
	Source           string // a URL, which may hold a password: not to be printed; of a load a directory
	Target           string // a directory; of a load a URL
	Overwrite        bool
	Unsorted         bool
	Order            export.Order  // of jobs
	Missing          gyro.Missing  // of references to models without a job
	MaxRows          int64         // of the slice; default: no bound
	KeyMemory        int64         // bytes; default: gyro.ExportSlice's
	LockTimeout      time.Duration // default: postgres.DB's
	StallTimeout     time.Duration // default: postgres.DB's
	StatementTimeout time.Duration // default: the server's
	MaxDuration      time.Duration // default: postgres.DB's
	Retries          int           // default: gyro.ExportSlice's
	Workers          int           // connections that read at once; default: one
	IDs              gyro.IDs      // of a load; default: gyro.Keep
	Conflict         gyro.Conflict // of a load; default: gyro.Fail
	Create           bool          // make tables that the target of a load does not have
	Exclusive        postgres.Exclusive
	DisableTriggers  bool
	Via              string        // between two databases: the directory for the slice
	Record           string        // directory for what undo needs; default: none
	Strict           bool          // a column needs a mask, or keep
	MaskKey          gyro.Secret   // default: a random one
	MaskKeyFile      string        // where it lies
	Importers        gyro.Registry // one for each model that has a job or an entry
	Jobs             []gyro.ImportJob
}

// Load reads a file. env looks up ${NAME}; os.LookupEnv in the program. All mistakes are
// returned together, each an [Error].
func Load(path string, env func(string) (string, bool)) (Config, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		var reason *fs.PathError
		if errors.As(err, &reason) {
			err = reason.Err
		}
		return Config{}, &Error{File: path, Problem: "can't be read: " + err.Error(), Hint: "-c names another file"}
	}
	return Parse(path, text, env)
}

// Parse reads the text of a file that is called file in messages.
func Parse(file string, text []byte, env func(string) (string, bool)) (Config, error) {
	r := &reader{file: file, env: env, anchors: map[string]ast.Node{}}
	parsed, err := parser.ParseBytes(text, 0)
	if err != nil {
		return Config{}, syntaxError(file, err)
	}
	if len(parsed.Docs) > 1 && parsed.Docs[1].Body != nil {
		return Config{}, &Error{File: file, Problem: "there are several documents", Hint: "one file, one run"}
	}
	c := Config{}
	if len(parsed.Docs) > 0 && parsed.Docs[0].Body != nil {
		r.config(parsed.Docs[0].Body, &c)
	}
	return c, errors.Join(r.found...)
}

// quotation is how the parser's messages quote the file.
var quotation = regexp.MustCompile(`"(?:[^"\\]|\\.)*"`)

// syntaxError keeps the place and the message, and leaves out the lines around it, and what
// the message quotes unless it looks like a key.
func syntaxError(file string, err error) error {
	e := &Error{File: file, Problem: "this is not YAML"}
	var known yaml.Error
	if errors.As(err, &known) {
		e.Problem = strings.NewReplacer("'\t'", "tab", "\t", "\\t", "\n", " ").Replace(
			quotation.ReplaceAllStringFunc(known.GetMessage(), func(q string) string {
				return quoted(strings.Trim(q, `"`))
			}))
		if strings.Contains(known.GetMessage(), "\t") {
			e.Hint = "indent with blanks"
		}
		if t := known.GetToken(); t != nil && t.Position != nil {
			e.Line, e.Column = t.Position.Line, t.Position.Column
		}
	}
	return e
}

func (r *reader) config(n ast.Node, c *Config) {
	r.object(n, "the file", r.keys(c))
	c.Importers = complete(c.Importers, c.Jobs)
}

// keys are those of a file.
func (r *reader) keys(c *Config) map[string]func(ast.Node) {
	keys := map[string]func(ast.Node){
		"source":       func(n ast.Node) { c.Source = r.expanded(n, "source") },
		"target":       func(n ast.Node) { c.Target = r.expanded(n, "target") },
		"overwrite":    func(n ast.Node) { c.Overwrite = r.boolean(n, "overwrite") },
		"unsorted":     func(n ast.Node) { c.Unsorted = r.boolean(n, "unsorted") },
		"max_duration": func(n ast.Node) { c.MaxDuration = r.duration(n, "max_duration") },
		"order":        func(n ast.Node) { c.Order = r.order(n) },
		"missing":      func(n ast.Node) { c.Missing = r.missing(n) },
		"masks": func(n ast.Node) {
			if text, ok := r.text(n, "masks"); ok && text != "strict" {
				r.fail(n, "strict, or leave it out", "masks must be strict")
			} else {
				c.Strict = ok
			}
		},
		"mask_key_file":     func(n ast.Node) { c.MaskKeyFile = r.expanded(n, "mask_key_file") },
		"workers":           func(n ast.Node) { c.Workers = int(r.whole(n, "workers", 1)) },
		"retries":           func(n ast.Node) { c.Retries = int(r.whole(n, "retries", -1)) },
		"max_rows":          func(n ast.Node) { c.MaxRows = r.whole(n, "max_rows", 1) },
		"key_memory":        func(n ast.Node) { c.KeyMemory = r.size(n, "key_memory") },
		"lock_timeout":      func(n ast.Node) { c.LockTimeout = r.duration(n, "lock_timeout") },
		"stall_timeout":     func(n ast.Node) { c.StallTimeout = r.duration(n, "stall_timeout") },
		"statement_timeout": func(n ast.Node) { c.StatementTimeout = r.duration(n, "statement_timeout") },
		"importers": func(n ast.Node) {
			entries, _ := r.entries(n, "importers")
			for _, entry := range entries {
				c.Importers = append(c.Importers, r.importer(entry.Key, entry.Value))
			}
		},
		"jobs": func(n ast.Node) {
			for i, item := range r.items(n, "jobs") {
				c.Jobs = append(c.Jobs, r.job(item, fmt.Sprintf("job %d", i+1)))
			}
		},
	}
	maps.Copy(keys, r.loadKeys(c))
	return keys
}

// complete adds an importer for each model that has none, and a job or references to it: a
// file says of importers only what is special.
func complete(importers gyro.Registry, jobs []gyro.ImportJob) gyro.Registry {
	add := func(model gyro.Model) {
		same := func(i gyro.Importer) bool { return i.Model.Name() == model.Name() }
		if !model.Name().IsZero() && !slices.ContainsFunc(importers, same) {
			importers = append(importers, gyro.Importer{Model: model})
		}
	}
	for _, job := range jobs {
		add(job.Model)
	}
	for _, importer := range slices.Clone(importers) {
		for _, key := range slices.Sorted(maps.Keys(importer.Columns)) {
			column := importer.Columns[key]
			if column.Missing == "" && len(column.By) == 0 {
				continue
			}
			add(column.Ref)
			for _, c := range column.Cases {
				add(c.Ref)
			}
		}
	}
	return importers
}

func (r *reader) importer(key, value ast.Node) gyro.Importer {
	importer := gyro.Importer{Model: r.model(key, key.GetToken().Value)}
	what := "importer " + key.GetToken().Value
	r.object(value, what, map[string]func(ast.Node){
		"file":     func(n ast.Node) { importer.File, _ = r.text(n, "file") },
		"ids":      func(n ast.Node) { importer.IDs = r.ids(n) },
		"conflict": func(n ast.Node) { importer.Conflict = r.conflict(n) },
		"csv":      func(n ast.Node) { importer.CSV = r.csv(n, what+", csv") },
		"missing":  func(n ast.Node) { importer.Missing = r.missing(n) },
		"columns": func(n ast.Node) {
			importer.Columns = gyro.Columns{}
			entries, _ := r.entries(n, "columns")
			for _, entry := range entries {
				importer.Columns[entry.Key.GetToken().Value] = r.column(entry.Value, what+", column "+entry.Key.GetToken().Value)
			}
		},
	})
	return importer
}

// column reads {ref: table, …}, or the table alone.
func (r *reader) column(n ast.Node, what string) gyro.Column {
	if node, ok := r.resolve(n).(*ast.StringNode); ok {
		return gyro.Column{Ref: r.model(n, node.Value)}
	}
	var column gyro.Column
	keys := map[string]func(ast.Node){
		"ref":     func(n ast.Node) { column.Ref = r.named(n, "ref") },
		"over":    func(n ast.Node) { column.Over, _ = r.text(n, "over") },
		"to":      func(n ast.Node) { column.To, _ = r.text(n, "to") },
		"soft":    func(n ast.Node) { column.Soft = r.boolean(n, "soft") },
		"each":    func(n ast.Node) { column.Each = r.boolean(n, "each") },
		"expr":    func(n ast.Node) { column.Expr = r.sql(n, "expr") },
		"missing": func(n ast.Node) { column.Missing = r.missing(n) },
		"follow":  func(n ast.Node) { column.Follow = r.boolean(n, "follow") },
		"cases": func(n ast.Node) {
			for i, item := range r.items(n, "cases") {
				column.Cases = append(column.Cases, r.kind(item, fmt.Sprintf("%s, case %d", what, i+1)))
			}
		},
	}
	maps.Copy(keys, r.sheetKeys(&column, what))
	maps.Copy(keys, r.maskKeys(&column, what))
	r.object(n, what, keys)
	return column
}

// kind reads one case of a polymorphic reference.
func (r *reader) kind(n ast.Node, what string) gyro.Case {
	var c gyro.Case
	r.object(n, what, map[string]func(ast.Node){
		"when": func(n ast.Node) { c.When = r.sql(n, "when") },
		"of":   func(n ast.Node) { c.Of = r.writtenBy(n, "of", "{reference.column: value}") },
		"ref":  func(n ast.Node) { c.Ref = r.named(n, "ref") },
		"to":   func(n ast.Node) { c.To, _ = r.text(n, "to") },
	})
	return c
}

func (r *reader) job(n ast.Node, what string) gyro.ImportJob {
	var (
		job        gyro.ImportJob
		where, sql string
		args       []any
		argsNode   ast.Node
	)
	if node, ok := r.resolve(n).(*ast.StringNode); ok { // - accounts_tenant
		job.Model = r.model(n, node.Value)
		return job
	}
	has := r.object(n, what, map[string]func(ast.Node){
		"model": func(n ast.Node) { job.Model = r.named(n, "model") },
		"where": func(n ast.Node) { where = r.sql(n, "where") },
		"sql":   func(n ast.Node) { sql = r.sql(n, "sql") },
		"args": func(n ast.Node) {
			argsNode = n
			for i, item := range r.items(n, "args") {
				args = append(args, r.value(item, fmt.Sprintf("%s, argument %d", what, i+1)))
			}
		},
		"limit":    func(n ast.Node) { job.Limit = int(r.whole(n, "limit", 1)) },
		"per":      func(n ast.Node) { job.Per, _ = r.text(n, "per") },
		"percent":  func(n ast.Node) { job.Percent = r.number(n, "percent") },
		"order_by": func(n ast.Node) { job.OrderBy = r.sql(n, "order_by") },
		"seed":     func(n ast.Node) { job.Seed = r.whole(n, "seed", math.MinInt64) },
		"orphans":  func(n ast.Node) { job.Orphans = r.boolean(n, "orphans") },
		"follow":   func(n ast.Node) { job.Follow = r.boolean(n, "follow") },
		"max_rows": func(n ast.Node) { job.MaxRows = r.whole(n, "max_rows", 1) },
	})
	switch {
	case has == nil: // told
	case !has["model"]:
		r.fail(n, "model: and the table's name", "%s has no model", what)
	case has["where"] && has["sql"]:
		r.fail(n, "keep one", "%s has both where and sql", what)
	case has["args"] && !has["where"] && !has["sql"]:
		r.fail(argsNode, "", "%s has args, but neither where nor sql", what)
	case where != "":
		job.Query = gyro.Where(where, args...)
	case sql != "":
		job.Query = gyro.SQL(sql, args...)
	}
	return job
}

// order reads in which order jobs are worked off.
func (r *reader) order(n ast.Node) export.Order {
	text, ok := r.text(n, "order")
	if order := export.Order(text); order == export.OrderGiven || order == export.OrderAuto {
		return order
	}
	if ok {
		r.fail(n, "given or auto", "order must be one of these")
	}
	return ""
}

// missing reads what becomes of rows that refer to rows which were not selected.
func (r *reader) missing(n ast.Node) gyro.Missing {
	text, ok := r.text(n, "missing")
	if !ok {
		return ""
	}
	for _, m := range []gyro.Missing{gyro.Restrict, gyro.Include, gyro.SetNull} {
		if strings.ReplaceAll(text, "_", " ") == string(m) {
			return m
		}
	}
	r.fail(n, "restrict, include or set_null", "missing must be one of these")
	return ""
}

// sql reads text of SQL, in which ${NAME} is refused: values come by args.
func (r *reader) sql(n ast.Node, what string) string {
	text, ok := r.text(n, what)
	switch {
	case !ok:
	case r.env != nil && strings.Contains(text, "${"):
		r.fail(n, "write $1, and args: [\"${NAME}\"]", "%s: a variable can't be put into SQL", what)
	case strings.TrimSpace(text) == "":
		r.fail(n, "leave it out to take every row", "%s is empty", what)
	}
	return text
}

// named reads a model by the name that stands at n.
func (r *reader) named(n ast.Node, what string) gyro.Model {
	name, ok := r.text(n, what)
	if !ok {
		return gyro.Model{}
	}
	return r.model(n, name)
}

// model is the model of that name; at is where a mistake is told.
func (r *reader) model(at ast.Node, name string) gyro.Model {
	if _, err := schema.ParseName(name); err != nil {
		r.fail(at, "table, or schema.table", "%s", err)
		return gyro.Model{}
	}
	return gyro.Table(name)
}

// Export is what the configuration describes.
func (c Config) Export() export.Slice {
	return export.Slice{
		Source:    postgres.DB{URL: c.Source, LockTimeout: c.LockTimeout, StatementTimeout: c.StatementTimeout, StallTimeout: c.StallTimeout, MaxDuration: c.MaxDuration},
		Target:    csvdir.Dir{Path: c.Target, Overwrite: c.Overwrite},
		Importers: c.Importers,
		Jobs:      c.Jobs,
		Unsorted:  c.Unsorted,
		MaxRows:   c.MaxRows,
		Order:     c.Order,
		Missing:   c.Missing,
		KeyMemory: c.KeyMemory,
		Retries:   c.Retries,
		Workers:   c.Workers,
		Strict:    c.Strict,
		MaskKey:   c.MaskKey,
	}
}
