package main

import (
	"cmp"
	"context"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/gyrodata/gyro/config"
	"github.com/gyrodata/gyro/csvdir"
	"github.com/gyrodata/gyro/driver"
	"github.com/gyrodata/gyro/postgres"
	"github.com/gyrodata/gyro/schema"
)

// What a shell offers while somebody types: files, words, and names of tables and columns, of a slice, of the configuration, or of a
// database. A database is asked only where a flag or the environment names it, and not waited for. Where anything fails nothing
// is offered, and nothing said: the line is not whole yet.

// catalogPatience is how long a database may take to say what it has.
const catalogPatience = time.Second

// completion says what can stand at a place.
type completion = func(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective)

// words are all that can stand there.
func words(all ...string) completion {
	return cobra.FixedCompletions(all, cobra.ShellCompDirectiveNoFileComp)
}

// nothingElse makes files be offered only where one can stand: by itself cobra offers them wherever nothing is said.
func nothingElse(cmd *cobra.Command) {
	if cmd.ValidArgsFunction == nil && len(cmd.ValidArgs) == 0 && !cmd.HasSubCommands() {
		cmd.ValidArgsFunction = cobra.NoFileCompletions
	}
	cmd.LocalNonPersistentFlags().VisitAll(func(f *pflag.Flag) {
		_, said := cmd.GetFlagCompletionFunc(f.Name)
		_, file := f.Annotations[cobra.BashCompFilenameExt]
		_, dir := f.Annotations[cobra.BashCompSubdirsInDir]
		if !said && !file && !dir {
			_ = cmd.RegisterFlagCompletionFunc(f.Name, cobra.NoFileCompletions)
		}
	})
	for _, sub := range cmd.Commands() {
		nothingElse(sub)
	}
}

// directories are offered for so many arguments.
func directories(most int) completion {
	return func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		if len(args) >= most {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return nil, cobra.ShellCompDirectiveFilterDirs
	}
}

// offering offers the names that find gives.
func offering(find func(cmd *cobra.Command, args []string) []string) completion {
	return func(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
		return offered(find(cmd, args), typed, ""), cobra.ShellCompDirectiveNoFileComp
	}
}

// begun offers the names that find gives, as what a word begins with: the rest of it follows, after end.
func begun(find func(cmd *cobra.Command, args []string) []string, end string) completion {
	return func(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
		return offered(find(cmd, args), typed, end), cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
	}
}

// offered are the names that go on from what was typed, less those that a shell would read as more than a name: others gave them.
func offered(names []string, typed, end string) []string {
	var all []string
	for _, name := range slices.Compact(slices.Sorted(slices.Values(names))) {
		if harmless(name) && strings.HasPrefix(name, typed) {
			all = append(all, name+end)
		}
	}
	return all
}

// harmless reports whether a word means itself in every shell.
func harmless(word string) bool {
	return word != "" && !strings.HasPrefix(word, "-") && !strings.ContainsFunc(word, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("_-./", r)
	})
}

// tablesIn names the tables of a slice, or none where there is no slice.
func tablesIn(path string) []string {
	m, err := csvdir.ReadManifest(path)
	if err != nil || m.Version != driver.ManifestVersion {
		return nil
	}
	var names []string
	for _, f := range m.Files {
		names = append(names, f.Table)
	}
	return names
}

// flag is what was typed for a flag of the command, if it has it.
func flag(cmd *cobra.Command, name string) string {
	if f := cmd.Flags().Lookup(name); f != nil {
		return f.Value.String()
	}
	return ""
}

// typedConfig is the configuration that the command would read, as far as it can be read: variables need not be set yet.
func (c *cli) typedConfig(cmd *cobra.Command) config.Config {
	conf, _ := config.Load(c.either(flag(cmd, "config"), "GYRO_CONFIG", defaultConfig), c.env)
	return conf
}

// configured names the tables that the configuration speaks of.
func (c *cli) configured(cmd *cobra.Command) []string {
	var names []string
	for _, importer := range c.typedConfig(cmd).Importers { // one for each job as well
		names = append(names, importer.Model.Name().String())
	}
	return names
}

