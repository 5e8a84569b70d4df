import assert from "node:assert/strict";
import { runProject } from "./run_project.ts";

const TABLE = `CREATE TABLE t(id INTEGER PRIMARY KEY AUTOINCREMENT, a);
CREATE INDEX by_a ON t(a);
CREATE TRIGGER count_up AFTER INSERT ON t BEGIN SELECT 1; END;
INSERT INTO t VALUES (1, 'x'), (5, 'y');
DELETE FROM t WHERE id = 5;
CREATE TABLE plain(a);
INSERT INTO plain VALUES (1), (2), (3);
DELETE FROM plain WHERE a = 2;`;

const REBUILD = `CREATE TABLE new_t(id INTEGER PRIMARY KEY AUTOINCREMENT, a, b);
INSERT INTO new_t(id, a) SELECT id, a FROM t;
DROP TABLE t;
ALTER TABLE new_t RENAME TO t;
CREATE TABLE new_plain(a);
INSERT INTO new_plain SELECT a FROM plain;
DROP TABLE plain;
ALTER TABLE new_plain RENAME TO plain;`;

Deno.test("a rebuild that forgets things is refused, and the error names each", async () => {
  using project = runProject();
  project.add("a1", TABLE);
  await project.done("upgrade");
  const before = await project.sql(".dump");
  project.add("a2", REBUILD);
  const { stderr } = await project.fails(1, "upgrade");
  assert.match(
    stderr,
    /error\[data-loss\]: Revision "a2" would lose something that it does not drop\n {2}at migrations\/a2\/up\.sql/,
  );
  assert.match(stderr, /index "by_a" is gone/);
  assert.match(stderr, /trigger "count_up" is gone/);
  assert.match(stderr, /table "t": its AUTOINCREMENT sequence fell from 5 to 1/);
  assert.match(stderr, /table "plain": the rowids of its rows have changed/);
  assert.match(
    stderr,
    /next: .*-- aludel: allow-loss=plain REASON, and a line each for t, by_a, count_up\n/,
  );
  const failures = "DELETE FROM aludel_log WHERE event = 'failure'";
  await project.sql(failures);
  assert.equal(await project.sql(".dump"), before);
});

Deno.test("allow-loss lets through what it names, and nothing else", async () => {
  using project = runProject();
  project.add("a1", TABLE);
  project.add(
    "a2",
    `-- aludel: allow-loss=T it is a cache\n-- aludel: allow-loss=by_a unused\n${REBUILD}`,
  );
  const { stderr } = await project.fails(1, "upgrade");
  assert.doesNotMatch(stderr, /by_a|"t"/);
  assert.match(stderr, /count_up/);
  project.edit(
    "a2",
    "up",
    `-- aludel: allow-loss=t x\n-- aludel: allow-loss="by_a" x\n-- aludel: allow-loss=count_up x\n-- aludel: allow-loss=plain x\n${REBUILD}`,
  );
  await project.done("upgrade");
});

Deno.test("a rebuild that loses rows is refused, also in a downgrade", async () => {
  using project = runProject();
  const narrow =
    `CREATE TABLE n(a); INSERT INTO n SELECT a FROM t WHERE a > 1; DROP TABLE t; ALTER TABLE n RENAME TO t;`;
  project.add("a1", "CREATE TABLE t(a); INSERT INTO t VALUES (1), (2);");
  project.add("a2", "ALTER TABLE t ADD b;", narrow);
  await project.done("upgrade");
  const { stderr } = await project.fails(1, "downgrade", "-1");
  assert.match(stderr, /table "t": 1 of 2 rows are gone, and no DELETE names it/);
  assert.equal(await project.sql("SELECT count(*) FROM t"), "2");
  assert.equal(await project.applied(), "a1 a2");
});

