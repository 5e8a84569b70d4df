import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { idOf, writeAludelProject } from "../../../scripts/bench/aludel_project.ts";
import { workload } from "../../../scripts/bench/workload.ts";
import { temporaryFolder } from "../../scenarios/cli.ts";

Deno.test("workload() of 12 revisions is a project that upgrades and downgrades cleanly", async () => {
  using folder = temporaryFolder();
  writeAludelProject(folder.path, workload(12));
  await folder.done("verify");
  await folder.done("upgrade");
  using database = new DatabaseSync(`${folder.path}/app.db`);
  const tables = database.prepare(
    "SELECT count(*) AS n FROM sqlite_schema WHERE type = 'table' AND name LIKE 'item_%'",
  );
  assert.equal(tables.get()?.["n"], 12);
  assert.equal(database.prepare("SELECT count(extra_10) AS n FROM item_9").get()?.["n"], 0);
  assert.equal(database.prepare("SELECT count(*) AS n FROM item_9").get()?.["n"], 50);
  await folder.done("downgrade", "base");
  assert.equal(tables.get()?.["n"], 0);
});

Deno.test("workload() of more than 1,000 revisions reuses 300 tables, and every down undoes its up", () => {
  using database = new DatabaseSync(":memory:");
  const schema = () =>
    database.prepare("SELECT type, name, sql FROM sqlite_schema ORDER BY name").all();
  const revisions = workload(1_001).slice(0, 360);
  for (const { up } of revisions.slice(0, 290)) for (const one of up) database.exec(one);
  const before: unknown[] = [];
  for (const { up } of revisions.slice(290)) {
    before.push(schema());
    for (const statement of up) database.exec(statement);
  }
  assert.equal(schema().filter(({ type }) => type === "table").length, 300);
  for (const { down, message } of revisions.slice(290).toReversed()) {
    for (const statement of down) database.exec(statement);
    assert.deepEqual(schema(), before.pop(), message);
  }
});

Deno.test("idOf() gives each number an id of twelve hex digits of its own", () => {
  const ids = Array.from({ length: 10_000 }, (_, number) => idOf(number + 1));
  assert.equal(new Set(ids).size, ids.length);
  assert.ok(ids.every((id) => /^[0-9a-f]{12}$/.test(id)));
});
