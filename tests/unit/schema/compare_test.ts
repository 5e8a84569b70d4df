import assert from "node:assert/strict";
import { compareSchemas } from "../../../src/schema/diff/compare.ts";
import { openScratch } from "../../../src/db/open_scratch.ts";
import { describeChange } from "../../../src/schema/diff/describe.ts";
import { introspect } from "../../../src/schema/read/introspect.ts";
import { differences, schemaOf } from "./schema_of.ts";

const NO_DIFFERENCE: readonly [what: string, from: readonly string[], to: readonly string[]][] = [
  ["spaces and comments", ["CREATE TABLE t(a INT)"], ["CREATE TABLE t (\n  a INT -- note\n)"]],
  ["quotes", ["CREATE TABLE t(a INT)"], ['CREATE TABLE [t](`a` "INT")']],
  ["case", ["CREATE TABLE t(a INT NOT NULL)"], ["create table T(A int not null)"]],
  ["IF NOT EXISTS", ["CREATE TABLE t(a)"], ["CREATE TABLE IF NOT EXISTS t(a)"]],
  ["the order of columns", ["CREATE TABLE t(a, b)"], ["CREATE TABLE t(b, a)"]],
  [
    "the order of constraints",
    ["CREATE TABLE t(a, b, UNIQUE (a), CHECK (b))"],
    ["CREATE TABLE t(a, b, CHECK (b), UNIQUE (a))"],
  ],
  [
    "a constraint of a column or of the table",
    ["CREATE TABLE t(a INT PRIMARY KEY, b UNIQUE CHECK (b > 0) REFERENCES p(x))"],
    [
      "CREATE TABLE t(a INT, b, PRIMARY KEY (a), UNIQUE (b), CHECK (b > 0), FOREIGN KEY (b) REFERENCES p(x))",
    ],
  ],
  ["a comma between constraints", ["CREATE TABLE t(a, CHECK (a) CHECK (1))"], [
    "CREATE TABLE t(a, CHECK (a), CHECK (1))",
  ]],
  ["GENERATED ALWAYS, VIRTUAL", ["CREATE TABLE t(a, b AS (a))"], [
    "CREATE TABLE t(a, b GENERATED ALWAYS AS (a) VIRTUAL)",
  ]],
  ["parentheses around a default", ["CREATE TABLE t(a DEFAULT 1)"], [
    "CREATE TABLE t(a DEFAULT (1))",
  ]],
  ["COLLATE BINARY", ["CREATE TABLE t(a)"], ["CREATE TABLE t(a COLLATE binary)"]],
  ["ON CONFLICT ABORT", ["CREATE TABLE t(a NOT NULL UNIQUE)"], [
    "CREATE TABLE t(a NOT NULL ON CONFLICT ABORT UNIQUE ON CONFLICT abort)",
  ]],
  ["NOT DEFERRABLE, NO ACTION, MATCH SIMPLE", ["CREATE TABLE t(a REFERENCES p)"], [
    "CREATE TABLE t(a REFERENCES p ON DELETE NO ACTION MATCH simple DEFERRABLE INITIALLY IMMEDIATE)",
  ]],
  ["a name on what has none", ["CREATE TABLE t(a DEFAULT 1)"], [
    "CREATE TABLE t(a CONSTRAINT d DEFAULT 1)",
  ]],
  ["NULL", ["CREATE TABLE t(a INT)"], ["CREATE TABLE t(a INT NULL)"]],
  ["a UNIQUE twice", ["CREATE TABLE t(a UNIQUE)"], ["CREATE TABLE t(a UNIQUE, UNIQUE (a))"]],
  ["NOT NULL where the key has it", ["CREATE TABLE t(a TEXT PRIMARY KEY) WITHOUT ROWID"], [
    "CREATE TABLE t(a TEXT NOT NULL PRIMARY KEY) WITHOUT ROWID",
  ]],
  ["<> and !=", ["CREATE TABLE t(a CHECK (a <> 1))"], ["CREATE TABLE t(a CHECK (a != 1))"]],
  [
    "a column's own collation in an index",
    ["CREATE TABLE t(a COLLATE nocase)", "CREATE INDEX i ON t(a)"],
    ["CREATE TABLE t(a COLLATE nocase)", "CREATE INDEX i ON t(a COLLATE NOCASE ASC)"],
  ],
  [
    "spelling of a view",
    ["CREATE TABLE t(a)", "CREATE VIEW v AS SELECT a FROM t WHERE a <> 'X'"],
    [
      "CREATE TABLE t(a)",
      'CREATE VIEW IF NOT EXISTS "V" AS\n select "A" from [t] where a != \'X\'',
    ],
  ],
  [
    "FOR EACH ROW",
    ["CREATE TABLE t(a)", "CREATE TRIGGER x AFTER INSERT ON t BEGIN SELECT 1; END"],
    ["CREATE TABLE t(a)", "CREATE TRIGGER x AFTER INSERT ON t FOR EACH ROW BEGIN SELECT 1; END"],
  ],
  [
    "spaces in a virtual table's arguments",
    ["CREATE VIRTUAL TABLE f USING fts5(a, tokenize='porter')"],
    ["CREATE VIRTUAL TABLE f USING FTS5(a,tokenize = 'porter')"],
  ],
];

