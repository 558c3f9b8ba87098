package postgres_test

import (
	"testing"

	"github.com/gyrodata/gyro"
	"github.com/gyrodata/gyro/csvdir"
	"github.com/gyrodata/gyro/internal/pgtest"
	"github.com/gyrodata/gyro/load"
	"github.com/gyrodata/gyro/postgres"
)

const tenantTrees = `
CREATE TABLE tenant (id serial PRIMARY KEY, name text UNIQUE);
CREATE TABLE node (
  id serial PRIMARY KEY, tenant_id int NOT NULL REFERENCES tenant, parent_id int, name text, UNIQUE (tenant_id, id), UNIQUE (tenant_id, name),
  FOREIGN KEY (tenant_id, parent_id) REFERENCES node (tenant_id, id)
);
CREATE TABLE page (
  tenant_id int NOT NULL REFERENCES tenant, id serial, parent_id int, name text, PRIMARY KEY (tenant_id, id), UNIQUE (tenant_id, name),
  FOREIGN KEY (tenant_id, parent_id) REFERENCES page
);
CREATE TABLE team (tenant_id int NOT NULL REFERENCES tenant, id serial, lead_id int, name text, PRIMARY KEY (tenant_id, id), UNIQUE (tenant_id, name));
CREATE TABLE member (
  tenant_id int NOT NULL REFERENCES tenant, id serial, team_id int, boss_id int, name text, PRIMARY KEY (tenant_id, id), UNIQUE (tenant_id, name),
  FOREIGN KEY (tenant_id, team_id) REFERENCES team, FOREIGN KEY (tenant_id, boss_id) REFERENCES member
);
ALTER TABLE team ADD FOREIGN KEY (tenant_id, lead_id) REFERENCES member;
CREATE TABLE loner (tenant_id int NOT NULL, id int, parent_id int, name text, PRIMARY KEY (tenant_id, id), UNIQUE (tenant_id, name), FOREIGN KEY (tenant_id, parent_id) REFERENCES loner);`

const tenantRows = `
INSERT INTO tenant (name) VALUES ('t'), ('u');
INSERT INTO node (tenant_id, parent_id, name) VALUES (1, NULL, 'root'), (1, 1, 'leaf'), (1, 2, 'deep'), (2, NULL, 'root'), (2, 4, 'leaf');
INSERT INTO page VALUES (1, 1, NULL, 'root'), (1, 2, 1, 'leaf'), (2, 1, NULL, 'root'), (2, 2, 2, 'itself'), (2, 3, 1, 'leaf');
INSERT INTO team VALUES (1, 1, NULL, 'x'), (2, 1, NULL, 'x');
INSERT INTO member VALUES (1, 1, 1, NULL, 'm'), (1, 2, 1, 1, 'n'), (2, 1, 1, NULL, 'm');
UPDATE team SET lead_id = 1;
INSERT INTO loner VALUES (1, 1, NULL, 'root'), (1, 2, 1, 'leaf');`

// treesSQL gives the trees by names alone, which no load changes.
const treesSQL = `
SELECT 'node' AS of, t.name, c.name AS child, p.name AS parent FROM node c JOIN tenant t ON t.id = c.tenant_id LEFT JOIN node p ON (p.tenant_id, p.id) = (c.tenant_id, c.parent_id)
UNION ALL SELECT 'page', t.name, c.name, p.name FROM page c JOIN tenant t ON t.id = c.tenant_id LEFT JOIN page p ON (p.tenant_id, p.id) = (c.tenant_id, c.parent_id)
UNION ALL SELECT 'team', t.name, c.name, p.name FROM team c JOIN tenant t ON t.id = c.tenant_id LEFT JOIN member p ON (p.tenant_id, p.id) = (c.tenant_id, c.lead_id)
UNION ALL SELECT 'member', t.name, c.name, p.name FROM member c JOIN tenant t ON t.id = c.tenant_id LEFT JOIN team p ON (p.tenant_id, p.id) = (c.tenant_id, c.team_id)
UNION ALL SELECT 'boss', t.name, c.name, p.name FROM member c JOIN tenant t ON t.id = c.tenant_id LEFT JOIN member p ON (p.tenant_id, p.id) = (c.tenant_id, c.boss_id)
UNION ALL SELECT 'loner', NULL, c.name, p.name FROM loner c LEFT JOIN loner p ON (p.tenant_id, p.id) = (c.tenant_id, c.parent_id)
ORDER BY 1, 2, 3`

