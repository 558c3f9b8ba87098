package mask

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/schema"
)

// Masks of parts of a value: of documents, arrays and hstores. The source puts a mark in the place of what a fake makes: the run's
// own text, the part's number, a letter of JSON's type that stood there, and ordinals, or the value's digest.

// inside is a mask of parts, made.
type inside struct {
	name    string // "json($.name: name, $.ssn: null)"
	parts   []gyro.Part
	numbers bool // a part may be a number
	errs    []error
}

// mask is the parts' mask. fits says of what columns it is; what is wrong with parts is told of each column too.
func (in inside) mask(fits func(c schema.Column) string, sql func(value string, c schema.Column, mark string) string,
	fill func(value, marked, mark []byte, fake faker) ([]byte, error),
) gyro.Mask {
	m := gyro.Mask{Name: in.name, Inside: &gyro.Inside{Parts: in.parts, SQL: sql, Fill: fill}}
	for _, p := range in.parts {
		m.Reads = append(m.Reads, p.Mask.Reads...)
	}
	m.Fits = func(c schema.Column) string {
		if c.Type != "" { // an ORM left it open: the catalog will say
			if problem := fits(c); problem != "" {
				return problem
			}
		}
		found := in.errs
		for _, p := range in.parts {
			problem := partProblem(p, p.Fits(c))
			if in.numbers && problem != "" && p.Mask.SQL != nil && partProblem(p, schema.Column{Type: "numeric"}) == "" {
				problem = ""
			}
			if problem != "" {
				found = append(found[:len(found):len(found)], fmt.Errorf("%s: %s", p.Path, problem))
			}
		}
		if err := errors.Join(found...); err != nil {
			return strings.ReplaceAll(err.Error(), "\n", "; ")
		}
		return ""
	}
	return m
}

// partProblem says why a part can't have its mask; "": it can.
func partProblem(p gyro.Part, c schema.Column) string {
	m := p.Mask
	switch {
	case m.IsZero():
		return "no mask is said"
	case m.Expr != "":
		return m.Name + " reads columns, and stands in no value"
	case m.Command != nil:
		return "an outside program makes values of whole columns"
	case m.Inside != nil:
		return "what stands inside of it is said by a longer path"
	case m.Rows != "":
		return "{Rows} is said of the column"
	case m.Domain != "" && m.Digest == nil:
		return m.Name + " goes by no value: what the source computes does without a {Domain}"
	case m.Domain != "" && len(m.Reads) > 0:
		return "the mask reads other columns, and so is another in another row: leave {Domain} out"
	}
	return m.Problem(c)
}

// described are the parts as a plan has them.
func described(kind string, parts []gyro.Part) string {
	all := make([]string, len(parts))
	for i, p := range parts {
		all[i] = p.Path + ": " + p.Mask.String()
	}
	return kind + "(" + strings.Join(all, ", ") + ")"
}

// JSON masks what stands at paths of a document, of type json or jsonb, and keeps the rest:
//
//	mask.JSON(mask.Paths{"$.name": mask.Name(), "$.ssn": mask.Null(), "$.tags[*]": mask.Word()})
//
// Paths are of SQL/JSON's: $, .key, ."any key", .*, [0], [*]. A key goes before .*, an index before [*], and where a path ends above
// others that are said more exactly, its mask holds for all that they leave: with "$.*" and "$.address.street" all else of the address
// is masked as "$.*" says. JSON's null stays null, and what is missing is missing. A mask replaces whatever stands at its path; where a path
// goes through an object or an array and something else stands there, null is written.
//
// A fake is a string; in place of a number it is a number if it looks like one, in place of a boolean true or false. What
// the source computes sees a scalar's text; [Round], [Range], [Noise] and [Token] see numbers, and what they have no number for becomes
// null. A json column is written as jsonb prints it.
func JSON(paths Paths) gyro.Mask {
	in := inside{numbers: true}
	type said struct {
		path  string
		steps []pathStep
		mask  gyro.Mask
	}
	var all []said
	for _, path := range slices.Sorted(maps.Keys(paths)) {
		steps, err := parsePath(path)
		if err != nil {
			in.errs = append(in.errs, err)
			continue
		}
		all = append(all, said{path, steps, paths[path]})
	}
	if len(paths) == 0 {
		in.errs = append(in.errs, gyro.Text("json: there is no path"))
	}
	steps, names := make([][]pathStep, len(all)), make([]string, len(all))
	for i, s := range all {
		steps[i], names[i] = s.steps, s.path
		part := gyro.Part{Path: "$", Mask: s.mask}
		for _, step := range s.steps {
			part.Path += step.String()
			if step.every() {
				part.Group = part.Path
			}
		}
		in.parts = append(in.parts, part)
	}
	in.errs = append(in.errs, hiding(names, steps)...)
	root, err := grow(steps)
	if err != nil {
		in.errs = append(in.errs, err)
	}
	in.name = described("json", in.parts)
	return in.mask(func(c schema.Column) string {
		if base := c.Underlying().Base; base != "json" && base != "jsonb" {
			return "json is for json and jsonb; the column is of type " + c.Type
		}
		return ""
	}, document(root, in.parts), fillJSON)
}

