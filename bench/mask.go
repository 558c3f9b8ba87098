package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// peopleSQL makes customers.
const peopleSQL = `CREATE TABLE people (id bigint PRIMARY KEY, first_name text NOT NULL, last_name text NOT NULL, email varchar(254) NOT NULL UNIQUE,
	phone text, city text NOT NULL, created_at timestamptz NOT NULL, points int NOT NULL);
INSERT INTO people SELECT n, 'First' || n %% 5000, 'Last' || n %% 70000, 'clear' || n || '@example.org', '+49 151 ' || n, 'City ' || n %% 900, '2020-01-01'::timestamptz + n * interval '1 minute', n %% 1000
FROM generate_series(1, %d) n`

// maskedColumns are the four that are faked.
const maskedColumns = "first_name: {fake: first_name%[1]s}, last_name: {fake: last_name%[1]s}, email: {fake: email%[1]s}, phone: {fake: phone%[1]s}"

// fakedPeople fakes the same four columns of the same table by greenmask's hash engine.
const fakedPeople = `    - schema: public
      name: people
      transformers:
        - {name: RandomPerson, params: {engine: hash, columns: [{name: first_name, template: "{{ .FirstName }}"}, {name: last_name, template: "{{ .LastName }}"}]}}
        - {name: RandomEmail, params: {engine: hash, column: email}}
        - {name: RandomE164PhoneNumber, params: {column: phone}}`

// masked is the database with the customers.
const masked = "bench_mask"

// mask is an export of customers with four fakes beside one without. No two addresses may be the same.
func (b *bench) mask(ctx context.Context) (task, error) {
	rows := max(1000, int(b.scale*1_000_000))
	if err := b.template(ctx, masked, "template0", fmt.Sprintf(peopleSQL, rows)+";\nVACUUM (FREEZE, ANALYZE) people;\n"); err != nil {
		return task{}, err
	}
	var failed error
	gyro := func(name, columns string) func(dir, url string) *exec.Cmd {
		config, err := b.file(name+".yaml", "jobs: [people]\nimporters: {people: {columns: {"+columns+"}}}\n")
		if err != nil {
			failed = err
		}
		export := b.export(ctx, masked, config)
		return func(dir, url string) *exec.Cmd {
			cmd := export(dir, url)
			cmd.Env = append(os.Environ(), "GYRO_MASK_KEY=0123456789abcdef0123456789abcdef")
			return cmd
		}
	}
	byValue := strings.NewReplacer("first_name}", "first_name, domain: a}", "last_name}", "last_name, domain: b}", "email}", "email, domain: c}", "phone}", "phone, domain: d}")
	runs := []run{
		{name: "gyro export", cmd: gyro("plain", ""), outcome: addresses},
		{name: "gyro export, four fakes by row", cmd: gyro("row", fmt.Sprintf(maskedColumns, "")), outcome: addresses},
		{name: "gyro export, four fakes by value", cmd: gyro("value", byValue.Replace(fmt.Sprintf(maskedColumns, ""))), outcome: addresses},
		{name: "gyro export, four hashes on the server", cmd: gyro("hash", "first_name: {mask: hash}, last_name: {mask: hash}, email: {mask: hash}, phone: {mask: hash}"), outcome: addresses},
	}
	if greenmask := found("greenmask"); greenmask != "" {
		runs = append(runs, run{name: "greenmask dump, hash engine", outcome: dumped, cmd: func(dir, _ string) *exec.Cmd {
			config, err := b.greenmask("greenmask-mask.yaml", dir, b.server.URL(masked), "", 1, ", table: [people]", fakedPeople)
			if err != nil {
				return exec.CommandContext(ctx, "false")
			}
			cmd := exec.CommandContext(ctx, greenmask, "--config", config, "dump")
			cmd.Env = append(os.Environ(), "GREENMASK_GLOBAL_SALT=0123456789abcdef0123456789abcdef")
			return cmd
		}})
	}
	return task{runs: runs}, failed
}

// addresses are the rows with different e-mail addresses. Others count them: memory of ours would be taken for that of those who are measured.
func addresses(ctx context.Context, dir string) (o outcome, err error) {
	const count = `tail -n +2 "$1" | cut -d, -f4 | LC_ALL=C sort -S 1G -u | wc -l`
	out, err := exec.CommandContext(ctx, "sh", "-c", count, "sh", filepath.Join(dir, "people.csv")).Output()
	if err == nil {
		_, err = fmt.Sscan(string(out), &o.rows)
	}
	return o, err
}