Deno.test("compareSchemas() finds nothing where two schemas mean the same", async () => {
  for (const [what, from, to] of NO_DIFFERENCE) {
    assert.deepEqual(await differences(from, to), [], what);
    assert.deepEqual(await differences(to, from), [], what);
  }
});

/** One table `t`, before and after, with the one line that tells the difference. */
const IN_A_TABLE: readonly [from: string, to: string, line: string][] = [
  ["a", "a, b INT NOT NULL DEFAULT 1", "add column t.b INT NOT NULL DEFAULT 1"],
  ["a, b", "a", "drop column t.b"],
  ["a INT", "a TEXT", "alter column t.a: INT becomes TEXT"],
  ["a VARCHAR(50)", "a VARCHAR(100)", "alter column t.a: VARCHAR(50) becomes VARCHAR(100)"],
  ["a", "a NOT NULL", "alter column t.a: NULL allowed becomes NOT NULL"],
  [
    "a NOT NULL",
    "a CONSTRAINT n NOT NULL ON CONFLICT FAIL",
    "alter column t.a: NOT NULL becomes CONSTRAINT n NOT NULL ON CONFLICT FAIL",
  ],
  ["a DEFAULT 'x'", "a DEFAULT 'X'", "alter column t.a: DEFAULT 'x' becomes DEFAULT 'X'"],
  ["a DEFAULT 1", "a DEFAULT '1'", "alter column t.a: DEFAULT 1 becomes DEFAULT '1'"],
  ["a", "a COLLATE NOCASE", "alter column t.a: COLLATE BINARY becomes COLLATE NOCASE"],
  ["a, b AS (a)", "a, b AS (a) STORED", "alter column t.b: AS (a) VIRTUAL becomes AS (a) STORED"],
  ["a, b", "a, b AS (a)", "alter column t.b: a plain column becomes AS (a) VIRTUAL"],
  ["a", "a PRIMARY KEY", "add to t: PRIMARY KEY (a)"],
  ["a", "a, UNIQUE (a DESC) ON CONFLICT REPLACE", "add to t: UNIQUE (a DESC) ON CONFLICT REPLACE"],
  ["a, CHECK (a > 1)", "a", "drop from t: CHECK (a > 1)"],
  [
    "a",
    "a REFERENCES p(x) ON DELETE CASCADE MATCH FULL DEFERRABLE INITIALLY DEFERRED",
    "add to t: FOREIGN KEY (a) REFERENCES p(x) ON DELETE CASCADE MATCH FULL DEFERRABLE INITIALLY DEFERRED",
  ],
];

Deno.test("compareSchemas() tells each difference inside a table", async () => {
  for (const [from, to, line] of IN_A_TABLE) {
    assert.deepEqual(await differences([`CREATE TABLE t(${from})`], [`CREATE TABLE t(${to})`]), [
      line,
    ]);
  }
});

