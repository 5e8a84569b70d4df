import assert from "node:assert/strict";
import { AludelError } from "../../../src/errors.ts";
import { readRenameHints } from "../../../src/schema/rename_hints.ts";

const read = (text: string) => readRenameHints({ file: "schema.sql", text });

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
