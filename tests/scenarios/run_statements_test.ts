import assert from "node:assert/strict";
import { runProject } from "./run_project.ts";

Deno.test("what the runner keeps for itself is refused before anything runs", async () => {
  using project = runProject();
  project.add("a1", "CREATE TABLE t(a);");
  project.add("a2", "");
  const refused: readonly (readonly [code: string, text: string, place: string])[] = [
    ["sql-transaction-control", "SELECT 1;\nCOMMIT;", "2:1"],
    ["sql-transaction-control", "BEGIN; CREATE TABLE u(a); END;", "1:1"],
    ["sql-transaction-control", "SAVEPOINT s;", "1:1"],
    ["sql-attach", "ATTACH 'other.db' AS other;", "1:1"],
    ["sql-attach", "DETACH main;", "1:1"],
    ["sql-pragma", "/* why */ PRAGMA foreign_keys = off;", "1:11"],
    ["sql-pragma", "PRAGMA main.writable_schema(1);", "1:1"],
    ["sql-state-table", "DELETE FROM aludel_revision;", "1:1"],
    ["sql-state-table", "CREATE TABLE Aludel_mine(a);", "1:1"],
    ["sql-load-extension", "SELECT load_extension('x');", "1:8"],
    ["sql-dot-command", ".mode box", "1:1"],
  ];
  for (const [code, text, place] of refused) {
    project.edit("a2", "up", text);
    const { stderr } = await project.fails(1, "upgrade");
    assert.match(stderr, new RegExp(`^error\\[${code}\\]`), text);
    assert.ok(stderr.includes(`at migrations/a2/up.sql:${place}\n`), `${text}\n${stderr}`);
    assert.match(stderr, /next: /, text);
    assert.equal(project.has("app.db"), false, text);
  }
});

Deno.test("what only SQLite can see is refused under its authorizer, and rolled back", async () => {
  using project = runProject();
  project.add("a1", "CREATE TABLE t(a);");
  await project.done("upgrade");
  // The name of the table is made of a view's, which tokens do not show.
  project.add(
    "a2",
    "CREATE TABLE u(a); SELECT * FROM t; INSERT INTO main.'aludel_log'(at) VALUES (1);",
  );
  const { stderr } = await project.fails(1, "upgrade");
  assert.match(stderr, /error\[sql-state-table\]/);
  assert.equal(await project.applied(), "a1");
});

Deno.test("a trigger that raises ROLLBACK undoes the route, and the error says so", async () => {
  using project = runProject();
  project.add(
    "a1",
    "CREATE TABLE t(a); CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT raise(ROLLBACK, 'not here'); END;",
  );
  project.add("a2", "CREATE TABLE u(a);\nINSERT INTO t VALUES (1);\nCREATE TABLE w(a);");
  const { stderr } = await project.fails(1, "upgrade");
  assert.match(stderr, /^error\[sql-ended-transaction\]/m);
  assert.match(stderr, /at migrations\/a2\/up\.sql:2:1/);
  assert.match(stderr, /SQLite says: not here/);
  assert.match(stderr, /All 2 revisions of its transaction were rolled back/);
  assert.equal(await project.sql("SELECT count(*) FROM sqlite_schema"), "0");
  project.edit("a2", "up", "INSERT OR ROLLBACK INTO w VALUES (1), (1);");
  project.edit("a1", "up", "CREATE TABLE w(a UNIQUE);");
  const conflict = await project.fails(1, "upgrade");
  assert.match(conflict.stderr, /^error\[sql-ended-transaction\]/m);
  assert.match(conflict.stderr, /SQLite says: UNIQUE constraint failed: w\.a/);
  assert.equal(await project.sql("SELECT count(*) FROM sqlite_schema"), "0");
});

Deno.test("a SELECT is read to its end, and so are pragmas that do something", async () => {
  using project = runProject();
  project.add(
    "a1",
    `CREATE VIRTUAL TABLE words USING fts5(body);
     INSERT INTO words(body) VALUES ('one'), ('two');
     CREATE TABLE seen(a); INSERT INTO seen VALUES (1), (2), (3);
     UPDATE seen SET a = a + 1 RETURNING a;
     DELETE FROM seen WHERE a > 3 RETURNING a;
     SELECT optimize FROM (SELECT 1 AS optimize);
     PRAGMA user_version = 7; PRAGMA application_id = 42;`,
  );
  await project.done("upgrade");
  assert.equal(
    await project.sql(
      "SELECT group_concat(a) FROM seen; PRAGMA user_version; PRAGMA application_id",
    ),
    "2,3\n7\n42",
  );
});

