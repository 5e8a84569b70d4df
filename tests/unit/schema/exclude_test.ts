import assert from "node:assert/strict";
import { compareSchemas, withoutExcluded } from "../../../src/schema/diff/compare.ts";
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
  assert.equal(withoutExcluded(present, wanted, []), wanted);
});

Deno.test("withoutExcluded() takes signs of regular expressions for themselves", async () => {
  const present = await schemaOf("CREATE TABLE axb (a)", 'CREATE TABLE "a.b" (a)');
  const wanted = await schemaOf();
  const merged = withoutExcluded(present, wanted, ["a.b"]);
  assert.deepEqual([...merged.tables.keys()], ["a.b"]);
});
