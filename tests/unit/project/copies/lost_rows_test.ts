import assert from "node:assert/strict";
import fc from "fast-check";
import type { SqlValue } from "../../../../src/db/connection.ts";
import { makeRowsPoint } from "../../../../src/project/copies/run_points.ts";
import { CopySession } from "../../../../src/project/copies/copy_session.ts";
import { restoreRows } from "../../../../src/project/copies/restore_rows.ts";
import {
  restoreFolderOf,
  type RestorePoint,
} from "../../../../src/project/copies/restore_points.ts";
import { accessTo } from "../../../../src/project/workspace/database_access.ts";
import type { Target } from "../../../../src/project/workspace/target.ts";
import type { LostRows } from "../../../../src/runner/request.ts";
import type { RunHost } from "../../../../src/runner/request.ts";
import { TempFolder } from "../../../fixtures/temp_folder.ts";
import { sqlite3 } from "../../../scenarios/cli.ts";

/** A database, a run that takes rows from it, and a restore point of these rows. */
class Scene implements Disposable {
  readonly #folder = new TempFolder();
  readonly path = this.#folder.file("app.db");
  readonly target: Target = {
    kind: "file",
    path: this.path,
    name: "app.db",
    from: "flag",
    drafts: "allow",
    doubleQuotedStrings: false,
    restorePoints: "hazard",
  };
  readonly host: RunHost = {
    clock: {
      now: () => new Date("2026-11-23T10:15:00Z"),
      monotonicMs: () => performance.now(),
      sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    },
    ...accessTo(this.target),
    emit: () => {},
    interrupted: () => false,
    lockTimeoutMs: 1_000,
    comparisonMemory: 256,
    doubleQuotedStrings: false,
    appliedBy: "aludel test",
  };
  point: RestorePoint | undefined;

  [Symbol.dispose](): void {
    this.#folder[Symbol.dispose]();
  }

  sql(text: string): Promise<string> {
    return sqlite3(this.path, text);
  }

  /** Runs a script in a transaction, and keeps the rows that it takes before COMMIT. */
  async run(script: readonly string[], tables: readonly LostRows[], limit = 1e6): Promise<void> {
    await using fresh = await this.host.connect({ doubleQuotedStrings: false });
    await fresh.execute("BEGIN IMMEDIATE");
    for (const sql of script) await fresh.execute(sql);
    const session = new CopySession(this.host, 0);
    const request = {
      database: this.path,
      name: "app.db",
      kind: "run",
      reason: "a test",
      madeBy: "aludel test",
    } as const;
    const made = await makeRowsPoint(
      request,
      { fresh, tables, limit },
      session,
      this.host,
    );
    this.point = made.point;
    await fresh.execute("COMMIT");
    await session.close();
  }

  get file(): string {
    return `${restoreFolderOf(this.path)}/${this.point!.name}/${this.point!.file}`;
  }

  back(dryRun = false, point = this.point!) {
    return restoreRows({ target: this.target, point, dryRun }, this.host);
  }
}

const ids = (...values: readonly (number | bigint)[]) =>
  values.map((value): readonly SqlValue[] => [BigInt(value)]);

Deno.test("rows that were deleted are kept for anybody to read, and put back", async () => {
  using scene = new Scene();
  await scene.sql(
    `CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT, b); CREATE INDEX i ON t(a);
     INSERT INTO t VALUES (1, '007', 7), (2, 'zwei', 2.5), (9223372036854775807, NULL, x'00ff');`,
  );
  const before = await scene.sql("SELECT id, quote(a), quote(b) FROM t");
  await scene.run(["DELETE FROM t WHERE id <> 2"], [
    { table: "T", now: "t", rows: ids(1, 9223372036854775807n) },
  ]);
  assert.equal(scene.point!.holds, "rows");
  assert.equal(scene.point!.file, "rows.db");
  if (Deno.build.os !== "windows") assert.equal(Deno.statSync(scene.file).mode! & 0o777, 0o600);
  assert.equal(
    await sqlite3(
      scene.file,
      `SELECT id, quote(a), quote(b), aludel_fate FROM t; PRAGMA integrity_check;
       SELECT sql FROM aludel_schema; SELECT value FROM aludel_point WHERE key = 'reason'`,
    ),
    `1|'007'|7|gone\n9223372036854775807|NULL|X'00FF'|gone\nok\n` +
      "CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT, b)\nCREATE INDEX i ON t(a)\na test",
  );
  const preview = await scene.back(true);
  assert.equal(await scene.sql("SELECT count(*) FROM t"), "1");
  const { tables, kept } = await scene.back();
  assert.deepEqual(tables, preview.tables);
  assert.deepEqual(tables, [
    { table: "t", into: "t", inserted: 2, changed: 0, there: 0, missed: [] },
  ]);
  assert.equal(kept, null);
  assert.equal(await scene.sql("SELECT id, quote(a), quote(b) FROM t"), before);
  // Again: all are there.
  assert.equal((await scene.back()).tables[0]?.there, 2);
});

