package csvdir

import (
	"context"
	"slices"
)

// part is a key, or those of its values that fall into one of several parts, for which there
// is memory in one round.
type keyPart struct {
	key        *key
	number, of uint64
	set        *keySet
	sealed     bool
	// quick says that the set holds hashes of 64 bits: of a key that nothing refers to it is only asked whether two rows share it,
	// and such rows have one hash, whatever others have it too.
	quick bool
}

// holds reports whether a key falls into the part.
func (p *keyPart) holds(i fingerprint) bool {
	if p.of == 1 {
		return true
	}
	return (i.low*0x9E3779B97F4A7C15)>>32*p.of>>32 == p.number // neighbours are scattered
}

// round is what one pass over the files has memory for.
type round map[*key]*keyPart

// rounds divides the keys.
func (v *verifier) rounds() []round {
	rounds := []round{{}}
	left := v.opts.memory()
	for _, t := range v.order {
		for _, k := range t.keys {
			size := keyBytes(k, t)
			parts := (size + v.opts.memory() - 1) / v.opts.memory()
			for number := range max(1, parts) {
				need := size / max(1, parts)
				if last := rounds[len(rounds)-1]; need > left || last[k] != nil {
					rounds = append(rounds, round{})
					left = v.opts.memory()
				}
				left -= need
				rounds[len(rounds)-1][k] = &keyPart{key: k, number: uint64(number), of: uint64(max(1, parts)), set: &keySet{}, quick: !k.integer && len(k.refs) == 0}
			}
		}
	}
	return rounds
}

// Memory that a key takes in a set.
const (
	numberBytes = 9
	sumBytes    = 17
)

// keyBytes is the memory that a key's values take.
func keyBytes(k *key, t *table) int64 {
	if k.integer || len(k.refs) == 0 {
		return t.most * numberBytes
	}
	return t.most * sumBytes
}

// round reads each file that has a key in the round, and after it, where that file comes
// further down, those that refer to it. The first round reads every file.
func (v *verifier) round(ctx context.Context, first bool, parts round) error {
	for _, t := range v.order {
		p := &pass{verifier: v, table: t, first: first}
		for _, k := range t.keys {
			if parts[k] != nil {
				p.collect = append(p.collect, parts[k])
			}
		}
		for _, r := range t.refs {
			switch target := parts[r.key]; {
			case r.to == nil || r.NotProvable != "":
				if first {
					p.check = append(p.check, check{reference: r})
				}
			case target != nil && target.sealed:
				p.check = append(p.check, check{reference: r, in: target})
			}
		}
		if err := p.run(ctx); err != nil {
			return err
		}
		sealAll(p.collect)
		for _, part := range p.collect {
			if len(part.key.refs) > 0 {
				continue
			}
			if err := v.findRepeated(ctx, part); err != nil {
				return err
			}
			part.set = nil // nobody asks it: its memory is for the files to come
		}
	}
	for _, t := range v.order { // what referred to a file further down, or to its own
		p := &pass{verifier: v, table: t}
		for _, r := range t.refs {
			if target := parts[r.key]; target != nil && r.NotProvable == "" && slices.Index(v.order, r.to) >= slices.Index(v.order, t) {
				p.check = append(p.check, check{reference: r, in: target})
			}
		}
		if err := p.run(ctx); err != nil {
			return err
		}
	}
	for _, t := range v.order {
		for _, k := range t.keys {
			if parts[k] == nil || parts[k].set == nil {
				continue
			}
			if err := v.findRepeated(ctx, parts[k]); err != nil {
				return err
			}
		}
	}
	return nil
}
