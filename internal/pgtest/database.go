package pgtest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

const objectInUse = "55006" // someone is connected to the template

// newName is a name for a database that no other process makes.
func newName() string {
	return fmt.Sprintf("gyro_test_%d_%s", os.Getpid(), strings.ToLower(rand.Text()[:12]))
}

// create makes a database from a template. PostgreSQL refuses while someone is
// connected to the template, which autovacuum may be: so it tries for a while.
func (s *Server) create(ctx context.Context, template string) (string, error) {
	name := newName()
	deadline := time.Now().Add(30 * time.Second)
	for {
		err := s.exec(ctx, fmt.Sprintf("CREATE DATABASE %s TEMPLATE %s", quote(name), quote(template)))
		var pgErr *pgconn.PgError
		if err == nil {
			return name, nil
		}
		if !errors.As(err, &pgErr) || pgErr.Code != objectInUse || time.Now().After(deadline) {
			return "", fmt.Errorf("create a test database: %w", err)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// seal ends a database's connections and allows no new ones, so that it can be
// copied at any time.
func (s *Server) seal(ctx context.Context, name string) error {
	err := s.exec(ctx, fmt.Sprintf("ALTER DATABASE %s ALLOW_CONNECTIONS false", quote(name)))
	if err != nil {
		return fmt.Errorf("seal a template database: %w", err)
	}
	err = s.exec(ctx, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", name)
	if err != nil {
		return fmt.Errorf("end the connections to a template database: %w", err)
	}
	return nil
}

// drop removes a database, and with it whoever is connected.
func (s *Server) drop(ctx context.Context, name string) error {
	if err := s.exec(ctx, fmt.Sprintf("DROP DATABASE IF EXISTS %s WITH (FORCE)", quote(name))); err != nil {
		return fmt.Errorf("drop a test database: %w", err)
	}
	return nil
}

// exec runs one statement on a connection of its own.
func (s *Server) exec(ctx context.Context, sql string, args ...any) error {
	conn, err := pgx.Connect(ctx, s.base.String())
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, sql, args...)
	return err
}

func quote(name string) string { return pgx.Identifier{name}.Sanitize() }

// script runs statements; an error says in which line.
func script(ctx context.Context, url, sql string) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.PgConn().Exec(ctx, sql).ReadAll()
	var pgErr *pgconn.PgError
	if errors.As(err, &pgErr) && pgErr.Position > 0 {
		before := []rune(sql)[:min(int(pgErr.Position)-1, len([]rune(sql)))]
		return fmt.Errorf("line %d: %w", 1+strings.Count(string(before), "\n"), err)
	}
	return err
}
