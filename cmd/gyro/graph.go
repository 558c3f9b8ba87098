package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/config"
	"github.com/gyrodata/gyro/csvdir"
	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/export"
	"github.com/gyrodata/gyro/picture"
	"github.com/gyrodata/gyro/schema"
)

func init() { furtherCommands = append(furtherCommands, (*cli).graph) }

// graphSettings are the flags of graph.
type graphSettings struct {
	settings
	pictureFile
	all    bool
	format string
}

// graphFormats are the forms of a graph, with the endings of files that mean them; the first is the default.
var graphFormats = []struct {
	name  string
	ends  []string
	write func(*picture.Graph, io.Writer) error
}{
	{"mermaid", []string{".mmd", ".mermaid"}, (*picture.Graph).Mermaid},
	{"dot", []string{".dot", ".gv"}, (*picture.Graph).DOT},
	{"svg", []string{".svg"}, (*picture.Graph).SVG},
	{"markdown", []string{".md", ".markdown"}, func(g *picture.Graph, w io.Writer) error {
		_, before := io.WriteString(w, "```mermaid\n")
		err := g.Mermaid(w)
		_, after := io.WriteString(w, "```\n")
		return errors.Join(before, err, after)
	}},
}

func (c *cli) graph() *cobra.Command {
	var s graphSettings
	cmd := &cobra.Command{
		Use:   "graph [DIR]",
		Short: "Draw tables and references: of a slice, of a configuration, or of a database",
		Long: `Draw tables and what they refer to: of the slice in DIR; without DIR, of what the
configuration would take; where there is no configuration, of all tables of --source.

A box has the rows that are taken of those that are there, and how many columns are masked. A
line says by its look what becomes of rows that refer to a row which is not selected, and by
its end what stands behind it: a foreign key, one that the database does not enforce, a
polymorphic one, an array. Of a configuration rows are what the planner expects; no row is
read. How many rows are there, the catalog says: of a slice only where --source is given.

--format svg is a picture that needs nothing else; mermaid (the default) is for Markdown, dot
for Graphviz. The name of --output says the form as well: .svg, .mmd, .md, .dot.`,
		Example: `  gyro graph -c gyro.yaml --output slice.svg
  gyro graph slices/dev-qa-org-1 --source "$PROD_URL" --output slice.svg
  gyro graph --source postgres://reader@db.example.com/app --output app.svg
  gyro graph slices/dev-qa-org-1 >> README.md --format markdown`,
		Args: func(cmd *cobra.Command, args []string) error {
			return wantArgs(cmd, len(args) <= 1, "one slice is drawn at a time")
		},
		ValidArgsFunction: directories(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			write, err := s.form()
			if err != nil {
				return err
			}
			graph, err := c.graphOf(cmd.Context(), &s, args)
			if err != nil {
				return err
			}
			var out bytes.Buffer
			if err := write(graph, &out); err != nil {
				return err
			}
			if s.output == "" {
				_, err := c.stdout.Write(out.Bytes())
				return err //nolint:wrapcheck // the screen says it
			}
			return s.write(args, out.Bytes())
		},
	}
	s.sourceFlags(cmd)
	cmd.Flags().BoolVar(&s.all, "all", false, "also the tables of the database that the configuration does not take")
	cmd.Flags().StringVar(&s.format, "format", "", "mermaid, dot, svg or markdown (default: by the name of --output, else mermaid)")
	s.pictureFile.flags(cmd, "", "write to this file (default: standard output)")
	_ = cmd.RegisterFlagCompletionFunc("format", words(formatNames()...))
	return cmd
}

func formatNames() []string {
	var all []string
	for _, f := range graphFormats {
		all = append(all, f.name)
	}
	return all
}

// form is the one that is asked for, by its name or by that of the file.
func (s *graphSettings) form() (func(*picture.Graph, io.Writer) error, error) {
	end := strings.ToLower(filepath.Ext(s.output))
	for _, f := range graphFormats {
		if s.format == f.name || s.format == "" && slices.Contains(f.ends, end) {
			return f.write, nil
		}
	}
	switch {
	case s.format != "":
		return nil, &usageError{err: fmt.Errorf("--format %s: there is no such form", s.format), hint: strings.Join(formatNames(), ", ")}
	case s.output != "":
		return nil, &usageError{err: fmt.Errorf("--output %s: its ending says no form", s.output), hint: ".svg, .mmd, .md or .dot, or --format"}
	}
	return graphFormats[0].write, nil
}