// Paths are masks by the places of a document that they stand at; see [JSON].
type Paths map[string]gyro.Mask

// HStore masks the values of an hstore's keys, and keeps the others. NULL stays NULL, and what is missing is missing.
func HStore(keys map[string]gyro.Mask) gyro.Mask {
	in := inside{}
	var steps [][]pathStep
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		in.parts = append(in.parts, gyro.Part{Path: key, Mask: keys[key]})
		steps = append(steps, []pathStep{{key: key}})
		if strings.ContainsRune(key, 0) {
			in.errs = append(in.errs, gyro.Text("hstore: a key holds a NUL"))
		}
	}
	if len(keys) == 0 {
		in.errs = append(in.errs, gyro.Text("hstore: there is no key"))
	}
	root, err := grow(steps)
	if err != nil {
		in.errs = append(in.errs, err)
	}
	in.name = described("hstore", in.parts)
	return in.mask(func(c schema.Column) string {
		// Of the schema nothing has to be known: the source makes JSON of it.
		base := c.Underlying().Base
		if _, own, qualified := strings.Cut(base, "."); qualified {
			base = strings.Trim(own, `"`)
		}
		if base != "hstore" {
			return "hstore is for hstore; the column is of type " + c.Type
		}
		return ""
	}, document(root, in.parts), fillHStore)
}

// Elements masks each element of an array, in whatever dimension. NULL stays NULL, and bounds stay what they are.
func Elements(m gyro.Mask) gyro.Mask {
	in := inside{name: "elements(" + m.String() + ")"}
	in.parts = []gyro.Part{{Path: "[*]", Group: "[*]", Mask: m, Typed: elementOf}}
	if m.Keeps() && !m.IsZero() {
		in.errs = append(in.errs, gyro.Text("elements: keep is said of the column"))
	}
	return in.mask(func(c schema.Column) string {
		t := c.Underlying()
		switch {
		case !strings.HasSuffix(t.Base, "[]"):
			return "elements is for arrays; the column is of type " + c.Type
		case t.Base == "box[]":
			return "elements is for arrays with commas; those of boxes have semicolons"
		case c.Qualified != "" && m.SQL != nil && !m.Null:
			return m.Name + " is for elements of PostgreSQL's own types; the column is of type " + c.Type
		}
		return ""
	}, elements(m), fillArray)
}

// elementOf is an array's element as a column.
func elementOf(c schema.Column) schema.Column {
	typ := c.Type
	if c.Base != "" {
		typ = c.Base
	}
	return schema.Column{Name: c.Name, Type: strings.TrimSuffix(typ, "[]")}
}

// document writes the expression of a document's tree, over what can be cast to jsonb.
func document(root *node, parts []gyro.Part) func(string, schema.Column, string) string {
	return func(value string, c schema.Column, mark string) string {
		w := documentSQL{parts: parts, column: c, mark: mark}
		return own("(SELECT coalesce({expr}, 'null'::pg_catalog.jsonb)::pg_catalog.text FROM (SELECT ({value})::pg_catalog.jsonb #> '{}'::pg_catalog.text[] AS v OFFSET 0) AS gyro_0)",
			"expr", w.of(root, "gyro_0.v", 0), "value", value) // #> unpacks a large value once
	}
}

type documentSQL struct {
	parts  []gyro.Part
	column schema.Column
	mark   string
}

