import assert from "node:assert/strict";
import { AludelError } from "../../../src/errors.ts";
import { readCreateTable } from "../../../src/schema/read/definition_text.ts";
import { tableOf } from "./schema_of.ts";

Deno.test("readCreateTable() reads what pragmas hide", () => {
  const table = readCreateTable(`CREATE TABLE t(
    id INTEGER CONSTRAINT pk PRIMARY KEY ON CONFLICT FAIL AUTOINCREMENT,
    a TEXT CONSTRAINT nn NOT NULL ON CONFLICT REPLACE COLLATE NoCase,
    b DEFAULT (1 + (2)) CHECK (b <> ')' /* ) */) CONSTRAINT named CHECK (b > 0),
    c INT GENERATED ALWAYS AS (b * 2) STORED,
    d AS (b),
    CONSTRAINT u UNIQUE (a COLLATE RTRIM DESC, b) ON CONFLICT IGNORE
    FOREIGN KEY (a, b) REFERENCES p (x, y) ON DELETE SET NULL ON UPDATE NO ACTION
      MATCH full DEFERRABLE INITIALLY DEFERRED
  )`);
  assert.deepEqual(table.primaryKey, {
    kind: "primary-key",
    name: "pk",
    columns: [{ name: "id", collation: undefined, descending: false }],
    conflict: "FAIL",
    rowid: true,
  });
  assert.equal(table.autoincrement, true);
  const [, a, b, c, d] = table.columns;
  assert.deepEqual(a?.notNull, { name: "nn", conflict: "REPLACE" });
  assert.equal(a?.collation, "NoCase");
  assert.equal(b?.default, "1 + (2)");
  assert.deepEqual(c?.generated, { expression: "b * 2", stored: true });
  assert.equal(c?.type, "INT");
  assert.deepEqual(d?.generated, { expression: "b", stored: false });
  assert.deepEqual(table.checks.map(({ name, expression }) => [name, expression]), [
    [undefined, "b <> ')'"],
    ["named", "b > 0"],
  ]);
  assert.deepEqual(table.uniques, [{
    kind: "unique",
    name: "u",
    columns: [
      { name: "a", collation: "RTRIM", descending: true },
      { name: "b", collation: undefined, descending: false },
    ],
    conflict: "IGNORE",
  }]);
  assert.deepEqual(table.foreignKeys, [{
    kind: "foreign-key",
    name: undefined,
    columns: ["a", "b"],
    parent: "p",
    parentColumns: ["x", "y"],
    onDelete: "SET NULL",
    onUpdate: "NO ACTION",
    match: "FULL",
    deferred: true,
  }]);
});

