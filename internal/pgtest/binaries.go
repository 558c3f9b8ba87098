package pgtest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// needed are the programs that a directory must hold to be taken.
var needed = []string{"initdb", "pg_ctl", "postgres"}

// errMissing is the one line for a machine without PostgreSQL.
var errMissing = errors.New("no PostgreSQL server was found: install one (apt-get install postgresql; " +
	"brew install postgresql@17), or name one in " + envURL)

// DefaultPlaces are the directories in which the server's binaries are looked
// for, as patterns of filepath.Glob: the PATH first, then what pg_config says,
// then where packages put them.
func DefaultPlaces() []string {
	places := filepath.SplitList(os.Getenv("PATH"))
	if out, err := exec.Command("pg_config", "--bindir").Output(); err == nil {
		places = append(places, strings.TrimSpace(string(out)))
	}
	return append(places,
		"/usr/lib/postgresql/*/bin",         // Debian
		"/usr/pgsql-*/bin",                  // PGDG on Red Hat
		"/opt/homebrew/opt/postgresql*/bin", // Homebrew
		"/usr/local/opt/postgresql*/bin",
		"/opt/local/lib/postgresql*/bin", // MacPorts
	)
}

// binaries is the directory to start a server from; what has to be downloaded
// lands in dir.
func binaries(ctx context.Context, opts Options, dir string, user *account) (string, error) {
	if opts.Bin != "" {
		if !holds(opts.Bin, needed...) {
			return "", fmt.Errorf("start PostgreSQL: %s does not hold %s", opts.Bin, strings.Join(needed, ", "))
		}
		return opts.Bin, nil
	}
	places := opts.Places
	if places == nil {
		places = DefaultPlaces()
	}
	if bin := find(places, needed...); bin != "" {
		return bin, nil
	}
	if opts.NoEmbedded {
		return "", errMissing
	}
	bin, err := download(ctx, dir, "", opts.Log)
	if ctx.Err() != nil {
		return "", fmt.Errorf("start PostgreSQL: %w", context.Cause(ctx))
	}
	if err != nil {
		fmt.Fprintf(opts.Log, "downloading PostgreSQL failed: %v\n", err)
		return "", errMissing
	}
	return bin, user.own(dir)
}

// program is the path of one PostgreSQL program.
func program(tool, bin string) (string, error) {
	if bin != "" && holds(bin, tool) {
		return filepath.Join(bin, tool), nil
	}
	if path, err := exec.LookPath(tool); err == nil {
		return path, nil
	}
	if dir := find(DefaultPlaces(), tool); dir != "" {
		return filepath.Join(dir, tool), nil
	}
	return "", fmt.Errorf("%s is not installed: apt-get install %s", tool, debianPackage(tool))
}

func debianPackage(tool string) string {
	servers := []string{"initdb", "pg_ctl", "pgbench", "pg_checksums", "pg_controldata", "pg_resetwal", "pg_rewind", "pg_upgrade", "pg_waldump", "postgres"}
	if slices.Contains(servers, tool) {
		return "postgresql"
	}
	return "postgresql-client"
}

// find is the first directory that holds the programs; of the directories of
// one pattern, the highest version's.
func find(places []string, programs ...string) string {
	for _, place := range places {
		dirs, _ := filepath.Glob(place) // a bad pattern finds nothing
		slices.SortFunc(dirs, func(a, b string) int { return cmp.Compare(version(b), version(a)) })
		for _, dir := range dirs {
			// A link to one program leads to the directory of all.
			link, err := filepath.EvalSymlinks(filepath.Join(dir, programs[0]))
			if err == nil && holds(filepath.Dir(link), programs...) {
				return filepath.Dir(link)
			}
			if holds(dir, programs...) {
				return dir
			}
		}
	}
	return ""
}

var lastNumber = regexp.MustCompile(`(\d+(?:\.\d+)?)\D*$`)

// version is the number in the path of a package's directory.
func version(dir string) float64 {
	if m := lastNumber.FindStringSubmatch(dir); m != nil {
		v, _ := strconv.ParseFloat(m[1], 64)
		return v
	}
	return 0
}

func holds(dir string, programs ...string) bool {
	for _, name := range programs {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil || info.IsDir() || info.Mode().Perm()&0o111 == 0 {
			return false
		}
	}
	return true
}