// of is the jsonb that becomes of a value, which is written as a column of a sub-select, or as a member of one: the expression repeats
// it, and a node below reads it in a sub-select of its own, so that the text grows with the paths alone.
func (w documentSQL) of(n *node, value string, level int) string {
	switch {
	case w.keeps(n):
		return value
	case n.leaf():
		return w.leaf(w.parts[n.part].Mask, n, value)
	}
	if !strings.HasPrefix(value, "gyro_") {
		at := "gyro_of_" + strconv.Itoa(level)
		return own("(SELECT {expr} FROM (SELECT {value} AS v OFFSET 0) AS {at})", "expr", w.of(n, at+".v", level), "value", value, "at", at)
	}
	var b strings.Builder
	b.WriteString("CASE")
	level++
	at := "gyro_" + strconv.Itoa(level)
	for _, kind := range []struct {
		branch       *branch
		typ, members string
	}{
		{n.object, "object", `(
	SELECT coalesce(pg_catalog.jsonb_object_agg({at}.k, {member}), '{}'::pg_catalog.jsonb)
	FROM pg_catalog.jsonb_each({value}) WITH ORDINALITY AS {at}(k, v, n))`},
		{n.array, "array", `(
	SELECT coalesce(pg_catalog.jsonb_agg({member} ORDER BY {at}.n), '[]'::pg_catalog.jsonb)
	FROM pg_catalog.jsonb_array_elements({value}) WITH ORDINALITY AS {at}(v, n))`},
	} {
		if kind.branch == nil {
			continue
		}
		made := ""
		if w.keeps(kind.branch.other) && len(kind.branch.named) <= fewNamed {
			made = w.replaced(kind.branch, value, level)
		} else {
			made = own(kind.members, "at", at, "value", value, "member", w.member(kind.branch, at, level))
		}
		b.WriteString(own(" WHEN pg_catalog.jsonb_typeof({value}) = '{typ}' THEN {made}", "value", value, "typ", kind.typ, "made", made))
	}
	b.WriteString(" ELSE 'null'::pg_catalog.jsonb END")
	return b.String()
}

// keeps reports whether a node keeps the value.
func (w documentSQL) keeps(n *node) bool {
	return n == nil || n.leaf() && w.parts[n.part].Mask.Keeps()
}

// fewNamed is up to how many members are replaced one by one, which is faster than to make all anew: one is a microsecond, and so
// are two members of a document that is made anew.
const fewNamed = 8

// replaced is a value in which the named members are others, where they are there.
func (w documentSQL) replaced(b *branch, value string, level int) string {
	made := value
	for _, named := range b.named {
		if w.keeps(named.node) {
			continue
		}
		key, member := schema.QuoteLiteral(named.step.key), schema.QuoteLiteral(named.step.key)
		if named.step.kind == byIndex {
			member = strconv.Itoa(named.step.index)
			key = "'" + member + "'"
		} else {
			member += "::pg_catalog.text"
		}
		made = own("pg_catalog.jsonb_set({made}, ARRAY[{key}]::pg_catalog.text[], coalesce({to}, 'null'::pg_catalog.jsonb), false)",
			"made", made, "key", key, "to", w.of(named.node, own("({value} -> {member})", "value", value, "member", member), level))
	}
	return made
}

// member is what becomes of one member where all are made anew.
func (w documentSQL) member(b *branch, at string, level int) string {
	other := w.of(b.other, at+".v", level)
	if len(b.named) == 0 {
		return other
	}
	var cases strings.Builder
	cases.WriteString("CASE")
	for _, named := range b.named {
		is := own("{at}.k = {key}", "at", at, "key", schema.QuoteLiteral(named.step.key))
		if named.step.kind == byIndex {
			is = own("{at}.n = {n}", "at", at, "n", strconv.Itoa(named.step.index+1))
		}
		cases.WriteString(" WHEN " + is + " THEN " + w.of(named.node, at+".v", level))
	}
	return cases.String() + " ELSE " + other + " END"
}

// textOf gives an expression over a value's text, as a sub-select that reads it once.
func textOf(value, typ, expr string) string {
	return own("(SELECT {expr} FROM (SELECT ({value} #>> '{}'::pg_catalog.text[])::{type} AS t OFFSET 0) AS gyro_text)",
		"expr", expr, "value", value, "type", typ)
}

