import assert from "node:assert/strict";
import { inDependencyOrder, writeSchema } from "../../../src/schema/source/write_schema.ts";
import { EMPTY_SCHEMA } from "../../../src/schema/model/model.ts";
import { load, schemaOf } from "./schema_of.ts";

Deno.test("writeSchema() puts parents first, indexes below their tables, and keeps every word", async () => {
  const schema = await schemaOf(
    "CREATE VIEW b_on_a AS SELECT * FROM z_first",
    "CREATE VIEW z_first AS SELECT 1",
    "CREATE TABLE child(p REFERENCES parent) -- the end",
    "CREATE INDEX i ON child(p)",
    "CREATE TABLE parent(id INTEGER PRIMARY KEY /* kept */)",
    "CREATE TRIGGER x AFTER INSERT ON child BEGIN SELECT 1; END",
  );
  assert.equal(
    writeSchema(schema),
    `CREATE TABLE parent(id INTEGER PRIMARY KEY /* kept */);

CREATE TABLE child(p REFERENCES parent);

CREATE INDEX i ON child(p);

CREATE VIEW z_first AS SELECT 1;

CREATE VIEW b_on_a AS SELECT * FROM z_first;

CREATE TRIGGER x AFTER INSERT ON child BEGIN SELECT 1; END;
`,
  );
});

Deno.test("writeSchema() ends a statement behind a comment that would swallow the semicolon", async () => {
  const schema = await schemaOf("CREATE VIEW v AS SELECT 1 -- one", "CREATE TABLE t(a)");
  const again = (await load(writeSchema(schema))).schema;
  assert.equal(again.views.size + again.tables.size, 2);
});

Deno.test("writeSchema() of nothing is an empty file", () => {
  assert.equal(writeSchema(EMPTY_SCHEMA), "\n");
});

Deno.test("inDependencyOrder() keeps the order where it may, and bears cycles and long chains", () => {
  const order = (needs: Record<string, string[]>) =>
    inDependencyOrder(Object.keys(needs), (key) => needs[key] ?? []).join("");
  assert.equal(order({ a: [], b: [], c: [] }), "abc");
  assert.equal(order({ a: ["c"], b: [], c: ["b", "unknown"] }), "bca");
  assert.equal(order({ a: ["b"], b: ["a"], c: ["c"] }), "bac");
  const keys = Array.from({ length: 100_000 }, (_, at) => `${at}`);
  const ordered = inDependencyOrder(keys, (key) => [`${Number(key) + 1}`]);
  assert.equal(ordered[0], "99999");
});
