import assert from "node:assert/strict";
import { type Connection, SqlError, type SqlValue } from "../../src/db/connection.ts";

/**
 * What every kind of connection must do: a driver's test file calls this with a function that opens an empty
 * database of its own each time.
 */
export function describeConnection(
  name: string,
  open: () => Promise<Connection>,
  { ignore = false, isServer = false }: {
    readonly ignore?: boolean;
    /** Whether it is a server, which refuses PRAGMA auto_vacuum, and has math functions of its own. */
    readonly isServer?: boolean;
  } = {},
): void {
  const test = (title: string, body: (connection: Connection) => Promise<void>, skipped = false) =>
    Deno.test({
      name: `${name}: ${title}`,
      ignore: ignore || skipped,
      async fn() {
        await using connection = await open();
        await body(connection);
      },
    });

  const values: readonly [string, SqlValue][] = [
    ["NULL", null],
    ["zero", 0n],
    ["the largest integer", 9223372036854775807n],
    ["the smallest integer", -9223372036854775808n],
    ["an integer above 2^53", 9007199254740993n],
    ["a real", 0.1],
    ["a large real", 1e308],
    ["text", "Grüße, 世界 🜁"],
    ["empty text", ""],
    ["text with quotes and a newline", `'"\`\n`],
    ["a blob", new Uint8Array([0, 1, 254, 255])],
    ["an empty blob", new Uint8Array(0)],
  ];
  for (const [title, value] of values) {
    test(`query() gives ${title} back as it was bound`, async (connection) => {
      assert.deepEqual(await connection.query("SELECT ? AS value", [value]), [{ value }]);
    });
  }

  test("query() keeps whole reals apart from integers", async (connection) => {
    const [row] = await connection.query("SELECT 1.0 AS real, 1 AS integer");
    assert.deepEqual(row, { real: 1, integer: 1n });
  });

  test("query() gives rows in order, and none as an empty list", async (connection) => {
    await connection.execute("CREATE TABLE t (a)");
    assert.deepEqual(await connection.query("SELECT a FROM t"), []);
    await connection.execute("INSERT INTO t VALUES (3), (1), (2)");
    const rows = await connection.query("SELECT a FROM t ORDER BY a DESC");
    assert.deepEqual(rows, [{ a: 3n }, { a: 2n }, { a: 1n }]);
  });

  test("query() gives the last of columns that share a name", async (connection) => {
    assert.deepEqual(await connection.query("SELECT 1 AS a, 2 AS a"), [{ a: 2n }]);
  });

  test("query() takes the same text again with other parameters", async (connection) => {
    await connection.execute("CREATE TABLE t (a UNIQUE)");
    for (const value of [1n, 2n, 3n]) {
      await connection.query("INSERT INTO t VALUES (?)", [value]);
    }
    assert.deepEqual(await connection.query("SELECT sum(a) AS sum FROM t"), [{ sum: 6n }]);
  });

  test("query() works again after the same text failed", async (connection) => {
    await connection.execute("CREATE TABLE t (a UNIQUE)");
    const insert = (value: bigint) => connection.query("INSERT INTO t VALUES (?)", [value]);
    await insert(1n);
    await assert.rejects(insert(1n), SqlError);
    await insert(2n);
    assert.deepEqual(await connection.query("SELECT count(*) AS n FROM t"), [{ n: 2n }]);
  });

  test("query() sees the columns that a changed schema has", async (connection) => {
    await connection.execute("CREATE TABLE t (a)");
    await connection.execute("INSERT INTO t VALUES (1)");
    assert.deepEqual(await connection.query("SELECT * FROM t"), [{ a: 1n }]);
    await connection.execute("ALTER TABLE t ADD COLUMN b DEFAULT 2");
    assert.deepEqual(await connection.query("SELECT * FROM t"), [{ a: 1n, b: 2n }]);
    await connection.execute("ALTER TABLE t DROP COLUMN a");
    assert.deepEqual(await connection.query("SELECT * FROM t"), [{ b: 2n }]);
  });

  test("query() names a column __proto__ without harm", async (connection) => {
    const [row] = await connection.query("SELECT 1 AS __proto__");
    assert.deepEqual(Object.entries(row!), [["__proto__", 1n]]);
  });

  for (const [title, sql] of WITH_ROWS) {
    test(`execute() runs ${title} to its end`, async (connection) => {
      await connection.execute("CREATE TABLE t (a)");
      await connection.execute("CREATE TABLE seen (a)");
      await connection.execute("INSERT INTO t VALUES (1), (2), (3)");
      await connection.execute(
        "CREATE TRIGGER see AFTER UPDATE ON t BEGIN INSERT INTO seen VALUES (new.a); END",
      );
      await connection.execute(sql);
      assert.deepEqual(await connection.query("SELECT count(*) AS n FROM seen"), [{ n: 3n }]);
    });
  }

  test("execute() runs a pragma that works row by row to its end", async (connection) => {
    await connection.execute("PRAGMA auto_vacuum = INCREMENTAL");
    await connection.execute("CREATE TABLE t (a)");
    await connection.execute("INSERT INTO t VALUES (zeroblob(100000))");
    await connection.execute("DELETE FROM t");
    const free = async () =>
      (await connection.query("PRAGMA freelist_count"))[0]!["freelist_count"];
    assert.ok(Number(await free()) > 10);
    await connection.execute("PRAGMA incremental_vacuum");
    assert.equal(await free(), 0n);
  }, isServer);

  for (const sql of ["", ";", " ;; ", "-- only a comment", "/* open", "\n\t"]) {
    test(`execute() and query() do nothing for ${JSON.stringify(sql)}`, async (connection) => {
      await connection.execute(sql);
      assert.deepEqual(await connection.query(sql), []);
    });
  }

  test("execute() runs a trigger's body as part of one statement", async (connection) => {
    await connection.execute("CREATE TABLE t (a)");
    await connection.execute(
      "CREATE TRIGGER g AFTER INSERT ON t BEGIN DELETE FROM t WHERE a < new.a; SELECT 1; END;",
    );
    await connection.execute("INSERT INTO t VALUES (1)");
    await connection.execute("INSERT INTO t VALUES (2)");
    assert.deepEqual(await connection.query("SELECT a FROM t"), [{ a: 2n }]);
  });

  const failures: readonly [string, number | undefined][] = [
    ["INSERT INTO t VALUES ('ü', nope)", 28],
    ["SELECT 'ü', nope FROM t", 13],
    ["CREATE TABLE u (a, CHECK (nope > 1))", undefined],
    ["UPDATE t SET a = 1 WERE b", 19],
  ];
  for (const [sql, byteOffset] of failures) {
    test(`execute() says what SQLite says of ${sql}`, async (connection) => {
      await connection.execute("CREATE TABLE t (a, b)");
      const error = await failure(() => connection.execute(sql));
      assert.doesNotMatch(error.sqlite, / at offset \d+$/);
      if (byteOffset !== undefined) assert.equal(error.byteOffset, byteOffset);
      assert.equal(error.busy, false);
    });
  }

  test("execute() tells a constraint by its result code", async (connection) => {
    await connection.execute("CREATE TABLE t (a UNIQUE)");
    await connection.execute("INSERT INTO t VALUES (1)");
    const error = await failure(() => connection.execute("INSERT INTO t VALUES (1)"));
    assert.equal(error.sqlite, "UNIQUE constraint failed: t.a");
    assert.equal(error.resultCode, 19);
  });

  test("inTransaction() follows BEGIN, COMMIT, ROLLBACK and RAISE(ROLLBACK)", async (connection) => {
    const states = [connection.inTransaction()];
    const run = async (sql: string) => {
      await connection.execute(sql);
      states.push(connection.inTransaction());
    };
    await run("BEGIN IMMEDIATE");
    await run("CREATE TABLE t (a)");
    await run("COMMIT");
    await run("BEGIN");
    await run("ROLLBACK");
    assert.deepEqual(states, [false, true, true, false, true, false]);
    await connection.execute(
      "CREATE TRIGGER g BEFORE INSERT ON t BEGIN SELECT RAISE(ROLLBACK, 'no'); END",
    );
    await connection.execute("BEGIN");
    await failure(() => connection.execute("INSERT INTO t VALUES (1)"));
    assert.equal(connection.inTransaction(), false);
  });

  test("foreign keys are not enforced until asked for", async (connection) => {
    await connection.execute("CREATE TABLE parent (id INTEGER PRIMARY KEY)");
    await connection.execute("CREATE TABLE child (p REFERENCES parent)");
    await connection.execute("INSERT INTO child VALUES (1)");
    await connection.execute("PRAGMA foreign_keys = ON");
    const error = await failure(() => connection.execute("INSERT INTO child VALUES (2)"));
    assert.equal(error.sqlite, "FOREIGN KEY constraint failed");
  });

  test("math functions work where SQLite lacks them, stored ones too", async (connection) => {
    await connection.execute("CREATE TABLE t (a, r AS (sqrt(a)) STORED, CHECK (floor(a) = a))");
    await connection.execute("INSERT INTO t VALUES (16)");
    assert.deepEqual(await connection.query("SELECT r FROM t"), [{ r: 4 }]);
    await connection.execute("CREATE INDEX i ON t (cos(a))");
    await failure(() => connection.execute("INSERT INTO t VALUES (1.5)"));
  }, isServer);

  test("authorize() refuses with its reason, and no longer after null", async (connection) => {
    await connection.execute("CREATE TABLE t (a)");
    const DROP_TABLE = 11;
    connection.authorize(({ action, arg1 }) =>
      action === DROP_TABLE ? `keep ${arg1}, it is needed` : null
    );
    const error = await failure(() => connection.execute("DROP TABLE t"));
    assert.equal(error.refusal, "keep t, it is needed");
    const other = await failure(() => connection.execute("SELECT nope"));
    assert.equal(other.refusal, undefined);
    connection.authorize(null);
    await connection.execute("DROP TABLE t");
  });

  test("authorize() judges texts that were prepared before", async (connection) => {
    await connection.execute("CREATE TABLE t (a)");
    await connection.query("INSERT INTO t VALUES (?)", [1n]);
    const INSERT = 18;
    connection.authorize(({ action }) => action === INSERT ? "no inserts" : null);
    const error = await failure(() => connection.query("INSERT INTO t VALUES (?)", [2n]));
    assert.equal(error.refusal, "no inserts");
  });

  test("authorize() passes on what the authorizer throws", async (connection) => {
    connection.authorize(() => {
      throw new RangeError("from the authorizer");
    });
    await assert.rejects(connection.execute("SELECT 1"), RangeError);
    connection.authorize(null);
    await connection.execute("SELECT 1");
  });

  test("PRAGMA legacy_alter_table lets the last rename of a rebuild pass", async (connection) => {
    const script = [
      "CREATE TABLE t (id INTEGER PRIMARY KEY, a)",
      "CREATE TABLE c (t REFERENCES t (id))",
      "CREATE VIEW v AS SELECT a FROM t",
      "CREATE TRIGGER w INSTEAD OF INSERT ON v BEGIN INSERT INTO t (a) VALUES (new.a); END",
      "CREATE TRIGGER g AFTER INSERT ON c BEGIN UPDATE t SET a = 1; END",
      "BEGIN IMMEDIATE",
      "CREATE TABLE t_new (id INTEGER PRIMARY KEY, a, b)",
      "DROP TABLE t",
      "PRAGMA legacy_alter_table = on",
      "ALTER TABLE t_new RENAME TO t",
      "PRAGMA legacy_alter_table = off",
      "COMMIT",
    ];
    for (const sql of script) await connection.execute(sql);
    const rows = await connection.query("SELECT name, sql FROM sqlite_schema ORDER BY name");
    assert.deepEqual(rows.map(({ sql }) => sql), [
      script[1],
      script[4],
      'CREATE TABLE "t" (id INTEGER PRIMARY KEY, a, b)',
      script[2],
      script[3],
    ]);
  });

  for (const next of ["DROP TABLE t_old", "SELECT 1"]) {
    const title = `legacy renames leave foreign keys, views and triggers alone before ${next}`;
    test(title, async (connection) => {
      const script = [
        "CREATE TABLE T (id INTEGER PRIMARY KEY, a, t REFERENCES t (id))",
        "CREATE TABLE c (t REFERENCES t (id) ON DELETE CASCADE)",
        "CREATE VIEW v AS SELECT a FROM t",
        "CREATE TRIGGER g AFTER INSERT ON t BEGIN DELETE FROM c; END",
        "CREATE TRIGGER h AFTER INSERT ON c BEGIN UPDATE t SET a = 1; END",
        "INSERT INTO t VALUES (1, 2, NULL)",
        "INSERT INTO c VALUES (1)",
        "BEGIN IMMEDIATE",
        "CREATE TABLE t_new (id INTEGER PRIMARY KEY, a, t REFERENCES t (id), b)",
        "INSERT INTO t_new SELECT *, 3 FROM t",
        "PRAGMA legacy_alter_table = on",
        "ALTER TABLE t RENAME TO t_old",
        "ALTER TABLE t_new RENAME TO T",
        "PRAGMA legacy_alter_table = off",
        next,
        "DROP TABLE IF EXISTS t_old",
        "COMMIT",
      ];
      for (const sql of script) await connection.execute(sql);
      const rows = await connection.query(
        "SELECT sql FROM sqlite_schema ORDER BY name COLLATE NOCASE",
      );
      assert.deepEqual(rows.map(({ sql }) => sql), [
        script[1],
        script[4],
        'CREATE TABLE "T" (id INTEGER PRIMARY KEY, a, t REFERENCES t (id), b)',
        script[2],
      ]);
      assert.deepEqual(await connection.query("SELECT * FROM t"), [{
        id: 1n,
        a: 1n,
        t: null,
        b: 3n,
      }]);
      assert.deepEqual(await connection.query("SELECT * FROM c"), [{ t: 1n }]);
    });
  }

  test("close() rolls back what is open, and may be called twice", async (connection) => {
    await connection.execute("BEGIN");
    await connection.close();
    await connection.close();
    assert.equal(connection.inTransaction(), false);
    connection.authorize(null);
    await assert.rejects(connection.query("SELECT 1"), SqlError);
  });

  test("capabilities name an SQLite library", (connection) => {
    assert.match(connection.capabilities.sqliteVersion, /^3\.\d+\.\d+/);
    return Promise.resolve();
  });
}

/** Statements that give three rows and write three for them. */
const WITH_ROWS: readonly [string, string][] = [
  ["UPDATE … RETURNING", "UPDATE t SET a = a + 1 RETURNING a"],
  ["UPDATE without rows", "UPDATE t SET a = a + 1"],
  ["WITH … UPDATE … RETURNING", "WITH x AS (SELECT 1) UPDATE t SET a = a + 1 RETURNING a"],
];

/** The SqlError that `work` fails with. */
export async function failure(work: () => Promise<unknown>): Promise<SqlError> {
  try {
    await work();
  } catch (error) {
    assert.ok(error instanceof SqlError, String(error));
    return error;
  }
  assert.fail("should have failed");
}
