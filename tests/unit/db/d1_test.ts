import assert from "node:assert/strict";
import { LockLost, ServerFault, SqlError } from "../../../src/db/connection.ts";
import { openScratch } from "../../../src/db/open_scratch.ts";
import { AnswerLost, D1Database } from "../../../src/db/server/d1.ts";
import { d1Refusal } from "../../../src/db/server/d1.ts";
import { readFailure, statementText } from "../../../src/db/server/batch.ts";
import { findAside } from "../../../src/db/server/set_aside.ts";

const TOKEN = "secret-token-of-a-test";

/** The error of asking a server that answers so. */
async function askAt(
  handler: (request: Request) => Response | Promise<Response>,
  options: { readonly answerTimeoutMs?: number; readonly answerBytes?: number } = {},
): Promise<SqlError> {
  const stop = new AbortController();
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, signal: stop.signal, onListen: () => {} },
    handler,
  );
  try {
    const url = `http://127.0.0.1:${server.addr.port}`;
    const database = new D1Database({ url, name: "d1://app", token: TOKEN, ...options });
    let caught: unknown;
    await database.batch(["SELECT 1"]).catch((error) => caught = error);
    assert.ok(caught instanceof SqlError, String(caught));
    return caught;
  } finally {
    stop.abort();
    await server.finished;
  }
}

for (
  const [title, body] of [
    ["no JSON", "<html>"],
    ["null", "null"],
    ["no result", '{"success":true,"errors":[]}'],
    ["too few results", '{"success":true,"errors":[],"result":[]}'],
    ["a result without rows", '{"success":true,"errors":[],"result":[{}]}'],
    ["rows that are none", '{"success":true,"errors":[],"result":[{"results":[1]}]}'],
    ["a value that is none", '{"success":true,"errors":[],"result":[{"results":[{"a":{}}]}]}'],
    ["a failure without words", '{"success":false,"errors":[{}]}'],
  ] as const
) {
  Deno.test(`a D1 that answers with ${title} is a clear error`, async () => {
    const error = await askAt(() => new Response(body));
    // What was sent may have run.
    assert.ok(error instanceof AnswerLost);
    assert.match(error.sqlite, /not one of Cloudflare's D1/);
  });
}

Deno.test("a D1 that never ends its answer is a clear error", async () => {
  const endless = () =>
    new Response(
      new ReadableStream({
        pull: (controller) => controller.enqueue(new Uint8Array(65_536).fill(32)),
      }),
    );
  const error = await askAt(endless, { answerBytes: 1_000_000 });
  assert.equal(error.sqlite, "the server's answer is too large");
});

Deno.test("a D1 that does not answer in time is a clear error", async () => {
  const error = await askAt(() => new Promise<Response>(() => {}), { answerTimeoutMs: 50 });
  assert.ok(error instanceof AnswerLost);
  assert.match(error.sqlite, /^the server does not answer: /);
});

Deno.test("a redirect of D1 is not followed, so that no other host gets the token", async () => {
  let asked = 0;
  const other = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, () => {
    asked++;
    return new Response("");
  });
  const to = `http://127.0.0.1:${other.addr.port}/`;
  for (const status of [301, 302, 307, 308]) {
    const error = await askAt(() => new Response(null, { status, headers: { location: to } }));
    assert.ok(error instanceof ServerFault && !(error instanceof AnswerLost));
    assert.match(error.sqlite, /redirects to another address, which is not followed/);
  }
  await other.shutdown();
  assert.equal(asked, 0);
});

Deno.test("D1's words are told without the token", async () => {
  const echo = (status: number) => (request: Request) =>
    Response.json({
      success: false,
      errors: [{ code: 1, message: `bad ${request.headers.get("authorization")}` }],
    }, { status });
  for (const status of [200, 400, 401, 403, 429, 500, 502]) {
    const error = await askAt(echo(status));
    assert.match(error.sqlite, /bad Bearer \*\*\*/);
    assert.doesNotMatch(JSON.stringify([error.message, error.sqlite]), new RegExp(TOKEN));
  }
});

Deno.test("an integer that D1 has rounded is an error, and no other number", async () => {
  const answer = (value: number) => () =>
    Response.json({ success: true, errors: [], result: [{ results: [{ a: value }] }] });
  assert.match((await askAt(answer(2 ** 53))).sqlite, /rounds integers/);
});

