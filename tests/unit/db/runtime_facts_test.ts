// What was measured of the runtime's SQLite and the driver relies on or works around. A test that fails here says that
// the runtime changed: read the place it names before anything else.
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { TempFolder } from "../../fixtures/temp_folder.ts";

type Database = DatabaseSync & {
  setAuthorizer(callback: ((action: number, ...rest: unknown[]) => number) | null): void;
};

function open(options: object = {}): Database {
  return new DatabaseSync(":memory:", options) as Database;
}

/** How often a function is called by a SELECT over three rows that `read` runs. */
function calls(read: (database: DatabaseSync, sql: string) => unknown): number {
  const database = open();
  let count = 0;
  database.function("seen", (value) => {
    count++;
    return value;
  });
  database.exec("CREATE TABLE t (a); INSERT INTO t VALUES (1), (2), (3)");
  read(database, "SELECT seen(a) FROM t");
  database.close();
  return count;
}

function failure(work: () => unknown): Error & { readonly errcode?: number } {
  try {
    work();
  } catch (error) {
    return error as Error;
  }
  assert.fail("should have failed");
}

/** Runs a script in a process of its own, which it may take down, and stops it after a while. */
async function runApart(script: string): Promise<{ code: number; stdout: string }> {
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", `import { DatabaseSync } from "node:sqlite"; ${script}`],
    stdout: "piped",
    stderr: "null",
    signal: AbortSignal.timeout(20_000),
  }).output();
  return { code, stdout: new TextDecoder().decode(stdout) };
}

Deno.test("exec, run and get step a SELECT once, all to its end (node_connection.ts)", () => {
  assert.equal(calls((database, sql) => database.exec(sql)), 1);
  assert.equal(calls((database, sql) => database.prepare(sql).run()), 1);
  assert.equal(calls((database, sql) => database.prepare(sql).get()), 1);
  assert.equal(calls((database, sql) => database.prepare(sql).all()), 3);
});

Deno.test("iterate ends silently where all throws", () => {
  const sql = "SELECT abs(a) FROM (SELECT 1 AS a UNION ALL SELECT -9223372036854775808)";
  assert.match(failure(() => open().prepare(sql).all()).message, /integer overflow/);
  assert.equal([...open().prepare(sql).iterate()].length, 1);
});

Deno.test("integers above 2^53 throw unless read as bigint", () => {
  const sql = "SELECT 9007199254740993 AS n";
  failure(() => open().prepare(sql).all());
  const [row] = open({ readBigInts: true }).prepare(sql).all();
  assert.equal(row?.["n"], 9007199254740993n);
});

Deno.test("TEXT is cut at NUL when read and whole when bound", () => {
  const database = open();
  const [row] = database.prepare(
    "SELECT ? AS t, hex(CAST(? AS BLOB)) AS h, 'a' || char(0) || 'b' AS c",
  ).all("x\0y", "x\0y");
  assert.deepEqual({ ...row }, { t: "x", h: "780079", c: "a" });
});

Deno.test("bytes that are not UTF-8 are read as U+FFFD", () => {
  const [row] = open().prepare("SELECT CAST(x'ff41' AS TEXT) AS t").all();
  assert.equal(row?.["t"], "\ufffdA");
});

Deno.test("preparing text without a statement takes the process down", async () => {
  const control = await runApart(
    `const s = new DatabaseSync(":memory:").prepare("SELECT 1"); s.sourceSQL; console.log("alive")`,
  );
  assert.equal(control.stdout, "alive\n");
  const { code, stdout } = await runApart(
    `const s = new DatabaseSync(":memory:").prepare("-- none"); s.sourceSQL; console.log("alive")`,
  );
  assert.equal(stdout, "");
  assert.notEqual(code, 0);
});

Deno.test("exec takes text without a statement", () => {
  open().exec("");
  open().exec("-- only a comment");
});

Deno.test("exec errors end in the text and the byte offset, and have no result code", () => {
  const error = failure(() => open().exec("SELECT 'ü', nope"));
  assert.equal(error.message, "no such column: nope in SELECT 'ü', nope at offset 13");
  assert.equal(error.errcode, undefined);
});

Deno.test("prepare errors have a result code and no offset", () => {
  const error = failure(() => open().prepare("SELECT nope"));
  assert.equal(error.message, "no such column: nope");
  assert.equal(error.errcode, 1);
});

Deno.test("a busy database says so by message alone in exec, by code in a statement", () => {
  using folder = new TempFolder();
  const first = new DatabaseSync(folder.file("a.db"));
  const second = new DatabaseSync(folder.file("a.db"), { timeout: 0 } as object);
  first.exec("BEGIN IMMEDIATE");
  const executed = failure(() => second.exec("BEGIN IMMEDIATE"));
  assert.equal(executed.message, "database is locked");
  assert.equal(executed.errcode, undefined);
  assert.equal(failure(() => second.prepare("BEGIN IMMEDIATE").run()).errcode, 5);
  first.close();
  second.close();
});

Deno.test("it opens with foreign keys on, double-quoted strings off and defensive on", () => {
  const database = open();
  assert.equal(database.prepare("PRAGMA foreign_keys").get()?.["foreign_keys"], 1);
  failure(() => database.exec(`SELECT "text"`));
  database.exec("PRAGMA writable_schema = ON");
  database.exec("CREATE TABLE t (a)");
  failure(() => database.exec("UPDATE sqlite_schema SET sql = 'x'"));
});

