import assert from "node:assert/strict";
import { findBrokenSides } from "../../../src/project/author/autogenerate.ts";
import { compareWith } from "../../../src/project/author/schema_reader.ts";
import { Scratch } from "../../../src/replay/scratch.ts";
import { databaseOf, schemaOf } from "../schema/schema_of.ts";

Deno.test("findBrokenSides() finds what a change breaks and mends, and what is broken far from it", async () => {
  const others = [
    "CREATE TABLE far (x)",
    "CREATE VIEW far_view AS SELECT nope FROM far",
    "CREATE TRIGGER far_trigger AFTER INSERT ON far BEGIN UPDATE missing SET x = 1; END",
    "CREATE VIEW whole AS SELECT x FROM far",
    "CREATE VIEW wants_b AS SELECT b FROM t",
    "CREATE VIEW wants_c AS SELECT c FROM t",
    "CREATE VIEW over_b AS SELECT * FROM wants_b",
  ];
  const before = ["CREATE TABLE t (a, b)", ...others];
  const after = ["CREATE TABLE t (a, c)", ...others];
  const settings = { exclude: [], columnOrder: false };
  const comparison = compareWith(settings, await schemaOf(...before), await schemaOf(...after));
  await using present = await databaseOf(...before);
  const broken = await findBrokenSides(
    comparison,
    present,
    new Scratch({ doubleQuotedStrings: false }),
  );
  const far = ["trigger far_trigger", "view far_view"];
  assert.deepEqual([...broken.from].sort(), [...far, "view wants_c"]);
  assert.deepEqual([...broken.to].sort(), [...far, "view over_b", "view wants_b"]);
  await present.execute("CREATE TABLE probe__1 (a)");
});
