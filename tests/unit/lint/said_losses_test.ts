import assert from "node:assert/strict";
import { openScratch } from "../../../src/db/open_scratch.ts";
import { lintRevision } from "../../../src/proof/lint_revisions.ts";
import { predictLosses } from "../../../src/runner/hazard.ts";
import { readSaidLosses, type SaidLoss } from "../../../src/runner/said_losses.ts";
import { readScript } from "../../../src/sql/read_script.ts";
import { memoryReplay } from "../../fixtures/memory_replay.ts";

// What --dry-run and lint say of the same SQL, which one reader reads for both.

const T = "CREATE TABLE t (id INTEGER PRIMARY KEY, a, b);\n";
const COPY = "CREATE TABLE n (id INTEGER PRIMARY KEY, a); INSERT INTO n SELECT id, a FROM t;";

interface Case {
  readonly kind: SaidLoss["kind"];
  readonly up: string;
  readonly predicted: string;
  /** The rule of lint; null: it is an everyday statement, which only a run says the loss of. */
  readonly code: string | null;
}

const CASES: readonly Case[] = [
  { kind: "drop-table", up: "DROP TABLE t;", predicted: 'drops table "t"', code: "drop-table" },
  {
    kind: "drop-table",
    up: "ALTER TABLE t RENAME TO u; DROP TABLE u;",
    predicted: 'drops table "t"',
    code: "drop-table",
  },
  {
    kind: "empty-table",
    up: `DROP TABLE t; ${T}`,
    predicted: 'creates table "t" again without its rows',
    code: "drop-table",
  },
  {
    kind: "empty-table",
    up: `DROP TABLE t; ${T} INSERT INTO t VALUES (9, 'seed', 0);`,
    predicted: 'creates table "t" again without its rows',
    code: "drop-table",
  },
  {
    kind: "rebuild",
    up: `${COPY} DROP TABLE t; ALTER TABLE n RENAME TO t;`,
    predicted: 'rebuilds table "t" without column "b"',
    code: "rebuild-drops-column",
  },
  {
    kind: "drop-column",
    up: "ALTER TABLE t DROP COLUMN b;",
    predicted: 'drops column "b" of "t"',
    code: "drop-column",
  },
  {
    kind: "delete",
    up: "DELETE FROM t;",
    predicted: 'deletes every row of "t"',
    code: "delete-all",
  },
  {
    kind: "delete",
    up: "DELETE FROM t WHERE true;",
    predicted: 'deletes every row of "t"',
    code: "delete-all",
  },
  {
    kind: "delete",
    up: "WITH x AS (SELECT 1) DELETE FROM t WHERE 1 RETURNING id;",
    predicted: 'deletes every row of "t"',
    code: "delete-all",
  },
  {
    kind: "delete",
    up: "DELETE FROM t WHERE 1 > a;",
    predicted: 'deletes rows of "t"',
    code: null,
  },
  {
    kind: "overwrite",
    up: "UPDATE t SET a = 1;",
    predicted: 'overwrites every row of "t"',
    code: "update-all",
  },
  {
    kind: "overwrite",
    up: "UPDATE OR REPLACE t SET a = 1;",
    predicted: 'overwrites every row of "t"',
    code: "update-all",
  },
  {
    kind: "overwrite",
    up: "UPDATE t SET a = 1 WHERE b;",
    predicted: 'overwrites rows of "t"',
    code: null,
  },
  {
    kind: "overwrite",
    up: "REPLACE INTO t VALUES (1, 2, 3);",
    predicted: 'overwrites rows of "t"',
    code: null,
  },
  {
    kind: "overwrite",
    up: "INSERT INTO t VALUES (1, 2, 3) ON CONFLICT (id) DO UPDATE SET a = 2;",
    predicted: 'overwrites rows of "t"',
    code: null,
  },
];

for (const { kind, up, predicted, code } of CASES) {
  Deno.test(`--dry-run and lint name the same loss: ${up.trim()}`, async () => {
    const script = readScript("up.sql", up);
    assert.deepEqual(readSaidLosses(script).losses.map((loss) => loss.kind), [kind]);
    assert.deepEqual(await predictedOf(up), [`b1 ${predicted}`]);
    assert.deepEqual(await lintCodes(T, up), code === null ? [] : [code]);
  });
}

Deno.test("--dry-run and lint have a case for each kind of loss", () => {
  const kinds: Record<SaidLoss["kind"], true> = {
    "drop-table": true,
    "empty-table": true,
    "rebuild": true,
    "drop-column": true,
    "delete": true,
    "overwrite": true,
  };
  assert.deepEqual(new Set(CASES.map(({ kind }) => kind)), new Set(Object.keys(kinds)));
});

Deno.test("--dry-run and lint take no index over another table's rows for rows", async () => {
  const index = "CREATE VIRTUAL TABLE f USING fts5(a, content = 't', content_rowid = 'id');";
  const up = `DROP TABLE f; ${index}`;
  const before =
    `${T}${index} INSERT INTO t VALUES (1, 'x', 'y'); INSERT INTO f(f) VALUES ('rebuild');`;
  assert.deepEqual(await predictedOf(up, before), []);
  assert.deepEqual(await lintCodes(before, up), []);
});

async function predictedOf(
  up: string,
  before = `${T} INSERT INTO t VALUES (1, 2, 3)`,
): Promise<readonly string[]> {
  await using connection = openScratch();
  for (const sql of before.split(";")) await connection.execute(sql);
  const script = readScript("up.sql", up);
  return await predictLosses(connection, [
    { direction: "down", from: "database", id: "b1", message: "", script },
  ]);
}

async function lintCodes(before: string, up: string): Promise<readonly string[]> {
  const tree = memoryReplay([
    { id: "a1", up: before },
    { id: "b1", up, down: "SELECT 't', 'a', 'b', 'n', 'u', 'f';" },
  ]);
  const { findings } = await lintRevision("b1", { tree, rows: () => Promise.resolve(undefined) });
  const codes = new Set([
    "drop-table",
    "drop-column",
    "rebuild-drops-column",
    "delete-all",
    "update-all",
  ]);
  return findings.map(({ code }) => code).filter((code) => codes.has(code));
}
