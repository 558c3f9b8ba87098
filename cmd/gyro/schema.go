package main

import (
	"embed"
	"errors"
	"fmt"
	"io"
	"path"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gyrodata/gyro/config"
	"github.com/gyrodata/gyro/schema"
)

// answers are the JSON Schemas of what commands print with --json, a file a command.
//
//go:embed answers/*.json
var answers embed.FS

// answering are the commands that have one.
func answering() []string {
	files, _ := answers.ReadDir("answers") // it is embedded
	names := make([]string, len(files))
	for i, f := range files {
		names[i] = strings.TrimSuffix(f.Name(), ".json")
	}
	return names
}

// answerSchema is the schema of what a command prints with --json.
func answerSchema(command string) (string, error) {
	text, err := answers.ReadFile(path.Join("answers", command+".json"))
	if err == nil {
		return string(text), nil
	}
	known := answering()
	hint := "one of " + strings.Join(known, ", ") + "; without a name, that of gyro.yaml"
	if near := schema.Nearest(command, known); near != "" {
		hint = fmt.Sprintf("did you mean gyro schema %s?", near)
	}
	return "", &usageError{err: errors.New("there is no schema " + strconv.Quote(command)), hint: hint}
}

func (c *cli) schemaCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "schema [COMMAND]",
		Short: "Print the JSON Schema of gyro.yaml, or of what a command prints with --json",
		Long: `Print the JSON Schema (draft 2020-12) of what gyro reads: gyro.yaml, for editors that complete
and check it, and the documents of "gyro run -", for programs that write them.

With the name of a command, that of what it prints with --json: ` + strings.Join(answering(), ", ") + `.`,
		Example: `  gyro schema > gyro.schema.json
  gyro schema verify > verify.schema.json

  # yaml-language-server: $schema=gyro.schema.json   (first line of gyro.yaml)`,
		Args: func(cmd *cobra.Command, args []string) error {
			return wantArgs(cmd, len(args) <= 1, "name one command, or none")
		},
		ValidArgs: answering(),
		RunE: func(_ *cobra.Command, args []string) error {
			text := config.Schema
			if len(args) == 1 {
				var err error
				if text, err = answerSchema(args[0]); err != nil {
					return err
				}
			}
			_, err := io.WriteString(c.stdout, text)
			return err //nolint:wrapcheck // the screen says it
		},
	}
}