Deno.test("it has no math functions", () => {
  const [row] = open().prepare("SELECT sqlite_compileoption_used('ENABLE_MATH_FUNCTIONS') AS n")
    .all();
  assert.equal(row?.["n"], 0);
  assert.match(failure(() => open().exec("SELECT sin(1)")).message, /^no such function: sin/);
});

Deno.test("a throwing SQL function is an error in exec and never ends in all", async () => {
  const database = open();
  database.function("bad", () => {
    throw new Error("from the function");
  });
  assert.equal(failure(() => database.exec("SELECT bad()")).message, "from the function");
  // Rows of an endless result fill the memory: the heap is kept small, so that it ends soon.
  const script = `import { DatabaseSync } from "node:sqlite";
    const database = new DatabaseSync(":memory:");
    database.function("bad", () => { throw new Error("x") });
    try { database.prepare("SELECT bad()").all() } finally { console.log("ended") }`;
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--v8-flags=--max-old-space-size=20", script],
    stdout: "piped",
    stderr: "null",
    signal: AbortSignal.timeout(20_000),
  }).output();
  assert.equal(new TextDecoder().decode(stdout), "");
});

Deno.test("a kept statement cuts rows when the schema gains a column", () => {
  const database = open();
  database.exec("CREATE TABLE t (a); INSERT INTO t VALUES (1)");
  const statement = database.prepare("SELECT * FROM t");
  statement.all();
  database.exec("ALTER TABLE t ADD COLUMN b DEFAULT 2");
  assert.deepEqual(Object.keys(statement.all()[0]!), ["a"]);
});

Deno.test("prepare compiles the first of several statements", () => {
  const database = open();
  assert.equal(database.prepare("SELECT 1 AS a; SELECT 2 AS a").get()?.["a"], 1);
});

Deno.test("some pragmas take effect when prepared", () => {
  const database = open();
  database.prepare("PRAGMA foreign_keys = OFF");
  assert.equal(database.prepare("PRAGMA foreign_keys").get()?.["foreign_keys"], 0);
});

Deno.test("the authorizer sees transaction control, pragmas and drops; a refusal says so", () => {
  const database = open();
  database.exec("CREATE TABLE t (a)");
  const seen: unknown[][] = [];
  database.setAuthorizer((...action) => {
    seen.push(action.slice(0, 3));
    return action[0] === 19 ? 1 : 0;
  });
  database.exec("BEGIN");
  database.exec("DROP TABLE t");
  database.exec("ROLLBACK");
  const error = failure(() => database.exec("PRAGMA foreign_keys = ON"));
  assert.equal(error.message, "not authorized");
  const actions = seen.map((action) => action.join(" ").trimEnd());
  for (const expected of ["22 BEGIN", "11 t", "9 t", "22 ROLLBACK", "19 foreign_keys ON"]) {
    assert.ok(actions.includes(expected), `${expected} in ${actions}`);
  }
});

Deno.test("closing finalizes statements, so that no log file is left behind", () => {
  using folder = new TempFolder();
  const database = new DatabaseSync(folder.file("a.db"));
  database.exec("PRAGMA journal_mode = WAL; CREATE TABLE t (a)");
  const statement = database.prepare("SELECT * FROM t");
  statement.all();
  assert.equal(folder.names().length, 3);
  database.close();
  assert.deepEqual(folder.names(), ["a.db"]);
  failure(() => statement.all());
});

Deno.test("a file: URI with mode=rw makes no file", () => {
  using folder = new TempFolder();
  failure(() => new DatabaseSync(`file://${folder.file("a.db")}?mode=rw`));
  assert.deepEqual(folder.names(), []);
});

Deno.test("a read-only connection cannot play back a hot journal, one that may write can", () => {
  using folder = new TempFolder();
  const database = new DatabaseSync(folder.file("a.db"));
  database.exec("CREATE TABLE t (a); PRAGMA cache_size = 5; BEGIN");
  database.exec("CREATE TABLE u AS SELECT zeroblob(100000) AS a UNION ALL SELECT zeroblob(100001)");
  Deno.copyFileSync(folder.file("a.db"), folder.file("b.db"));
  Deno.copyFileSync(folder.file("a.db-journal"), folder.file("b.db-journal"));
  database.close();
  const path = folder.file("b.db");
  const tables = "SELECT name FROM sqlite_schema";
  const error = failure(() => new DatabaseSync(path, { readOnly: true }).prepare(tables).all());
  assert.equal(error.message, "attempt to write a readonly database");
  const [row, ...rest] = new DatabaseSync(`file://${path}?mode=rw`).prepare(tables).all();
  assert.deepEqual([row?.["name"], rest], ["t", []]);
});

Deno.test("the library is SQLite 3.53 or newer, with FTS5 and R*Tree", () => {
  const database = open();
  const version = String(database.prepare("SELECT sqlite_version() AS v").get()?.["v"]);
  const [major = 0, minor = 0] = version.split(".").map(Number);
  assert.ok(major === 3 && minor >= 53, version);
  database.exec("CREATE VIRTUAL TABLE f USING fts5 (a)");
  database.exec("CREATE VIRTUAL TABLE r USING rtree (id, x0, x1)");
});
