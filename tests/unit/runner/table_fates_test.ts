import assert from "node:assert/strict";
import { traceTables } from "../../../src/runner/table_fates.ts";
import { mentionsOf } from "./sample_script.ts";

/** `before -> after` of every touched table, in order of appearance. */
function fates(text: string): string[] {
  return [...traceTables(mentionsOf(text)).touched.values()].map((fate) =>
    `${fate.before} -> ${fate.after}`
  );
}

Deno.test("traceTables() touches nothing when no table is dropped or renamed", () => {
  assert.deepEqual(fates("CREATE TABLE t(a); INSERT INTO t VALUES (1); ALTER TABLE u ADD x;"), []);
});

Deno.test("traceTables() follows the recipe: create new, copy, drop old, rename", () => {
  const text = `CREATE TABLE new_t(a); INSERT INTO new_t SELECT a FROM t;
    DROP TABLE t; ALTER TABLE new_t RENAME TO t;`;
  assert.deepEqual(fates(text), ["t -> t"]);
  const { touched } = traceTables(mentionsOf(text));
  assert.deepEqual([...touched.get("t")!.aliases].sort(), ["new_t", "t"]);
});

Deno.test("traceTables() follows the recipe that renames the old table away", () => {
  const away =
    "ALTER TABLE t RENAME TO old_t; CREATE TABLE t(a); INSERT INTO t SELECT a FROM old_t;";
  assert.deepEqual(fates(`${away} DROP TABLE old_t;`), ["t -> t"]);
  assert.deepEqual(fates(away), ["t -> old_t"]);
});

Deno.test("traceTables() follows chains and swaps of names", () => {
  assert.deepEqual(fates("ALTER TABLE a RENAME TO b; ALTER TABLE b RENAME TO c;"), ["a -> c"]);
  assert.deepEqual(
    fates("ALTER TABLE a RENAME TO x; ALTER TABLE b RENAME TO a; ALTER TABLE x RENAME TO b;"),
    ["a -> b", "b -> a"],
  );
});

Deno.test("traceTables() follows a rebuild of each of two tables that change names in between", () => {
  const rebuild =
    "CREATE TABLE n(a); INSERT INTO n SELECT a FROM a; DROP TABLE a; ALTER TABLE n RENAME TO a;";
  assert.deepEqual(
    fates(
      `${rebuild} ALTER TABLE a RENAME TO x; ALTER TABLE b RENAME TO a; ALTER TABLE x RENAME TO b; ${rebuild}`,
    ),
    ["a -> b", "b -> a"],
  );
});

Deno.test("traceTables() lets a table that was there replace one that is dropped", () => {
  assert.deepEqual(fates("DROP TABLE a; ALTER TABLE b RENAME TO a;"), ["a -> a", "b -> a"]);
});

Deno.test("traceTables() tells a dropped table from one that is created again", () => {
  assert.deepEqual(fates("DROP TABLE t;"), ["t -> null"]);
  assert.deepEqual(fates("DROP TABLE IF EXISTS t; CREATE TABLE t(b);"), ["t -> t"]);
});

Deno.test("traceTables() leaves a left-over of an earlier rebuild out of account", () => {
  assert.deepEqual(
    fates(`DROP TABLE IF EXISTS new_t; CREATE TABLE new_t(a);
      DROP TABLE t; ALTER TABLE new_t RENAME TO t;`),
    ["new_t -> null", "t -> t"],
  );
});

Deno.test("traceTables() does not take a temporary table for one of the database", () => {
  const text = `CREATE TEMP TABLE keep AS SELECT * FROM t; DROP TABLE t; CREATE TABLE t(a);
    INSERT INTO t SELECT * FROM keep; DROP TABLE keep;`;
  assert.deepEqual(fates(text), ["t -> t"]);
  assert.deepEqual(fates(text.replace("DROP TABLE keep", "DROP TABLE temp.keep")), ["t -> t"]);
});

Deno.test("traceTables() follows a table that is renamed and rebuilt while a new one takes its name", () => {
  const text = `ALTER TABLE t RENAME TO u; CREATE TABLE u__new(a); ALTER TABLE u RENAME TO u__old;
    ALTER TABLE u__new RENAME TO u; DROP TABLE u__old; CREATE TABLE t(b);`;
  assert.deepEqual(fates(text), ["t -> u"]);
});

Deno.test("traceTables() ignores what a trigger's body says", () => {
  assert.deepEqual(
    fates("CREATE TRIGGER g AFTER INSERT ON t BEGIN DELETE FROM t; UPDATE u SET a = 1; END;"),
    [],
  );
});

Deno.test("traceTables() compares names as SQLite does", () => {
  assert.deepEqual(fates('ALTER TABLE "T" RENAME TO [U]; ALTER TABLE u RENAME TO `v`;'), [
    "t -> v",
  ]);
});

Deno.test("traceTables() follows columns through renames of both kinds", () => {
  const traced = traceTables(mentionsOf(
    `ALTER TABLE t RENAME COLUMN a TO b; ALTER TABLE t RENAME TO u;
     ALTER TABLE u RENAME COLUMN b TO c; ALTER TABLE w RENAME COLUMN x TO y;`,
  ));
  assert.equal(traced.tableAfter("T"), "u");
  assert.equal(traced.columnAfter("t", "A"), "c");
  assert.equal(traced.columnAfter("w", "x"), "y");
  assert.equal(traced.columnAfter("w", "other"), "other");
  assert.equal(traced.tableAfter("w"), "w");
});

Deno.test("traceTables() follows what took a dropped table's place wherever it is renamed", () => {
  const rebuild = "CREATE TABLE new_t(a, b); INSERT INTO new_t SELECT a, b FROM t; DROP TABLE t; " +
    "ALTER TABLE new_t RENAME TO t;";
  assert.deepEqual(fates(`${rebuild} ALTER TABLE t RENAME TO u;`), ["t -> u"]);
  assert.deepEqual(fates(`${rebuild} ${rebuild} ALTER TABLE t RENAME TO u;`), ["t -> u"]);
  assert.deepEqual(
    fates(
      `${rebuild} ALTER TABLE t RENAME TO x; ALTER TABLE s RENAME TO t; ALTER TABLE x RENAME TO s;`,
    ),
    ["t -> s", "s -> t"],
  );
  const swap = "ALTER TABLE t RENAME TO x; ALTER TABLE s RENAME TO t; ALTER TABLE x RENAME TO s;";
  assert.deepEqual(fates(`${swap} ${rebuild}`), ["t -> s", "s -> t"]);
  const renamed = traceTables(mentionsOf(
    `ALTER TABLE t RENAME COLUMN z TO a; ${rebuild} ALTER TABLE t RENAME COLUMN a TO c;`,
  ));
  assert.equal(renamed.columnAfter("t", "z"), "c");
  assert.deepEqual(
    fates(
      "DROP TABLE x; CREATE TABLE y(a); DROP TABLE t; ALTER TABLE y RENAME TO t; " +
        "ALTER TABLE t RENAME TO x;",
    ),
    ["x -> x", "t -> x"],
  );
});