const MEANS_MORE: readonly [what: string, from: string, to: string][] = [
  ["a CHECK's text", "t(a, CHECK (a > 1))", "t(a, CHECK (a > 2))"],
  ["a CHECK's string", "t(a, CHECK (a <> 'x'))", "t(a, CHECK (a <> 'X'))"],
  ["a constraint's name", "t(a, CHECK (a))", "t(a, CONSTRAINT c CHECK (a))"],
  ["the name of a UNIQUE", "t(a, UNIQUE (a))", "t(a, CONSTRAINT u UNIQUE (a))"],
  ["the order of a key's columns", "t(a, b, PRIMARY KEY (a, b))", "t(a, b, PRIMARY KEY (b, a))"],
  ["DESC in a key", "t(a, PRIMARY KEY (a))", "t(a, PRIMARY KEY (a DESC))"],
  ["the rowid", "t(a INTEGER PRIMARY KEY)", "t(a INTEGER PRIMARY KEY DESC)"],
  ["COLLATE in a UNIQUE", "t(a, UNIQUE (a))", "t(a, UNIQUE (a COLLATE NOCASE))"],
  ["DEFERRABLE", "t(a REFERENCES p)", "t(a REFERENCES p DEFERRABLE INITIALLY DEFERRED)"],
  ["ON UPDATE", "t(a REFERENCES p)", "t(a REFERENCES p ON UPDATE CASCADE)"],
  ["the parent's columns", "t(a REFERENCES p)", "t(a REFERENCES p(id))"],
  ["STRICT", "t(a INT)", "t(a INT) STRICT"],
  ["WITHOUT ROWID", "t(a INT NOT NULL PRIMARY KEY)", "t(a INT NOT NULL PRIMARY KEY) WITHOUT ROWID"],
  ["AUTOINCREMENT", "t(a INTEGER PRIMARY KEY)", "t(a INTEGER PRIMARY KEY AUTOINCREMENT)"],
  ["a name outside ASCII", "t(é)", "t(É)"],
];

Deno.test("compareSchemas() finds what pragmas hide", async () => {
  for (const [what, from, to] of MEANS_MORE) {
    const lines = await differences([`CREATE TABLE ${from}`], [`CREATE TABLE ${to}`]);
    assert.notDeepEqual(lines, [], what);
  }
});

Deno.test("compareSchemas() tells each difference between objects", async () => {
  const t = "CREATE TABLE t(a, b)";
  const cases: readonly [from: readonly string[], to: readonly string[], line: string][] = [
    [[], ["CREATE TABLE t(a)"], "create table t"],
    [["CREATE TABLE t(a)"], [], "drop table t"],
    [[t], [t, "CREATE UNIQUE INDEX i ON t(a)"], "create unique index i on t"],
    [[t, "CREATE INDEX i ON t(a)"], [t, "CREATE INDEX i ON t(a DESC)"], "replace index i on t"],
    [[t, "CREATE INDEX i ON t(a)"], [t, "CREATE INDEX i ON t(a) WHERE b"], "replace index i on t"],
    [[t, "CREATE INDEX i ON t(a)"], [t, "CREATE INDEX i ON t(a, b)"], "replace index i on t"],
    [
      [t, "CREATE INDEX i ON t(lower(a))"],
      [t, "CREATE INDEX i ON t(upper(a))"],
      "replace index i on t",
    ],
    [
      [t, "CREATE INDEX i ON t(a = b COLLATE NOCASE)"],
      [t, "CREATE INDEX i ON t((a = b) COLLATE NOCASE)"],
      "replace index i on t",
    ],
    [
      [t, "CREATE VIEW v AS SELECT a FROM t"],
      [t, "CREATE VIEW v AS SELECT b FROM t"],
      "replace view v",
    ],
    [[t, "CREATE VIEW v AS SELECT a FROM t"], [t], "drop view v"],
    [
      [t, "CREATE TRIGGER x AFTER INSERT ON t BEGIN SELECT 'a'; END"],
      [t, "CREATE TRIGGER x AFTER INSERT ON t BEGIN SELECT 'A'; END"],
      "replace trigger x on t",
    ],
    [
      ["CREATE VIRTUAL TABLE f USING fts5(a)"],
      ["CREATE VIRTUAL TABLE f USING fts5(a, b)"],
      "replace virtual table f using fts5",
    ],
  ];
  for (const [from, to, line] of cases) assert.deepEqual(await differences(from, to), [line]);
});

