import assert from "node:assert/strict";
import { introspect } from "../../../src/schema/read/introspect.ts";
import { fillTables } from "../../../src/replay/rows/fill.ts";
import { databaseOf } from "../schema/schema_of.ts";

async function filled(...statements: readonly string[]) {
  const connection = await databaseOf(...statements);
  const result = await fillTables(connection, await introspect(connection), { seed: 7, rows: 8 });
  return { connection, ...result };
}

Deno.test("fillTables() satisfies CHECKs of many kinds", async () => {
  const { connection, counts, unfilled } = await filled(`CREATE TABLE t(
    role TEXT NOT NULL CHECK (role IN ('admin', 'user')),
    age INT NOT NULL CHECK (age BETWEEN 18 AND 99),
    code TEXT NOT NULL UNIQUE CHECK (length(code) = 3),
    mail TEXT NOT NULL UNIQUE COLLATE NOCASE CHECK (mail LIKE '%_@_%'),
    day TEXT NOT NULL CHECK (date(day) = day),
    json TEXT NOT NULL CHECK (json_valid(json)),
    kind BLOB NOT NULL CHECK (typeof(kind) = 'blob'),
    flag INT NOT NULL CHECK (flag IN (0, 1)),
    low INT NOT NULL, high INT NOT NULL, CONSTRAINT "in order" CHECK (high > low)
  )`);
  await using _ = connection;
  assert.deepEqual(unfilled, []);
  assert.ok(counts.get("t")! >= 2);
});

Deno.test("fillTables() makes documents that have all that a table looks up in them", async () => {
  const { connection, counts, unfilled } = await filled(`CREATE TABLE e(
    body TEXT NOT NULL,
    kind TEXT NOT NULL AS (body ->> '$.kind') STORED,
    at TEXT AS (date(json_extract(body, '$.meta.at'))) CHECK (at IS NOT NULL),
    id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    CHECK (json_valid(body) AND json_extract(body, '$.meta.size') IS NOT NULL)
  )`);
  await using _ = connection;
  assert.deepEqual(unfilled, []);
  assert.ok(counts.get("e")! >= 2);
});

Deno.test("fillTables() fills cycles of foreign keys, through NULLs or not", async () => {
  const { connection, unfilled } = await filled(
    "CREATE TABLE a(id INTEGER PRIMARY KEY, b REFERENCES b)",
    "CREATE TABLE b(id INTEGER PRIMARY KEY, a REFERENCES a)",
    "CREATE TABLE c(id INTEGER PRIMARY KEY, d NOT NULL REFERENCES d DEFERRABLE INITIALLY DEFERRED)",
    "CREATE TABLE d(id INTEGER PRIMARY KEY, c NOT NULL REFERENCES c)",
    "CREATE TABLE self(id TEXT PRIMARY KEY, up TEXT NOT NULL REFERENCES self)",
    "CREATE TABLE pair(x, y, PRIMARY KEY (x, y)) WITHOUT ROWID",
    "CREATE TABLE two(x NOT NULL, y NOT NULL, FOREIGN KEY (x, y) REFERENCES pair)",
  );
  await using _ = connection;
  assert.deepEqual(unfilled, []);
  assert.deepEqual(await connection.query("PRAGMA foreign_key_check"), []);
  for (const child of ["a", "b"]) {
    const rows = await connection.query(
      `SELECT 1 FROM ${child} WHERE ${child === "a" ? "b" : "a"} > 0`,
    );
    assert.ok(rows.length > 0, child);
  }
});

Deno.test("fillTables() makes the values that copying gets wrong", async () => {
  const { connection } = await filled(
    ...Array.from({ length: 12 }, (_, at) => `CREATE TABLE t${at}(i INT, t TEXT, b BLOB, x)`),
    "CREATE TABLE auto(id INTEGER PRIMARY KEY AUTOINCREMENT, a)",
  );
  await using _ = connection;
  const all = Array.from({ length: 12 }, (_, at) => `SELECT rowid AS r, * FROM t${at}`)
    .join(" UNION ALL ");
  const conditions = [
    "i > 9007199254740992",
    "typeof(i) = 'text' OR typeof(i) = 'blob'",
    "instr(t, char(39)) > 0",
    "instr(CAST(t AS BLOB), x'00') > 0",
    "typeof(b) = 'blob'",
    "x IS NULL",
    "r > 9007199254740992",
    "typeof(x) = 'real'",
  ];
  for (const condition of conditions) {
    const rows = await connection.query(`SELECT 1 AS one FROM (${all}) WHERE ${condition}`);
    assert.ok(rows.length > 0, condition);
  }
  const [gap] = await connection.query(
    "SELECT max(rowid) > count(*) AS gap FROM t0",
  );
  assert.equal(gap?.gap, 1n);
  const [sequence] = await connection.query(
    "SELECT seq > (SELECT max(id) FROM auto) AS above FROM sqlite_sequence WHERE name = 'auto'",
  );
  assert.equal(sequence?.above, 1n);
});