// leaf is what a mask makes of a value. null stays null.
func (w documentSQL) leaf(m gyro.Mask, n *node, value string) string {
	kind := "pg_catalog.jsonb_typeof(" + value + ")"
	masked := func(column schema.Column, cast string) string {
		return own("pg_catalog.to_jsonb({text})", "text",
			textOf(value, cast, "("+m.SQL("gyro_text.t", column)+")::"+cast))
	}
	column := func(typ string) schema.Column { return schema.Column{Name: w.column.Name, Type: typ} }
	fits := func(typ string) bool { return m.Problem(column(typ)) == "" }
	const (
		asText   = "pg_catalog.text"
		numbers  = "numeric"
		integers = "bigint"
	)
	made := ""
	switch number, whole, text := fits(numbers), fits(integers), fits("text"); {
	case m.Keeps():
		return value
	case m.Null:
		return "'null'::pg_catalog.jsonb"
	case m.SQL == nil:
		made = w.marked(m, n, value, kind)
	case !text && number:
		return own("CASE WHEN {kind} = 'number' THEN {made} ELSE 'null'::pg_catalog.jsonb END", "kind", kind, "made", masked(column(numbers), numbers))
	case text && whole && !number: // numbers that are no bigint become null
		is := textOf(value, numbers, own("gyro_text.t = pg_catalog.trunc(gyro_text.t) AND gyro_text.t >= -9223372036854775808 AND gyro_text.t <= 9223372036854775807"))
		made = own("CASE WHEN {kind} <> 'number' THEN {text} WHEN {is} THEN {whole} ELSE 'null'::pg_catalog.jsonb END",
			"kind", kind, "text", masked(column("text"), asText), "is", is, "whole", masked(column(integers), integers))
	default:
		made = masked(column("text"), asText)
	}
	return own("CASE WHEN {kind} = 'null' THEN {value} ELSE {made} END", "kind", kind, "value", value, "made", made)
}

// marked is the mark of a part's value.
func (w documentSQL) marked(m gyro.Mask, n *node, value, kind string) string {
	begins := schema.QuoteLiteral(w.mark + strconv.Itoa(n.part))
	if m.Domain != "" {
		digest := textOf(value, "pg_catalog.text", m.Digest(m.Domain, "gyro_text.t"))
		return own("pg_catalog.to_jsonb(pg_catalog.concat({begins}, pg_catalog.left({kind}, 1), {digest}))", "begins", begins, "kind", kind, "digest", digest)
	}
	ordinals := ""
	for i, level := range n.levels {
		if i > 0 {
			ordinals += ", 'x'"
		}
		ordinals += ", gyro_" + strconv.Itoa(level) + ".n"
	}
	return own("pg_catalog.to_jsonb(pg_catalog.concat({begins}, pg_catalog.left({kind}, 1){ordinals}))", "begins", begins, "kind", kind, "ordinals", ordinals)
}

// elements writes the expression of an array: its bounds, =, and its elements in one dimension.
func elements(m gyro.Mask) func(string, schema.Column, string) string {
	return func(value string, c schema.Column, mark string) string {
		element := "NULL::pg_catalog.text"
		switch {
		case m.SQL == nil && m.Domain != "":
			element = own("pg_catalog.concat({begins}, {digest})", "begins", schema.QuoteLiteral(mark+"0s"), "digest", m.Digest(m.Domain, "gyro_1.v"))
		case m.SQL == nil:
			element = own("pg_catalog.concat({begins}, gyro_1.n)", "begins", schema.QuoteLiteral(mark+"0s"))
		case !m.Null:
			// As the type prints it, which a cast to text need not do.
			masked := m.SQL("gyro_1.v", elementOf(c))
			element = own("(SELECT CASE WHEN gyro_text.t IS NOT NULL THEN pg_catalog.concat(gyro_text.t) END FROM (SELECT ({masked}) AS t OFFSET 0) AS gyro_text)", "masked", masked)
		}
		return own(`(SELECT pg_catalog.concat(pg_catalog.array_dims(gyro_0.v), '=', ARRAY(
	SELECT CASE WHEN gyro_1.v IS NOT NULL THEN {element} END FROM pg_catalog.unnest(gyro_0.v) WITH ORDINALITY AS gyro_1(v, n) ORDER BY gyro_1.n))
	FROM (SELECT {value} AS v OFFSET 0) AS gyro_0)`, "element", element, "value", value)
	}
}
