import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { openNodeSqlite } from "../../../src/db/open.ts";
import { openScratch } from "../../../src/db/open_scratch.ts";
import { introspect } from "../../../src/schema/read/introspect.ts";
import { databaseOf, schemaOf } from "./schema_of.ts";

Deno.test("introspect() reads each kind of object under its folded name", async () => {
  const schema = await schemaOf(
    'CREATE TABLE "Users" (id INTEGER PRIMARY KEY, "Name" TEXT)',
    'CREATE UNIQUE INDEX "By Name" ON users (name DESC) WHERE id > 0',
    "CREATE VIEW v(a) AS SELECT id FROM users",
    "CREATE TRIGGER tr INSTEAD OF DELETE ON v BEGIN SELECT 1; END",
    "CREATE VIRTUAL TABLE docs USING fts5(title, tokenize = 'porter ascii', content='')",
  );
  assert.deepEqual([...schema.tables.keys()], ["users"]);
  assert.equal(schema.tables.get("users")?.name, "Users");
  assert.equal(schema.indexes.get("by name")?.terms[0]?.column, "Name");
  assert.equal(schema.triggers.get("tr")?.table, "v");
  assert.deepEqual(schema.virtualTables.get("docs")?.arguments, [
    "title",
    "tokenize = 'porter ascii'",
    "content=''",
  ]);
});

Deno.test("introspect() leaves out what is not the user's: TEMP, sqlite_, aludel_, shadow tables", async () => {
  await using connection = await databaseOf(
    "CREATE TABLE t(a)",
    "CREATE TEMP TABLE t(b, c)",
    "CREATE TEMP TRIGGER tt AFTER INSERT ON t BEGIN SELECT 1; END",
    "CREATE TABLE auto(id INTEGER PRIMARY KEY AUTOINCREMENT)",
    "CREATE TABLE aludel_log(a)",
    "CREATE INDEX on_log ON aludel_log(a)",
    "CREATE VIRTUAL TABLE box USING rtree(id, x0, x1)",
    "ANALYZE",
  );
  const schema = await introspect(connection);
  assert.deepEqual([...schema.tables.keys()], ["t", "auto"]);
  assert.deepEqual(schema.tables.get("t")?.columns.map(({ name }) => name), ["a"]);
  assert.equal(schema.indexes.size, 0);
  assert.equal(schema.triggers.size, 0);
});

Deno.test("introspect() reads what does not compile: dangling references, views, triggers", async () => {
  const schema = await schemaOf(
    "CREATE TABLE child(a REFERENCES gone(id), b REFERENCES child(nowhere))",
    "CREATE VIEW broken AS SELECT nope FROM missing",
    "CREATE TRIGGER tr AFTER INSERT ON child BEGIN INSERT INTO missing SELECT only_the_app(1); END",
  );
  assert.equal(schema.tables.get("child")?.foreignKeys[0]?.parent, "gone");
  assert.ok(schema.views.has("broken"));
  assert.ok(schema.triggers.has("tr"));
});

async function inFile(
  prepare: (database: DatabaseSync) => void,
  check: (path: string) => Promise<void>,
): Promise<void> {
  const path = await Deno.makeTempFile({ suffix: ".db" });
  try {
    const database = new DatabaseSync(path, { defensive: false } as object);
    prepare(database);
    database.close();
    await check(path);
  } finally {
    await Deno.remove(path);
  }
}

Deno.test("introspect() needs no function that only the application registers", async () => {
  await inFile((database) => {
    database.function("app", { deterministic: true }, (value: unknown) => value as string);
    database.exec(
      "CREATE TABLE t(a CHECK (app(a)), b AS (app(a))); CREATE INDEX i ON t(app(a)) WHERE app(a) > 1",
    );
  }, async (path) => {
    await using connection = openNodeSqlite({ path, mode: "read" });
    const schema = await introspect(connection);
    assert.equal(schema.tables.get("t")?.checks[0]?.expression, "app(a)");
    assert.equal(schema.indexes.get("i")?.where, "app(a) > 1");
  });
});

