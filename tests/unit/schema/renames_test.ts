import assert from "node:assert/strict";
import { compareSchemas } from "../../../src/schema/compare.ts";
import { describeChange } from "../../../src/schema/describe.ts";
import { load, schemaOf } from "./schema_of.ts";

async function underHints(from: readonly string[], to: string): Promise<string[]> {
  const { schema, hints } = await load(to);
  return compareSchemas(await schemaOf(...from), schema, { renames: hints }).flatMap(
    describeChange,
  );
}

Deno.test("a rename hint makes a rename of a drop and an add, and is inert once applied", async () => {
  const wanted = `
-- aludel: renamed from=users
CREATE TABLE accounts (
  id INTEGER PRIMARY KEY,
  -- aludel: renamed from="full name"
  name TEXT CHECK (name <> ''),
  boss REFERENCES accounts
);
CREATE INDEX by_name ON accounts(name, lower(name));
CREATE VIEW v AS SELECT name FROM accounts WHERE id > 1;
CREATE TRIGGER x AFTER INSERT ON accounts BEGIN UPDATE accounts SET name = new.name; END;
CREATE TABLE post (author REFERENCES accounts(id));`;
  const present = [
    `CREATE TABLE users(id INTEGER PRIMARY KEY, "full name" TEXT CHECK ("full name" <> ''), boss REFERENCES users)`,
    'CREATE INDEX by_name ON users("full name", lower("full name"))',
    'CREATE VIEW v AS SELECT "full name" FROM users WHERE id > 1',
    'CREATE TRIGGER x AFTER INSERT ON users BEGIN UPDATE users SET "full name" = new."full name"; END',
    "CREATE TABLE post(author REFERENCES users(id))",
  ];
  assert.deepEqual(await underHints(present, wanted), [
    "rename table users to accounts",
    'rename column accounts."full name" to name',
  ]);
  const applied = (await load(wanted)).schema;
  assert.deepEqual(
    compareSchemas(applied, applied, { renames: (await load(wanted)).hints }),
    [],
  );
});

Deno.test("a view whose names tokens cannot tell apart is replaced under a rename", async () => {
  const lines = await underHints(
    ["CREATE TABLE t(a)", "CREATE TABLE u(a)", "CREATE VIEW v AS SELECT t.a, u.a FROM t, u"],
    `CREATE TABLE t(
       -- aludel: renamed from=a
       b);
     CREATE TABLE u(a);
     CREATE VIEW v AS SELECT t.b, u.a FROM t, u;`,
  );
  assert.deepEqual(lines, ["rename column t.a to b", "replace view v"]);
});

Deno.test("renames in a chain are told apart from columns that stay", async () => {
  assert.deepEqual(
    await underHints(
      ["CREATE TABLE t(a INT, b TEXT)"],
      `CREATE TABLE t(
         -- aludel: renamed from=a
         b INT,
         -- aludel: renamed from=b
         c TEXT);`,
    ),
    ["rename column t.a to b", "rename column t.b to c"],
  );
});

Deno.test("hints that cannot be meant do nothing", async () => {
  const swap = `CREATE TABLE t(
      -- aludel: renamed from=b
      a,
      -- aludel: renamed from=a
      b);`;
  assert.deepEqual(await underHints(["CREATE TABLE t(a, b)"], swap), []);
  const stays = `CREATE TABLE t(a,
      -- aludel: renamed from=a
      b);`;
  assert.deepEqual(await underHints(["CREATE TABLE t(a)"], stays), ["add column t.b"]);
  const unknown = "-- aludel: renamed from=nobody\nCREATE TABLE t(a);";
  assert.deepEqual(await underHints([], unknown), ["create table t"]);
});

Deno.test("a new column may take the name that another gives up", async () => {
  assert.deepEqual(
    await underHints(
      ["CREATE TABLE t(a INT)"],
      `CREATE TABLE t(
         a INT,
         -- aludel: renamed from=a
         b INT);`,
    ),
    ["add column t.b INT"],
  );
});
