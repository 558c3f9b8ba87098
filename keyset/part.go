package keyset

// View gives a sealed set to another goroutine, which asks it what it has. It is of use as long as the set is neither changed nor freed.
func (k *Set) View() *Set {
	view := &Set{width: k.width, form: k.form, ints: k.ints, uuids: k.uuids, arena: k.arena, starts: k.starts, sealed: true, memory: k.memory}
	for _, r := range k.runs {
		own := *r
		own.block, own.at = nil, 0
		view.runs = append(view.runs, &own)
	}
	return view
}

// Part gives the i-th of n parts of a sealed set, which shares its keys: the set is not to be changed or freed while the
// part is of use. Nil: the set lies on disk.
func (k *Set) Part(i, n int) *Set {
	if len(k.runs) > 0 {
		return nil
	}
	from, before := k.held()*i/n, k.held()*(i+1)/n
	part := &Set{width: k.width, form: k.form, sealed: true}
	switch k.form {
	case Integers:
		part.ints = k.ints[from:before:before]
	case UUIDs:
		part.uuids = k.uuids[from:before:before]
	case Texts:
		part.arena, part.starts = k.arena, k.starts[from:before:before]
	}
	return part
}
