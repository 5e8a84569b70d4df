import assert from "node:assert/strict";
import type { Connection } from "../../../../src/db/connection.ts";
import { openDatabase } from "../../../../src/db/open.ts";
import { compareRows } from "../../../../src/runner/loss/compare_rows.ts";
import { comparison } from "../../../../src/runner/loss/comparison_plan.ts";
import { mapCopy } from "../../../../src/runner/loss/copy_map.ts";
import type { RowDifference } from "../../../../src/runner/loss/row_match.ts";
import { readShape } from "../../../../src/runner/loss/table_shape.ts";
import { compareUnordered, isUnordered } from "../../../../src/runner/loss/virtual_rows.ts";

const ROWS = 5_000;
const OLD = `CREATE TABLE old (n INTEGER, text TEXT);
  INSERT INTO old WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < ${ROWS})
  SELECT i / 2, 'text ' || (i / 2) FROM s`;
/** Its rowid is a column, so that nothing but their content tells the rows of both apart. */
const NEW = "CREATE TABLE new (id INTEGER PRIMARY KEY, n INTEGER, text TEXT)";

interface Compared {
  readonly difference: RowDifference;
  /** The statements that read the tables. */
  readonly read: readonly string[];
}

async function compare(setUp: string, updated: readonly string[] = []): Promise<Compared> {
  await using connection = await openDatabase({ path: ":memory:", mode: "create" });
  for (const sql of setUp.split(";")) await connection.execute(sql);
  const before = (await readShape(connection, "old"))!;
  const now = (await readShape(connection, "new"))!;
  const same = (name: string) => name;
  const map = { ...mapCopy(before, now, undefined, same, same), unfilled: new Map() };
  const declared = { deletes: true, updates: true, replaces: true, updated: new Set(updated) };
  const plan = comparison(before, now, map, declared, true);
  const read: string[] = [];
  const watched = Object.create(connection, {
    capabilities: { value: connection.capabilities },
    execute: { value: (sql: string) => connection.execute(sql) },
    query: {
      value: (...args: Parameters<Connection["query"]>) => {
        read.push(args[0]);
        return connection.query(...args);
      },
    },
  }) as Connection;
  const unordered = { before: isUnordered(before), now: isUnordered(now) };
  const difference = unordered.before || unordered.now
    ? await compareUnordered(watched, connection, plan, { before: unordered.before, now: false })
    : await compareRows(watched, watched, plan);
  return { difference, read };
}

Deno.test("compareRows() finds all rows without a common key, in whatever order they are", async () => {
  for (const order of ["rowid", "text DESC", "n % 7, rowid"]) {
    const { difference } = await compare(
      `${OLD}; ${NEW}; INSERT INTO new (n, text) SELECT n, text FROM old ORDER BY ${order}`,
    );
    assert.deepEqual([difference.gone, [...difference.changed]], [0, []], order);
  }
});

Deno.test("compareRows() counts rows without a common key that are gone, doubles among them", async () => {
  const { difference } = await compare(
    `${OLD}; ${NEW}; INSERT INTO new (n, text) SELECT n, text FROM old WHERE rowid NOT IN (1, 2500, 2501, 4999)`,
  );
  assert.deepEqual([difference.gone, [...difference.changed]], [4, []]);
});

Deno.test("compareRows() counts changed values of rows without a common key", async () => {
  const { difference } = await compare(
    `${OLD}; ${NEW}; INSERT INTO new (n, text) SELECT n, iif(n % 1000 = 1, upper(text), text) FROM old`,
    ["text"],
  );
  assert.deepEqual([difference.gone, [...difference.changed]], [0, [["text", 6]]]);
});

Deno.test("compareRows() tells bytes that are no UTF-8 apart in rows without a common key", async () => {
  const { difference } = await compare(
    `CREATE TABLE old (n, text TEXT); INSERT INTO old VALUES (1, CAST(x'61ff' AS TEXT)), (2, 'b'); ${NEW};
     INSERT INTO new (n, text) SELECT n, iif(n = 1, CAST(x'61fe' AS TEXT), text) FROM old`,
  );
  assert.equal(difference.gone, 1);
});

Deno.test("compareRows() passes over no more rows than a block has, so that its work grows with the rows", async () => {
  const copy = "INSERT INTO new (n, text) SELECT n, text FROM old";
  for (const setUp of [`${OLD}; ${NEW}; ${copy}`, `${OLD}; ${NEW}; ${copy} ORDER BY text DESC`]) {
    const { read } = await compare(setUp);
    assert.ok(read.length > ROWS / 1_000);
    for (const sql of read) assert.ok(Number(/OFFSET (\d+)/.exec(sql)?.[1] ?? 0) < 1_000, sql);
  }
});

Deno.test("compareUnordered() reads an R*Tree once, which finds no row by its place", async () => {
  const { difference, read } = await compare(
    `CREATE VIRTUAL TABLE old USING rtree(id, low, high);
     INSERT INTO old WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < 2000)
       SELECT i, i, i + 1 FROM s;
     CREATE TABLE new (id INTEGER PRIMARY KEY, low, high);
     INSERT INTO new SELECT * FROM old WHERE id <> 1500`,
  );
  assert.equal(difference.gone, 1);
  assert.deepEqual(read.filter((sql) => sql.includes('main."old"')), []);
});
