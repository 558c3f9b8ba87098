package driver

import (
	"errors"
)

// ErrQuery is wrapped by what [Snapshot].Explain returns where the query, or the right to run
// it, is at fault, not the source or the way to it. The user can mend it.
var ErrQuery = errors.New("the query is wrong")
