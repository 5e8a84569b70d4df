import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { type Contents, contentsOf } from "./loss/contents.ts";
import { findLosses, NO_RENAMES, type Renames } from "./loss/losses.ts";

/** What a database holds that the statements make. */
function contents(sql: string): Contents {
  const database = new DatabaseSync(":memory:", {
    enableForeignKeyConstraints: false,
    enableDoubleQuotedStringLiterals: true,
  });
  try {
    database.exec(sql);
    return contentsOf(database);
  } finally {
    database.close();
  }
}

/** What is lost when `after` runs on what `before` made, whose known part `known` made. */
function lost(
  before: string,
  after: string,
  { renames = NO_RENAMES, known, dropped = [] }: {
    readonly renames?: Renames;
    readonly known?: string | readonly string[];
    readonly dropped?: readonly string[];
  } = {},
): string[] {
  const knowledge = {
    known: known === undefined ? null : [known].flat().map(contents),
    dropped: new Set(dropped),
  };
  const losses = findLosses(contents(before), contents(before + after), renames, knowledge);
  return [...losses.keys()].sort();
}

const ROWS =
  "CREATE TABLE t (a, b); INSERT INTO t (rowid, a, b) VALUES (10, 'x', 1), (20, 'y', 2);";
const KEYED =
  "CREATE TABLE k (id INTEGER PRIMARY KEY, a TEXT, b); INSERT INTO k VALUES (1, 'x', 1), (2, NULL, 2);";

const CASES: readonly (readonly [string, string, string, readonly string[]])[] = [
  [
    "an index on an expression of a column that goes",
    "CREATE TABLE e (id INTEGER PRIMARY KEY, a); CREATE INDEX x ON e (lower(a));",
    "DROP TABLE e; CREATE TABLE e (id INTEGER PRIMARY KEY);",
    [],
  ],
  [
    "an index on an expression of a column that stays",
    "CREATE TABLE e (id INTEGER PRIMARY KEY, a); CREATE INDEX x ON e (lower(a));",
    "DROP TABLE e; CREATE TABLE e (id INTEGER PRIMARY KEY, a);",
    ["index x"],
  ],
  ["a row that is deleted", KEYED, "DELETE FROM k WHERE id = 2;", ["row k i:2"]],
  ["rows of a table that is dropped", KEYED, "DROP TABLE k;", ["row k i:1", "row k i:2"]],
  ["a value that changes", KEYED, "UPDATE k SET a = 'z' WHERE id = 1;", ["value k i:1 a"]],
  ["a NULL that gets a value is no loss", KEYED, "UPDATE k SET a = 'z' WHERE id = 2;", []],
  [
    "new rows and columns are no loss",
    KEYED,
    "ALTER TABLE k ADD c; INSERT INTO k (a) VALUES (1);",
    [],
  ],
  [
    "a case that changes in text after NUL",
    KEYED + "UPDATE k SET a = 'x' || char(0) || 'y' WHERE id = 1;",
    "UPDATE k SET a = 'x' || char(0) || 'Y' WHERE id = 1;",
    ["value k i:1 a"],
  ],
  [
    "an integer that no double holds",
    KEYED + "UPDATE k SET b = 9223372036854775807;",
    "CREATE TABLE n (id INTEGER PRIMARY KEY, a TEXT, b REAL); INSERT INTO n SELECT * FROM k; DROP TABLE k; ALTER TABLE n RENAME TO k;",
    ["value k i:1 b", "value k i:2 b"],
  ],
  [
    "an equal number of a column's new type is no loss",
    KEYED,
    "CREATE TABLE n (id INTEGER PRIMARY KEY, a TEXT, b REAL); INSERT INTO n SELECT * FROM k; DROP TABLE k; ALTER TABLE n RENAME TO k;",
    [],
  ],
  [
    "the zeros of a text that becomes a number",
    "CREATE TABLE s (id INTEGER PRIMARY KEY, a TEXT); INSERT INTO s VALUES (1, '007'), (2, '7');",
    "CREATE TABLE n (id INTEGER PRIMARY KEY, a INTEGER); INSERT INTO n SELECT * FROM s; DROP TABLE s; ALTER TABLE n RENAME TO s;",
    ["value s i:1 a"],
  ],
  [
    "rowids that are numbered anew",
    ROWS,
    "CREATE TABLE n (a, b); INSERT INTO n SELECT * FROM t; DROP TABLE t; ALTER TABLE n RENAME TO t;",
    ["row t i:10", "row t i:20"],
  ],
  [
    "values that change places with ORDER BY",
    ROWS,
    "CREATE TABLE n (a, b); INSERT INTO n (rowid, a, b) SELECT 30 - rowid, a, b FROM t; DROP TABLE t; ALTER TABLE n RENAME TO t;",
    ["value t i:10 a", "value t i:10 b", "value t i:20 a", "value t i:20 b"],
  ],
  [
    "an index that a rebuild forgets",
    KEYED + "CREATE INDEX i ON k (a); CREATE INDEX j ON k (b);",
    "CREATE TABLE n AS SELECT * FROM k; DROP TABLE k; ALTER TABLE n RENAME TO k; CREATE INDEX jj ON k (b);",
    ["index i"],
  ],
  [
    "an index of the same name on another table",
    KEYED + ROWS + "CREATE INDEX i ON k (a);",
    "DROP INDEX i; CREATE INDEX i ON t (a);",
    ["index i"],
  ],
  [
    "a trigger and a view that no longer compile",
    KEYED + ROWS +
    "CREATE VIEW v AS SELECT a FROM k; CREATE TRIGGER g AFTER INSERT ON t BEGIN DELETE FROM k; END;",
    "DROP TABLE k;",
    ["compiles trigger g", "compiles view v", "row k i:1", "row k i:2"],
  ],
  [
    "a key whose parent was renamed away",
    "CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE c (p REFERENCES p);",
    "ALTER TABLE p RENAME TO o; CREATE TABLE p (id INTEGER PRIMARY KEY); DROP TABLE o;",
    ["parent c (p) p"],
  ],
  [
    "a sequence that falls",
    "CREATE TABLE q (id INTEGER PRIMARY KEY AUTOINCREMENT); INSERT INTO q VALUES (7);",
    "UPDATE sqlite_sequence SET seq = 1;",
    ["sequence q"],
  ],
  [
    "what an FTS5 table finds, and its options",
    "CREATE VIRTUAL TABLE f USING fts5(a); INSERT INTO f (rowid, a) VALUES (10, 'red'); INSERT INTO f (f, rank) VALUES ('pgsz', 1000);",
    "CREATE VIRTUAL TABLE n USING fts5(a); INSERT INTO n (a) SELECT a FROM f; DROP TABLE f; ALTER TABLE n RENAME TO f;",
    ["match f red 10", "row f i:10", "setting f pgsz=1000"],
  ],
  [
    "an index of FTS5 whose content has another name",
    "CREATE TABLE c (a); CREATE VIRTUAL TABLE f USING fts5(a, content='c');",
    "ALTER TABLE c RENAME COLUMN a TO b;",
    ["reads f"],
  ],
  [
    "a box of an R*Tree",
    "CREATE VIRTUAL TABLE r USING rtree(id, x0, x1); INSERT INTO r VALUES (1, 0, 1), (2, 0, 1);",
    "DELETE FROM r WHERE id = 1; UPDATE r SET x1 = 2;",
    ["row r i:1", "value r i:2 x1"],
  ],
];