/** SQL that SQLite takes. Reading it is also holding it to the pragmas: a disagreement throws. */
const ACCEPTED: readonly string[] = [
  "CREATE TABLE t(a)",
  "CREATE TABLE 't'('a' 'INTEGER' PRIMARY KEY)",
  "CREATE TABLE t([a b] [my type] (10, -2) NULL ON CONFLICT FAIL)",
  "CREATE TABLE t(a INTEGER PRIMARY KEY DESC)",
  "CREATE TABLE t(a INTEGER, PRIMARY KEY (a DESC))",
  "CREATE TABLE t(a INTEGER, PRIMARY KEY (a AUTOINCREMENT))",
  "CREATE TABLE t(a, b, PRIMARY KEY (b, a) UNIQUE (a) UNIQUE (b) CHECK (a) CHECK (b) ON CONFLICT FAIL)",
  "CREATE TABLE t(a UNIQUE, UNIQUE (a), UNIQUE (a) ON CONFLICT REPLACE, UNIQUE ((a) COLLATE nocase))",
  "CREATE TABLE t(a UNIQUE ON CONFLICT IGNORE PRIMARY KEY)",
  "CREATE TABLE t(a INTEGER PRIMARY KEY UNIQUE)",
  "CREATE TABLE t(a TEXT PRIMARY KEY COLLATE nocase, b, UNIQUE (a COLLATE nocase))",
  "CREATE TABLE t(a INTEGER, b, PRIMARY KEY (a COLLATE nocase)) WITHOUT ROWID",
  "CREATE TABLE t(a ANY PRIMARY KEY, b INT) WITHOUT ROWID, STRICT",
  "CREATE TABLE t(a ANY) strict",
  "CREATE TABLE t(a REFERENCES p NOT NULL DEFERRABLE INITIALLY DEFERRED NOT DEFERRABLE)",
  "CREATE TABLE t(a REFERENCES p ON INSERT CASCADE ON DELETE RESTRICT MATCH simple)",
  "CREATE TABLE t(a DEFAULT -1.5e3 DEFAULT 'x', b DEFAULT +1, c DEFAULT foo, d DEFAULT ('CHECK (b)'))",
  "CREATE TABLE t(a CONSTRAINT x CONSTRAINT y UNIQUE, CONSTRAINT z)",
  "CREATE TABLE t(a ALWAYS AS (1), b INT GENERATED ALWAYS AS (a) VIRTUAL, c generated always, d 'GENERATED' AS (1))",
  'CREATE TABLE t(key INT, action TEXT, "check" INT CHECK ("check" > 0), release, `a``b`)',
  "CREATE TABLE t(a -- one, (\n, /* two ) */ b CHECK (b <> '--') -- three\n)",
  "CREATE TABLE t AS SELECT 1 AS a, 'x' AS \"b c\", 1.5 AS d",
];

Deno.test("readCreateTable() agrees with SQLite's pragmas about everything SQLite accepts", async () => {
  for (const sql of ACCEPTED) {
    const table = await tableOf(sql);
    assert.ok(table.columns.length > 0, sql);
  }
});

Deno.test("buildTable() tells a key that is the rowid from one that is not", async () => {
  const isRowid = async (sql: string) => (await tableOf(sql)).primaryKey?.rowid;
  assert.equal(await isRowid("CREATE TABLE t(a INTEGER PRIMARY KEY)"), true);
  assert.equal(await isRowid('CREATE TABLE t(a "integer" PRIMARY KEY)'), true);
  assert.equal(await isRowid("CREATE TABLE t(a INTEGER, PRIMARY KEY (a DESC))"), true);
  assert.equal(await isRowid("CREATE TABLE t(a INTEGER PRIMARY KEY DESC)"), false);
  assert.equal(await isRowid("CREATE TABLE t(a INT PRIMARY KEY)"), false);
  assert.equal(await isRowid("CREATE TABLE t(a INTEGER PRIMARY KEY) WITHOUT ROWID"), false);
  assert.equal(await isRowid("CREATE TABLE t(a INTEGER, b, PRIMARY KEY (a, b))"), false);
});

Deno.test("a CHECK has the name that SQLite reports when it fails", async () => {
  const sql =
    "CREATE TABLE t(a CONSTRAINT n NOT NULL CHECK (a <> 1), CONSTRAINT c CHECK (a <> 2) " +
    "CHECK (a <> 3), CHECK (a <> 4))";
  const { checks } = await tableOf(sql);
  assert.deepEqual(checks.map(({ name }) => name), ["n", "c", "c", undefined]);
});

Deno.test("readCreateTable() refuses a text that is no CREATE TABLE of SQLite's", () => {
  for (
    const sql of [
      "CREATE TABLE t(a",
      "CREATE TABLE t(a CHECK)",
      "CREATE TABLE t(a FOO(1) BAR)",
      "CREATE TABLE t(a, )",
      "CREATE VIEW v AS SELECT 1",
    ]
  ) {
    assert.throws(
      () => readCreateTable(sql),
      (error) => error instanceof AludelError && error.code === "schema-unreadable",
      sql,
    );
  }
});
