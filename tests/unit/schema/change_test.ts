import assert from "node:assert/strict";
import { reverseChanges } from "../../../src/schema/model/change.ts";
import { compareSchemas } from "../../../src/schema/diff/compare.ts";
import { schemaOf } from "./schema_of.ts";

Deno.test("reverseChanges() twice is the same, and once is the way back", async () => {
  const from = await schemaOf(
    "CREATE TABLE t(id INTEGER PRIMARY KEY, a INT, old, CHECK (a > 0))",
    "CREATE TABLE gone(a)",
    "CREATE INDEX i ON t(a)",
    "CREATE VIEW v AS SELECT 1",
  );
  const to = await schemaOf(
    "CREATE TABLE t(id INTEGER PRIMARY KEY AUTOINCREMENT, b, new, a TEXT NOT NULL)",
    "CREATE TABLE fresh(a)",
    "CREATE INDEX i ON t(b)",
    "CREATE TRIGGER x AFTER INSERT ON t BEGIN SELECT 1; END",
  );
  const options = {
    renames: { tables: [], columns: [{ table: "t", from: "old", to: "new" }] },
    columnOrder: true,
  };
  const changes = compareSchemas(from, to, options);
  const kinds = changes.flatMap((change) =>
    change.kind === "alter-table" ? change.changes.map(({ kind }) => kind) : [change.kind]
  );
  assert.deepEqual(kinds, [
    "drop-object",
    "drop-table",
    "drop-constraint",
    "rename-column",
    "add-column",
    "alter-column",
    "reorder-columns",
    "set-option",
    "create-table",
    "replace-object",
    "create-object",
  ]);
  assert.deepEqual(reverseChanges(reverseChanges(changes)), changes);
  const back = compareSchemas(to, from, {
    renames: { tables: [], columns: [{ table: "t", from: "new", to: "old" }] },
    columnOrder: true,
  });
  const count = (list: typeof changes) => list.map(({ kind }) => kind).sort();
  assert.deepEqual(count(reverseChanges(changes)), count(back));
});
