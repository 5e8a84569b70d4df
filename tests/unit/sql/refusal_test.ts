import assert from "node:assert/strict";
import { say, stepText } from "../../../src/text/next_step.ts";
import type { ErrorCode } from "../../../src/errors.ts";
import { readScript } from "../../../src/sql/read_script.ts";
import { findRefusal } from "../../../src/sql/refused_text.ts";
import { TRICKY_SCRIPTS } from "./tricky_scripts.ts";

const OUTSIDE = "-- aludel: transaction=off\n";
const ENFORCED = "-- aludel: foreign-keys=on\n";

/** `⟨` marks the place that the error must point at. */
const REFUSED: readonly (readonly [code: ErrorCode, marked: string])[] = [
  ["sql-transaction-control", "SELECT 1;\n⟨BEGIN;"],
  ["sql-transaction-control", "⟨begin immediate transaction;"],
  ["sql-transaction-control", "/* x */ ⟨COMMIT"],
  ["sql-transaction-control", "⟨END TRANSACTION;"],
  ["sql-transaction-control", "SELECT 1; ⟨ROLLBACK TO a;"],
  ["sql-transaction-control", "⟨SAVEPOINT a;"],
  ["sql-transaction-control", "⟨RELEASE a;"],
  ["sql-transaction-control", "EXPLAIN ⟨COMMIT;"],
  ["sql-transaction-control", `${OUTSIDE}⟨BEGIN;`],
  ["sql-attach", "⟨ATTACH 'other.db' AS other;"],
  ["sql-attach", "⟨detach database other;"],
  ["sql-load-extension", "SELECT ⟨load_extension('x');"],
  ["sql-load-extension", 'SELECT 1, ⟨"Load_Extension" /* ; */ (1);'],
  [
    "sql-load-extension",
    "CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT ⟨load_extension(new.x); END;",
  ],
  ["sql-unfinished", "SELECT 1;\n⟨CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1;"],
  ["sql-unfinished", "⟨CREATE TEMP TRIGGER t AFTER INSERT ON a BEGIN SELECT 1; SELECT 2 END;"],
  ["sql-unfinished", "⟨CREATE TRIGGER t AFTER INSERT ON a"],
  ["sql-unfinished", "⟨CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1;\nCREATE TABLE b (c);"],
  [
    "sql-unfinished",
    "⟨CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1;\n" +
    "CREATE TRIGGER u AFTER INSERT ON a BEGIN SELECT 2; END;\nSELECT 3;",
  ],
  ["sql-unfinished", "SELECT 1;⟨CREATE TABLE a (b CHECK (b > 1);\nSELECT (2);"],
  ["sql-unfinished", "⟨(SELECT 1;"],
  ["sql-unfinished", "⟨CREATE TABLE a (b));"],
  ["sql-token", "CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT (⟨'; END;"],
  ["sql-comment", "CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1; ⟨/* END;"],
  ["sql-vacuum", "⟨VACUUM;"],
  ["sql-vacuum", `${OUTSIDE}VACUUM;\n⟨VACUUM main INTO 'copy.db';`],
  ["sql-pragma", "⟨PRAGMA foreign_keys=OFF;"],
  ["sql-pragma", "⟨pragma main.Foreign_Keys(0);"],
  ["sql-pragma", `${OUTSIDE}⟨PRAGMA foreign_keys=ON;`],
  ["sql-pragma", "EXPLAIN QUERY PLAN ⟨PRAGMA foreign_keys=OFF;"],
  ["sql-pragma", "⟨PRAGMA writable_schema=ON;"],
  ["sql-pragma", "⟨PRAGMA journal_mode=WAL;"],
  ["sql-pragma", "⟨PRAGMA wal_checkpoint;"],
  ["sql-pragma", "⟨PRAGMA synchronous=OFF;"],
  ["sql-pragma", "⟨PRAGMA schema_version=7;"],
  ["sql-pragma", "⟨PRAGMA usr_version=7;"],
  ["sql-pragma", "⟨PRAGMA legacy_alter_table=ON;"],
  [
    "sql-pragma",
    "⟨PRAGMA legacy_alter_table=ON; DROP TABLE a; ALTER TABLE b RENAME TO a; PRAGMA legacy_alter_table=OFF;",
  ],
  ["sql-pragma", "⟨PRAGMA legacy_alter_table=1; ALTER TABLE b RENAME TO a;"],
  ["sql-pragma", `${OUTSIDE}⟨PRAGMA legacy_alter_table=ON;`],
  ["sql-state-table", "⟨INSERT INTO aludel_log VALUES (1);"],
  ["sql-state-table", '⟨UPDATE main."Aludel_Revision" SET id = 1;'],
  ["sql-state-table", "⟨WITH a AS (SELECT 1) DELETE FROM [aludel_meta];"],
  ["sql-state-table", "⟨REPLACE INTO 'aludel_log' VALUES (1);"],
  ["sql-state-table", "⟨DROP TABLE IF EXISTS aludel_revision;"],
  ["sql-state-table", "⟨ALTER TABLE aludel_revision ADD COLUMN x;"],
  ["sql-state-table", "⟨ALTER TABLE a RENAME TO aludel_a;"],
  ["sql-state-table", "⟨CREATE TABLE aludel_mine (x);"],
  ["sql-state-table", "⟨CREATE INDEX i ON aludel_log (x);"],
  ["sql-state-table", "⟨CREATE TRIGGER t AFTER INSERT ON aludel_log BEGIN SELECT 1; END;"],
  [
    "sql-state-table",
    "CREATE TRIGGER t AFTER INSERT ON a BEGIN ⟨DELETE FROM aludel_log; END;",
  ],
  // The shadow tables of a virtual table of this name are called aludel_data, aludel_config, …
  ["sql-state-table", "CREATE VIRTUAL TABLE f USING fts5(a);\n⟨ALTER TABLE f RENAME TO Aludel;"],
  ["sql-state-table", '⟨ALTER TABLE f RENAME TO "ALUDEL";'],
  ["sql-state-table", "⟨CREATE VIRTUAL TABLE IF NOT EXISTS main.[aludel] USING rtree(id, a, b);"],
  ["sql-dot-command", "⟨.read other.sql\nSELECT 1;"],
  ["sql-dot-command", "SELECT 1;\n⟨.mode csv\n"],
  ["sql-parameter", "INSERT INTO a VALUES (⟨?);"],
  ["sql-parameter", "INSERT INTO a VALUES (⟨?1, 2);"],
  ["sql-parameter", "SELECT ⟨:name;"],
  ["sql-parameter", "SELECT ⟨@name;"],
  ["sql-parameter", "SELECT ⟨$name;"],
  ["sql-placeholder", "CREATE TABLE ⟨{{ name }} (a);"],
  ["sql-placeholder", "CREATE TABLE ⟨${name} (a);"],
  ["sql-placeholder", "⟨{% if x %} SELECT 1;"],
  ["sql-token", "SELECT ⟨'a;\nSELECT 2;\n"],
  ["sql-token", 'SELECT ⟨"a'],
  ["sql-token", "SELECT ⟨[a"],
  ["sql-token", "SELECT ⟨x'0';"],
  ["sql-token", "SELECT ⟨12ab;"],
  ["sql-token", "⟨# comment\nSELECT 1;"],
  ["sql-token", "⟨#comment\nSELECT 1;"],
  ["sql-comment", "SELECT 1;\n⟨/* SELECT 2;\n"],
  ["sql-comment", "⟨/*/ SELECT 2;\n"],
  ["sql-outside", `${OUTSIDE}VACUUM;\n⟨DELETE FROM a WHERE b;`],
  ["sql-outside", `${OUTSIDE}⟨INSERT INTO a VALUES (last_insert_rowid());`],
  ["sql-outside", `${OUTSIDE}⟨REPLACE INTO a VALUES (1);`],
  ["sql-outside", `${OUTSIDE}⟨WITH x AS (SELECT 1) UPDATE a SET b = 1;`],
  ["sql-outside", `${OUTSIDE}⟨CREATE TABLE a (b);`],
  ["sql-outside", `${OUTSIDE}⟨DROP TABLE a;`],
  ["sql-outside", `${OUTSIDE}⟨ALTER TABLE a ADD COLUMN b;`],
  ["sql-outside", `${OUTSIDE}⟨SELECT changes();`],
  ["sql-outside", `${OUTSIDE}⟨EXPLAIN VACUUM;`],
  ["sql-outside", `${OUTSIDE}PRAGMA user_version;⟨PRAGMA user_version = 2;`],
  ["sql-foreign-keys", `${ENFORCED}DELETE FROM a;\n⟨DROP TABLE a;`],
  ["sql-foreign-keys", `${ENFORCED}⟨ALTER TABLE a RENAME TO b;`],
];

