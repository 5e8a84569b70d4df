import assert from "node:assert/strict";
import { displayWidth } from "../../src/text/layout.ts";
import { type RunProject, runProject } from "./run_project.ts";

function history(): RunProject {
  const project = runProject();
  project.add(
    "a1",
    "CREATE TABLE people (id INTEGER PRIMARY KEY, mail TEXT UNIQUE, name TEXT);\n" +
      "CREATE INDEX by_name ON people (name);\n",
  );
  project.add("b1", "ALTER TABLE people RENAME TO users;\nALTER TABLE users ADD age INT;\n");
  project.add("c1", "ALTER TABLE users RENAME COLUMN mail TO email;\n");
  project.add("d1", "CREATE INDEX by_email ON users (email);\nCREATE VIEW v AS SELECT 1 AS x;\n");
  project.add(
    "e1",
    `CREATE TABLE n (id INTEGER PRIMARY KEY, email TEXT NOT NULL DEFAULT '' UNIQUE, name TEXT, age INT);
     INSERT INTO n (id, name, age) SELECT id, name, age FROM users;
     DROP TABLE users; ALTER TABLE n RENAME TO users; CREATE INDEX by_email ON users (email);
     CREATE INDEX by_name ON users (name);\n`,
  );
  return project;
}

Deno.test("blame names the revision that made each part of a table, through renames and rebuilds", async () => {
  using project = history();
  assert.equal(
    await project.done("blame", "users"),
    [
      "b1  table users                       step b1",
      "a1  id INTEGER                        step a1",
      "e1  email TEXT NOT NULL DEFAULT ''    step e1",
      "a1  name TEXT                         step a1",
      "b1  age INT                           step b1",
      "a1  PRIMARY KEY (id)                  step a1",
      "a1  UNIQUE (email)                    step a1",
      "a1  index by_name on users            step a1",
      "d1  index by_email on users           step d1",
      "",
    ].join("\n").replaceAll("  step", "step"),
  );
});

Deno.test("blame looks at one column, at a view, and at an earlier revision", async () => {
  using project = history();
  const lines = async (...args: string[]) => {
    const { lines } = JSON.parse(await project.prepare("blame", "--json", ...args));
    return lines.map((one: { revision: string; line: string }) => `${one.revision} ${one.line}`);
  };
  assert.deepEqual(await lines("USERS.Email"), [
    "e1 email TEXT NOT NULL DEFAULT ''",
    "a1 UNIQUE (email)",
    "d1 index by_email on users",
  ]);
  assert.deepEqual(await lines("users.email", "--at", "d1"), [
    "c1 email TEXT",
    "a1 UNIQUE (email)",
    "d1 index by_email on users",
  ]);
  assert.deepEqual(await lines("v"), ["d1 view v"]);
  const cases: readonly (readonly [string, RegExp])[] = [
    ["user", /The revisions make no table or view "user"\n.*next: aludel blame users\n/s],
    ["users.mail", /Table "users" has no column "mail"/],
    ["By_Email", /"By_Email" is part of "users"\n.*next: aludel blame users\n/s],
  ];
  for (const [text, words] of cases) {
    const { code, stderr } = await project.inProcess("blame", text);
    assert.equal(code, 1);
    assert.match(stderr, words);
  }
});

Deno.test("blame follows a table through names while others change, and takes a later table of its old name for another", async () => {
  using project = runProject();
  project.add("a1", "CREATE TABLE alpha (id INTEGER PRIMARY KEY, x TEXT);\n");
  project.add("b1", "CREATE TABLE other (a TEXT);\nCREATE INDEX by_x ON alpha (x);\n");
  project.add("c1", "ALTER TABLE alpha RENAME TO beta;\n");
  project.add("d1", "ALTER TABLE other RENAME TO another;\nCREATE TABLE alpha (y TEXT);\n");
  project.add("e1", "ALTER TABLE beta RENAME TO gamma;\nALTER TABLE another ADD b TEXT;\n");
  project.add("f1", "DROP INDEX by_x;\nCREATE TABLE child (p REFERENCES gamma (id));\n");
  project.add("g1", "ALTER TABLE alpha ADD z TEXT;\n");
  project.add("h1", "ALTER TABLE gamma RENAME TO delta;\n");
  project.add("i1", "DROP TABLE another;\n");
  const lines = async (...args: string[]) => {
    const { lines } = JSON.parse(await project.prepare("blame", "--json", ...args));
    return lines.map((one: { revision: string; line: string }) => `${one.revision} ${one.line}`);
  };
  assert.deepEqual(await lines("delta"), [
    "h1 table delta",
    "a1 id INTEGER",
    "a1 x TEXT",
    "a1 PRIMARY KEY (id)",
  ]);
  assert.deepEqual(await lines("alpha"), ["d1 table alpha", "d1 y TEXT", "g1 z TEXT"]);
  assert.deepEqual(await lines("beta", "--at", "d1"), [
    "c1 table beta",
    "a1 id INTEGER",
    "a1 x TEXT",
    "a1 PRIMARY KEY (id)",
    "b1 index by_x on beta",
  ]);
  assert.deepEqual(await lines("another", "--at", "h1"), [
    "d1 table another",
    "b1 a TEXT",
    "e1 b TEXT",
  ]);
  const { stdout: child } = await project.inProcess("blame", "child");
  assert.match(child, /^h1 .*REFERENCES delta|^f1 .*REFERENCES/m);
});

