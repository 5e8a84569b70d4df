import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import type { ErrorCode } from "../../../src/errors.ts";
import { refuseAction, type RunningStatement } from "../../../src/sql/refusal.ts";

const INSIDE: RunningStatement = { transaction: "on", foreignKeys: "off" };
const OUTSIDE: RunningStatement = { transaction: "off", foreignKeys: "off" };

/** What the runtime's type declarations do not have yet. */
interface Authorizable {
  setAuthorizer(
    authorizer:
      | ((
        action: number,
        arg1: string | null,
        arg2: string | null,
        database: string | null,
        source: string | null,
      ) => number)
      | null,
  ): void;
}

/** Runs a statement under the authorizer; the codes of what it refused, in order. */
function refusedBy(database: DatabaseSync, sql: string, context = INSIDE): ErrorCode[] {
  const codes: ErrorCode[] = [];
  const authorizable = database as DatabaseSync & Authorizable;
  authorizable.setAuthorizer((action, arg1, arg2) => {
    const refusal = refuseAction(action, arg1, arg2, context);
    if (refusal === null) return 0; // SQLITE_OK
    codes.push(refusal.code);
    return 1; // SQLITE_DENY
  });
  try {
    database.exec(sql);
  } catch (error) {
    if (codes.length === 0) throw error;
  } finally {
    authorizable.setAuthorizer(null);
  }
  return codes;
}

function open(): DatabaseSync {
  const database = new DatabaseSync(":memory:", { enableForeignKeyConstraints: false });
  database.exec(
    `CREATE TABLE aludel_log (x); CREATE TABLE a (id INTEGER PRIMARY KEY, x); CREATE TABLE old (x);
     CREATE VIEW v AS SELECT x FROM a; INSERT INTO a (x) VALUES (1), (2);
     CREATE TRIGGER old_writes AFTER INSERT ON old BEGIN INSERT INTO aludel_log VALUES (1); END;
     CREATE TRIGGER old_loads AFTER DELETE ON old BEGIN SELECT load_extension('x'); END;`,
  );
  return database;
}

const REFUSED: readonly (readonly [sql: string, code: ErrorCode, context?: RunningStatement])[] = [
  ["BEGIN", "sql-transaction-control"],
  ["COMMIT", "sql-transaction-control"],
  ["SAVEPOINT s", "sql-transaction-control"],
  ["BEGIN", "sql-transaction-control", OUTSIDE],
  ["ATTACH ':memory:' AS other", "sql-attach"],
  ["DETACH other", "sql-attach"],
  ["SELECT load_extension('x')", "sql-load-extension"],
  ["DELETE FROM old", "sql-load-extension"],
  ["PRAGMA foreign_keys = ON", "sql-pragma"],
  ["PRAGMA main.synchronous(0)", "sql-pragma"],
  ["PRAGMA journal_mode = WAL", "sql-pragma"],
  ["PRAGMA no_such_pragma", "sql-pragma"],
  ["EXPLAIN PRAGMA foreign_keys = ON", "sql-pragma"],
  ["INSERT INTO aludel_log VALUES (1)", "sql-state-table"],
  ["INSERT INTO old VALUES (1)", "sql-state-table"],
  ["UPDATE ALUDEL_LOG SET x = 1", "sql-state-table"],
  ["DELETE FROM aludel_log", "sql-state-table"],
  ["DROP TABLE aludel_log", "sql-state-table"],
  ["ALTER TABLE aludel_log ADD COLUMN y", "sql-state-table"],
  ["ALTER TABLE aludel_log RENAME TO b", "sql-state-table"],
  ["CREATE TABLE aludel_b (x)", "sql-state-table"],
  ["CREATE TEMP TABLE aludel_b (x)", "sql-state-table"],
  ["CREATE VIEW aludel_v AS SELECT 1", "sql-state-table"],
  ["CREATE VIRTUAL TABLE aludel_f USING fts5(x)", "sql-state-table"],
  ["CREATE INDEX i ON aludel_log (x)", "sql-state-table"],
  ["CREATE TRIGGER t AFTER INSERT ON aludel_log BEGIN SELECT 1; END", "sql-state-table"],
  ["CREATE TEMP TRIGGER t AFTER INSERT ON aludel_log BEGIN SELECT 1; END", "sql-state-table"],
  ["DROP TABLE a", "sql-foreign-keys", { transaction: "on", foreignKeys: "on" }],
];

for (const [sql, code, context = INSIDE] of REFUSED) {
  const mode = `transaction ${context.transaction}, foreign keys ${context.foreignKeys}`;
  Deno.test(`refuseAction() gives ${code} when SQLite compiles ${sql} (${mode})`, () => {
    using database = open();
    assert.equal(refusedBy(database, sql, context)[0], code);
  });
}

const ALLOWED: readonly (readonly [sql: string, context?: RunningStatement])[] = [
  ["SELECT * FROM aludel_log, pragma_table_info('a'), pragma_foreign_keys"],
  ["PRAGMA user_version = 3"],
  ["PRAGMA optimize = 0x10002"],
  ["PRAGMA legacy_alter_table = ON"],
  ["PRAGMA quick_check"],
  ["ANALYZE"],
  ["REINDEX"],
  ["UPDATE a SET x = 1 RETURNING x"],
  ["ALTER TABLE a ADD COLUMN y NOT NULL DEFAULT 1 CHECK (y > 0)"],
  ["ALTER TABLE a RENAME COLUMN x TO aludel_x"],
  ["ALTER TABLE old RENAME TO b"],
  ["CREATE VIEW w AS SELECT * FROM aludel_log"],
  ["DROP TABLE a"],
  ["DROP VIEW v", { transaction: "on", foreignKeys: "on" }],
  ["PRAGMA journal_mode = PERSIST", OUTSIDE],
  ["PRAGMA incremental_vacuum(1)", OUTSIDE],
  ["VACUUM", { ...OUTSIDE, verb: "VACUUM" }],
];

for (const [sql, context = INSIDE] of ALLOWED) {
  Deno.test(`refuseAction() lets SQLite run ${sql}`, () => {
    using database = open();
    assert.deepEqual(refusedBy(database, sql, context), []);
  });
}

Deno.test("refuseAction() lets FTS5 and R*Tree do all that they do inside", () => {
  using database = open();
  const steps = [
    "CREATE VIRTUAL TABLE f USING fts5(x, content = 'a', content_rowid = 'id')",
    "INSERT INTO f (f) VALUES ('rebuild')",
    "INSERT INTO a VALUES (9, 'nine')",
    "INSERT INTO f (rowid, x) VALUES (9, 'nine')",
    "INSERT INTO f (f) VALUES ('optimize')",
    "INSERT INTO f (f, rank) VALUES ('merge', 16)",
    "SELECT * FROM f WHERE f MATCH 'nine'",
    "ALTER TABLE f RENAME TO g",
    "DROP TABLE g",
    "CREATE VIRTUAL TABLE r USING rtree(id, x0, x1, +note)",
    "INSERT INTO r VALUES (1, 2, 3, 'n')",
    "DELETE FROM r WHERE x0 > 1",
    "ALTER TABLE r RENAME TO s",
    "DROP TABLE s",
  ];
  for (const step of steps) assert.deepEqual(refusedBy(database, step), [], step);
});

Deno.test("refuseAction() sees what VACUUM does inside, and refuses it to any other statement", () => {
  using database = open();
  assert.equal(refusedBy(database, "VACUUM", OUTSIDE)[0], "sql-attach");
});