// graphOf is the graph of whatever is asked for.
func (c *cli) graphOf(ctx context.Context, s *graphSettings, args []string) (*picture.Graph, error) {
	s.anyTarget = true
	if len(args) > 0 {
		return c.graphOfSlice(ctx, s, args[0])
	}
	path := c.either(s.config, "GYRO_CONFIG", defaultConfig)
	if _, err := os.Stat(path); err != nil && path == defaultConfig && s.config == "" {
		if c.either(s.source, "GYRO_SOURCE", "") == "" {
			return nil, &usageError{err: errors.New("there is nothing to draw: no " + defaultConfig + " here"), hint: "name the directory of a slice, or a configuration by -c, or a database by --source"}
		}
		catalog, err := c.catalogOf(ctx, s)
		if err != nil {
			return nil, err
		}
		graph := picture.OfCatalog(catalog)
		return &graph, nil
	}
	conf, err := c.load(&s.settings)
	if err != nil {
		return nil, err
	}
	var graph *picture.Graph
	err = conf.Export().Survey(ctx, func(survey *export.Survey) error {
		graph, err = plannedGraph(survey)
		if err == nil && s.all {
			graph.Rest(picture.OfCatalog(survey.Catalog))
		}
		return err
	})
	return graph, err //nolint:wrapcheck // it says operation and place itself
}

// plannedGraph is the graph of the slice that a configuration would take.
func plannedGraph(survey *export.Survey) (*picture.Graph, error) {
	var m driver.Manifest
	catalog := schema.Catalog{}
	for name, table := range survey.Catalog {
		catalog[name] = table
	}
	for _, t := range survey.Tables {
		file := t.Listed()
		file.Rows = picture.Unknown
		if file.Job > 0 {
			file.Rows = int64(t.Expected().Rows)
		}
		m.Files = append(m.Files, file)
		catalog[t.Name] = t.Table // which has those of tables that are read through it
	}
	graph, err := picture.OfManifest(m, catalog)
	graph.Expected = true
	return &graph, err
}

// graphOfSlice is the graph of a slice; where a source is named, with what its catalog says.
func (c *cli) graphOfSlice(ctx context.Context, s *graphSettings, dir string) (*picture.Graph, error) {
	if s.config != "" || s.all {
		return nil, &usageError{err: errors.New("a slice is drawn by its manifest: -c and --all are for configurations"), hint: "leave out the directory, or the flag"}
	}
	m, err := sliceManifest(dir)
	if err != nil {
		return nil, err
	}
	var catalog schema.Catalog
	if s.source != "" {
		if catalog, err = c.catalogOf(ctx, s); err != nil {
			return nil, err
		}
	}
	graph, err := picture.OfManifest(m, catalog)
	if err != nil {
		return nil, &gyro.Error{Op: "read", Place: "directory " + dir, Err: err, Hint: "gyro verify says what is wrong"}
	}
	return &graph, nil
}

// sliceManifest reads the manifest of a slice, which is no record of a load.
func sliceManifest(dir string) (driver.Manifest, error) {
	m, err := csvdir.ReadManifest(dir)
	if err == nil && (m.Version != driver.ManifestVersion || m.Import != nil) {
		err = &gyro.Error{Op: "read", Place: "directory " + dir, Err: errors.New("its manifest is of no slice that this gyro knows"), Hint: "gyro verify says what is wrong"}
	}
	return m, err //nolint:wrapcheck // it says operation and place itself
}

// catalogOf asks a source for its catalog alone.
func (c *cli) catalogOf(ctx context.Context, s *graphSettings) (catalog schema.Catalog, err error) {
	c.warnOfPassword("--source", s.source)
	conf := config.Config{
		Source: c.either(s.source, "GYRO_SOURCE", ""), LockTimeout: s.lockTimeout, StallTimeout: s.stallTimeout,
		StatementTimeout: s.statementTimeout, MaxDuration: s.maxDuration,
	}
	err = conf.Export().Survey(ctx, func(survey *export.Survey) error {
		catalog = survey.Catalog
		return nil
	})
	return catalog, err //nolint:wrapcheck // it says operation and place itself
}
