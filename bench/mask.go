package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/gyrodata/gyro/internal/pgtest"
)

// peopleSQL makes 100,000 customers at scale 1.
const peopleSQL = `CREATE TABLE people (id bigint PRIMARY KEY, first_name text NOT NULL, last_name text NOT NULL, email varchar(254) NOT NULL UNIQUE,
	phone text, city text NOT NULL, created_at timestamptz NOT NULL, points int NOT NULL);
INSERT INTO people SELECT n, 'First' || n %% 5000, 'Last' || n %% 70000, 'clear' || n || '@example.org', '+49 151 ' || n, 'City ' || n %% 900, '2020-01-01'::timestamptz + n * interval '1 minute', n %% 1000
FROM generate_series(1, %d) n`

// maskedColumns are the four that are faked.
const maskedColumns = "first_name: {fake: first_name%[1]s}, last_name: {fake: last_name%[1]s}, email: {fake: email%[1]s}, phone: {fake: phone%[1]s}"

// greenmaskConfig fakes the same four columns of the same table by its hash engine.
const greenmaskConfig = `common: {pg_bin_path: %q, tmp_dir: %q}
log: {level: error}
storage: {type: directory, directory: {path: %q}}
dump:
  pg_dump_options: {dbname: %q, table: [people], jobs: 1}
  transformation:
    - schema: public
      name: people
      transformers:
        - {name: RandomPerson, params: {engine: hash, columns: [{name: first_name, template: "{{ .FirstName }}"}, {name: last_name, template: "{{ .LastName }}"}]}}
        - {name: RandomEmail, params: {engine: hash, column: email}}
        - {name: RandomE164PhoneNumber, params: {column: phone}}
`

// mask measures the export of customers with four fakes beside that without, and beside Greenmask where it is on PATH. Then it looks
// for e-mail addresses that are there twice.
func (b *bench) mask(ctx context.Context) error {
	server, err := pgtest.Start(ctx, pgtest.Options{Settings: map[string]string{"shared_buffers": "1GB", "max_wal_size": "8GB"}})
	if err != nil {
		return err
	}
	defer server.Stop() //nolint:errcheck // throwaway
	psql, err := server.Bin("psql")
	if err != nil {
		return err
	}
	url, rows := server.URL("postgres"), int(b.scale*100_000)
	for _, sql := range []string{fmt.Sprintf(peopleSQL, rows), "VACUUM (FREEZE, ANALYZE) people", "CHECKPOINT"} {
		if _, err := measure(exec.CommandContext(ctx, psql, "-X", "-q", "-d", url, "-c", sql)); err != nil {
			return err
		}
	}
	slice := filepath.Join(b.dir, "slice")
	gyro := func(name, columns string) func() *exec.Cmd {
		config := filepath.Join(b.dir, name+".yaml")
		text := "jobs: [people]\nimporters: {people: {columns: {" + columns + "}}}\n"
		return func() *exec.Cmd {
			_ = os.WriteFile(config, []byte(text), 0o600)
			cmd := exec.CommandContext(ctx, b.gyro, "export", "-c", config, "--source", url, "--target", slice, "--progress", "none")
			cmd.Env = append(os.Environ(), "GYRO_MASK_KEY=0123456789abcdef0123456789abcdef")
			return cmd
		}
	}
	runs := []run{
		{"gyro export", gyro("plain", "")},
		{"four fakes by row", gyro("row", fmt.Sprintf(maskedColumns, ""))},
		{"four fakes by value", gyro("value", strings.NewReplacer("first_name}", "first_name, domain: a}", "last_name}", "last_name, domain: b}", "email}", "email, domain: c}", "phone}", "phone, domain: d}").Replace(fmt.Sprintf(maskedColumns, "")))},
		{"four hashes on the server", gyro("hash", "first_name: {mask: hash}, last_name: {mask: hash}, email: {mask: hash}, phone: {mask: hash}")},
	}
	if greenmask, err := exec.LookPath("greenmask"); err == nil {
		dump, config := filepath.Join(b.dir, "greenmask"), filepath.Join(b.dir, "greenmask.yaml")
		text := fmt.Sprintf(greenmaskConfig, filepath.Dir(psql), b.dir, dump, url)
		if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
			return err
		}
		runs = append(runs, run{"greenmask, hash engine", func() *exec.Cmd {
			_ = os.RemoveAll(dump)
			_ = os.Mkdir(dump, 0o700)
			cmd := exec.CommandContext(ctx, greenmask, "--config", config, "dump")
			cmd.Env = append(os.Environ(), "GREENMASK_GLOBAL_SALT=0123456789abcdef0123456789abcdef")
			return cmd
		}})
	} else {
		fmt.Println("greenmask is not on PATH: it is left out")
	}
	taken, err := b.interleaved(runs, slice)
	if err != nil {
		return err
	}
	fmt.Printf("%d customers, first name, last name, e-mail address and telephone number; medians of %d\n\n", rows, b.rounds)
	base := median(taken[0])
	for i, r := range runs {
		m := median(taken[i])
		fmt.Printf("%-26s %8.2f s  time / unmasked %.2f  CPU of the client %6.2f s, %5.2f µs a row more\n",
			r.name, m.wall.Seconds(), float64(m.wall)/float64(base.wall), m.cpu.Seconds(), float64((m.cpu-base.cpu).Microseconds())/float64(rows))
	}
	return b.twice(ctx, gyro("row", fmt.Sprintf(maskedColumns, "")), slice, rows)
}

// twice takes the slice twice, and counts the addresses that are in it: as many as rows, and the same bytes again.
func (b *bench) twice(ctx context.Context, take func() *exec.Cmd, slice string, rows int) error {
	var sums []string
	for range 2 {
		if err := os.RemoveAll(slice); err != nil {
			return err
		}
		if _, err := measure(take()); err != nil {
			return err
		}
		sum, err := exec.CommandContext(ctx, "sha256sum", filepath.Join(slice, "people.csv")).Output()
		if err != nil {
			return err
		}
		sums = append(sums, string(sum))
	}
	if sums[0] != sums[1] {
		return fmt.Errorf("two runs gave different bytes")
	}
	count := exec.CommandContext(ctx, "sh", "-c", `tail -n +2 "$0" | cut -d, -f4 | LC_ALL=C sort -S 1G -u | wc -l`, filepath.Join(slice, "people.csv"))
	out, err := count.Output()
	if err != nil {
		return err
	}
	different := strings.TrimSpace(string(out))
	fmt.Printf("\n%s different addresses in %d rows; two runs gave the same bytes\n", different, rows)
	if different != fmt.Sprint(rows) {
		return fmt.Errorf("an address is there twice")
	}
	return nil
}