Deno.test("triggers, CASE and strings with semicolons are one statement each", async () => {
  using project = runProject();
  project.add(
    "a1",
    `CREATE TABLE t(a, b DEFAULT ';');
     CREATE TRIGGER g AFTER INSERT ON t BEGIN
       UPDATE t SET b = CASE WHEN new.a > 1 THEN 'big;' ELSE 'small' END WHERE rowid = new.rowid;
       INSERT INTO log VALUES ('--; not a comment');
     END;
     CREATE TABLE log(x); INSERT INTO t(a) VALUES (2);`,
  );
  await project.done("upgrade");
  assert.equal(await project.sql("SELECT b, x FROM t, log"), "big;|--; not a comment");
});

Deno.test("double-quoted strings are refused with the setting's name, and accepted with it", async () => {
  using project = runProject();
  project.add("a1", 'CREATE TABLE t(a); INSERT INTO t VALUES ("text");');
  const { stderr } = await project.fails(1, "upgrade");
  assert.match(stderr, /at migrations\/a1\/up\.sql:1:42/);
  assert.match(stderr, /next: .*set "doubleQuotedStrings": true in aludel\.json/);
  project.write("aludel.json", '{ "database": "app.db", "doubleQuotedStrings": true }');
  await project.done("upgrade");
  assert.equal(await project.sql("SELECT a FROM t"), "text");
});

