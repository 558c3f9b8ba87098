package driver

import (
	"runtime/debug"
	"sync"
)

const module = "github.com/gyrodata/gyro"

// built is the version of the module in the program that runs, as the Go toolchain recorded it, or
// "" where it did not, as in tests.
var built = sync.OnceValue(func() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	for _, m := range append(info.Deps, &info.Main) {
		if m.Path == module && m.Version != "(devel)" {
			return m.Version
		}
	}
	return ""
})

// Version is the version of the program for a manifest: what is said, or that of this module in
// the build; "" where neither is known.
func Version(said string) string {
	if said != "" {
		return said
	}
	return built()
}
