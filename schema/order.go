package schema

import "slices"

// Components groups names into circles: two names share a component where each can be
// reached from the other by following to. Every component keeps the order of names; a
// component comes after all that it refers to, and as early as the order of names
// allows. References to names that are not in the list are ignored. (Tarjan 1972.)
func Components(names []Name, to func(Name) []Name) [][]Name {
	circles := circlesOf(names, to)
	member := make(map[Name]int, len(names))
	for i, circle := range circles {
		for _, n := range circle {
			member[n] = i
		}
	}
	placed := make([]bool, len(circles))
	ready := func(i int) bool {
		for _, n := range circles[i] {
			for _, parent := range to(n) {
				if j, known := member[parent]; known && j != i && !placed[j] {
					return false
				}
			}
		}
		return true
	}
	ordered := make([][]Name, 0, len(circles))
	for len(ordered) < len(circles) {
		for _, n := range names {
			i := member[n]
			if placed[i] || !ready(i) {
				continue
			}
			placed[i] = true
			ordered = append(ordered, circles[i])
			break
		}
	}
	return ordered
}

// circlesOf finds the strongly connected components.
func circlesOf(names []Name, to func(Name) []Name) [][]Name {
	position := make(map[Name]int, len(names))
	for i, n := range names {
		position[n] = i
	}
	var (
		index   = make(map[Name]int, len(names)) // order of discovery, from 1
		low     = make(map[Name]int, len(names))
		onStack = make(map[Name]bool, len(names))
		stack   []Name
		circles [][]Name
		visit   func(Name)
	)
	visit = func(n Name) {
		index[n] = len(index) + 1
		low[n] = index[n]
		stack = append(stack, n)
		onStack[n] = true
		for _, parent := range to(n) {
			if _, known := position[parent]; !known {
				continue
			}
			if index[parent] == 0 {
				visit(parent)
				low[n] = min(low[n], low[parent])
			} else if onStack[parent] {
				low[n] = min(low[n], index[parent])
			}
		}
		if low[n] != index[n] {
			return
		}
		at := slices.Index(stack, n)
		circle := slices.Clone(stack[at:])
		for _, m := range circle {
			onStack[m] = false
		}
		stack = stack[:at]
		slices.SortFunc(circle, func(a, b Name) int { return position[a] - position[b] })
		circles = append(circles, circle)
	}
	for _, n := range names {
		if index[n] == 0 {
			visit(n)
		}
	}
	return circles
}
