package loading

import (
	"fmt"
	"strings"
	"testing"

	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/schema"
)

// The kinds of one polymorphic reference are not held against each other, for no row is of two: a hundred would be five
// thousand comparisons. Two references that may stand in one row are.
func TestKindsExcludeEachOther(t *testing.T) {
	t.Parallel()
	reference := func(kinds ...string) *driver.LoadReference {
		r := &driver.LoadReference{Columns: []string{"object_id"}, To: -1, Fixed: [][2]string{{"1", "2"}}}
		if len(kinds) > 0 {
			r.Kinds = []driver.Condition{{Column: "kind", Values: kinds}}
		}
		return r
	}
	for want, references := range map[int][]*driver.LoadReference{
		0: {reference("a"), reference("b"), reference("c", "d")},
		1: {reference("a", "b"), reference("b", "c"), reference("d")},
		2: {reference("a"), reference("b"), reference()},
	} {
		table := &TableLoad{
			LoadTable: &driver.LoadTable{Table: &schema.Table{}, Columns: []driver.LoadColumn{{Name: "object_id"}}, References: references},
			Types:     map[string]string{"object_id": "bigint"},
		}
		conditions := strings.Join((&Merge{load: &Load{}}).conditions(table), "\n")
		if got := strings.Count(conditions, "IS NOT FALSE"); got != want {
			t.Errorf("%s: %d comparisons, not %d\n%s", fmt.Sprint(references), got, want, conditions)
		}
	}
}
