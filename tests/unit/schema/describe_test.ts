import assert from "node:assert/strict";
import { describeConstraint, describeObject } from "../../../src/schema/diff/describe.ts";
import { differences, schemaOf, tableOf } from "./schema_of.ts";

Deno.test("describeChange() puts names into quotes where SQL needs them, and keeps to one line", async () => {
  assert.deepEqual(
    await differences(
      ['CREATE TABLE "my table"("a b" INT)'],
      [
        `CREATE TABLE "my table"("a b" INT, "order" VARCHAR -- how long?
          ( 20 ) DEFAULT (1 +
          2), CHECK ("order" -- never
            > 0))`,
      ],
    ),
    [
      'add column "my table"."order" VARCHAR ( 20 ) DEFAULT 1 + 2',
      'add to "my table": CHECK ("order" > 0)',
    ],
  );
});

Deno.test("describeChange() tells several facets of a column in one line", async () => {
  assert.deepEqual(
    await differences(
      ["CREATE TABLE t(a INT)"],
      ["CREATE TABLE t(a TEXT NOT NULL DEFAULT '' COLLATE NOCASE)"],
    ),
    [
      "alter column t.a: INT becomes TEXT, NULL allowed becomes NOT NULL, " +
      "no DEFAULT becomes DEFAULT '', COLLATE BINARY becomes COLLATE NOCASE",
    ],
  );
});

Deno.test("describeChange() tells that an index went to another table, not that a letter changed", async () => {
  const tables = ["CREATE TABLE t(a)", "CREATE TABLE u(a)"];
  assert.deepEqual(
    await differences([...tables, "CREATE INDEX i ON t(a)"], [...tables, "CREATE INDEX i ON u(a)"]),
    ["replace index i on u, before on t"],
  );
  assert.deepEqual(
    await differences(
      ["CREATE TABLE t(a)", "CREATE INDEX i ON t(a)"],
      ["CREATE TABLE T(a)", "CREATE INDEX i ON T(a DESC)"],
    ),
    ["replace index i on T"],
  );
});

Deno.test("describeChange() tells options of a table", async () => {
  assert.deepEqual(
    await differences(
      ["CREATE TABLE t(a INTEGER PRIMARY KEY)"],
      ["CREATE TABLE t(a INTEGER PRIMARY KEY AUTOINCREMENT) STRICT"],
    ),
    ["make t STRICT", "make t AUTOINCREMENT"],
  );
});

Deno.test("describeConstraint() writes SQL that gives the same constraint again", async () => {
  const constraints = [
    "CONSTRAINT k PRIMARY KEY (a, b DESC) ON CONFLICT FAIL",
    'CONSTRAINT "the u" UNIQUE (b COLLATE NOCASE DESC)',
    "CHECK (a > 0)",
    "FOREIGN KEY (a, b) REFERENCES p(x, y) ON DELETE SET NULL ON UPDATE CASCADE MATCH FULL " +
    "DEFERRABLE INITIALLY DEFERRED",
  ];
  for (const sql of constraints) {
    const table = await tableOf(`CREATE TABLE t(a, b, ${sql})`);
    const [constraint] = [
      table.primaryKey,
      ...table.uniques,
      ...table.checks,
      ...table.foreignKeys,
    ].filter((one) => one !== undefined);
    assert.equal(describeConstraint(constraint!), sql);
  }
});

Deno.test("describeObject() names each kind of object", async () => {
  const schema = await schemaOf(
    "CREATE TABLE t(a)",
    "CREATE UNIQUE INDEX i ON t(a)",
    "CREATE VIEW v AS SELECT 1",
    "CREATE TRIGGER x AFTER INSERT ON t BEGIN SELECT 1; END",
    "CREATE VIRTUAL TABLE f USING fts5(a)",
  );
  const objects = [
    ...schema.tables.values(),
    ...schema.indexes.values(),
    ...schema.views.values(),
    ...schema.triggers.values(),
    ...schema.virtualTables.values(),
  ];
  assert.deepEqual(objects.map(describeObject), [
    "table t",
    "unique index i on t",
    "view v",
    "trigger x on t",
    "virtual table f using fts5",
  ]);
});
