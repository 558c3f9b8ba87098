package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// peers are programs that do a part of what Gyro does, or the whole of something beside it.
var peers = []string{"psql", "pg_dump", "pg_restore", "pgcopydb", "greenmask", "pg_sample"}

// found is where a program is; empty: it is not installed.
func found(name string) string {
	path, err := exec.LookPath(name)
	if err != nil {
		return ""
	}
	return path
}

// tool is one of the server's own programs.
func (b *bench) tool(ctx context.Context, name string, args ...string) *exec.Cmd {
	path, err := b.server.Bin(name)
	if err != nil {
		path = name // the error comes when it is run
	}
	return exec.CommandContext(ctx, path, args...)
}

// export is gyro export with a configuration, into dir/slice.
func (b *bench) export(ctx context.Context, database, config string, flags ...string) func(dir, url string) *exec.Cmd {
	return func(dir, _ string) *exec.Cmd {
		args := []string{"export", "-c", config, "--source", b.server.URL(database), "--target", dir, "--progress", "none"}
		return exec.CommandContext(ctx, b.gyro, append(args, flags...)...)
	}
}

// knows reports whether a command of gyro has a flag.
func (b *bench) knows(ctx context.Context, verb, flag string) bool {
	out, err := exec.CommandContext(ctx, b.gyro, verb, "--help").Output()
	return err == nil && strings.Contains(string(out), flag+" ")
}

// write puts a file into the directory of the run, and gives its path.
func (b *bench) file(name, text string) (string, error) {
	path := filepath.Join(b.dir, name)
	return path, os.WriteFile(path, []byte(text), 0o600)
}

// greenmaskConfig takes tables of a database with conditions, or all, by two jobs.
const greenmaskConfig = `common: {pg_bin_path: %q, tmp_dir: %q}
log: {level: error}
storage: {type: directory, directory: {path: %q}}
dump:
  pg_dump_options: {dbname: %q, jobs: %d%s}
  transformation:
%s
restore:
  pg_restore_options: {dbname: %q, jobs: 2}
`

// greenmask makes its configuration: what it takes into dir, and where it puts it.
func (b *bench) greenmask(name, dir, from, to string, jobs int, options, transformation string) (string, error) {
	psql, err := b.server.Bin("psql")
	if err != nil {
		return "", err
	}
	return b.file(name, fmt.Sprintf(greenmaskConfig, filepath.Dir(psql), b.dir, dir, from, jobs, options, transformation, to))
}

// oneTenant is tenant 1 with all that refers to it.
const oneTenant = `    - schema: public
      name: accounts_tenant
      subset_conds: ["public.accounts_tenant.id = 1"]`
