//go:build !unix

package main

import (
	"os"
	"os/exec"
)

func group(*exec.Cmd) {}

func pass(cmd *exec.Cmd, s os.Signal) { _ = cmd.Process.Signal(s) }

func code(state *os.ProcessState) int { return state.ExitCode() }