Deno.test("a value goes back where the run's is still there, and nobody else's is replaced", async () => {
  using scene = new Scene();
  await scene.sql(
    "CREATE TABLE t(id INTEGER PRIMARY KEY, a, b); INSERT INTO t VALUES (1, 'a1', 'b1'), (2, 'a2', 'b2'), (3, 'a3', 'b3')",
  );
  await scene.run(["UPDATE t SET a = 'x', b = lower(b)"], [
    { table: "t", now: "t", rows: ids(1, 2, 3) },
  ]);
  assert.equal(
    await sqlite3(scene.file, "SELECT row, name, value FROM aludel_written"),
    "1|a|x\n2|a|x\n3|a|x",
  );
  await scene.sql(
    "UPDATE t SET a = 'mine' WHERE id = 2; DELETE FROM t WHERE id = 3; UPDATE t SET b = 'new'",
  );
  const { tables, kept } = await scene.back();
  assert.deepEqual(tables, [{
    table: "t",
    into: "t",
    inserted: 0,
    changed: 1,
    there: 0,
    missed: [
      { reason: 'another value is in column "a" now', count: 1 },
      { reason: "the row was deleted since", count: 1 },
    ],
  }]);
  assert.equal(await scene.sql("SELECT * FROM t"), "1|a1|new\n2|mine|new");
  // What was replaced can be had back in the same way.
  assert.equal(kept!.holds, "rows");
  await scene.back(false, kept!);
  assert.equal(await scene.sql("SELECT * FROM t"), "1|x|new\n2|mine|new");
});

Deno.test("a table that was dropped takes its rows when it is there again, under the rowids that they had", async () => {
  using scene = new Scene();
  await scene.sql(
    "CREATE TABLE t(a); INSERT INTO t(rowid, a) VALUES (7, 'seven'), (-3, 'minus'); CREATE TABLE w(k TEXT PRIMARY KEY, v) WITHOUT ROWID; INSERT INTO w VALUES ('k', 1)",
  );
  await scene.run(["DROP TABLE t", "DROP TABLE w"], [
    { table: "t", now: null },
    { table: "w", now: null },
  ]);
  assert.deepEqual((await scene.back()).tables.map(({ missed }) => missed[0]?.reason), [
    'there is no table "t"',
    'there is no table "w"',
  ]);
  await scene.sql(
    "CREATE TABLE t(a, more DEFAULT 5); CREATE TABLE w(k TEXT PRIMARY KEY, v) WITHOUT ROWID",
  );
  assert.deepEqual((await scene.back()).tables.map(({ inserted }) => inserted), [2, 1]);
  assert.equal(
    await scene.sql("SELECT rowid, * FROM t; SELECT * FROM w"),
    "-3|minus|5\n7|seven|5\nk|1",
  );
});

Deno.test("columns that were dropped or renamed, and a table that was renamed", async () => {
  using scene = new Scene();
  await scene.sql(
    "CREATE TABLE t(id INTEGER PRIMARY KEY, name, mail); INSERT INTO t VALUES (1, 'n', 'm'), (2, 'o', NULL)",
  );
  await scene.run(
    [
      "ALTER TABLE t DROP COLUMN mail",
      "ALTER TABLE t RENAME COLUMN name TO called",
      "ALTER TABLE t RENAME TO u",
      "DELETE FROM u WHERE id = 1",
    ],
    [{ table: "t", now: "u", renamed: new Map([["name", "called"]]), rows: ids(1, 2) }],
  );
  // Nothing was in the column of row 2, so nothing of it is lost.
  assert.equal(
    await sqlite3(scene.file, "SELECT id, name, mail, aludel_fate FROM t"),
    "1|n|m|gone",
  );
  const { tables } = await scene.back();
  assert.deepEqual(tables, [{
    table: "t",
    into: "u",
    inserted: 1,
    changed: 0,
    there: 0,
    missed: [{ reason: 'there is no column "mail"', count: 1 }],
  }]);
  assert.equal(await scene.sql("SELECT * FROM u"), "1|n\n2|o");
});

