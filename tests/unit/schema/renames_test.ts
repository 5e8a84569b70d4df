import assert from "node:assert/strict";
import { AludelError } from "../../../src/errors.ts";
import { compareSchemas } from "../../../src/schema/diff/compare.ts";
import { describeChange } from "../../../src/schema/diff/describe.ts";
import { checkRenames } from "../../../src/schema/diff/check_renames.ts";
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

Deno.test("a new column or table may take the name that another gives up", async () => {
  assert.deepEqual(
    await underHints(
      ["CREATE TABLE t(a INT)"],
      `CREATE TABLE t(
         a TEXT,
         -- aludel: renamed from=a
         b INT);`,
    ),
    ["rename column t.a to b", "add column t.a TEXT"],
  );
  assert.deepEqual(
    await underHints(
      ["CREATE TABLE t(a INT)"],
      `-- aludel: renamed from=t
       CREATE TABLE old_t(
         -- aludel: renamed from=a
         b INT);
       CREATE TABLE t(
         -- aludel: renamed from=a
         c INT);`,
    ),
    ["rename table t to old_t", "rename column old_t.a to b", "create table t"],
  );
  assert.deepEqual(
    await underHints(
      ["CREATE TABLE t(a INT)"],
      `-- aludel: renamed from=t
       CREATE TABLE old_t(a INT);
       CREATE VIEW t AS SELECT a FROM old_t;`,
    ),
    ["rename table t to old_t", "create view t"],
  );
});

Deno.test("a virtual table is renamed as a table is, and with it what names it", async () => {
  const present = [
    "CREATE VIRTUAL TABLE f USING fts5(a)",
    "CREATE TABLE t(a)",
    "CREATE TRIGGER x AFTER INSERT ON t BEGIN INSERT INTO f(a) VALUES (new.a); END",
    "CREATE VIEW v AS SELECT a FROM f",
  ];
  const others = `CREATE TABLE t(a);
    CREATE TRIGGER x AFTER INSERT ON t BEGIN INSERT INTO g(a) VALUES (new.a); END;
    CREATE VIEW v AS SELECT a FROM g;`;
  assert.deepEqual(
    await underHints(
      present,
      `-- aludel: renamed from=f\nCREATE VIRTUAL TABLE g USING fts5(a);${others}`,
    ),
    ["rename virtual table f using fts5 to g"],
  );
  assert.deepEqual(
    await underHints(
      ["CREATE VIRTUAL TABLE f USING fts5(a)"],
      `-- aludel: renamed from=f
       CREATE VIRTUAL TABLE g USING fts5(a, b);
       CREATE VIRTUAL TABLE f USING rtree(id, x, y);`,
    ),
    ["rename virtual table f using fts5 to g", "create virtual table f using rtree"],
  );
});

/** What checkRenames() says of a schema file: its error's message, or else its notices. */
async function checked(from: readonly string[], to: string): Promise<readonly string[]> {
  const { schema, hints } = await load(to);
  const present = await schemaOf(...from);
  try {
    return checkRenames(present, schema, hints);
  } catch (error) {
    assert.ok(error instanceof AludelError && error.code === "schema-rename-hint");
    assert.ok(error.place?.line !== undefined && error.next.length > 0);
    return [error.message];
  }
}

Deno.test("checkRenames() refuses names that change places, in circles of any length", async () => {
  const swap = `CREATE TABLE t(
      -- aludel: renamed from=b
      a,
      -- aludel: renamed from=a
      b);`;
  assert.deepEqual(await checked(["CREATE TABLE t(a, b)"], swap), [
    'Cannot tell whether "a" and "b" were already swapped',
  ]);
  assert.deepEqual(await checked(["CREATE TABLE t(b)"], swap), [], "only one of them is there");
  const tables = `
    -- aludel: renamed from=b
    CREATE TABLE a(x);
    -- aludel: renamed from=c
    CREATE TABLE b(x);
    -- aludel: renamed from=a
    CREATE TABLE c(x);`;
  assert.deepEqual(
    await checked(["CREATE TABLE a(x)", "CREATE TABLE b(x)", "CREATE TABLE c(x)"], tables),
    ['Cannot tell whether "a", "b" and "c" were already swapped'],
  );
});

Deno.test("checkRenames() refuses what contradicts itself or cannot be done", async () => {
  const fork = "-- aludel: renamed from=t\nCREATE TABLE a(x);-- first\n" +
    "-- aludel: renamed from=t\nCREATE TABLE b(x);";
  assert.deepEqual(await checked(["CREATE TABLE t(x)"], fork), [
    '"t" cannot be renamed to both "a" and "b"',
  ]);
  const stays = `CREATE TABLE t(a,
      -- aludel: renamed from=a
      b,
      -- aludel: renamed from=b
      c);`;
  assert.deepEqual(await checked(["CREATE TABLE t(a, b)"], stays), [
    'Cannot tell whether "a" was already renamed to "b"',
  ]);
  const kinds = "-- aludel: renamed from=f\nCREATE TABLE t(x);";
  assert.deepEqual(await checked(["CREATE VIRTUAL TABLE f USING fts5(x)"], kinds), [
    "The virtual table f using fts5 cannot become the table t by a rename",
  ]);
  assert.deepEqual(await checked(["CREATE VIEW f AS SELECT 1"], kinds), [
    "The view f cannot become the table t by a rename",
  ]);
  const words = "-- aludel: renamed from=f\nCREATE VIRTUAL TABLE t USING fts5vocab('x', 'row');";
  assert.deepEqual(await checked(["CREATE VIRTUAL TABLE f USING fts5vocab('x', 'row')"], words), [
    'SQLite cannot rename a virtual table of the module "fts5vocab"',
  ]);
});

Deno.test("checkRenames() gives a notice for a hint that does nothing, and none once it is applied", async () => {
  const column = `CREATE TABLE t(
      -- aludel: renamed from=a
      b);`;
  const does = ': the line "renamed from" does nothing';
  assert.deepEqual(await checked(["CREATE TABLE t(b)"], column), []);
  assert.deepEqual(await checked(["CREATE TABLE other(x)"], column), [], "the table is new");
  assert.deepEqual(await checked(["CREATE TABLE t(a, b)"], column), [
    `The column "t"."a" is not renamed to "b", which is there already${does}`,
  ]);
  assert.deepEqual(await checked(["CREATE TABLE t(x)"], column), [
    `There is no column "t"."a" to be renamed to "b"${does}`,
  ]);
  const table = "-- aludel: renamed from=nobody\nCREATE TABLE t(a);";
  assert.deepEqual(await checked([], table), [], "everything is new");
  assert.deepEqual(await checked(["CREATE TABLE t(a)"], table), []);
  assert.deepEqual(await checked(["CREATE TABLE other(x)"], table), [
    `There is no table "nobody" to be renamed to "t"${does}`,
  ]);
  assert.deepEqual(await checked(["CREATE TABLE nobody(x)", "CREATE TABLE t(a)"], table), [
    `The table "nobody" is not renamed to "t", which is there already${does}`,
  ]);
});
