import assert from "node:assert/strict";
import type { Connection } from "../../../src/db/connection.ts";
import { openNodeSqlite } from "../../../src/db/open.ts";
import { AludelError } from "../../../src/errors.ts";
import {
  createStatements,
  ensureStateTables,
  hasStateTables,
  readFormat,
  STATE_FORMATS,
  type StateFormat,
} from "../../../src/state/state_format.ts";
import { readState } from "../../../src/state/state.ts";
import { insertRevision } from "../../../src/state/write_state.ts";
import { appliedRevision } from "../../fixtures/applied.ts";
import { TempFolder } from "../../fixtures/temp_folder.ts";

function memory(): Connection {
  return openNodeSqlite({ path: ":memory:", mode: "create" });
}

async function objects(connection: Connection): Promise<unknown[]> {
  const rows = await connection.query(
    "SELECT name FROM sqlite_schema WHERE name NOT LIKE 'sqlite_auto%' ORDER BY name",
  );
  return rows.map(({ name }) => name);
}

async function refusal(work: Promise<unknown>): Promise<AludelError> {
  try {
    await work;
  } catch (error) {
    assert.ok(error instanceof AludelError, String(error));
    return error;
  }
  assert.fail("should have been refused");
}

/** The newest that a database has without needing it. */
const NEWEST = STATE_FORMATS.findLast((format) => format.onlyIfNeeded !== true)!;

Deno.test("STATE_FORMATS are numbered without a gap, and their DDL makes what they say", async () => {
  for (const [index, format] of STATE_FORMATS.entries()) {
    assert.equal(format.number, index + 1);
    await using connection = memory();
    await ensureStateTables(connection, [format]);
    assert.equal(await readFormat(connection, [format]), format);
    assert.deepEqual(await objects(connection), Object.keys(format.tables).sort());
  }
});

Deno.test("ensureStateTables() makes the tables once, and needs no sqlite_sequence", async () => {
  await using connection = memory();
  assert.equal(await hasStateTables(connection), false);
  await ensureStateTables(connection);
  await ensureStateTables(connection);
  assert.equal(await hasStateTables(connection), true);
  assert.equal((await readState(connection)).format, NEWEST.number);
  assert.deepEqual(await objects(connection), Object.keys(NEWEST.tables).sort());
});

Deno.test("ensureStateTables() goes with the caller's transaction", async () => {
  await using connection = memory();
  await connection.execute("BEGIN");
  await ensureStateTables(connection);
  await connection.execute("ROLLBACK");
  assert.deepEqual(await objects(connection), []);
});

Deno.test("ensureStateTables() makes tables that Debian's sqlite3 reads", async () => {
  using folder = new TempFolder();
  const path = folder.file("a.db");
  await using connection = openNodeSqlite({ path, mode: "create" });
  await ensureStateTables(connection);
  await insertRevision(connection, appliedRevision("a1"), { up: "SELECT 1;\n", down: null });
  const { stdout } = await new Deno.Command("sqlite3", {
    args: [path, "SELECT id, kind, up_sql, down_sql IS NULL FROM aludel_revision"],
  }).output();
  assert.equal(new TextDecoder().decode(stdout), "a1|ran|SELECT 1;\n|1\n");
});

Deno.test("createStatements() make the same tables in the sqlite3 shell", async () => {
  using folder = new TempFolder();
  const path = folder.file("a.db");
  const script = createStatements().map((sql) => `${sql};`).join("\n");
  const { code } = await new Deno.Command("sqlite3", { args: ["-bail", path, script] }).output();
  assert.equal(code, 0);
  await using connection = openNodeSqlite({ path, mode: "read" });
  assert.equal(await hasStateTables(connection), true);
});

// A made-up past: format 0 kept no labels, called a hash otherwise and had no intents.

const FORMAT_0: StateFormat = {
  number: 0,
  tables: {
    aludel_meta: ["key", "value"],
    aludel_log: NEWEST.tables["aludel_log"]!,
    aludel_revision: NEWEST.tables["aludel_revision"]!
      .filter((name) => name !== "labels")
      .map((name) => name === "up_hash" ? "up" : name),
  },
  create: [
    NEWEST.create[0]!,
    NEWEST.create[1]!.replace(/^ *labels .*\n/m, "").replace("up_hash", "up"),
    NEWEST.create[2]!,
  ],
  upgrade: [],
  revisionColumns: NEWEST.revisionColumns
    .replace("labels", "'[]' AS labels")
    .replace("up_hash", "up AS up_hash"),
};
const FORMAT_1: StateFormat = {
  ...NEWEST,
  number: 1,
  upgrade: [
    "ALTER TABLE main.aludel_revision ADD COLUMN labels TEXT NOT NULL DEFAULT '[]'",
    "ALTER TABLE main.aludel_revision RENAME COLUMN up TO up_hash",
    NEWEST.create[3]!,
  ],
};
const FORMAT_2: StateFormat = {
  ...FORMAT_1,
  number: 2,
  tables: { ...FORMAT_1.tables, aludel_meta: ["key", "value", "note"] },
  upgrade: ["ALTER TABLE main.aludel_meta ADD COLUMN note TEXT"],
};

