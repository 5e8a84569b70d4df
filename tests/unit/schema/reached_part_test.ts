import assert from "node:assert/strict";
import { partOf, reachedNames } from "../../../src/schema/diff/reached_part.ts";
import { schemaOf } from "./schema_of.ts";

const SCHEMA = [
  "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT)",
  "CREATE TABLE posts (id INTEGER PRIMARY KEY, author REFERENCES Users)",
  "CREATE TABLE comments (post REFERENCES posts)",
  "CREATE TABLE audit (line)",
  "CREATE TABLE counts (n)",
  "CREATE TABLE settings (key)",
  "CREATE INDEX by_author ON posts(author)",
  "CREATE VIEW authors AS SELECT name FROM users",
  "CREATE VIEW first_author AS SELECT * FROM authors LIMIT 1",
  "CREATE TRIGGER users_audit AFTER UPDATE ON Users BEGIN INSERT INTO audit VALUES (new.name); END",
  "CREATE TRIGGER settings_audit AFTER UPDATE ON settings BEGIN INSERT INTO audit VALUES (1); END",
  "CREATE TRIGGER audit_counts AFTER INSERT ON audit BEGIN UPDATE counts SET n = n + 1; END",
];

async function reached(sql: string, more: readonly string[] = []): Promise<string[]> {
  const schema = await schemaOf(...SCHEMA, ...more);
  return [...reachedNames([schema], [sql])].sort();
}

Deno.test("reachedNames() has a table's children, its views and theirs, and what its triggers write", async () => {
  assert.deepEqual(
    await reached('ALTER TABLE "USERS" RENAME TO people'),
    ["audit", "authors", "counts", "first_author", "posts", "users"],
  );
});

Deno.test("reachedNames() has the parents of a table, and neither their children nor what names them", async () => {
  assert.deepEqual(
    await reached("ALTER TABLE comments ADD COLUMN a"),
    ["audit", "comments", "counts", "posts", "users"],
  );
});

Deno.test("reachedNames() has the tables whose triggers write a table that is named", async () => {
  assert.deepEqual(
    await reached("DROP TABLE audit"),
    ["audit", "counts", "settings", "users"],
  );
});

Deno.test("reachedNames() takes an index or trigger for its table", async () => {
  const posts = ["audit", "comments", "counts", "posts", "users"];
  assert.deepEqual(await reached("DROP INDEX By_Author"), posts);
  assert.deepEqual(
    await reached("DROP TRIGGER settings_audit"),
    ["audit", "counts", "settings"],
  );
});

Deno.test("reachedNames() has every virtual table, and what their arguments name", async () => {
  const fts = "CREATE VIRTUAL TABLE found USING fts5(key, content='settings')";
  assert.deepEqual(
    await reached("DROP TABLE counts", [fts]),
    ["audit", "counts", "found", "settings"],
  );
});

Deno.test("reachedNames() finds ties that only one of the two schemas has", async () => {
  const from = await schemaOf("CREATE TABLE a(x)", "CREATE TABLE b(y)");
  const to = await schemaOf(
    "CREATE TABLE a(x)",
    "CREATE TABLE b(y)",
    "CREATE VIEW v AS SELECT y FROM b",
  );
  assert.deepEqual([...reachedNames([from, to], ["CREATE VIEW v AS SELECT y FROM b"])].sort(), [
    "b",
    "v",
  ]);
  assert.deepEqual([...reachedNames([from, to], ["ALTER TABLE b ADD COLUMN z"])].sort(), [
    "b",
    "v",
  ]);
});

Deno.test("partOf() keeps indexes and triggers with what they belong to", async () => {
  const schema = await schemaOf(...SCHEMA);
  const part = partOf(schema, new Set(["posts", "users", "authors"]));
  assert.deepEqual([...part.tables.keys()], ["users", "posts"]);
  assert.deepEqual([...part.views.keys()], ["authors"]);
  assert.deepEqual([...part.indexes.keys()], ["by_author"]);
  assert.deepEqual([...part.triggers.keys()], ["users_audit"]);
});
