package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"

	"github.com/gyrodata/gyro"
)

// man writes manual pages of all commands: what packages carry. The date is that of SOURCE_DATE_EPOCH, so that a package can be built again.
func (c *cli) man() *cobra.Command {
	return &cobra.Command{
		Use:    "man DIR",
		Short:  "Write the manual pages of all commands into a directory",
		Hidden: true,
		Args: func(cmd *cobra.Command, args []string) error {
			return wantArgs(cmd, len(args) == 1, "name a directory")
		},
		ValidArgsFunction: directories(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := os.MkdirAll(args[0], 0o755); err != nil { //nolint:gosec // manual pages are for all
				return &gyro.Error{Op: "make", Place: args[0], Err: err}
			}
			root := cmd.Root()
			root.DisableAutoGenTag = true
			date := time.Unix(0, 0).UTC()
			if epoch, ok := c.env("SOURCE_DATE_EPOCH"); ok && epoch != "" {
				seconds, err := strconv.ParseInt(epoch, 10, 64)
				if err != nil {
					return &usageError{err: fmt.Errorf("SOURCE_DATE_EPOCH: %w", errors.Unwrap(err)), hint: "seconds since 1970"}
				}
				date = time.Unix(seconds, 0).UTC()
			}
			header := &doc.GenManHeader{Title: "GYRO", Section: "1", Source: "gyro " + version, Manual: "Gyro", Date: &date}
			if err := doc.GenManTree(root, header, filepath.Clean(args[0])); err != nil {
				return &gyro.Error{Op: "write manual pages", Place: args[0], Err: err}
			}
			return nil
		},
	}
}
