package export

import (
	"slices"
	"strings"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/schema"
)

// ordered puts steps behind those that they refer to, but for circles; else they stay in their order.
func ordered(steps []*step, references func(*step) []schema.Reference) []*step {
	byName := map[schema.Name]*step{}
	names := make([]schema.Name, len(steps))
	for i, step := range steps {
		names[i] = step.job.Model.Name()
		byName[names[i]] = step
	}
	to := func(n schema.Name) []schema.Name {
		var parents []schema.Name
		for _, r := range references(byName[n]) {
			parents = append(parents, r.To)
		}
		return parents
	}
	var sorted []*step
	for _, component := range schema.Components(names, to) {
		for _, n := range component {
			sorted = append(sorted, byName[n])
		}
	}
	return sorted
}

// checkOrder refuses references to later jobs, but for those within a circle.
func checkOrder(steps []*step, references func(*step) []schema.Reference) gyro.Mistakes {
	position := map[schema.Name]int{}
	names := make([]schema.Name, len(steps))
	for i, step := range steps {
		names[i] = step.job.Model.Name()
		position[names[i]] = i
	}
	to := func(n schema.Name) []schema.Name {
		var parents []schema.Name
		for _, r := range references(steps[position[n]]) {
			parents = append(parents, r.To)
		}
		return parents
	}
	components := schema.Components(names, to)
	circle := map[schema.Name]int{}
	var order []string
	for i, component := range components {
		for _, n := range component {
			circle[n] = i
			order = append(order, n.String())
		}
	}
	var found gyro.Mistakes
	for i, step := range steps {
		for _, parent := range slices.Compact(slices.SortedFunc(slices.Values(to(names[i])), schema.Name.Compare)) {
			j, ok := position[parent]
			if !ok || j <= i || circle[parent] == circle[names[i]] {
				continue
			}
			m := gyro.Mistake{Place: jobPlace(i, step.job), Problem: gyro.Textf("it refers to %s, whose job %d comes later", parent, j+1)}
			if len(found) == 0 { // once is enough, however many there are
				m.Hint = gyro.Text("an order that works: " + strings.Join(order, ", ") + "; {Order} auto finds it")
			}
			found.Add(m)
		}
	}
	return found
}
