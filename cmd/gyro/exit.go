package main

import (
	"context"
	"errors"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/config"
)

// Exit codes, as help lists them.
const (
	exitDone        = 0
	exitFailed      = 1
	exitUsage       = 2
	exitExists      = 3
	exitInvalid     = 4
	exitUnproven    = 5
	exitFound       = 6
	exitInterrupted = 130
)

const exitHelp = `
Exit codes:
  0    done
  1    failed: the source, the target or the network
  2    usage: a flag, or the configuration file
  3    the target exists already
  4    validation: importers, jobs, queries, or rows of a CSV file
  5    slice verification failed
  6    check found something to look at, or diff a difference
  130  interrupted
`

// exitCode is the one switch from error to exit code.
func exitCode(err error) int {
	var (
		usage    *usageError
		inFile   *config.Error
		mistake  *gyro.Mistake
		unproven *unprovenError
		told     *toldError
		found    *foundError
	)
	switch {
	case errors.As(err, &told):
		return told.exit
	case errors.Is(err, context.Canceled):
		return exitInterrupted
	case errors.As(err, &unproven), errors.Is(err, gyro.ErrUnproven):
		return exitUnproven
	case errors.As(err, &usage), errors.As(err, &inFile):
		return exitUsage
	case errors.Is(err, gyro.ErrExists):
		return exitExists
	case errors.As(err, &found):
		return exitFound
	case errors.As(err, &mistake), errors.Is(err, gyro.ErrInvalid):
		return exitInvalid
	}
	return exitFailed
}
