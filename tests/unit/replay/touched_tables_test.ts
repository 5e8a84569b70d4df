import assert from "node:assert/strict";
import { touchedSchema } from "../../../src/replay/touched_tables.ts";
import { schemaOf } from "../schema/schema_of.ts";

const SCHEMA = await schemaOf(
  "CREATE TABLE grandparent (id INTEGER PRIMARY KEY)",
  "CREATE TABLE parent (id INTEGER PRIMARY KEY, up REFERENCES grandparent (id))",
  "CREATE TABLE child (parent REFERENCES parent (id))",
  "CREATE TABLE grandchild (child REFERENCES child (parent))",
  "CREATE TABLE logged (x)",
  "CREATE TABLE log (x)",
  "CREATE TRIGGER t AFTER INSERT ON logged BEGIN INSERT INTO log VALUES (new.x); END",
  "CREATE VIEW seen AS SELECT * FROM logged",
  "CREATE TABLE apart (x)",
  "CREATE TABLE needed (up NOT NULL REFERENCES parent (id))",
  "CREATE TABLE guarded (up REFERENCES needed (up), CHECK (up IS NOT NULL))",
  "CREATE TABLE last (up REFERENCES guarded (up))",
);

const CASES: readonly (readonly [sql: string, tables: readonly string[]])[] = [
  ["SELECT 1", []],
  ["DELETE FROM apart", ["apart"]],
  ['UPDATE "PARENT" SET id = 1', ["grandparent", "parent", "child", "needed"]],
  // A row of parent can do without grandparent.
  ["DELETE FROM child", ["parent", "child", "grandchild"]],
  ["DELETE FROM last", ["parent", "needed", "guarded", "last"]],
  ["INSERT INTO logged VALUES (1)", ["logged", "log"]],
  ["DROP VIEW seen", ["logged", "log"]],
];

for (const [sql, tables] of CASES) {
  Deno.test(`touchedSchema() finds what can be reached by ${sql}`, () => {
    assert.deepEqual([...touchedSchema(SCHEMA, [sql]).tables.keys()], tables);
  });
}

Deno.test("touchedSchema() finds virtual tables by name", async () => {
  const schema = await schemaOf(
    "CREATE VIRTUAL TABLE one USING fts5(x)",
    "CREATE VIRTUAL TABLE two USING fts5(x)",
  );
  assert.deepEqual([...touchedSchema(schema, ["DROP TABLE One"]).virtualTables.keys()], ["one"]);
});
