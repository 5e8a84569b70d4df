import assert from "node:assert/strict";
import { stepText } from "../../../src/text/next_step.ts";
import { AludelError } from "../../../src/errors.ts";
import { openScratch } from "../../../src/db/open_scratch.ts";
import { loadSchema } from "../../../src/schema/source/load_schema.ts";
import { load } from "./schema_of.ts";

async function failure(text: string): Promise<AludelError> {
  try {
    await load(text);
  } catch (error) {
    if (error instanceof AludelError) return error;
    throw error;
  }
  throw new Error(`Nothing is wrong with ${text}`);
}

Deno.test("loadSchema() takes definitions in any order", async () => {
  const { schema, notices } = await load(`
    CREATE TRIGGER x INSTEAD OF INSERT ON v BEGIN SELECT 1; END;
    CREATE INDEX i ON t(a);
    CREATE VIEW v AS SELECT a FROM t;
    CREATE TABLE t(a REFERENCES u);
    CREATE TABLE u(id INTEGER PRIMARY KEY);`);
  assert.deepEqual([...schema.tables.keys()], ["t", "u"]);
  assert.equal(schema.indexes.size + schema.views.size + schema.triggers.size, 3);
  assert.deepEqual(notices, []);
});

Deno.test("loadSchema() reads several files in the order of their names", async () => {
  const files = [
    { file: "schema/b.sql", text: "CREATE TABLE second(a);" },
    { file: "schema/a.sql", text: "CREATE INDEX i ON second(a);\nCREATE TABLE first(a);" },
  ];
  const { schema } = await loadSchema(files, () => Promise.resolve(openScratch()));
  assert.deepEqual([...schema.tables.keys()], ["first", "second"]);
});

Deno.test("loadSchema() of nothing is an empty schema", async () => {
  assert.equal((await load("-- nothing yet\n")).schema.tables.size, 0);
  const { schema } = await loadSchema([], () => Promise.resolve(openScratch()));
  assert.equal(schema.tables.size, 0);
});

Deno.test("loadSchema() shows where SQLite refuses a statement, and its words", async () => {
  const error = await failure("CREATE TABLE a(x);\nCREATE TABLE größe(a,\n  b TEXT chek (a));\n");
  assert.equal(error.code, "schema-sql");
  assert.deepEqual([error.place?.line, error.place?.column], [3, 16]);
  assert.match(error.place?.frame ?? "", /chek/);
  assert.match(error.sqlite ?? "", /syntax error/);
  assert.equal((await failure("creat table t(a)")).code, "schema-sql");
  assert.match((await failure("CREATE INDEX i ON nowhere(a);")).sqlite ?? "", /no such table/);
  assert.match((await failure("CREATE VIRTUAL TABLE v USING nomodule(a);")).sqlite ?? "", /module/);
});

Deno.test("loadSchema() says where data and steps belong instead", async () => {
  const cases: readonly [sql: string, next: RegExp][] = [
    ["INSERT INTO t VALUES (1)", /up\.sql/],
    ["WITH x AS (SELECT 1) DELETE FROM t", /up\.sql/],
    ["PRAGMA foreign_keys = ON", /Delete the line/],
    ["ALTER TABLE t ADD COLUMN b", /autogenerate/],
    ["DROP TABLE t", /autogenerate/],
    [".bail on\nCREATE TABLE u(a)", /Delete the line/],
    ["SET NAMES utf8", /Delete the line/],
    [
      "INSERT INTO sqlite_master(type,name,tbl_name,rootpage,sql) VALUES('table','f','f',0,'')",
      /\.schema/,
    ],
  ];
  for (const [sql, next] of cases) {
    const error = await failure(`CREATE TABLE t(a);\n  ${sql};`);
    assert.equal(error.code, "schema-statement", sql);
    assert.deepEqual([error.place?.line, error.place?.column], [2, 3], sql);
    assert.ok(error.next.some((line) => next.test(stepText(line))), sql);
  }
});

