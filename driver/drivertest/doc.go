// Package drivertest is the suite that every endpoint passes: it holds a [driver.Store], a
// [driver.Database], a [driver.Loader] and a [driver.SheetFile] to what the comments of package driver say.
//
// A test of an endpoint gives it a function that makes a fresh place, and calls it:
//
//	func TestStore(t *testing.T) {
//		drivertest.TestStore(t, func(t *testing.T) drivertest.Place {
//			path := filepath.Join(t.TempDir(), "slice")
//			return drivertest.Place{
//				Store:       func() driver.Store { return csvdir.Dir{Path: path} },
//				Overwriting: func() driver.Store { return csvdir.Dir{Path: path, Overwrite: true} },
//				Look:        func(t *testing.T) string { return listing(t, path) },
//			}
//		})
//	}
//
// The suite asks for many places, and uses them at the same time.
package drivertest
