package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/jackc/pgx/v5"

	"github.com/gyrodata/gyro/internal/pgtest"
)

// manyKeys is how many keys the tables have that keys measures.
const manyKeys = 20_000_000

// keys measures slices of 20 million keys: a child of which one row in twenty refers to a
// parent, by keys of a bigint and of a uuid, in the memory that is the default and in less.
func (b *bench) keys(ctx context.Context) error {
	server, err := pgtest.Start(ctx, pgtest.Options{Settings: map[string]string{"shared_buffers": "1GB", "max_wal_size": "8GB"}})
	if err != nil {
		return err
	}
	defer server.Stop() //nolint:errcheck // throwaway
	conn, err := pgx.Connect(ctx, server.URL("postgres"))
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	for kind, key := range map[string]string{"bigint": "n", "uuid": "md5(n::text)::uuid"} {
		_, err := conn.Exec(ctx, fmt.Sprintf(`
			CREATE TABLE parent_%[1]s (id %[1]s PRIMARY KEY);
			CREATE TABLE child_%[1]s (id bigint PRIMARY KEY, parent_id %[1]s NOT NULL);
			INSERT INTO parent_%[1]s SELECT %[2]s FROM generate_series(1, %[3]d) n;
			INSERT INTO child_%[1]s SELECT n, %[2]s FROM generate_series(1, %[3]d, 20) n;
			ALTER TABLE child_%[1]s ADD FOREIGN KEY (parent_id) REFERENCES parent_%[1]s NOT VALID;
			ANALYZE parent_%[1]s, child_%[1]s`, kind, key, manyKeys))
		if err != nil {
			return err
		}
	}
	for _, kind := range []string{"bigint", "uuid"} {
		config := filepath.Join(b.dir, kind+".yaml")
		text := fmt.Sprintf("jobs: [{model: parent_%[1]s, where: \"true\"}, child_%[1]s]\n", kind)
		if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
			return err
		}
		for _, memory := range []string{"512MB", "64MB"} {
			u, err := measure(exec.CommandContext(ctx, b.gyro, "export", "-c", config, "--source", server.URL("postgres"), "--key-memory", memory,
				"--target", filepath.Join(b.dir, "keys"), "--overwrite", "--progress", "none"))
			if err != nil {
				return err
			}
			fmt.Printf("%d keys, %-6s, --key-memory %-5s: peak memory %6.1f MB, %.1f s\n", manyKeys, kind, memory, float64(u.peak)/1024, u.wall.Seconds())
		}
	}
	return nil
}