Deno.test("loadSchema() takes the dumps of dbmate, of Rails and of the shell", async () => {
  const dbmate = `CREATE TABLE IF NOT EXISTS "schema_migrations" (version varchar(128) primary key);
CREATE TABLE users (id integer primary key);
-- Dbmate schema migrations
INSERT INTO "schema_migrations" (version) VALUES
  ('20151129054053'),
  ('20200101000000');
`;
  const rails =
    `CREATE TABLE IF NOT EXISTS "schema_migrations" ("version" varchar NOT NULL PRIMARY KEY);
CREATE TABLE IF NOT EXISTS "ar_internal_metadata" ("key" varchar NOT NULL PRIMARY KEY, "value" varchar);
CREATE TABLE IF NOT EXISTS "users" ("id" integer PRIMARY KEY AUTOINCREMENT NOT NULL, "name" varchar);
CREATE TABLE sqlite_sequence(name,seq);
CREATE INDEX "by_name" ON "users" ("name") /*application='app'*/;
INSERT INTO "schema_migrations" (version) VALUES
('20230102030405');
`;
  const shell = `PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE users(id INTEGER PRIMARY KEY AUTOINCREMENT);
INSERT INTO alembic_version VALUES('3f9c');
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('users',7);
COMMIT;
`;
  const of = async (text: string) => {
    const { schema, notices } = await load(text);
    assert.ok(schema.tables.has("users"));
    return notices.map(({ message, place }) => `${place.line} ${message}`);
  };
  assert.deepEqual(await of(dbmate), [
    '4 The rows of "schema_migrations" belong to another migration tool',
  ]);
  assert.deepEqual(await of(rails), [
    '4 SQLite makes "sqlite_sequence" itself',
    '6 The rows of "schema_migrations" belong to another migration tool',
  ]);
  assert.deepEqual(await of(shell), [
    "1 PRAGMA foreign_keys is not part of a schema",
    '4 The rows of "alembic_version" belong to another migration tool',
    '5 SQLite keeps the rows of "sqlite_sequence" itself',
    '6 SQLite keeps the rows of "sqlite_sequence" itself',
  ]);
});

Deno.test("loadSchema() refuses a name that is defined twice, also behind IF NOT EXISTS", async () => {
  const error = await failure("CREATE TABLE t(a);\nCREATE TABLE IF NOT EXISTS [T](b);");
  assert.equal(error.code, "schema-duplicate");
  assert.equal(error.place?.line, 2);
  assert.match(error.notes.join(), /schema\.sql:1/);
  const { schema } = await load(
    "CREATE TABLE t(a); CREATE TRIGGER t AFTER INSERT ON t BEGIN SELECT 1; END;",
  );
  assert.equal(schema.triggers.size, 1);
});

Deno.test("loadSchema() leaves out TEMP objects and what a dump holds besides, with a notice", async () => {
  const { schema, notices } = await load(`BEGIN TRANSACTION;
CREATE TABLE sqlite_sequence(name,seq);
CREATE TABLE t(id INTEGER PRIMARY KEY AUTOINCREMENT);
CREATE TEMP TABLE scratch(a);
CREATE TRIGGER temp.x AFTER INSERT ON t BEGIN SELECT 1; END;
CREATE TABLE aludel_log(a);
CREATE VIRTUAL TABLE f USING fts5(body);
CREATE TABLE IF NOT EXISTS 'f_data'(id INTEGER PRIMARY KEY, block BLOB);
COMMIT;`);
  assert.deepEqual([...schema.tables.keys()], ["t"]);
  assert.deepEqual(notices.map(({ place }) => place.line), [2, 4, 5, 6, 8]);
});

Deno.test("loadSchema() runs SQL with functions that only the application has", async () => {
  const { schema } = await load(`
    CREATE TABLE t(a CHECK (is_iban(a)), b AS (shout(a, 2)));
    CREATE INDEX i ON t(shout(a));
    CREATE VIEW v AS SELECT unknown_too(a) FROM t;`);
  assert.equal(schema.tables.get("t")?.checks[0]?.expression, "is_iban(a)");
  assert.ok(schema.indexes.has("i"));
});

Deno.test("loadSchema() gives the same for a large schema in several databases as in one", async () => {
  const statements: string[] = [
    "CREATE VIRTUAL TABLE docs USING fts5(body)",
    "CREATE TABLE IF NOT EXISTS docs_data(id INTEGER PRIMARY KEY, block BLOB)",
  ];
  for (let at = 0; at < 250; at++) {
    statements.push(
      `CREATE INDEX i${at} ON t${at}(a)`,
      `CREATE TABLE t${at}(a REFERENCES t${249 - at})`,
      `CREATE TRIGGER x${at} INSTEAD OF DELETE ON v${at} BEGIN SELECT 1; END`,
      `CREATE VIEW v${at} AS SELECT a FROM t${249 - at}`,
    );
  }
  let opened = 0;
  const { schema } = await loadSchema([{ file: "s.sql", text: statements.join(";\n") }], () => {
    opened++;
    return Promise.resolve(openScratch());
  });
  assert.ok(opened > 1);
  for (const kind of ["tables", "indexes", "triggers", "views"] as const) {
    assert.equal(schema[kind].size, 250);
  }
  assert.deepEqual([...schema.virtualTables.keys()], ["docs"]);
  assert.equal([...schema.tables.keys()][249], "t249");
});

Deno.test("loadSchema() finds the error in a large schema, too", async () => {
  const tables = Array.from({ length: 400 }, (_, at) => `CREATE TABLE t${at}(a);`);
  const error = await failure([...tables, "CREATE INDEX i ON nowhere(a);"].join("\n"));
  assert.equal(error.code, "schema-sql");
  assert.equal(error.place?.line, 401);
});