Deno.test("fillTables() keeps to STRICT types and overrules ON CONFLICT", async () => {
  const { connection, counts } = await filled(
    "CREATE TABLE s(i INT, r REAL, t TEXT, b BLOB, a ANY) STRICT",
    "CREATE TABLE one(a INT UNIQUE ON CONFLICT REPLACE CHECK (a IN (1, 2)))",
  );
  await using _ = connection;
  assert.equal(counts.get("s"), 8);
  assert.ok(counts.get("one")! >= 2);
});

Deno.test("fillTables() fires triggers, and goes without them where they fail", async () => {
  const { connection, counts } = await filled(
    "CREATE TABLE t(a)",
    "CREATE TABLE log(a)",
    "CREATE TRIGGER ok AFTER INSERT ON t BEGIN INSERT INTO log VALUES (new.a); END",
    "CREATE TABLE u(a)",
    "CREATE TRIGGER fails AFTER INSERT ON u BEGIN INSERT INTO missing VALUES (1); END",
  );
  await using _ = connection;
  assert.equal(counts.get("t"), 8);
  assert.equal(counts.get("log"), 16);
  assert.equal(counts.get("u"), 8);
  const triggers = await connection.query("SELECT name FROM sqlite_schema WHERE type = 'trigger'");
  assert.deepEqual(triggers.map(({ name }) => name).sort(), ["fails", "ok"]);
});

Deno.test("fillTables() reports what it could not fill, and why", async () => {
  const { connection, unfilled, counts } = await filled(
    "CREATE TABLE never(a NOT NULL CHECK (a <> a))",
    "CREATE TABLE dangling(a NOT NULL REFERENCES gone)",
    "CREATE TABLE below(a NOT NULL REFERENCES dangling(a))",
    "CREATE TABLE generated(a AS (1), b)",
  );
  await using _ = connection;
  assert.deepEqual(unfilled.map(({ table }) => table).sort(), ["below", "dangling", "never"]);
  assert.match(unfilled.find(({ table }) => table === "never")!.reason, /CHECK/);
  assert.match(unfilled.find(({ table }) => table === "dangling")!.reason, /FOREIGN KEY/);
  assert.equal(counts.get("generated"), 8);
});

Deno.test("fillTables() agrees about columns that several foreign keys share", async () => {
  const { connection, unfilled } = await filled(
    `CREATE TABLE tenants(id INTEGER PRIMARY KEY, owner INTEGER,
      FOREIGN KEY (id, owner) REFERENCES members(tenant, id))`,
    `CREATE TABLE members(tenant INTEGER NOT NULL REFERENCES tenants, id INTEGER NOT NULL, chief INTEGER,
      PRIMARY KEY (tenant, id), FOREIGN KEY (tenant, chief) REFERENCES members) WITHOUT ROWID`,
    `CREATE TABLE projects(tenant INTEGER NOT NULL REFERENCES tenants, id INTEGER NOT NULL, lead INTEGER NOT NULL,
      PRIMARY KEY (tenant, id), FOREIGN KEY (tenant, lead) REFERENCES members)`,
    `CREATE TABLE tasks(tenant INTEGER NOT NULL, project INTEGER NOT NULL, id INTEGER NOT NULL, who INTEGER,
      PRIMARY KEY (tenant, project, id), FOREIGN KEY (tenant, project) REFERENCES projects,
      FOREIGN KEY (tenant, who) REFERENCES members)`,
  );
  await using _ = connection;
  assert.deepEqual(unfilled, []);
  assert.deepEqual(await connection.query("PRAGMA foreign_key_check"), []);
});