Deno.test("introspect() reads virtual tables of missing modules and leaves their shadows alone", async () => {
  await inFile((database) => {
    database.exec(
      `PRAGMA writable_schema = ON;
       CREATE TABLE vectors_chunks(a);
       CREATE TABLE old_content(a);
       CREATE TABLE old_notes(a);
       INSERT INTO sqlite_schema VALUES
         ('table', 'vectors', 'vectors', 0, 'CREATE VIRTUAL TABLE vectors USING nomodule(f float[3], "x, y")'),
         ('table', 'old', 'old', 0, 'CREATE VIRTUAL TABLE old USING FTS_3(a)')`,
    );
  }, async (path) => {
    await using connection = openNodeSqlite({ path, mode: "read" });
    const schema = await introspect(connection);
    assert.deepEqual(schema.virtualTables.get("vectors")?.arguments, ["f float[3]", '"x, y"']);
    assert.deepEqual([...schema.tables.keys()], []);
  });
});

Deno.test("introspect() of an empty database is an empty schema", async () => {
  await using connection = openScratch();
  const schema = await introspect(connection);
  assert.equal(schema.tables.size + schema.views.size + schema.virtualTables.size, 0);
});

Deno.test("introspect() reads SQL that ALTER TABLE has rewritten", async () => {
  const schema = await schemaOf(
    "CREATE TABLE t(a INT CHECK (a > 0), b TEXT -- last\n, CHECK (b <> ''))",
    "CREATE INDEX i ON t(a)",
    "ALTER TABLE t ADD COLUMN c DEFAULT 1 REFERENCES p",
    'ALTER TABLE t RENAME COLUMN a TO "new a"',
    'ALTER TABLE t RENAME TO "t 2"',
    'ALTER TABLE "t 2" ALTER COLUMN c SET NOT NULL',
    'ALTER TABLE "t 2" ADD CONSTRAINT late CHECK (c < 9)',
  );
  const table = schema.tables.get("t 2");
  assert.deepEqual(table?.columns.map(({ name }) => name), ["new a", "b", "c"]);
  assert.deepEqual(table?.columns[2]?.notNull, { name: undefined, conflict: undefined });
  assert.deepEqual(table?.checks.map(({ name }) => name), [undefined, undefined, "late"]);
  assert.equal(table?.foreignKeys[0]?.parent, "p");
  assert.equal(schema.indexes.get("i")?.terms[0]?.column, "new a");
});

Deno.test("introspect() asks SQLite about tables whose text it does not know, and about those alone", async () => {
  const known = await schemaOf(
    "CREATE TABLE t(a, b)",
    "CREATE TABLE u(a)",
    "CREATE INDEX i ON t(a)",
  );
  await using connection = await databaseOf(
    "CREATE TABLE t(a, b)",
    "CREATE INDEX i ON t(a)",
    "CREATE INDEX j ON t(b)",
    "CREATE TABLE u(a, late NOT NULL)",
  );
  const schema = await introspect(connection, [known]);
  assert.equal(schema.tables.get("t"), known.tables.get("t"));
  assert.equal(schema.indexes.get("i"), known.indexes.get("i"));
  assert.equal(schema.indexes.get("j")?.terms[0]?.column, "b");
  assert.deepEqual(schema.tables.get("u")?.columns.map(({ name }) => name), ["a", "late"]);
  assert.ok(schema.tables.get("u")?.columns[1]?.notNull);
});

Deno.test("introspect() knows a text for what it is where it stands: a table once, a shadow table now", async () => {
  const text = "CREATE TABLE 'docs_content'(id INTEGER PRIMARY KEY, c0)";
  const known = await schemaOf(text);
  await using connection = await databaseOf("CREATE VIRTUAL TABLE docs USING fts5(title)");
  const [stored] = await connection.query(
    "SELECT sql FROM sqlite_schema WHERE name = 'docs_content'",
  );
  assert.equal(stored?.sql, text);
  const schema = await introspect(connection, [known]);
  assert.deepEqual([...schema.tables.keys()], []);
});

Deno.test("introspect() reads an index anew whose table has other columns by now", async () => {
  const known = await schemaOf("CREATE TABLE t(a, b)", "CREATE INDEX i ON t(a)");
  const schema = await (async () => {
    await using connection = await databaseOf("CREATE TABLE t(b, a)", "CREATE INDEX i ON t(a)");
    return await introspect(connection, [known]);
  })();
  assert.notEqual(schema.indexes.get("i"), known.indexes.get("i"));
  assert.equal(schema.indexes.get("i")?.terms[0]?.column, "a");
});