for (const [code, marked] of REFUSED) {
  Deno.test(`findRefusal() gives ${code} for ${JSON.stringify(marked)}`, () => {
    const sql = marked.replace("⟨", "");
    const before = marked.slice(0, marked.indexOf("⟨")).split("\n");
    const error = findRefusal(readScript("up.sql", sql));
    assert.equal(error?.code, code);
    assert.deepEqual(
      [error.place?.file, error.place?.line, error.place?.column],
      ["up.sql", before.length, before.at(-1)!.length + 1],
    );
    assert.ok(error.place?.frame?.includes("^"));
    assert.ok(error.next.length > 0);
  });
}

const ALLOWED: readonly string[] = [
  "",
  "-- BEGIN;\n/* ATTACH */ SELECT 'COMMIT; :a ? {{b}} ${c}', \"PRAGMA foreign_keys\" FROM [$d];",
  "EXPLAIN SELECT 1; EXPLAIN QUERY PLAN DELETE FROM a;",
  "PRAGMA user_version = 3; PRAGMA application_id(7); PRAGMA defer_foreign_keys = ON; PRAGMA optimize;",
  "PRAGMA foreign_keys; PRAGMA journal_mode; PRAGMA encoding; PRAGMA schema_version; PRAGMA page_count;",
  "PRAGMA table_info(a); PRAGMA main.index_list('a'); PRAGMA foreign_key_check; PRAGMA integrity_check(5);",
  "PRAGMA legacy_alter_table=ON; ALTER TABLE b RENAME TO a; ALTER TABLE c RENAME TO d; PRAGMA legacy_alter_table=OFF;",
  "PRAGMA legacy_alter_table(1);\n-- the swap\nALTER TABLE b RENAME TO a;\nPRAGMA legacy_alter_table(no);",
  `${OUTSIDE}VACUUM; PRAGMA journal_mode=WAL; PRAGMA auto_vacuum=2; PRAGMA page_size=8192;`,
  `${OUTSIDE}VACUUM; ANALYZE; ANALYZE a; REINDEX; PRAGMA optimize; PRAGMA user_version; PRAGMA quick_check;`,
  `${OUTSIDE}PRAGMA incremental_vacuum(9); PRAGMA wal_checkpoint(TRUNCATE);`,
  `${ENFORCED}DELETE FROM a; ALTER TABLE a RENAME COLUMN x TO y; ALTER TABLE a ADD COLUMN z; DROP INDEX i;`,
  "SELECT * FROM aludel_revision; CREATE VIEW v AS SELECT id AS aludel_id FROM aludel_log;",
  "CREATE TABLE mine (aludel_id, aludel TEXT DEFAULT 'aludel_log'); UPDATE mine SET aludel_id = 1;",
  "CREATE TABLE aludel (aludel); ALTER TABLE aludel RENAME TO b; ALTER TABLE b RENAME COLUMN aludel TO a;",
  "CREATE TABLE load_extension (a); SELECT load_extension FROM load_extension;",
  "CREATE TABLE begin (commit_ INT); INSERT INTO begin VALUES (1); SELECT begin.commit_ FROM begin;",
  "SELECT a\n.b FROM c a;",
  "CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT CASE WHEN 1 THEN RAISE(ROLLBACK, 'no') END; END;",
];

