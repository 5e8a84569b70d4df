import assert from "node:assert/strict";
import type { ForeignRevision } from "../../../src/import/foreign.ts";
import { inLine } from "../../../src/import/foreign.ts";
import { type ImportPlan, planImport } from "../../../src/import/plan_import.ts";
import type { ManifestRevision } from "../../../src/manifest/manifest.ts";

const one = (key: string, message = key.replace(/^\d+_/, ""), down: string | null = null) => ({
  key,
  message,
  created: null,
  up: { file: `${key}.sql`, text: `CREATE TABLE "${key}" (x);`, transaction: true },
  down: down === null ? null : { file: `${key}.down.sql`, text: down, transaction: true },
  checksums: [],
});

const plan = (
  revisions: readonly ForeignRevision[],
  existing: readonly ManifestRevision[] = [],
): ImportPlan =>
  planImport({
    tool: { name: "tool", title: "The Tool" },
    history: { revisions, notices: [] },
    existing,
    folderTemplate: "{id}_{slug}",
    now: "2026-11-23T10:15:00Z",
  });

const ids = ({ revisions }: ImportPlan) => revisions.map(({ entry }) => entry.id);
const entries = ({ revisions }: ImportPlan) => revisions.map(({ entry }) => entry);

Deno.test("planImport() takes a tool's number as the id if it names one migration alone", () => {
  const made = plan(
    inLine([one("1"), one("0002_b"), one("0003_c"), one("0003_d"), one("0004_x-y")]),
  );
  assert.deepEqual(ids(made).slice(0, 4), ["1", "0002", "0003_c", "0003_d"]);
  assert.equal(ids(made)[4], "0004");
  const [id = ""] = ids(plan(inLine([one("init-now")])));
  assert.match(id, /^[0-9a-f]{12}$/);
  assert.deepEqual(ids(plan(inLine([one("init-now")]))), [id]);
});

Deno.test("planImport() finds what an earlier import made, whatever came since", () => {
  const first = plan(inLine([one("0001_a"), one("0002_b"), one("x-y")]));
  const again = plan(
    inLine([one("0001_a"), one("0002_a2"), one("0002_b"), one("x-y"), one("0003_c")]),
    entries(first),
  );
  assert.deepEqual(again.revisions.map(({ isNew }) => isNew), [false, true, false, false, true]);
  assert.deepEqual(ids(again).filter((_, index) => index !== 1 && index !== 4), ids(first));
  // What the tool puts in between is a branch; the next one joins all.
  assert.deepEqual(again.revisions[1]?.entry.parents, [ids(first)[0]]);
  assert.deepEqual(again.revisions[4]?.entry.parents, [ids(again)[1]!, ids(first)[2]!].sort());
});

Deno.test("planImport() keeps the parents of a history with branches", () => {
  const branched: ForeignRevision[] = [
    { ...one("a"), parents: [] },
    { ...one("c"), parents: ["a"] },
    { ...one("b"), parents: ["a"] },
    { ...one("d"), parents: ["c", "b"] },
  ];
  assert.deepEqual(entries(plan(branched)).map(({ parents }) => parents), [[], ["a"], ["a"], [
    "b",
    "c",
  ]]);
});

Deno.test("planImport() takes a down without statements for none, if the up has some", () => {
  const { revisions: [empty, real], notices } = plan(
    inLine([one("1", "a", "-- nothing\nBEGIN; COMMIT;"), one("2", "b", "DROP TABLE b;")]),
  );
  assert.equal(empty?.down, null);
  assert.equal(empty?.entry.down, "none");
  assert.match(empty?.up ?? "", /^-- aludel: ignore=no-down /);
  assert.equal(real?.down, "DROP TABLE b;\n");
  assert.match(notices.join(), /Of 2 new, 1 has/);
});
