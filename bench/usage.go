package main

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"time"
)

// usage is what a process took, and those that it started.
type usage struct {
	Wall time.Duration `json:"wall_ns"`
	CPU  time.Duration `json:"cpu_ns"`
	Peak int64         `json:"peak_kib"` // memory of the largest; at least ours, for a process begins as one of ours
}

// measure runs a command and says what it took.
func measure(cmd *exec.Cmd) (usage, error) {
	begin := time.Now()
	out, err := cmd.CombinedOutput()
	if err != nil {
		return usage{}, fmt.Errorf("%s: %w\n%s", filepath.Base(cmd.Path), err, out)
	}
	u := usage{Wall: time.Since(begin), CPU: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()}
	if r, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		u.Peak = r.Maxrss
	}
	return u, nil
}

// summary is what one took in all rounds: medians, but for the bounds.
type summary struct {
	usage
	least, most time.Duration
}

func summarize(all []usage) summary {
	middle := func(value func(usage) int64) int64 {
		values := make([]int64, len(all))
		for i, u := range all {
			values[i] = value(u)
		}
		slices.Sort(values)
		return values[len(values)/2]
	}
	wall := func(a, b usage) int { return int(a.Wall - b.Wall) }
	return summary{
		usage: usage{
			Wall: time.Duration(middle(func(u usage) int64 { return int64(u.Wall) })),
			CPU:  time.Duration(middle(func(u usage) int64 { return int64(u.CPU) })),
			Peak: slices.MaxFunc(all, func(a, b usage) int { return int(a.Peak - b.Peak) }).Peak,
		},
		least: slices.MinFunc(all, wall).Wall,
		most:  slices.MaxFunc(all, wall).Wall,
	}
}
