// Package keyset holds sets of keys: tuples of the values of a few columns, as COPY prints them. It is how the
// rows of one table restrict those of another. Sets share the [Memory] of a run; what has no room there
// lies in temporary files without names.
//
//	memory := keyset.NewMemory(0)
//	defer memory.Close()
//	keys := memory.Set(1, keyset.Integers)
//	err := keys.Add([][]byte{[]byte("42")})
//	keys.Seal().Has([][]byte{[]byte("42")})
package keyset
