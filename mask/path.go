package mask

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/gyrodata/gyro"
)

// stepKind is a kind of step down a document.
type stepKind int

const (
	byKey stepKind = iota
	allKeys
	byIndex
	allElements
)

// pathStep is one step of a path.
type pathStep struct {
	kind  stepKind
	key   string // of byKey
	index int    // of byIndex, from 0
}

func (s pathStep) every() bool { return s.kind == allKeys || s.kind == allElements }

// String is the step as a path has it, in one form alone.
func (s pathStep) String() string {
	switch s.kind {
	case allKeys:
		return ".*"
	case allElements:
		return "[*]"
	case byIndex:
		return "[" + strconv.Itoa(s.index) + "]"
	}
	if plainKey(s.key) == len(s.key) && s.key != "" {
		return "." + s.key
	}
	quoted, _ := json.Marshal(s.key) // a string can be written
	return "." + string(quoted)
}

// pathForms are what there is of SQL/JSON paths.
const pathForms = `there are $, .key, ."any key", .*, [0] and [*]`

// parsePath reads a path: steps from $ on.
func parsePath(path string) ([]pathStep, error) {
	refuse := func(at int, problem string) ([]pathStep, error) {
		return nil, fmt.Errorf("path %s: character %d: %s; %s", path, utf8.RuneCountInString(path[:at])+1, problem, pathForms)
	}
	if !utf8.ValidString(path) || strings.ContainsRune(path, 0) {
		return nil, gyro.Text("a path is not UTF-8, or holds a NUL")
	}
	if !strings.HasPrefix(path, "$") {
		return refuse(0, "it does not begin with $")
	}
	var steps []pathStep
	for at := 1; at < len(path); {
		rest := path[at:]
		switch {
		case strings.HasPrefix(rest, ".."):
			return refuse(at, "there is no ..")
		case strings.HasPrefix(rest, ".*"):
			if strings.HasPrefix(rest, ".**") {
				return refuse(at, "there is no .**")
			}
			steps, at = append(steps, pathStep{kind: allKeys}), at+2
		case strings.HasPrefix(rest, `."`):
			key, size, ok := quotedKey(rest[1:])
			if !ok {
				return refuse(at+1, "the key is no JSON string")
			}
			steps, at = append(steps, pathStep{kind: byKey, key: key}), at+1+size
		case rest[0] == '.':
			size := plainKey(rest[1:])
			if size == 0 {
				return refuse(at+1, `a key is expected, in " where it is not letters, digits and _`)
			}
			steps, at = append(steps, pathStep{kind: byKey, key: rest[1 : 1+size]}), at+1+size
		case strings.HasPrefix(rest, "[*]"):
			steps, at = append(steps, pathStep{kind: allElements}), at+3
		case rest[0] == '[':
			inside, _, closed := strings.Cut(rest[1:], "]")
			index, err := strconv.Atoi(inside)
			if !closed || err != nil || strconv.Itoa(index) != inside || index < 0 || index > maxIndex {
				return refuse(at+1, "an index from 0 on is expected, or *")
			}
			steps, at = append(steps, pathStep{kind: byIndex, index: index}), at+2+len(inside)
		default:
			return refuse(at, `a step is expected: a key stands in " where it is not letters, digits and _`)
		}
	}
	return steps, nil
}

// maxIndex is more than a document has elements.
const maxIndex = 1 << 28

// plainKey is how many bytes of a text are a key that needs no quotes.
func plainKey(text string) int {
	for i, r := range text {
		if r != '_' && !unicode.IsLetter(r) && (i == 0 || !unicode.IsDigit(r) && !unicode.IsMark(r)) {
			return i
		}
	}
	return len(text)
}

// quotedKey reads the JSON string that a text begins with.
func quotedKey(text string) (key string, size int, ok bool) {
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			text = text[:i+1]
			err := json.Unmarshal([]byte(text), &key)
			// Half of a surrogate is read as U+FFFD, and no key has a NUL.
			odd := strings.ContainsRune(key, utf8.RuneError) && !strings.ContainsRune(text, utf8.RuneError) || strings.ContainsRune(key, 0)
			return key, len(text), err == nil && !odd
		}
	}
	return "", 0, false
}

