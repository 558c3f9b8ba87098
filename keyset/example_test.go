package keyset_test

import (
	"fmt"
	"log"

	"github.com/gyrodata/gyro/keyset"
)

// A set of ids: sealed, it is sorted, without doubles, and can be asked.
func ExampleSet() {
	set := keyset.NewSet(1, keyset.Integers)
	for _, id := range []string{"30", "4", "30"} {
		if err := set.Add([][]byte{[]byte(id)}); err != nil {
			log.Fatal(err)
		}
	}
	set.Seal()
	fmt.Println(set.Len(), set.Has([][]byte{[]byte("4")}), set.Has([][]byte{[]byte("5")}))
	for key := range set.All() {
		fmt.Printf("%s\n", key[0])
	}
	// Output:
	// 2 true false
	// 4
	// 30
}