async function withFormat0(): Promise<Connection> {
  const connection = memory();
  await ensureStateTables(connection, [FORMAT_0]);
  await connection.execute(
    "INSERT INTO aludel_revision (id, parents, depends_on, message, lineage, up, down_hash, kind, " +
      "applied_at, duration_ms, applied_by, up_sql) " +
      `VALUES ('a1', '["z9"]', '[]', 'm', 'l', 'u', 'none', 'ran', 't', 5, 'b', 'SELECT 1;')`,
  );
  return connection;
}

Deno.test("ensureStateTables() brings older tables up step by step, rows included", async () => {
  await using connection = await withFormat0();
  await ensureStateTables(connection, [FORMAT_0, FORMAT_1, FORMAT_2]);
  const state = await readState(connection, [FORMAT_0, FORMAT_1, FORMAT_2]);
  assert.equal(state.format, 2);
  const [revision, ...others] = state.applied;
  assert.deepEqual(others, []);
  assert.equal(revision?.id, "a1");
  assert.equal(revision?.up, "u");
  assert.deepEqual(revision?.parents, ["z9"]);
  assert.deepEqual(revision?.labels, []);
});

Deno.test("readState() reads older tables as they are and changes nothing", async () => {
  await using connection = await withFormat0();
  await connection.execute("PRAGMA query_only = ON");
  const formats = [FORMAT_0, FORMAT_1];
  const state = await readState(connection, formats);
  assert.equal(state.format, 0);
  assert.deepEqual(state.applied.map(({ id, up, labels }) => [id, up, labels]), [["a1", "u", []]]);
  assert.deepEqual(await objects(connection), Object.keys(FORMAT_0.tables).sort());
});

Deno.test("ensureStateTables() leaves older tables alone when an upgrade fails", async () => {
  await using connection = await withFormat0();
  await connection.execute("BEGIN");
  const broken = { ...FORMAT_1, upgrade: [...FORMAT_1.upgrade, "SELECT nope"] };
  await assert.rejects(ensureStateTables(connection, [FORMAT_0, broken]));
  await connection.execute("ROLLBACK");
  assert.equal(await readFormat(connection, [FORMAT_0, FORMAT_1]), FORMAT_0);
});

Deno.test("readFormat() refuses a newer format and says which", async () => {
  await using connection = memory();
  await ensureStateTables(connection, [FORMAT_0, FORMAT_1, { ...FORMAT_2, number: 3 }]);
  for (const work of [readFormat, readState, hasStateTables, ensureStateTables]) {
    const error = await refusal(work(connection));
    assert.equal(error.code, "state-newer-format");
    assert.match(error.notes.join(), /format 3.*up to 2/);
  }
});

const foreign: readonly [string, readonly string[]][] = [
  ["a table of our name with other columns", ["CREATE TABLE aludel_meta (id INTEGER)"]],
  ["a log without the rest", ["CREATE TABLE aludel_log (entry INTEGER)"]],
  ["a revision table without meta", [NEWEST.create[1]!]],
  ["a view of our name", ["CREATE VIEW aludel_meta AS SELECT 1 AS key"]],
  ["meta without a format", [NEWEST.create[0]!]],
  [
    "meta with another format",
    [NEWEST.create[0]!, "INSERT INTO aludel_meta VALUES ('format', 'latest')"],
  ],
  ["a dropped table", [...createStatements(), "DROP TABLE aludel_log"]],
  ["a column too many", [...createStatements(), "ALTER TABLE aludel_log ADD COLUMN mine"]],
  [
    "a renamed column",
    [...createStatements(), "ALTER TABLE aludel_revision RENAME COLUMN lineage TO line"],
  ],
];
for (const [title, statements] of foreign) {
  Deno.test(`readFormat() refuses ${title}`, async () => {
    await using connection = memory();
    for (const sql of statements) await connection.execute(sql);
    const error = await refusal(readFormat(connection));
    assert.equal(error.code, "state-foreign-tables");
    assert.ok(error.notes.length > 0);
  });
}

Deno.test("readFormat() is not taken in by temporary tables and other names", async () => {
  await using connection = memory();
  await connection.execute("CREATE TEMP TABLE aludel_meta (id)");
  await connection.execute("CREATE TABLE aludel_metadata (id)");
  assert.equal(await readFormat(connection), "absent");
  await ensureStateTables(connection);
  assert.equal((await readState(connection)).format, NEWEST.number);
});
