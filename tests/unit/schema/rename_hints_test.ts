import assert from "node:assert/strict";
import { AludelError } from "../../../src/errors.ts";
import { readRenameHints } from "../../../src/schema/source/rename_hints.ts";

function read(text: string) {
  const { tables, columns } = readRenameHints({ file: "schema.sql", text });
  return {
    tables: tables.map(({ from, to }) => ({ from, to })),
    columns: columns.map(({ table, from, to }) => ({ table, from, to })),
  };
}

Deno.test("readRenameHints() attaches each hint to what stands below it", () => {
  assert.deepEqual(
    read(`-- aludel: renamed from=people
-- who they are
CREATE TABLE IF NOT EXISTS main."Users" ( -- first
  -- aludel: renamed from="old id"
  -- still the id
  id INTEGER PRIMARY KEY, b DECIMAL(10, 2),
  -- aludel: renamed from=c
  "new c" TEXT
);
`),
    {
      tables: [{ from: "people", to: "Users" }],
      columns: [
        { table: "Users", from: "old id", to: "id" },
        { table: "Users", from: "c", to: "new c" },
      ],
    },
  );
});

Deno.test("readRenameHints() reads the hint of a virtual table, and says where each hint is", () => {
  const text = "\n-- aludel: renamed from=f\nCREATE VIRTUAL TABLE g USING fts5(a);";
  assert.deepEqual(read(text).tables, [{ from: "f", to: "g" }]);
  assert.equal(readRenameHints({ file: "schema.sql", text }).tables[0]?.place?.line, 2);
});

Deno.test("readRenameHints() finds none in strings and other comments", () => {
  assert.deepEqual(
    read(
      "CREATE TABLE t(a DEFAULT '\n-- aludel: renamed from=x\n', /* aludel */ b); -- aludel it is",
    ),
    { tables: [], columns: [] },
  );
});

Deno.test("readRenameHints() refuses a hint above nothing that was renamed", () => {
  const misplaced = [
    "CREATE TABLE t(a, -- aludel: renamed from=x\n b);",
    "CREATE TABLE t(a,\n-- aludel: renamed from=x\nCHECK (a));",
    "CREATE TABLE t(a\n-- aludel: renamed from=x\nINT);",
    "CREATE TABLE t(a DECIMAL(10,\n-- aludel: renamed from=x\n2));",
    "CREATE TABLE t(a\n-- aludel: renamed from=x\n);",
    "-- aludel: renamed from=x\nCREATE VIEW v AS SELECT 1;",
    "-- aludel: renamed from=x\nCREATE INDEX i ON t(a);",
    "-- aludel: renamed from=x\nCREATE TRIGGER x AFTER INSERT ON t BEGIN SELECT 1; END;",
    "CREATE VIRTUAL TABLE f USING fts5(\n-- aludel: renamed from=x\na);",
    "CREATE TABLE t(a);\n-- aludel: renamed from=x\n",
    "-- aludel: renamed from=x\n-- aludel: renamed from=y\nCREATE TABLE t(a);",
    "CREATE TABLE t(\n-- aludel: renamed from=x\n-- aludel: renamed from=y\na);",
  ];
  for (const text of misplaced) {
    assert.throws(
      () => read(text),
      (error) =>
        error instanceof AludelError && error.code === "schema-rename-hint" &&
        error.place?.line !== undefined && error.next.length > 0,
      text,
    );
  }
});
