package pgtest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

const (
	superuser   = "postgres"
	defaultPort = "5432" // names the socket's file; nothing listens on it
)

// Options say how a server is started. The zero value works.
type Options struct {
	Log        io.Writer         // a line for each step that takes time; default: none
	Settings   map[string]string // of postgresql.conf, over those of this package; default: none
	Bin        string            // the directory of the server's binaries; default: the first of Places
	Places     []string          // where to look for binaries; default: DefaultPlaces()
	NoEmbedded bool              // do not download binaries where none are found; default: download them
	Keep       string            // a directory, empty at first, in which the data stays and is found again; default: it goes with the server
}

// Server is a running PostgreSQL server.
type Server struct {
	base   *url.URL // leads to a database that always exists
	dir    string   // empty: someone else's server
	bin    string   // empty: someone else's server
	keeper *keeper  // nil: someone else stops it
	log    io.Writer
}

// Start starts a new server and waits until it answers. The caller stops it;
// if the caller's process dies before, the server stops by itself.
func Start(ctx context.Context, opts Options) (*Server, error) {
	opts.Settings = merge(map[string]string{
		"fsync":              "off",
		"full_page_writes":   "off",
		"synchronous_commit": "off",
		"max_connections":    "100",
		"shared_buffers":     "128MB",
		"wal_level":          "replica",
		"max_wal_senders":    "10",
		"hot_standby":        "on",
	}, opts.Settings)
	if opts.Keep != "" {
		return startKept(ctx, opts)
	}
	return start(ctx, opts, "initdb")
}

// startKept starts a server whose data directory is opts.Keep.
func startKept(ctx context.Context, opts Options) (*Server, error) {
	user, err := serverUser()
	if err == nil {
		err = user.own(opts.Keep)
	}
	if err != nil {
		return nil, fmt.Errorf("start PostgreSQL: %w", err)
	}
	return start(ctx, opts, "keep", opts.Keep)
}

// Standby starts a hot standby of s: a server of its own, that follows s by
// streaming and is to be stopped like any other. The server must be one that
// was started here. Of opts only Log and Settings count.
func (s *Server) Standby(ctx context.Context, opts Options) (*Server, error) {
	if s.dir == "" {
		return nil, errors.New("start a standby: its primary was not started by pgtest (unset GYRO_TEST_DATABASE)")
	}
	base, err := s.Bin("pg_basebackup")
	if err != nil {
		return nil, fmt.Errorf("start a standby: %w", err)
	}
	opts.Bin = s.bin
	return start(ctx, opts, base, s.URL("postgres"))
}

// start makes a folder, its keeper, and in it a server whose data directory
// comes from the tool: initdb, the path of pg_basebackup and its primary, or keep and a directory.
func start(ctx context.Context, opts Options, tool ...string) (*Server, error) {
	if opts.Log == nil {
		opts.Log = io.Discard
	}
	user, err := serverUser()
	if err != nil {
		return nil, fmt.Errorf("start PostgreSQL: %w", err)
	}
	dir, err := folder(user)
	if err != nil {
		return nil, fmt.Errorf("start PostgreSQL: %w", err)
	}
	keeper, err := keep(dir, user, tool...)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start PostgreSQL: %w", err), os.RemoveAll(dir))
	}
	s := &Server{dir: dir, keeper: keeper, log: opts.Log}
	if err := s.open(ctx, opts, user); err != nil {
		return nil, errors.Join(err, s.Stop())
	}
	return s, nil
}

func (s *Server) open(ctx context.Context, opts Options, user *account) error {
	var err error
	if s.bin, err = binaries(ctx, opts, s.dir, user); err != nil {
		return err
	}
	settings := merge(opts.Settings, map[string]string{
		"listen_addresses":        "",
		"unix_socket_directories": s.dir,
		"logging_collector":       "off",
	})
	if settings["port"] == "" {
		settings["port"] = defaultPort
	}
	if err := writeSettings(filepath.Join(s.dir, "settings"), settings, user); err != nil {
		return fmt.Errorf("start PostgreSQL: %w", err)
	}
	query := url.Values{"host": {s.dir}, "port": {settings["port"]}, "user": {superuser}}
	s.base = &url.URL{Scheme: "postgres", Path: "/postgres", RawQuery: query.Encode()}
	fmt.Fprintf(s.log, "starting PostgreSQL from %s\n", s.bin)
	return s.keeper.start(ctx, s.bin)
}

// URL leads to a database of the server, for pgx and psql alike.
func (s *Server) URL(database string) string {
	u := *s.base
	u.Path = "/" + database
	return u.String()
}

// Dir is the server's folder: its data directory is "data" in it, its log
// "log". It is empty for a server that was not started by this package.
func (s *Server) Dir() string { return s.dir }

// Bin is the path of a PostgreSQL program (psql, pg_dump, …): of the server's
// own, else of the PATH, else the newest that is found. The error names the
// Debian package that holds it.
func (s *Server) Bin(tool string) (string, error) { return program(tool, s.bin) }

// Environ is what makes the tests of another process use this server.
func (s *Server) Environ() []string {
	return []string{envURL + "=" + s.URL("postgres"), envDir + "=" + s.dir, envBin + "=" + s.bin}
}

// Stop ends the server and removes its folder. Open connections are cut. It
// may be called more than once; a server that was not started by this package
// stays as it is.
func (s *Server) Stop() error {
	if s.keeper == nil {
		return nil
	}
	return s.keeper.stop()
}

func merge(settings, over map[string]string) map[string]string {
	all := maps.Clone(settings)
	if all == nil {
		all = map[string]string{}
	}
	maps.Copy(all, over)
	return all
}

func writeSettings(path string, settings map[string]string, user *account) error {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		fmt.Fprintf(&b, "%s = '%s'\n", name, strings.ReplaceAll(settings[name], "'", "''"))
	}
	if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
		return err
	}
	return user.own(path)
}