// Trees and circles whose foreign keys hold the tenant: with every strategy, also under tenants that get new ids and
// tenants that are there, the trees are the same, and can be undone.
func TestLoadTenantTrees(t *testing.T) {
	t.Parallel()
	tables := []string{"tenant", "node", "page", "team", "member", "loner"}
	source, dir := taken(t, tenantTrees+tenantRows, tables...)
	want := string(pgtest.Copy(t, source, treesSQL))
	all := func(tenant gyro.IDs, others gyro.IDs) gyro.Registry {
		registry := gyro.Registry{{Model: gyro.Table("tenant"), IDs: tenant}}
		for _, table := range tables[1:5] {
			registry = append(registry, gyro.Importer{Model: gyro.Table(table), IDs: others})
		}
		return append(registry, gyro.Importer{Model: gyro.Table("loner")})
	}
	fixed := gyro.Fixed(map[int]int{1: 101, 2: 102, 3: 103, 4: 104, 5: 105})
	there := "INSERT INTO tenant VALUES (71, 'u'), (72, 't'); INSERT INTO page VALUES (72, 5, NULL, 'root'); INSERT INTO node VALUES (9, 71, NULL, 'root')"
	for name, c := range map[string]struct {
		importers gyro.Registry
		rows      string
		conflict  gyro.Conflict
	}{
		"kept":                             {all(gyro.Keep(), gyro.Keep()), "", gyro.Conflict{}},
		"kept under new tenants":           {all(gyro.Sequential(), gyro.Keep()), "", gyro.Conflict{}},
		"kept under fixed tenants":         {all(gyro.Fixed(map[int]int{1: 51, 2: 50}), gyro.Keep()), "", gyro.Conflict{}},
		"new":                              {all(gyro.Sequential(), gyro.Sequential()), "", gyro.Conflict{}},
		"new under the same tenants":       {all(gyro.Keep(), gyro.Sequential()), "", gyro.Conflict{}},
		"fixed":                            {all(gyro.Sequential(), fixed), "", gyro.Conflict{}},
		"natural, with tenants there":      {all(gyro.NaturalKey("name"), gyro.NaturalKey("tenant", "name")), there, gyro.Conflict{}},
		"new under tenants that are there": {all(gyro.NaturalKey("name"), gyro.Sequential()), "INSERT INTO tenant VALUES (71, 'u'), (72, 't')", gyro.Conflict{}},
	} {
		for _, exclusive := range []postgres.Exclusive{postgres.ExclusiveNever, postgres.ExclusiveAuto} {
			target := pgtest.DB(t)
			pgtest.Exec(t, target, tenantTrees+"SELECT setval('tenant_id_seq', 80), setval('node_id_seq', 60), setval('page_id_seq', 70), setval('team_id_seq', 90), setval('member_id_seq', 95);"+c.rows)
			before := string(pgtest.Copy(t, target, treesSQL))
			record := csvdir.Dir{Path: t.TempDir() + "/record"}
			if _, err := loadDir(t, dir, target, load.Slice{
				Target: postgres.DB{URL: target, Exclusive: exclusive}, Importers: c.importers, Conflict: c.conflict, Record: record,
			}); err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			if got := string(pgtest.Copy(t, target, treesSQL)); got != want {
				t.Errorf("%s:\n%s\nwant\n%s", name, got, want)
			}
			if _, err := load.Undo(t.Context(), record, postgres.DB{URL: target}); err != nil {
				t.Errorf("%s: undo: %v", name, err)
			}
			if got := string(pgtest.Copy(t, target, treesSQL)); got != before {
				t.Errorf("%s: undone, there is\n%s\nand was\n%s", name, got, before)
			}
		}
	}
}