Deno.test("blame shows a generated column as it is once the column that it reads is renamed", async () => {
  using project = runProject();
  project.add("a1", "CREATE TABLE t (a TEXT, size AS (length(a)));\n");
  project.add("b1", "ALTER TABLE t RENAME COLUMN a TO b;\n");
  const { lines } = JSON.parse(await project.prepare("blame", "--json", "t.size"));
  assert.deepEqual(
    lines.map((one: { revision: string; line: string }) => `${one.revision} ${one.line}`),
    ["a1 size AS (length(b)) VIRTUAL"],
  );
});

Deno.test("bisect finds where a query begins to give rows, and where it stops", async () => {
  using project = history();
  const age = "SELECT 1 FROM pragma_table_info('users') WHERE name = 'age'";
  const { stdout } = await project.fails(3, "bisect", age);
  assert.equal(stdout, "holds    a1  step a1\nfails    b1  step b1 (1 row)\n");
  assert.equal(
    await project.prepare("bisect", "SELECT 1 FROM pragma_table_info('users') WHERE name = 'mail'"),
    "holds    a1  step a1\nfails    b1  step b1 (1 row)\nholds    c1  step c1\n",
  );
  const { turns } = JSON.parse(
    await project.prepare("bisect", "SELECT * FROM v WHERE x = 2", "--json"),
  );
  assert.deepEqual(
    turns.map((one: { revision: string; state: { kind: string } }) => [
      one.revision,
      one.state.kind,
    ]),
    [["a1", "unknown"], ["d1", "holds"]],
  );
});

Deno.test("blame says what it does not find, and what is near", async () => {
  using project = history();
  const nothing = await project.fails(1, "blame", "user");
  assert.match(
    nothing.stderr,
    /^error\[blame-unknown\]: The revisions make no table or view "user"$/m,
  );
  assert.match(nothing.stderr, /next: aludel blame users\n/);
  const column = await project.fails(1, "blame", "users.mail");
  assert.match(column.stderr, /^error\[blame-unknown\]: Table "users" has no column "mail"$/m);
});

Deno.test("bisect takes one query and nothing else", async () => {
  using project = history();
  for (
    const sql of [
      "DROP TABLE users",
      "SELECT 1; SELECT 2",
      "",
      "WITH x AS (SELECT 1) DELETE FROM v",
    ]
  ) {
    assert.equal((await project.inProcess("bisect", sql)).code, 2, sql);
  }
});

Deno.test("blame and bisect take names of any kind, and an index or trigger belongs to its table", async () => {
  using project = runProject();
  project.add(
    "a1",
    `CREATE TABLE "we ird ""q"" 🜃" (id INTEGER PRIMARY KEY, "a\x07b" TEXT, g TEXT AS ("a\x07b" || 'x'));
     CREATE TABLE Wr (k TEXT PRIMARY KEY, v) WITHOUT ROWID;
     CREATE VIEW "v 'i'" AS SELECT * FROM Wr;
     CREATE TRIGGER "tr-1" INSTEAD OF INSERT ON "v 'i'" BEGIN INSERT INTO Wr VALUES (new.k, new.v); END;`,
  );
  project.add("b1", "CREATE VIRTUAL TABLE ft USING fts5(body); INSERT INTO Wr VALUES ('k', 1);");
  const blamed = await project.prepare("blame", 'we ird "q" 🜃');
  const places = blamed.trimEnd().split("\n").map((line) =>
    displayWidth(line.slice(0, line.indexOf("step")))
  );
  assert.equal(new Set(places).size, 1);
  assert.ok(!blamed.includes("\x07"));
  assert.match(await project.prepare("blame", "v 'i'"), /^a1 {2}trigger "tr-1" on "v 'i'"/m);
  const misses: readonly (readonly [string, RegExp])[] = [
    ["tr-1", /"tr-1" is part of "v 'i'"\n *next: aludel blame /],
    ["Wx", /next: aludel blame Wr\n/],
    ["Wx.v", /next: aludel blame Wr\.v\n/],
    ["ft.body", /Table "ft" has no column "body"/],
  ];
  for (const [name, words] of misses) {
    const { code, stderr } = await project.inProcess("blame", name);
    assert.equal(code, 1, name);
    assert.match(stderr, words);
  }
  const asked = await project.inProcess("bisect", "SELECT * FROM \"v 'i'\"");
  assert.equal(asked.code, 3);
  assert.match(asked.stdout, /^fails +b1/m);
  // A query that cannot be answered is not one without rows.
  const unanswered = await project.inProcess("bisect", "SELECT * FROM missing");
  assert.equal(unanswered.code, 3);
  assert.match(unanswered.stderr, /At the end the query cannot run: no such table: missing/);
});