Deno.test("a column that comes back takes the values that it had, and what is in it stays", async () => {
  using scene = new Scene();
  await scene.sql(
    "CREATE TABLE t(id INTEGER PRIMARY KEY, mail); INSERT INTO t VALUES (1, 'm'), (2, 'n')",
  );
  await scene.run(["ALTER TABLE t DROP COLUMN mail"], [{ table: "t", now: "t", rows: ids(1, 2) }]);
  assert.deepEqual((await scene.back()).tables[0], {
    table: "t",
    into: "t",
    inserted: 0,
    changed: 0,
    there: 0,
    missed: [{ reason: 'there is no column "mail"', count: 2 }],
  });
  await scene.sql("ALTER TABLE t ADD COLUMN mail; UPDATE t SET mail = 'newer' WHERE id = 2");
  const { tables } = await scene.back();
  assert.equal(tables[0]?.changed, 1);
  assert.equal(await scene.sql("SELECT * FROM t"), "1|m\n2|newer");
});

Deno.test("constraints hold: what they refuse is listed, and the rest goes back", async () => {
  using scene = new Scene();
  await scene.sql(
    `CREATE TABLE p(id INTEGER PRIMARY KEY);
     CREATE TABLE t(id INTEGER PRIMARY KEY, mail TEXT UNIQUE ON CONFLICT REPLACE, p REFERENCES p(id));
     INSERT INTO p VALUES (1), (2); INSERT INTO t VALUES (1, 'a', 1), (2, 'b', 1), (3, 'c', 2), (4, 'd', 1)`,
  );
  await scene.run(["DELETE FROM t"], [{ table: "t", now: "t", rows: ids(1, 2, 3, 4) }]);
  await scene.sql(
    "INSERT INTO t VALUES (10, 'a', NULL), (2, 'other', 1); DELETE FROM p WHERE id = 2",
  );
  const { tables } = await scene.back();
  assert.deepEqual(tables, [{
    table: "t",
    into: "t",
    inserted: 1,
    changed: 0,
    there: 0,
    missed: [
      { reason: "another row has its key now", count: 1 },
      { reason: "UNIQUE constraint failed: t.mail", count: 1 },
      { reason: "the row that it refers to is missing", count: 1 },
    ],
  }]);
  assert.equal(
    await scene.sql("SELECT * FROM t; PRAGMA foreign_key_check"),
    "2|other|1\n4|d|1\n10|a|",
  );
});

Deno.test("no trigger fires, triggers are as before, and an index over the rows finds them", async () => {
  using scene = new Scene();
  await scene.sql(
    `CREATE TABLE t(id INTEGER PRIMARY KEY, a); CREATE TABLE log(a);
     CREATE VIRTUAL TABLE f USING fts5(a, content='t', content_rowid='id');
     CREATE TRIGGER one AFTER INSERT ON t BEGIN INSERT INTO log VALUES (new.a); INSERT INTO f(rowid, a) VALUES (new.id, new.a); END;
     CREATE TRIGGER two AFTER DELETE ON t BEGIN INSERT INTO f(f, rowid, a) VALUES ('delete', old.id, old.a); END;
     INSERT INTO t VALUES (1, 'tea'), (2, 'milk')`,
  );
  const triggers = "SELECT group_concat(sql, ';') FROM sqlite_schema WHERE type = 'trigger'";
  const before = await scene.sql(triggers);
  await scene.run(["DELETE FROM t WHERE id = 1"], [{ table: "t", now: "t", rows: ids(1) }]);
  assert.equal(await scene.sql("SELECT count(*) FROM f('tea')"), "0");
  assert.equal((await scene.back()).tables[0]?.inserted, 1);
  assert.equal(await scene.sql("SELECT rowid FROM f('tea'); SELECT count(*) FROM log"), "1\n2");
  assert.equal(await scene.sql(triggers), before);
});

Deno.test("a value that the column of today would convert is not put back", async () => {
  using scene = new Scene();
  await scene.sql(
    "CREATE TABLE t(id INTEGER PRIMARY KEY, code TEXT); INSERT INTO t VALUES (1, '007'), (2, '8')",
  );
  await scene.run(
    ["DROP TABLE t", "CREATE TABLE t(id INTEGER PRIMARY KEY, code INTEGER)"],
    [{ table: "t", now: "t", rows: ids(1, 2) }],
  );
  const { tables } = await scene.back();
  assert.deepEqual(tables[0]?.missed, [
    { reason: "a column of another type would make another value of it", count: 1 },
  ]);
  // 8 is the same number, and '8' again in a column of text.
  assert.equal(await scene.sql("SELECT id, quote(code) FROM t"), "2|8");
});

