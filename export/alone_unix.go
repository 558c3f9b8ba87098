//go:build unix

package export

import (
	"os/exec"
	"syscall"
)

// alone makes a program the first of a group of its own, which ends as a whole: an interrupt at the terminal is for us.
func alone(program *exec.Cmd) {
	program.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	program.Cancel = func() error { return syscall.Kill(-program.Process.Pid, syscall.SIGKILL) }
}
