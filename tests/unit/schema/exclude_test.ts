import assert from "node:assert/strict";
import {
  ownSchema,
  TOOL_TABLES,
  withoutExcluded,
} from "../../../src/schema/model/foreign_objects.ts";
import { compareSchemas } from "../../../src/schema/diff/compare.ts";
import { schemaOf } from "./schema_of.ts";

Deno.test("withoutExcluded() leaves what another tool owns as it is, with its indexes and triggers", async () => {
  const present = await schemaOf(
    "CREATE TABLE Geo_points (x)",
    "CREATE INDEX i ON Geo_points (x)",
    "CREATE TRIGGER g AFTER INSERT ON Geo_points BEGIN SELECT 1; END",
    "CREATE VIEW report1 AS SELECT 1",
    "CREATE TABLE own (a)",
  );
  const wanted = await schemaOf("CREATE TABLE geo_other (y)", "CREATE TABLE own (a)");
  const merged = withoutExcluded(present, wanted, ["geo_*", "report?"]);
  assert.deepEqual(compareSchemas(present, merged), []);
  assert.deepEqual(withoutExcluded(present, wanted, []), wanted);
});

Deno.test("withoutExcluded() takes signs of regular expressions for themselves", async () => {
  const present = await schemaOf("CREATE TABLE axb (a)", 'CREATE TABLE "a.b" (a)');
  const wanted = await schemaOf();
  const merged = withoutExcluded(present, wanted, ["a.b"]);
  assert.deepEqual([...merged.tables.keys()], ["a.b"]);
});

Deno.test("the tables of other tools are excluded without being named, in any case", async () => {
  const names = TOOL_TABLES.map((pattern) => pattern.replaceAll("*", "x"));
  const present = await schemaOf(
    ...names.map((name) => `CREATE TABLE "${name}" (a)`),
    "CREATE INDEX by_a ON alembic_version (a)",
    "CREATE TABLE own (a)",
  );
  const wanted = await schemaOf("CREATE TABLE own (a)");
  assert.deepEqual(compareSchemas(present, withoutExcluded(present, wanted, [])), []);
  assert.deepEqual(compareSchemas(wanted, withoutExcluded(wanted, present, [])), []);
  assert.deepEqual([...ownSchema(present, []).tables.keys()], ["own"]);
  assert.equal(ownSchema(present, []).indexes.size, 0);
  const loud = await schemaOf("CREATE TABLE SCHEMA_MIGRATIONS (a)");
  assert.equal(ownSchema(loud, []).tables.size, 0);
});

Deno.test("a pattern that begins with ! takes a table of that name back", async () => {
  const schema = await schemaOf(
    "CREATE TABLE schema_migrations (a)",
    "CREATE INDEX i ON schema_migrations (a)",
    "CREATE TABLE _cf_mine (a)",
    "CREATE TABLE geo_mine (a)",
    "CREATE TABLE geo_theirs (a)",
  );
  const own = ownSchema(schema, ["geo_*", "!schema_migrations", "!*_mine"]);
  assert.deepEqual([...own.tables.keys()].sort(), ["_cf_mine", "geo_mine", "schema_migrations"]);
  assert.equal(own.indexes.size, 1);
});