Deno.test("compareSchemas() takes a moved column for a difference where it is told to", async () => {
  const from = ["CREATE TABLE t(a, b, c)"];
  const to = ["CREATE TABLE t(c, a, d, b)"];
  assert.deepEqual(await differences(from, to), ["add column t.d"]);
  assert.deepEqual(await differences(from, to, { columnOrder: true }), [
    "add column t.d",
    "reorder columns of t to c, a, d, b",
  ]);
  assert.deepEqual(
    await differences(from, ["CREATE TABLE t(a, b, c, d)"], { columnOrder: true }),
    ["add column t.d"],
  );
});

Deno.test("compareSchemas() keeps apart strings that differ in case where quotes may make strings", async () => {
  const view = async (text: string) => {
    await using connection = openScratch({ doubleQuotedStrings: true });
    await connection.execute("CREATE TABLE t(a)");
    await connection.execute(`CREATE VIEW v AS SELECT a FROM t WHERE a = ${text}`);
    return await introspect(connection);
  };
  assert.equal(compareSchemas(await view('"Yes"'), await view('"yes"')).length, 1);
  assert.equal(compareSchemas(await view('"A"'), await view("a")).length, 0);
});

Deno.test("compareSchemas() sees no difference in what DROP COLUMN and RENAME rewrite elsewhere", async () => {
  const made = [
    "CREATE TABLE p(id INTEGER PRIMARY KEY, gone, kept)",
    "CREATE TABLE c(p REFERENCES p(id))",
    "CREATE VIEW v AS SELECT kept FROM p",
    "CREATE TRIGGER x AFTER INSERT ON c BEGIN UPDATE p SET kept = 1; END",
  ];
  const altered = await schemaOf(
    ...made,
    "ALTER TABLE p DROP COLUMN gone",
    "ALTER TABLE p RENAME TO parent",
    "ALTER TABLE parent RENAME TO p",
  );
  const written = await schemaOf(
    "CREATE TABLE p(id INTEGER PRIMARY KEY, kept)",
    ...made.slice(1),
  );
  assert.deepEqual(compareSchemas(altered, written), []);
});

Deno.test("compareSchemas() compares schemas with dangling references", async () => {
  const dangling = ["CREATE TABLE t(a REFERENCES gone)", "CREATE VIEW v AS SELECT * FROM gone"];
  assert.deepEqual(await differences(dangling, dangling), []);
  assert.deepEqual(
    await differences(dangling, ["CREATE TABLE t(a REFERENCES here)", dangling[1]!]),
    [
      "drop from t: FOREIGN KEY (a) REFERENCES gone",
      "add to t: FOREIGN KEY (a) REFERENCES here",
    ],
  );
});

Deno.test("a string in double quotes is the one in single quotes if no column has that name", async () => {
  const of = async (sql: readonly string[], hasStrings: boolean) => {
    await using connection = openScratch({ doubleQuotedStrings: true });
    for (const statement of sql) await connection.execute(statement);
    const from = await introspect(connection);
    await connection.execute("ALTER TABLE a DROP COLUMN gone");
    const to = await introspect(connection);
    return compareSchemas(from, to, { doubleQuotedStrings: hasStrings })
      .flatMap(describeChange)
      .filter((line) => line !== "drop column a.gone");
  };
  const tables = [
    "CREATE TABLE a(id, gone)",
    `CREATE TABLE b(x CHECK (x <> "root"), y AS ("it's" || x), z DEFAULT "no", w CHECK ("b" <> w))`,
  ];
  assert.deepEqual(await of(tables, false), []);
  const view = [...tables, 'CREATE VIEW v AS SELECT * FROM b WHERE x <> "Root"'];
  assert.deepEqual(await of(view, true), []);
  assert.deepEqual(await of(view, false), ["replace view v"]);
});

Deno.test("a column in double quotes is no string", async () => {
  assert.deepEqual(
    await differences(['CREATE TABLE t(a, b CHECK (b <> "a"))'], [
      "CREATE TABLE t(a, b CHECK (b <> 'a'))",
    ]),
    ['drop from t: CHECK (b <> "a")', "add to t: CHECK (b <> 'a')"],
  );
});