Deno.test("integers beyond 2^53 and text with a NUL survive a rebuild", async () => {
  using project = runProject();
  project.add(
    "a1",
    `CREATE TABLE t(n INTEGER, s TEXT, b BLOB);
     INSERT INTO t VALUES (9223372036854775807, 'a' || char(0) || 'b', x'00ff00');
     INSERT INTO t VALUES (-9007199254740993, cast(x'ff41' AS TEXT), NULL);`,
  );
  project.add(
    "a2",
    `CREATE TABLE n(n INTEGER, s TEXT, b BLOB, extra); INSERT INTO n SELECT *, NULL FROM t; DROP TABLE t; ALTER TABLE n RENAME TO t;`,
  );
  await project.done("upgrade");
  assert.equal(
    await project.sql("SELECT n, typeof(s), hex(cast(s AS BLOB)), hex(b) FROM t"),
    "9223372036854775807|text|610062|00FF00\n-9007199254740993|text|FF41|",
  );
});

Deno.test("DROP TABLE, DROP INDEX and DELETE lose what they name", async () => {
  using project = runProject();
  project.add("a1", TABLE);
  project.add(
    "a2",
    "DROP INDEX by_a; DROP TRIGGER count_up; DELETE FROM t; DROP TABLE plain; ALTER TABLE t RENAME TO u;",
  );
  await project.done("upgrade");
  assert.equal(await project.sql("SELECT count(*) FROM u"), "0");
});

Deno.test("a copy may give a column's name to a new one, if it lists the columns on both sides", async () => {
  const table = "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT, nick TEXT);\n";
  const rebuild = (columns: string, definition: string) =>
    `CREATE TABLE t__new (${definition});
INSERT INTO t__new (${columns.split(" from ")[0]}) SELECT ${columns.split(" from ")[1]} FROM t;
DROP TABLE t;
ALTER TABLE t__new RENAME TO t;
`;
  const tried: readonly [copy: string, definition: string, lost: RegExp | null][] = [
    [
      "id, full_name, nick from id, name, nick",
      "id INTEGER PRIMARY KEY, full_name, name DEFAULT 'x', nick",
      null,
    ],
    ["id, name, called from id, nick, name", "id INTEGER PRIMARY KEY, name, called", null],
    [
      "id, name, nick from id, nick, name",
      "id INTEGER PRIMARY KEY, name, nick",
      /lost .*t: .*nick in 2 rows/,
    ],
    [
      "id, name, nick from id, name, name",
      "id INTEGER PRIMARY KEY, name, nick",
      /lost .*t: .*nick in 2 rows/,
    ],
  ];
  for (const [copy, definition, lost] of tried) {
    using project = runProject();
    project.add("a1", table);
    project.add("a2", rebuild(copy, definition), null, ["a1"]);
    await project.done("upgrade", "a1");
    await project.sql("INSERT INTO t VALUES (1, 'Ada', 'A'), (2, 'Bob', 'B')");
    const { stderr } = await project.fails(0, "upgrade", "head");
    if (lost === null) assert.doesNotMatch(stderr, /lost/, copy);
    else assert.match(stderr, lost, copy);
  }
});

Deno.test("rows of a WITHOUT ROWID table are found again whose key the new type converts", async () => {
  using project = runProject();
  project.write("schema.sql", "CREATE TABLE n (k, v, PRIMARY KEY (k)) WITHOUT ROWID;\n");
  await project.done("revision", "--autogenerate", "-m", "first");
  await project.done("upgrade", "head");
  await project.sql(
    "INSERT INTO n VALUES ('7', 'a'), ('x', 'b'), (3, 'c'), (x'00', 'd'), (2.5, 'e'), ('1e2', 'f'), (' 8', 'g')",
  );
  project.write("schema.sql", "CREATE TABLE n (k INT, v, PRIMARY KEY (k)) WITHOUT ROWID;\n");
  await project.done("revision", "--autogenerate", "-m", "second");
  const { stderr } = await project.fails(0, "upgrade", "head");
  assert.match(stderr, /lost +n: k in 2 rows/);
});
