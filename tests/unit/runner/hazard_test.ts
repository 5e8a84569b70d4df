import assert from "node:assert/strict";
import type { CheckedStep } from "../../../src/runner/request.ts";
import { findHazards } from "../../../src/runner/hazard.ts";
import { readScript } from "../../../src/sql/read_script.ts";

function step(sql: string, id = "a1"): CheckedStep {
  const script = readScript("up.sql", `${sql}\n`);
  return { direction: "down", from: "database", id, message: "", script };
}

function losses(...scripts: readonly string[]): string[] {
  return findHazards(scripts.map((sql) => step(sql))).map(({ loses }) => loses);
}

Deno.test("findHazards() names what is dropped, deleted or overwritten without a limit", () => {
  assert.deepEqual(losses("DROP TABLE Orders;"), ['drops table "Orders"']);
  assert.deepEqual(losses("ALTER TABLE t DROP COLUMN c;"), ['drops column "c" of "t"']);
  assert.deepEqual(losses("DELETE FROM t;"), ['deletes every row of "t"']);
  assert.deepEqual(losses("WITH x AS (SELECT 1) DELETE FROM main.t;"), [
    'deletes every row of "t"',
  ]);
  assert.deepEqual(losses("UPDATE t SET a = 1;"), ['overwrites every row of "t"']);
  assert.deepEqual(losses("UPDATE OR REPLACE t SET a = 1;"), ['overwrites every row of "t"']);
  assert.deepEqual(losses("-- aludel: allow-loss=t the old rows are wrong\nSELECT 1;"), [
    'may lose rows of "t", as its directive allows',
  ]);
});

Deno.test("findHazards() names what is deleted or overwritten with a WHERE", () => {
  assert.deepEqual(losses("DELETE FROM t WHERE a = 1; UPDATE t SET a = 1 WHERE b;"), [
    'deletes rows of "t"',
    'overwrites rows of "t"',
  ]);
});

Deno.test("findHazards() names what may be overwritten by rows that are inserted", () => {
  const overwrites = ['overwrites rows of "t"'];
  assert.deepEqual(losses("REPLACE INTO t VALUES (1);"), overwrites);
  assert.deepEqual(losses("INSERT OR REPLACE INTO t VALUES (1);"), overwrites);
  assert.deepEqual(losses("WITH x AS (SELECT 1) REPLACE INTO t SELECT * FROM x;"), overwrites);
  assert.deepEqual(
    losses("INSERT INTO t VALUES (1, 2) ON CONFLICT (a) DO UPDATE SET b = 2;"),
    overwrites,
  );
});

Deno.test("findHazards() passes over what takes nothing away", () => {
  assert.deepEqual(losses("CREATE TABLE t(a); CREATE INDEX i ON t(a); DROP INDEX i;"), []);
  assert.deepEqual(losses("DROP VIEW v; DROP TRIGGER r; ALTER TABLE t ADD COLUMN c;"), []);
  assert.deepEqual(
    losses("INSERT INTO t VALUES ('do not replace'); INSERT OR IGNORE INTO t VALUES (1);"),
    [],
  );
  assert.deepEqual(losses("WITH x AS (SELECT 1) INSERT INTO t SELECT * FROM x;"), []);
  assert.deepEqual(losses("INSERT INTO t VALUES (1) ON CONFLICT DO NOTHING;"), []);
  assert.deepEqual(losses("CREATE TEMP TABLE x(a); DROP TABLE temp.x;"), []);
  assert.deepEqual(
    losses("CREATE TRIGGER r AFTER INSERT ON t BEGIN DELETE FROM u; END;"),
    [],
  );
});

Deno.test("findHazards() knows a rebuild, with the statement that says what is kept", () => {
  const rebuild = "CREATE TABLE t_new(a); INSERT INTO t_new SELECT a FROM t; DROP TABLE t; " +
    "ALTER TABLE t_new RENAME TO t;";
  const [hazard, ...others] = findHazards([step(rebuild)]);
  assert.deepEqual(others, []);
  assert.equal(hazard?.rebuild?.trim(), "CREATE TABLE t_new(a);");
  assert.deepEqual(hazard?.tables, ["t"]);
});

Deno.test("findHazards() does not take a redo for a rebuild", () => {
  const hazards = findHazards([step("DROP TABLE t;"), step("CREATE TABLE t(a);")]);
  assert.deepEqual(hazards.map(({ rebuild }) => rebuild), [undefined]);
});

Deno.test("findHazards() follows a table through renames, within a script and before it", () => {
  const within = findHazards([step("ALTER TABLE a RENAME TO b; DROP TABLE b;")]);
  assert.ok(within[0]?.tables.includes("a"));
  const before = findHazards([step("ALTER TABLE a RENAME TO b;"), step("DELETE FROM B;")]);
  assert.deepEqual(before[0]?.tables, ["b", "a"]);
});

Deno.test("findHazards() calls a rebuilt table by the name that it had, however it is put aside", () => {
  const [hazard] = findHazards([
    step(
      'CREATE TABLE "Users__new"(a); INSERT INTO "Users__new" SELECT a FROM "Users"; ' +
        'ALTER TABLE "Users" RENAME TO "Users__old"; ' +
        'ALTER TABLE "Users__new" RENAME TO "Users"; DROP TABLE "Users__old";',
    ),
  ]);
  assert.equal(hazard?.loses, 'rebuilds table "Users" without all of its columns');
  assert.equal(hazard?.rebuild?.trim(), 'CREATE TABLE "Users__new"(a);');
});

Deno.test("findHazards() knows the rebuild of a virtual table", () => {
  const [hazard] = findHazards([
    step("DROP TABLE f; CREATE VIRTUAL TABLE f USING fts5(a, content='t');"),
  ]);
  assert.equal(hazard?.rebuild?.trim(), "CREATE VIRTUAL TABLE f USING fts5(a, content='t');");
});
