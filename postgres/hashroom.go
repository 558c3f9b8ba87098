package postgres

import (
	"github.com/gyrodata/gyro/keyset"
)

// hashRoom is the room that the server gives one hash table: work_mem times a multiplier.
//
// Keys that filter are looked up in such a table. For more keys than it has room for, by the
// planner's count, there is none, and they are searched from the first to the last for every
// row: the one plan that never comes to an end. So the room grows with the keys.
type hashRoom struct {
	workMem int64   // bytes
	server  float64 // the multiplier that the server has
	given   float64 // that was set last
}

const (
	hashEntry      = 24 // bytes the planner adds to each row's columns
	hashColumn     = 32 // bytes a column takes, for the planner, where it does not know better
	hashMultiplier = 1000.0
)

// fit gives the multiplier with which each of the sets of keys has room, and whether it is another
// than the one that was set last.
func (h *hashRoom) fit(hashed []*keyset.Set) (multiplier float64, changes bool) {
	multiplier = h.server
	for _, keys := range hashed {
		size := float64(keys.Len()) * float64(hashEntry+hashColumn*keys.Width())
		multiplier = max(multiplier, min(hashMultiplier, size/float64(h.workMem)))
	}
	changes = multiplier != h.given
	h.given = multiplier
	return multiplier, changes
}
