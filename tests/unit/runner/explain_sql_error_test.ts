import assert from "node:assert/strict";
import { stepText } from "../../../src/text/next_step.ts";
import { SqlError } from "../../../src/db/connection.ts";
import { openDatabase } from "../../../src/db/open.ts";
import { adviceFor } from "../../../src/runner/failure.ts";

/** What SQLite itself says to the last of the statements. */
async function refusal(...statements: readonly string[]): Promise<string> {
  await using connection = await openDatabase({ path: ":memory:", mode: "create" });
  const last = statements.at(-1)!;
  for (const sql of statements.slice(0, -1)) await connection.execute(sql);
  try {
    await connection.execute(last);
  } catch (error) {
    if (error instanceof SqlError) return error.sqlite;
    throw error;
  }
  throw new Error(`SQLite accepts: ${last}`);
}

Deno.test("adviceFor() knows what this SQLite says", async () => {
  const table = "CREATE TABLE t(a); ";
  const row = "INSERT INTO t VALUES (1);";
  const cases: readonly (readonly [RegExp, ...string[]])[] = [
    [/single quotes/, table, 'INSERT INTO t VALUES ("x")'],
    [/your application registers/, "SELECT slugify('x')"],
    [/FTS5 and R\*Tree are built in/, "CREATE VIRTUAL TABLE v USING vec0(x)"],
    [/Your application registers/, "CREATE VIRTUAL TABLE v USING fts5(x, tokenize = 'jieba')"],
    [/is incomplete/, "SELECT 1 FROM"],
    [/one database, called main/, "CREATE TABLE other.t(a)"],
    [/give the column a default/, table, row, "ALTER TABLE t ADD b NOT NULL"],
    [/only columns with a constant default/, table, row, "ALTER TABLE t ADD b DEFAULT (random())"],
    [/create a new table/, table, row, "ALTER TABLE t ADD b UNIQUE"],
    [/create a new table/, table, row, "ALTER TABLE t ADD b AS (a + 1) STORED"],
    [
      /drop it first/,
      table,
      "ALTER TABLE t ADD b",
      "CREATE VIEW v AS SELECT b FROM t",
      "ALTER TABLE t DROP b",
    ],
    [
      /parents exist before/,
      table,
      "PRAGMA foreign_keys = ON",
      "CREATE TABLE p(id INTEGER PRIMARY KEY)",
      "CREATE TABLE c(x REFERENCES p)",
      "INSERT INTO c VALUES (1)",
    ],
  ];
  for (const [advice, ...statements] of cases) {
    const sqlite = await refusal(...statements);
    assert.match(stepText(adviceFor(sqlite)!), advice, sqlite);
  }
});

Deno.test("adviceFor() says nothing where SQLite's own words are enough", async () => {
  assert.equal(adviceFor(await refusal("SELECT * FROM nope")), undefined);
  assert.equal(adviceFor(await refusal("CREATE TABLE t(a))")), undefined);
});