// trail is a path on its way down a document.
type trail struct {
	steps []pathStep
	part  int
	// rank has a sign for each step that was gone, n for a name and * for all: of two that lead to one place, the higher one is
	// said more exactly, from the front on.
	rank   string
	levels []int // at which a * was gone, the first step's being 1
}

// node is what becomes of a value: a part's mask, or something else of its members. A nil node keeps the value.
type node struct {
	part          int   // of a leaf
	levels        []int // of a leaf: which of the values of its part it is
	object, array *branch
}

func (n *node) leaf() bool { return n.object == nil && n.array == nil }

// branch are the members of an object or an array.
type branch struct {
	named []named
	other *node // those that are not named
}

type named struct {
	step pathStep
	node *node
}

// tree is what paths make of a document. Of those that lead to one place the one counts that is said most exactly, from the front
// on; where it ends above others that are said more exactly, it holds for all that these leave.
type tree struct {
	size int
}

// maxNodes is where paths with many * are no longer told apart: as many sets of them may meet as there are subsets.
const maxNodes = 2000

// grow makes the tree of paths.
func grow(paths [][]pathStep) (*node, error) {
	live := make([]trail, len(paths))
	for i, steps := range paths {
		live[i] = trail{steps: steps, part: i}
	}
	var t tree
	root := t.node(live, nil, 0)
	if t.size > maxNodes {
		return nil, gyro.Text("the paths with * meet in too many ways: say fewer")
	}
	return root, nil
}

// node is what becomes of a value to which trails lead by depth steps; cover is what holds for all that they leave.
func (t *tree) node(live []trail, cover *trail, depth int) *node {
	if t.size++; t.size > maxNodes {
		return nil
	}
	var ended *trail
	for i, p := range live {
		if len(p.steps) == depth && (ended == nil || p.rank > ended.rank) {
			ended = &live[i]
		}
	}
	var further []trail
	for _, p := range live {
		if len(p.steps) > depth && (ended == nil || p.rank > ended.rank) {
			further = append(further, p)
		}
	}
	if ended != nil {
		cover = ended
	}
	switch {
	case len(further) > 0:
		return &node{object: t.branch(further, cover, depth, byKey, allKeys), array: t.branch(further, cover, depth, byIndex, allElements)}
	case cover != nil:
		return &node{part: cover.part, levels: cover.levels}
	}
	return nil
}

// branch goes one step on; nil: no trail goes this way.
func (t *tree) branch(live []trail, cover *trail, depth int, one, every stepKind) *branch {
	var (
		steps []pathStep
		all   []trail
	)
	for _, p := range live {
		switch s := p.steps[depth]; {
		case s.kind == every:
			all = append(all, p.gone("*", depth+1))
		case s.kind == one && !slices.Contains(steps, s):
			steps = append(steps, s)
		}
	}
	if len(steps) == 0 && len(all) == 0 {
		return nil
	}
	if cover != nil {
		below := *cover
		below.levels = append(slices.Clone(cover.levels), depth+1)
		cover = &below
	}
	b := &branch{other: t.node(all, cover, depth+1)}
	for _, s := range steps {
		next := slices.Clone(all)
		for _, p := range live {
			if p.steps[depth] == s {
				next = append(next, p.gone("n", depth+1))
			}
		}
		b.named = append(b.named, named{s, t.node(next, cover, depth+1)})
	}
	return b
}

// gone is the trail a step further.
func (p trail) gone(sign string, level int) trail {
	p.rank += sign
	if sign == "*" {
		p.levels = append(slices.Clone(p.levels), level)
	}
	return p
}

// hiding are the paths of which one ends where another goes on, said just as exactly: it would hide it. Also one that is said twice.
func hiding(names []string, paths [][]pathStep) []error {
	var found []error
	for i, a := range paths {
		for k, b := range paths {
			if i == k || len(a) > len(b) || !slices.Equal(a, b[:len(a)]) {
				continue
			}
			switch {
			case len(a) < len(b):
				found = append(found, fmt.Errorf("%s hides %s: one of them is to go", names[i], names[k]))
			case i < k:
				found = append(found, fmt.Errorf("%s and %s are the same", names[i], names[k]))
			}
		}
	}
	return found
}
