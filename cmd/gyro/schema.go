package main

import (
	"io"

	"github.com/spf13/cobra"

	"github.com/gyrodata/gyro/config"
)

func (c *cli) schemaCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON Schema of gyro.yaml and of the documents of gyro run",
		Long: `Print the JSON Schema (draft 2020-12) of what gyro reads: gyro.yaml, for editors that complete
and check it, and the documents of "gyro run -", for programs that write them.`,
		Example: "  gyro schema > gyro.schema.json\n\n  # yaml-language-server: $schema=gyro.schema.json   (first line of gyro.yaml)",
		Args:    noArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := io.WriteString(c.stdout, config.Schema)
			return err //nolint:wrapcheck // the screen says it
		},
	}
}