Deno.test("an old database's own text in double quotes is tolerated, with a notice", async () => {
  for (
    const up of [
      "ALTER TABLE log RENAME TO journal;",
      "INSERT INTO log SELECT a FROM v;",
      "INSERT INTO o VALUES (1);",
      "-- aludel: transaction=off\nVACUUM;",
      `UPDATE "o" SET "a" = 'x' WHERE "a" = 'y'; DELETE FROM v2 WHERE a = 1;`,
    ]
  ) {
    using project = runProject();
    await project.sql(
      `CREATE TABLE o(a CHECK (a <> "none")); CREATE VIEW v2 AS SELECT * FROM o WHERE a <> "text";
       CREATE TRIGGER w INSTEAD OF DELETE ON v2 BEGIN DELETE FROM log WHERE a = "text"; END; CREATE TABLE log(a); CREATE VIEW v AS SELECT * FROM o WHERE a = "text";
       CREATE TRIGGER g AFTER INSERT ON o BEGIN INSERT INTO log VALUES ("added"); END;`,
    );
    project.add("a1", up);
    const { stderr } = await project.fails(0, "upgrade");
    assert.match(stderr, /warning: The database's own schema uses double quotes for text/, up);
    assert.doesNotMatch(stderr, /Another process/, up);
    assert.equal(await project.applied(), "a1", up);
  }
});

const MISSPELT: readonly (readonly [up: string, place: string])[] = [
  [`DELETE FROM users WHERE "stauts" <> 'active';`, "1:25"],
  [`UPDATE users SET status = "sattus" WHERE id = 1;`, "1:27"],
  [`WITH x AS (SELECT 1) DELETE FROM users WHERE id IN x OR "stauts" <> 'active';`, "1:57"],
  [`SELECT count(*) FROM v;\nDELETE FROM users WHERE "stauts" <> 'active';`, "2:25"],
  ['REPLACE INTO users SELECT id, "stauts" FROM users;', "1:31"],
  [`INSERT INTO users SELECT users.id + 10, "stauts" FROM users, v;`, "1:41"],
  [
    `INSERT INTO users VALUES (1, 'é\u{1F600}') ON CONFLICT DO UPDATE SET status = "stauts";`,
    "1:71",
  ],
  [`CREATE INDEX i ON users (status) WHERE "stauts" = 1;`, "1:40"],
];

for (const [up, place] of MISSPELT) {
  Deno.test(`an old view with text in double quotes lets no misspelt column pass: ${up}`, async () => {
    using project = runProject();
    await project.sql(
      `CREATE TABLE users(id INTEGER PRIMARY KEY, status TEXT); INSERT INTO users VALUES (1, 'active'), (2, 'gone');
       CREATE VIEW v AS SELECT id, "legacy" AS kind FROM users;
       CREATE TABLE log(a); CREATE TRIGGER g AFTER INSERT ON log BEGIN INSERT INTO log SELECT "made" WHERE 0; END;`,
    );
    // The first statement makes SQLite ask for such strings.
    project.add("a1", `INSERT INTO log SELECT kind FROM v;`);
    project.add("a2", up);
    const { stderr } = await project.fails(1, "upgrade");
    assert.match(stderr, /should this be a string literal in single-quotes/);
    assert.match(stderr, new RegExp(`at migrations/a2/up\\.sql:${place}\n`));
    assert.match(stderr, /next: Write text in single quotes/);
    assert.equal(await project.applied(), "");
    assert.equal(await project.sql("SELECT group_concat(status) FROM users"), "active,gone");
  });
}

Deno.test("the setting for double-quoted strings does not hold for statements that decide on rows", async () => {
  using project = runProject();
  project.write("aludel.json", '{ "database": "app.db", "doubleQuotedStrings": true }');
  project.add(
    "a1",
    `CREATE TABLE users(id, status CHECK (status <> "none")); INSERT INTO users VALUES (1, "active");
     CREATE VIEW v AS SELECT id, "legacy" AS kind FROM users;`,
  );
  project.add("a2", `DELETE FROM users WHERE "stauts" <> 'active';`);
  const { stderr } = await project.fails(1, "upgrade");
  assert.match(stderr, /error\[sql-failed\][^]*at migrations\/a2\/up\.sql:1:25/);
  project.edit(
    "a2",
    "up",
    `UPDATE "users" SET "status" = 'gone' WHERE id IN (SELECT "id" FROM v);`,
  );
  await project.done("upgrade");
  assert.equal(await project.sql("SELECT status FROM users"), "gone");
});

for (
  const up of [
    `INSERT INTO users VALUES (1, 'new') ON CONFLICT (id) DO UPDATE SET status = 'x' WHERE "stauts" <> 'y';`,
    `INSERT OR REPLACE INTO users SELECT 1, "stauts" FROM users;`,
    `insert into users values (1, 'x') on conflict do /* so */ update set status = "sattus";`,
  ]
) {
  Deno.test(`nor does it for an INSERT that overwrites rows: ${up}`, async () => {
    using project = runProject();
    project.write("aludel.json", '{ "database": "app.db", "doubleQuotedStrings": true }');
    project.add(
      "a1",
      `CREATE TABLE users(id INTEGER PRIMARY KEY, status); INSERT INTO users VALUES (1, "active");`,
    );
    project.add("a2", up);
    const { stderr } = await project.inProcess("upgrade");
    assert.match(stderr, /no such column: "(?:stauts|sattus)" - should this be a string/);
    project.edit("a2", "up", `INSERT INTO users VALUES (2, "do") ON CONFLICT DO NOTHING;`);
    await project.prepare("upgrade");
  });
}

Deno.test("a trigger whose body has a name in double quotes that names nothing is told of, whatever allows strings", async () => {
  const told = async (settings: string, trigger: string) => {
    using project = runProject();
    project.write("aludel.json", settings);
    project.add(
      "a1",
      `CREATE TABLE t(a, b); CREATE VIEW v AS SELECT a FROM t; CREATE TABLE log("a b", t);
       CREATE TRIGGER other AFTER DELETE ON t BEGIN SELECT 1; END;
       ${trigger}`,
    );
    const { code, stderr } = await project.inProcess("upgrade");
    assert.equal(code, 0, stderr);
    return /warning: A trigger of \S+ has "(.*)" in double quotes/.exec(stderr)?.[1];
  };
  for (const strings of [true, false]) {
    const settings = `{ "database": "app.db", "doubleQuotedStrings": ${strings} }`;
    const body = (event: string, on: string, sql: string) =>
      told(settings, `CREATE TRIGGER "g" ${event} ON "${on}" BEGIN ${sql}; END;`);
    assert.equal(await body("AFTER INSERT", "t", `DELETE FROM t WHERE "stauts" <> 1`), "stauts");
    assert.equal(await body("BEFORE UPDATE OF a", "t", `UPDATE t SET b = "c"`), "c");
    assert.equal(await body("INSTEAD OF DELETE", "v", `INSERT INTO log VALUES ("x y", 1)`), "x y");
    assert.equal(
      await body("AFTER DELETE", "t", `DELETE FROM "log" WHERE "a b" = OLD."a"`),
      undefined,
    );
    assert.equal(await body("AFTER DELETE", "t", `INSERT INTO log VALUES ('"x"', 1)`), undefined);
    // Such a name may be made later.
    assert.equal(await body("AFTER DELETE", "t", `INSERT INTO "later" VALUES (1)`), undefined);
  }
});

Deno.test("a trigger that a script makes and fires itself gets no double-quoted strings", async () => {
  using project = runProject();
  project.add(
    "a1",
    `CREATE TABLE t(a); INSERT INTO t VALUES (1);
     CREATE TRIGGER g AFTER INSERT ON t BEGIN DELETE FROM t WHERE "b" <> 1; END;
     INSERT INTO t VALUES (2);`,
  );
  const { stderr } = await project.fails(1, "upgrade");
  assert.match(stderr, /no such column: "b"/);
  assert.equal(await project.applied(), "");
});

Deno.test("a script may say which SQLite it needs", async () => {
  using project = runProject();
  project.add("a1", "-- aludel: sqlite>=3.35\nCREATE TABLE t(a);");
  project.add("a2", "-- aludel: sqlite>=3.999\nCREATE TABLE u(a);");
  const { stderr } = await project.fails(1, "upgrade");
  assert.match(
    stderr,
    /error\[sqlite-too-old\]: Revision "a2" needs SQLite 3\.999, and this one is 3\.\d+/,
  );
  await project.done("upgrade", "a1");
});

Deno.test("a constraint that rows are in the way of is told with the rows, and nothing is changed", async () => {
  using project = runProject();
  project.add("a1", "CREATE TABLE t(a); INSERT INTO t VALUES (1), (NULL), (NULL);");
  await project.prepare("upgrade");
  project.add("a2", "UPDATE t SET a = 2 WHERE rowid = 2;\nALTER TABLE t ALTER a SET NOT NULL;");
  const { stderr } = await project.fails(1, "upgrade");
  assert.match(stderr, /at migrations\/a2\/up\.sql:2:1/);
  assert.match(stderr, /SQLite says: constraint failed\n {2}1 row has NULL in "a": rowid 3\n/);
  assert.match(stderr, /next: Fill them in before this statement: UPDATE t SET a = … WHERE a IS/);
  assert.equal(await project.sql("SELECT count(*) FROM t WHERE a IS NULL"), "2");
});

Deno.test("a trigger without its end is found before anything runs", async () => {
  using project = runProject();
  project.add("a1", "CREATE TABLE t(a);");
  project.add("a2", "CREATE TRIGGER g AFTER INSERT ON t BEGIN\n  SELECT 1;\nCREATE TABLE u(a);\n");
  const { stderr } = await project.fails(1, "upgrade");
  assert.match(stderr, /^error\[sql-unfinished\]: The trigger that begins here is never closed/);
  assert.match(stderr, /at migrations\/a2\/up\.sql:1:1/);
  assert.ok(!project.has("app.db"));
});

Deno.test("a script of twenty thousand SELECTs runs, and each statement meets the authorizer", async () => {
  using project = runProject();
  const selects = Array.from({ length: 20_000 }, (_, i) => `SELECT ${i};`).join("\n");
  project.add("a1", `CREATE TABLE t(a);\n${selects}\nINSERT INTO t VALUES (1);`);
  await project.done("upgrade");
  project.add(
    "a2",
    "SELECT 1; CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; END; INSERT INTO t VALUES (2);\nPRAGMA main.writable_schema;",
  );
  await project.done("upgrade");
  project.add(
    "a3",
    "SELECT 1;\nINSERT INTO t SELECT load_extension_here FROM (SELECT 1 AS load_extension_here);\nCREATE VIRTUAL TABLE aludelx USING fts5(a); ALTER TABLE aludelx RENAME TO aludel;",
  );
  assert.match(
    (await project.fails(1, "upgrade")).stderr,
    /error\[sql-state-table\]: "aludel" is a name/,
  );
  assert.equal(await project.sql("SELECT group_concat(a) FROM t"), "1,2");
});