// catalog is what a database has, if a flag or the environment names it and it answers in time; else empty.
func (c *cli) catalog(cmd *cobra.Command, name, variable string) schema.Catalog {
	url := c.either(flag(cmd, name), variable, "")
	if !isURL(url) {
		return nil
	}
	ctx, cancel := context.WithTimeout(cmd.Context(), catalogPatience)
	defer cancel()
	found := make(chan schema.Catalog, 1)
	go func() { // closing may take longer; the program ends before
		snapshot, err := postgres.DB{URL: url}.Open(ctx)
		if err != nil {
			return
		}
		defer snapshot.Close() //nolint:errcheck // it was only looked at
		if catalog, err := snapshot.Catalog(ctx); err == nil {
			maps.DeleteFunc(catalog, func(_ schema.Name, t *schema.Table) bool { return !t.PartitionOf.IsZero() })
			found <- catalog
		}
	}()
	select {
	case catalog := <-found:
		return catalog
	case <-ctx.Done():
		return nil
	}
}

func names(catalog schema.Catalog) []string {
	var all []string
	for _, name := range catalog.Names() {
		all = append(all, name.String())
	}
	return all
}

// loadable names what can be loaded from a slice: its tables; where it is not said, those of the configuration and of the target.
func (c *cli) loadable(cmd *cobra.Command, _ []string) []string {
	if in := tablesIn(c.either(flag(cmd, "source"), "GYRO_SOURCE", c.typedConfig(cmd).Source)); len(in) > 0 {
		return in
	}
	return c.fillable(cmd, nil)
}

// fillable names what can be loaded into.
func (c *cli) fillable(cmd *cobra.Command, _ []string) []string {
	return append(c.configured(cmd), names(c.catalog(cmd, "target", "GYRO_TARGET"))...)
}

// ofSource names the tables of the source.
func (c *cli) ofSource(cmd *cobra.Command, _ []string) []string {
	return names(c.catalog(cmd, "source", "GYRO_SOURCE"))
}

// columnsOfRoot names the columns of the table that --root names: what a condition begins with.
func (c *cli) columnsOfRoot(cmd *cobra.Command, _ []string) []string {
	root, err := schema.ParseName(flag(cmd, "root"))
	if err != nil {
		return nil
	}
	var all []string
	if t := c.catalog(cmd, "source", "GYRO_SOURCE")[root]; t != nil {
		for _, column := range t.Columns {
			all = append(all, column.Name)
		}
	}
	return all
}

// tableAndFile completes TABLE=FILE.
func (c *cli) tableAndFile(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	table, path, file := strings.Cut(typed, "=")
	if !file {
		return begun(c.fillable, "=")(cmd, args, typed)
	}
	dir, _ := filepath.Split(path)
	entries, _ := os.ReadDir(cmp.Or(dir, "."))
	directive := cobra.ShellCompDirectiveNoFileComp
	var all []string
	for _, entry := range entries {
		name := dir + entry.Name()
		if entry.IsDir() {
			name += "/"
		}
		if strings.HasPrefix(name, path) && harmless(entry.Name()) && (entry.Name()[0] != '.' || strings.HasPrefix(filepath.Base(path), ".")) {
			all = append(all, table+"="+name)
			if entry.IsDir() {
				directive |= cobra.ShellCompDirectiveNoSpace
			}
		}
	}
	return all, directive
}

// mostRecords are offered at once: who takes a load back means one of the last.
const mostRecords = 20

// records completes the record of a load: those that lie where they are put, and any directory.
func (c *cli) records(_ *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	state, ok := c.stateDir()
	entries, err := os.ReadDir(filepath.Join(state, "gyro", "undo"))
	if !ok || err != nil {
		return nil, cobra.ShellCompDirectiveFilterDirs
	}
	var all []string
	for _, entry := range slices.Backward(entries) { // the newest first
		if path := filepath.Join(state, "gyro", "undo", entry.Name()); len(all) < mostRecords && harmless(path) && strings.HasPrefix(path, typed) {
			all = append(all, path)
		}
	}
	if len(all) == 0 {
		return nil, cobra.ShellCompDirectiveFilterDirs
	}
	return all, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
}
