import assert from "node:assert/strict";
import { readMentions } from "../../../src/sql/mentions.ts";
import { splitStatements } from "../../../src/sql/script.ts";

/** The mentions of a text, one string each: what is not there is left out. */
function show(sql: string): string[] {
  return splitStatements(sql).flatMap((statement) => readMentions(sql, statement)).map(
    (mention) => {
      const { kind, schema, name, to, column, on, limited, inTrigger } = mention;
      return [
        inTrigger ? "in trigger:" : "",
        kind,
        schema === undefined ? name : `${schema}.${name}`,
        column === undefined ? "" : `column ${column}`,
        to === undefined ? "" : `to ${to}`,
        on === undefined ? "" : `on ${on}`,
        limited === undefined ? "" : limited ? "limited" : "unlimited",
      ].filter((part) => part !== "").join(" ");
    },
  );
}

const CASES: readonly (readonly [sql: string, mentions: readonly string[]])[] = [
  ["CREATE TABLE a (x)", ["create-table a"]],
  ["create table if not exists main.a as select 1", ["create-table main.a"]],
  ["CREATE TEMP TABLE a (x)", ["create-table temp.a"]],
  ["CREATE TEMPORARY VIEW v AS SELECT 1", ["create-view temp.v"]],
  ['CREATE TABLE "a ""b""" (x)', ['create-table a "b"']],
  ["CREATE TABLE [a b].`c` (x)", ["create-table a b.c"]],
  ["CREATE TABLE 'a' (x)", ["create-table a"]],
  ["CREATE/**/TABLE--\na(x)", ["create-table a"]],
  ["CREATE VIRTUAL TABLE f USING fts5(a)", ["create-virtual-table f"]],
  ["CREATE UNIQUE INDEX IF NOT EXISTS main.i ON a (x) WHERE y", ["create-index main.i on a"]],
  ["CREATE INDEX i ON 'a b' (x)", ["create-index i on a b"]],
  ["CREATE VIEW v (a) AS SELECT 1", ["create-view v"]],
  ["DROP TABLE a", ["drop-table a"]],
  ["DROP TABLE IF EXISTS temp.a", ["drop-table temp.a"]],
  ["DROP INDEX i; DROP VIEW v; DROP TRIGGER t", ["drop-index i", "drop-view v", "drop-trigger t"]],
  ["ALTER TABLE a RENAME TO b", ["rename-table a to b"]],
  ["ALTER TABLE main.a RENAME TO 'b c'", ["rename-table main.a to b c"]],
  ["ALTER TABLE a RENAME COLUMN x TO y", ["rename-column a column x to y"]],
  ["ALTER TABLE a RENAME x TO y", ["rename-column a column x to y"]],
  ["ALTER TABLE a RENAME column TO y", ["rename-column a column column to y"]],
  ["ALTER TABLE a RENAME COLUMN column TO y", ["rename-column a column column to y"]],
  ["ALTER TABLE a ADD COLUMN x", ["alter-table a"]],
  ["ALTER TABLE a DROP COLUMN x", ["drop-column a column x"]],
  ["ALTER TABLE a DROP x;", ["drop-column a column x"]],
  ["ALTER TABLE a DROP column;", ["drop-column a column column"]],
  ['ALTER TABLE a DROP "constraint"', ["drop-column a column constraint"]],
  ["ALTER TABLE a DROP CONSTRAINT c", ["alter-table a"]],
  ["ALTER TABLE a ALTER COLUMN x DROP NOT NULL", ["alter-table a"]],
  ["INSERT INTO a VALUES (1)", ["insert a"]],
  ["INSERT OR IGNORE INTO main.a SELECT * FROM b", ["insert main.a"]],
  ["INSERT OR REPLACE INTO a SELECT 1", ["replace a"]],
  ["REPLACE INTO a VALUES (replace('a', 'b', 'c'))", ["replace a"]],
  ["INSERT INTO a VALUES (1) ON CONFLICT DO UPDATE SET x = 1 WHERE y", ["insert a"]],
  ["UPDATE a SET x = 1", ["update a unlimited"]],
  ["UPDATE a SET x = (SELECT y FROM b WHERE z)", ["update a unlimited"]],
  ["UPDATE a AS c SET x = 1 FROM b WHERE c.y = b.y", ["update a limited"]],
  ["UPDATE OR REPLACE a SET x = 1 WHERE y", ["replace a limited"]],
  ["UPDATE OR ROLLBACK a SET x = 1", ["update a unlimited"]],
  ["DELETE FROM a", ["delete a unlimited"]],
  ["DELETE FROM main.a AS b WHERE b.where = 1", ["delete main.a limited"]],
  ["DELETE FROM a RETURNING a.where", ["delete a unlimited"]],
  ["DELETE FROM a INDEXED BY i WHERE b = 1", ["delete a limited"]],
  ["WITH b AS (SELECT 1 WHERE 2) DELETE FROM a", ["delete a unlimited"]],
  [
    "WITH RECURSIVE b(x) AS MATERIALIZED (SELECT (1)), replace AS NOT MATERIALIZED (VALUES (2)) " +
    "UPDATE a SET x = 1",
    ["update a unlimited"],
  ],
  ["WITH b AS (SELECT 1) SELECT * FROM a", []],
  ["WITH delete_from AS (SELECT 1) REPLACE INTO a SELECT 1", ["replace a"]],
  ["SELECT 'DELETE FROM a' AS \"DROP TABLE b\" -- DROP TABLE c", []],
  ["EXPLAIN DELETE FROM a", []],
  ["PRAGMA table_info(a); VACUUM; ANALYZE a; REINDEX a", []],
  [
    "CREATE TRIGGER t AFTER INSERT ON a BEGIN DELETE FROM b; UPDATE c SET x = 1 WHERE y; END",
    [
      "create-trigger t on a",
      "in trigger: delete b unlimited",
      "in trigger: update c limited",
    ],
  ],
  [
    "CREATE TEMP TRIGGER IF NOT EXISTS t INSTEAD OF UPDATE OF x, y ON v FOR EACH ROW " +
    "WHEN new.begin > (SELECT 1) AND CASE WHEN 1 THEN 2 END BEGIN " +
    "SELECT CASE WHEN 1 THEN RAISE(ABORT, 'DELETE FROM z') END; " +
    "INSERT OR REPLACE INTO b SELECT 1; REPLACE INTO c VALUES (1); END;",
    ["create-trigger temp.t on v", "in trigger: replace b", "in trigger: replace c"],
  ],
  [
    "CREATE TRIGGER t BEFORE DELETE ON a BEGIN INSERT INTO b VALUES (1) " +
    "ON CONFLICT DO UPDATE SET x = 2; END; DELETE FROM a",
    ["create-trigger t on a", "in trigger: insert b", "delete a unlimited"],
  ],
  ["DROP", []],
  ["DROP TABLE", []],
  ["CREATE TABLE;", []],
  ["ALTER TABLE a RENAME", ["alter-table a"]],
  ["INSERT a", []],
  ["WITH", []],
  ["CREATE TRIGGER t", ["create-trigger t"]],
  ["CREATE TABLE a (((", ["create-table a"]],
];

for (const [sql, mentions] of CASES) {
  Deno.test(`readMentions() finds what is changed by ${JSON.stringify(sql)}`, () => {
    assert.deepEqual(show(sql), mentions);
  });
}

Deno.test("readMentions() says where each statement begins, in a trigger's body too", () => {
  const sql = "SELECT 1;\nCREATE TRIGGER t AFTER INSERT ON a BEGIN\n  DELETE FROM b;\nEND;";
  const starts = splitStatements(sql).flatMap((statement) => readMentions(sql, statement))
    .map(({ start }) => sql.slice(start, start + 8));
  assert.deepEqual(starts, ["CREATE T", "DELETE F"]);
});