for (const [name, before, after, expected] of CASES) {
  Deno.test(`the judge of losses: ${name}`, () => {
    const isRenamedAway = after.startsWith("ALTER TABLE p");
    const renames = after.includes("RENAME COLUMN")
      ? { ...NO_RENAMES, column: () => "b" }
      : NO_RENAMES;
    const dropped = isRenamedAway ? ["table o"] : [];
    assert.deepEqual(lost(before, after, { renames, dropped }), expected);
  });
}

Deno.test("the judge of losses misses what a hand has added to a table that a rebuild makes anew", () => {
  const known = "CREATE TABLE k (id INTEGER PRIMARY KEY, a TEXT);";
  const byHand = "CREATE TABLE k (id INTEGER PRIMARY KEY, a TEXT NOT NULL DEFAULT 'x' UNIQUE, b);";
  const rebuild = "DROP TABLE k; CREATE TABLE k (id INTEGER PRIMARY KEY, a TEXT);";
  assert.deepEqual(lost(byHand, rebuild, { known }), [
    "drift k column b",
    "drift k default a",
    "drift k not null a",
    "drift k unique a",
  ]);
  assert.deepEqual(lost(byHand, rebuild, { known: byHand }), []);
  const later = "CREATE TABLE k (id INTEGER PRIMARY KEY, a TEXT NOT NULL UNIQUE, b);";
  assert.deepEqual(lost(byHand, rebuild, { known: [known, later] }), ["drift k default a"]);
  assert.deepEqual(lost(byHand, rebuild, { known: [known, "CREATE TABLE other (a);", later] }), [
    "drift k default a",
  ]);
});

Deno.test("the judge of losses follows the renames that it is told", () => {
  const renames: Renames = { table: () => "n", column: (_, name) => name === "a" ? "c" : name };
  const after = "ALTER TABLE k RENAME TO n; ALTER TABLE n RENAME a TO c;";
  assert.deepEqual(lost(KEYED, after, { renames }), []);
  assert.deepEqual(lost(KEYED, `${after} UPDATE n SET c = 'z';`, { renames }), ["value k i:1 a"]);
});