Deno.test("rows that are too many, or that nothing tells apart, are not kept alone", async () => {
  using scene = new Scene();
  await scene.sql(
    "CREATE TABLE t(id INTEGER PRIMARY KEY, b); INSERT INTO t VALUES (1, zeroblob(100000)); CREATE TABLE n(k TEXT PRIMARY KEY) WITHOUT ROWID; INSERT INTO n VALUES (CAST(x'610062' AS TEXT))",
  );
  const refused = { code: "copy-failed" };
  await assert.rejects(scene.run(["DROP TABLE t"], [{ table: "t", now: null }], 50_000), refused);
  // A key that node:sqlite cuts at its NUL leads nowhere.
  await assert.rejects(
    scene.run(["DELETE FROM n"], [{ table: "n", now: "n", rows: [["a"]] }]),
    refused,
  );
  await assert.rejects(scene.run([], [{ table: "aludel_x", now: null }]), refused);
  assert.deepEqual(
    [...Deno.readDirSync(scene.path.replace(/app\.db$/, ""))].map(({ name }) => name),
    ["app.db"],
  );
});

/** Values that lose something in careless hands, as SQL literals. */
const LITERALS = [
  "NULL",
  "0",
  "-1",
  "9223372036854775807",
  "2.5",
  "1e300",
  "9e999",
  "-0.0",
  "1.0",
  "''",
  "'007'",
  "'1'",
  "'-1'",
  "'é😀'",
  "CAST(x'610062' AS TEXT)",
  "CAST(x'ff' AS TEXT)",
  "x''",
  "x'0061'",
  "x'31'",
];

Deno.test("law: what any writes took comes back exactly, in each journal mode and encoding", async () => {
  const value = fc.constantFrom(...LITERALS);
  const row = fc.record({ id: fc.integer({ min: -5, max: 20 }), a: value, b: value });
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom("DELETE", "WAL"),
      fc.constantFrom("UTF-8", "UTF-16le"),
      fc.constantFrom("id INTEGER PRIMARY KEY", "id INTEGER", "id INTEGER PRIMARY KEY"),
      fc.uniqueArray(row, { selector: ({ id }) => id, minLength: 1, maxLength: 8 }),
      fc.array(fc.record({ at: fc.nat(7), write: fc.constantFrom("a", "b", "gone"), value }), {
        maxLength: 6,
      }),
      async (journal, encoding, id, rows, writes) => {
        using scene = new Scene();
        await scene.sql(
          `PRAGMA encoding = '${encoding}'; PRAGMA journal_mode = ${journal}; CREATE TABLE t(${id}, a TEXT, b);` +
            rows.map(({ id, a, b }) => `INSERT INTO t VALUES (${id}, ${a}, ${b});`).join(""),
        );
        const content =
          "SELECT rowid, id, typeof(a), hex(a), quote(a), typeof(b), hex(b), quote(b) FROM t ORDER BY rowid";
        const before = await scene.sql(content);
        const rowids = (await scene.sql("SELECT rowid FROM t")).split("\n");
        const script = writes.map(({ at, write, value }) => {
          const where = `WHERE rowid = ${rowids[at % rowids.length]}`;
          return write === "gone"
            ? `DELETE FROM t ${where}`
            : `UPDATE t SET ${write} = ${value} ${where}`;
        });
        await scene.run(script, [
          { table: "t", now: "t", rows: ids(...rowids.map((each) => BigInt(each))) },
        ]);
        const { tables } = await scene.back();
        assert.deepEqual(tables[0]?.missed, []);
        assert.equal(await scene.sql(content), before);
      },
    ),
    { numRuns: 30 },
  );
});

Deno.test("rows are not kept alone if a key holds a NUL, at which it is cut when it is read", async () => {
  using scene = new Scene();
  await scene.sql(
    `CREATE TABLE t(id TEXT PRIMARY KEY, a) WITHOUT ROWID;
     INSERT INTO t VALUES ('red', 1), ('red' || char(0) || 'blue', 2);`,
  );
  await assert.rejects(
    scene.run(["UPDATE t SET a = NULL"], [{ table: "t", now: "t", rows: [["red"], ["red"]] }]),
    { code: "copy-failed" },
  );
});