Deno.test("SQLite's words are found within D1's", async () => {
  const say = (message: string) => () =>
    Response.json({ success: false, errors: [{ code: 7500, message }] }, { status: 400 });
  const unique = await askAt(
    say(
      "D1_ERROR: UNIQUE constraint failed: u.x: SQLITE_CONSTRAINT (extended: SQLITE_CONSTRAINT_UNIQUE)",
    ),
  );
  assert.deepEqual([unique.sqlite, unique.resultCode], ["UNIQUE constraint failed: u.x", 19]);
  const syntax = await askAt(say('near "TABEL": syntax error at offset 7: SQLITE_ERROR'));
  assert.deepEqual([syntax.sqlite, syntax.byteOffset], ['near "TABEL": syntax error', 7]);
  const reset = await askAt(
    say("D1 DB storage operation exceeded timeout which caused object to be reset."),
  );
  assert.ok(reset instanceof AnswerLost && !(reset instanceof LockLost));
});

Deno.test("statementText() leaves only the statement, with its values", () => {
  assert.equal(statementText("-- a\n SELECT 1 -- b\n; -- c\n", []), "SELECT 1");
  assert.equal(statementText(" ; ", []), "");
  assert.equal(
    statementText("INSERT INTO t VALUES (?, ?, ?, ?, '?')", [1n, 2, "it's", new Uint8Array([1])]),
    "INSERT INTO t VALUES (1, 2e+0, 'it''s', x'01', '?')",
  );
  assert.equal(
    statementText("CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; SELECT 2; END;", []),
    "CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; SELECT 2; END",
  );
});

Deno.test("statementText() writes values that SQLite reads as the same", async () => {
  const memory = openScratch();
  for (
    const value of [
      null,
      0n,
      -(2n ** 63n),
      0.1,
      -0,
      1e300,
      5,
      Infinity,
      "a\0b",
      "'",
      "é",
      new Uint8Array(),
    ]
  ) {
    const [written] = await memory.query(
      statementText("SELECT quote(?) AS q, typeof(?) AS t", [value, value]),
    );
    const [bound] = await memory.query("SELECT quote(?) AS q, typeof(?) AS t", [value, value]);
    assert.deepEqual(written, bound, String(value));
  }
  await memory.close();
});

Deno.test("readFailure() takes only our own words for ours", () => {
  assert.deepEqual(readFailure("bad JSON path: 'aludel:moved'"), { kind: "moved" });
  assert.deepEqual(readFailure("bad JSON path: 'aludel:0:it''s'"), {
    kind: "guard",
    index: 0,
    detail: "it's",
  });
  assert.equal(readFailure("bad JSON path: 'x'"), undefined);
  assert.equal(readFailure("no such table: aludel:moved"), undefined);
});

Deno.test("findAside() finds all whose keys lead to a table, parents first", async () => {
  const memory = openScratch();
  for (
    const sql of [
      "CREATE TABLE p (id INTEGER PRIMARY KEY, up REFERENCES p, other REFERENCES c)",
      "CREATE TABLE g (c REFERENCES c, p REFERENCES p)",
      'CREATE TABLE "c" (id INTEGER PRIMARY KEY, "p" REFERENCES P ON DELETE CASCADE, d AS (id) STORED)',
      "CREATE TABLE w (k PRIMARY KEY, g REFERENCES g) WITHOUT ROWID",
      "CREATE TABLE free (id)",
      "CREATE TRIGGER t AFTER DELETE ON c BEGIN SELECT 1; END",
    ]
  ) await memory.execute(sql);
  const aside = await findAside(memory, "P");
  assert.deepEqual(aside?.tables.map(({ name }) => name), ["c", "g", "w"]);
  assert.deepEqual(aside?.tables.map(({ columns }) => columns), [["id", "p"], ["c", "p"], [
    "k",
    "g",
  ]]);
  assert.deepEqual(aside?.tables.map(({ rowid }) => rowid), ["rowid", "rowid", undefined]);
  assert.deepEqual(aside?.tables[0]?.triggers.map(({ name }) => name), ["t"]);
  assert.equal(await findAside(memory, "free"), undefined);
  await memory.close();
});

Deno.test("d1Refusal() knows what D1 does not take", () => {
  for (
    const sql of [
      "VACUUM",
      "PRAGMA user_version = 3",
      "PRAGMA main.journal_mode = WAL",
      "CREATE TEMP TABLE t (a)",
      "ALTER TABLE t ALTER COLUMN a SET NOT NULL",
      "ALTER TABLE main.t ADD CONSTRAINT c CHECK (a > 0)",
      `SELECT '${"x".repeat(100_001)}'`,
    ]
  ) assert.ok(d1Refusal(sql) !== undefined, sql);
  for (
    const sql of [
      "PRAGMA defer_foreign_keys = ON",
      "PRAGMA optimize",
      "ANALYZE",
      "ALTER TABLE t ADD COLUMN a",
      "ALTER TABLE alterations RENAME TO t",
      "CREATE TABLE temp_values (a)",
    ]
  ) assert.equal(d1Refusal(sql), undefined, sql);
});
