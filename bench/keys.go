package main

import (
	"context"
	"fmt"
)

const manyKeys = "bench_keys"

// keys is a slice of a parent of which every key counts, 20 million at scale 1, and of a child of which one row in twenty refers to
// it: by keys of a bigint and of a uuid, in the memory that is the default and in less. What is looked at is the peak.
func (b *bench) keys(ctx context.Context) (task, error) {
	script, n := "", max(10_000, int(b.scale*20_000_000))
	kinds := []string{"bigint", "uuid"}
	for i, key := range []string{"n", "md5(n::text)::uuid"} {
		script += fmt.Sprintf(`
			CREATE TABLE parent_%[1]s (id %[1]s PRIMARY KEY);
			CREATE TABLE child_%[1]s (id bigint PRIMARY KEY, parent_id %[1]s NOT NULL);
			INSERT INTO parent_%[1]s SELECT %[2]s FROM generate_series(1, %[3]d) n;
			INSERT INTO child_%[1]s SELECT n, %[2]s FROM generate_series(1, %[3]d, 20) n;
			ALTER TABLE child_%[1]s ADD FOREIGN KEY (parent_id) REFERENCES parent_%[1]s NOT VALID;
			VACUUM (FREEZE, ANALYZE) parent_%[1]s, child_%[1]s;`, kinds[i], key, n)
	}
	if err := b.template(ctx, manyKeys, "template0", script); err != nil {
		return task{}, err
	}
	t := task{note: thousands(int64(n)) + " keys"}
	for _, kind := range kinds {
		config, err := b.file(kind+".yaml", fmt.Sprintf("jobs: [{model: parent_%[1]s, where: \"true\"}, child_%[1]s]\n", kind))
		if err != nil {
			return t, err
		}
		for _, memory := range []string{"512MB", "64MB"} {
			t.runs = append(t.runs, run{name: fmt.Sprintf("gyro export, %s, --key-memory %s", kind, memory), cmd: b.export(ctx, manyKeys, config, "--key-memory", memory)})
		}
	}
	return t, nil
}
