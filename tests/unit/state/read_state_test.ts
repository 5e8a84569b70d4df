import assert from "node:assert/strict";
import type { Connection } from "../../../src/db/connection.ts";
import { openNodeSqlite } from "../../../src/db/open.ts";
import { AludelError } from "../../../src/errors.ts";
import { NO_STATE, readState, readTexts } from "../../../src/state/state.ts";
import { ensureStateTables } from "../../../src/state/state_format.ts";
import { insertRevision } from "../../../src/state/write_state.ts";
import { appliedRevision } from "../../fixtures/applied.ts";
import { TempFolder } from "../../fixtures/temp_folder.ts";

const TEXTS = { up: "CREATE TABLE t (a);\n", down: "DROP TABLE t;\n" };

async function withTables(): Promise<Connection> {
  const connection = openNodeSqlite({ path: ":memory:", mode: "create" });
  await ensureStateTables(connection);
  return connection;
}

Deno.test("readState() finds nothing in an empty database, and leaves it empty", async () => {
  using folder = new TempFolder();
  const path = folder.file("a.db");
  Deno.writeTextFileSync(path, "");
  await using connection = openNodeSqlite({ path, mode: "read" });
  assert.deepEqual(await readState(connection), NO_STATE);
  assert.equal(Deno.statSync(path).size, 0);
  assert.deepEqual(folder.names(), ["a.db"]);
});

Deno.test("readState() finds nothing in a database of other tables, and adds none", async () => {
  using folder = new TempFolder();
  const path = folder.file("a.db");
  {
    await using connection = openNodeSqlite({ path, mode: "create" });
    await connection.execute("CREATE TABLE alembic_version (version_num TEXT)");
  }
  const before = Deno.readFileSync(path);
  await using connection = openNodeSqlite({ path, mode: "read" });
  assert.equal((await readState(connection)).format, "absent");
  assert.deepEqual(Deno.readFileSync(path), before);
});

Deno.test("readState() gives back what was inserted, in order of application", async () => {
  await using connection = await withTables();
  const revisions = [
    appliedRevision("f1", { kind: "stamped", down: "none", durationMs: 0 }),
    appliedRevision("a2", { parents: ["f1"], labels: ["main", "x-1"], message: `"quoted" 世界` }),
    appliedRevision("c3", { parents: ["a2", "f1"], dependsOn: ["z.9"] }),
  ];
  for (const revision of revisions) await insertRevision(connection, revision, TEXTS);
  assert.deepEqual((await readState(connection)).applied, revisions);
});

Deno.test("readTexts() gives the texts that ran, long ones too", async () => {
  await using connection = await withTables();
  const up = `INSERT INTO t VALUES ('${"ä".repeat(100_000)}');\n`;
  await insertRevision(connection, appliedRevision("a"), { up, down: null });
  assert.deepEqual(await readTexts(connection, "a"), { up, down: null });
  assert.equal(await readTexts(connection, "b"), undefined);
});

for (const list of ["", "no json", '["a"', "[1]", '"a"', "null", '{"a":1}', '["a\\"]']) {
  Deno.test(`readState() tells a damaged record: parents ${JSON.stringify(list)}`, async () => {
    await using connection = await withTables();
    await insertRevision(connection, appliedRevision("a"), TEXTS);
    await connection.query("UPDATE aludel_revision SET parents = ?", [list]);
    await assert.rejects(
      readState(connection),
      (error) => error instanceof AludelError && error.code === "state-damaged",
    );
  });
}
