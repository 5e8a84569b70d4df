import assert from "node:assert/strict";
import { openNodeSqlite } from "../../../src/db/open.ts";
import { insertLiterals, readLiterals } from "../../../src/replay/rows/literals.ts";

Deno.test("rows of as many columns as SQLite allows are read and written, each value by itself", async () => {
  await using connection = openNodeSqlite({ path: ":memory:", mode: "create" });
  const columns = Array.from({ length: 2_000 }, (_, at) => `c${at}`);
  await connection.execute(`CREATE TABLE t (${columns.join(", ")})`);
  const row = columns.map((_, at) => at % 3 === 0 ? "NULL" : at % 3 === 1 ? `${at}` : "x'1f'");
  const parts = ["rowid", ...columns];
  assert.deepEqual(
    await insertLiterals(connection, "t", columns, row, parts),
    ["1", ...row].map((
      value,
    ) => value.replace("x'1f'", "X'1F'")),
  );
  await connection.execute("UPDATE t SET c7 = 'a' || char(31)");
  const [read] = await readLiterals(connection, "t", parts);
  assert.equal(read?.length, 2_001);
  assert.equal(read?.[8], "CAST(x'611F' AS TEXT)");
});
