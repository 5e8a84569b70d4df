import assert from "node:assert/strict";
import { openScratch } from "../../../src/db/open_scratch.ts";
import { type Hazard, hazardsWithRows } from "../../../src/runner/hazard.ts";

function hazard(tables: readonly string[], rebuild?: string): Hazard {
  return { revision: "a1", loses: "", tables, ...(rebuild !== undefined && { rebuild }) };
}

async function standing(setup: string, ...hazards: readonly Hazard[]): Promise<boolean[]> {
  await using connection = openScratch();
  for (const sql of setup.split(";")) await connection.execute(sql);
  const found = await hazardsWithRows(connection, hazards);
  return hazards.map((each) => found.some(({ tables }) => tables === each.tables));
}

Deno.test("hazardsWithRows() keeps those that meet rows", async () => {
  const setup = 'CREATE TABLE t(a); INSERT INTO t VALUES (1); CREATE TABLE "e m"(a)';
  assert.deepEqual(
    await standing(setup, hazard(["t"]), hazard(["e m"]), hazard(["x", "t"]), hazard(["x"])),
    [true, false, true, false],
  );
});

Deno.test("hazardsWithRows() compares the columns of a rebuild by what SQLite makes of it", async () => {
  const setup = "CREATE TABLE t(a, B, c AS (a + 1)); INSERT INTO t VALUES (1, 2)";
  assert.deepEqual(
    await standing(
      setup,
      hazard(["t"], "CREATE TABLE n(a, b INTEGER, CHECK (b > 0))"),
      hazard(["t"], 'CREATE TABLE "n x"(a, d)'),
      hazard(["t"], "CREATE TABLE n AS SELECT * FROM t"),
      hazard(["t"], "CREATE TABLE n AS SELECT a, 1 + B AS more FROM t"),
      hazard(["t"], "CREATE TABLE n AS SELECT * FROM another"),
      hazard(["t"], ""),
    ),
    [false, true, false, true, true, true],
  );
});

Deno.test("hazardsWithRows() compares the columns of virtual tables too, and not what their modules hide", async () => {
  const setup = "CREATE VIRTUAL TABLE f USING fts5(a, b); INSERT INTO f VALUES (1, 2); " +
    "CREATE VIRTUAL TABLE r USING rtree(id, x0, x1); INSERT INTO r VALUES (1, 2, 3)";
  assert.deepEqual(
    await standing(
      setup,
      hazard(["f"], "CREATE VIRTUAL TABLE f_new USING fts5(a, b, c, tokenize = 'trigram')"),
      hazard(["f"], "CREATE VIRTUAL TABLE f_new USING fts5(a)"),
      hazard(["r"], "CREATE VIRTUAL TABLE r_new USING rtree(id, x0, x1, +label)"),
    ),
    [false, true, false],
  );
});

Deno.test("hazardsWithRows() does not take an index over another table's rows for rows", async () => {
  const setup = "CREATE TABLE t(a, b); INSERT INTO t VALUES (1, 2); " +
    "CREATE VIRTUAL TABLE e USING fts5(a, tokenize = 'porter', Content = \"t\"); " +
    "CREATE VIRTUAL TABLE n USING fts5(a, content = ''); INSERT INTO n(rowid, a) VALUES (1, 2)";
  const renamed = (table: string) => hazard([table], `CREATE VIRTUAL TABLE ${table} USING fts5(z)`);
  assert.deepEqual(await standing(setup, renamed("e"), renamed("n"), hazard(["e"])), [
    false,
    true,
    true,
  ]);
});

const CONVERTED: readonly (readonly [value: string, type: string, isLost: boolean])[] = [
  ["'00742'", "INT", true],
  ["'1e5'", "NUMERIC", true],
  ["' 7'", "REAL", true],
  ["'742'", "INT", false],
  ["'abc1'", "INT", false],
  ["x'3037'", "INT", false],
  ["9007199254740993", "REAL", true],
  ["7", "REAL", false],
  ["7", "TEXT", false],
  ["0.5", "TEXT", false],
  ["'00742'", "TEXT", false],
  ["'00742'", "ANY", false],
];

for (const [value, type, isLost] of CONVERTED) {
  Deno.test(`hazardsWithRows() sees ${isLost ? "" : "no "}loss in a rebuild that makes ${value} ${type}`, async () => {
    await using connection = openScratch();
    await connection.execute("CREATE TABLE t(a)");
    await connection.execute(`INSERT INTO t VALUES (${value})`);
    const creation = `CREATE TABLE n(a ${type})${type === "ANY" ? " STRICT" : ""}`;
    const found = await hazardsWithRows(connection, [hazard(["t"], creation)]);
    assert.deepEqual(
      found.map(({ loses }) => loses),
      isLost
        ? [`changes values of column "a" of "t" into ${type === "INT" ? "INTEGER" : type}`]
        : [],
    );
  });
}