for (const sql of ALLOWED) {
  Deno.test(`findRefusal() lets pass ${JSON.stringify(sql)}`, () => {
    assert.equal(findRefusal(readScript("up.sql", sql)), undefined);
  });
}

Deno.test("findRefusal() lets pass every tricky script but the three that are meant to be refused", () => {
  const refused = TRICKY_SCRIPTS.flatMap(({ name, sql }) => {
    const code = findRefusal(readScript("up.sql", sql))?.code;
    return code === undefined ? [] : [[name, code]];
  });
  assert.deepEqual(refused, [
    ["block comment never closed", "sql-comment"],
    ["transaction control", "sql-transaction-control"],
    ["savepoints", "sql-transaction-control"],
  ]);
});

Deno.test("findRefusal() says of PRAGMA foreign_keys that the line can go and what replaces it", () => {
  const error = findRefusal(readScript("up.sql", "PRAGMA foreign_keys=OFF;"));
  assert.match(error!.message, /is not needed/);
  assert.match(
    error!.next.map((step) => stepText(step)).join("\n"),
    /Delete the line\n.*-- aludel: foreign-keys=on/,
  );
});

Deno.test("findRefusal() suggests the pragma that was meant", () => {
  const error = findRefusal(readScript("up.sql", "PRAGMA usr_version=7;"));
  assert.deepEqual(error!.next, [say('Did you mean "user_version"?')]);
});

Deno.test("findRefusal() says where a trigger should have ended", () => {
  const refusal = findRefusal(readScript(
    "up.sql",
    "CREATE TRIGGER t AFTER INSERT ON a BEGIN\n  SELECT 1;\nCREATE TABLE b (c);\n",
  ));
  assert.match(stepText(refusal!.next[0]!), /^Write END; before line 3, /);
});

Deno.test("findRefusal() takes no statement for unfinished that SQLite can read", () => {
  const sql = `CREATE TRIGGER t AFTER INSERT ON a WHEN (new.x IN (1, ')', "(")) BEGIN
    SELECT CASE WHEN 1 THEN 2 END; REPLACE INTO a VALUES (1); DELETE FROM a; UPDATE a SET x = 1;
    INSERT INTO a WITH w AS (SELECT 1) SELECT * FROM w; VALUES (1); WITH w AS (SELECT 1) SELECT 2;
  END; SELECT 1 /* ( */ -- (`;
  assert.equal(findRefusal(readScript("up.sql", sql)), undefined);
});
