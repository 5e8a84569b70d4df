import assert from "node:assert/strict";
import { type RunProject, runProject } from "./run_project.ts";

/** A rebuild of table `t` as autogenerate writes it, with its header. */
function rebuild(
  definition: string,
  { columns = "a, b", header = "-- aludel: online", more = "" } = {},
): string {
  return `${header}
CREATE TABLE "t__new" ${definition};
INSERT INTO "t__new" (${columns}) SELECT ${columns} FROM "t";
PRAGMA legacy_alter_table = on;
ALTER TABLE "t" RENAME TO "t__old";
ALTER TABLE "t__new" RENAME TO "t";
PRAGMA legacy_alter_table = off;
DROP TABLE "t__old";
${more}`;
}

async function project(first: string, second: string): Promise<RunProject> {
  const made = runProject();
  made.add("r1", first);
  await made.prepare("upgrade");
  made.add("r2", second);
  return made;
}

const TABLE =
  "CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT); INSERT INTO t VALUES (1, 'x'), (7, 'y');";
const CHECKED = "(a INTEGER PRIMARY KEY, b TEXT CHECK (b <> ''))";

async function leftovers(made: RunProject): Promise<string> {
  return await made.sql(
    "SELECT group_concat(name) FROM sqlite_schema WHERE name LIKE 'aludel_online%'",
  );
}

Deno.test("an online rebuild gives the schema and rows of a plain one", async () => {
  const tables: [string, string, Parameters<typeof rebuild>[1]?][] = [
    [TABLE, CHECKED],
    [
      "CREATE TABLE t (a TEXT, b BLOB, PRIMARY KEY (b, a)) WITHOUT ROWID; INSERT INTO t VALUES ('q', x'00'), ('p', 1.5);",
      "(a TEXT, b BLOB NOT NULL, PRIMARY KEY (b, a)) WITHOUT ROWID",
    ],
    [
      "CREATE TABLE t (a, b); INSERT INTO t (rowid, a, b) VALUES (5, 1, 'x' || char(0) || 'y'), (2, NULL, 9007199254740993);",
      "(a, b, c DEFAULT 4)",
      { columns: "rowid, a, b" },
    ],
    [
      "CREATE TABLE t (a INTEGER PRIMARY KEY AUTOINCREMENT, b INT); INSERT INTO t VALUES (3, 4), (90, 5); DELETE FROM t WHERE a = 90;",
      "(a INTEGER PRIMARY KEY AUTOINCREMENT, b TEXT)",
      { more: "CREATE UNIQUE INDEX [t b] ON t (b DESC) WHERE b > 0;\n" },
    ],
  ];
  for (const [first, definition, options = {}] of tables) {
    const dumps: string[] = [];
    for (const header of ["-- aludel: online", "-- no header"]) {
      const sequence = /AUTOINCREMENT/.test(first)
        ? `INSERT INTO sqlite_sequence (name, seq) SELECT 't__new', seq FROM sqlite_sequence WHERE name = 't';\n`
        : "";
      const text = rebuild(definition, { ...options, header });
      using made = await project(first, text.replace('INSERT INTO "t__new"', `${sequence}$&`));
      await made.prepare("upgrade");
      assert.equal(await leftovers(made), "");
      assert.equal(await made.sql("PRAGMA integrity_check"), "ok");
      dumps.push(
        await made.sql(
          `SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'aludel%' ORDER BY name`,
        ),
        await made.sql(
          `SELECT ${/WITHOUT/.test(first) ? "1" : "rowid"}, *, typeof(b), hex(b) FROM t`,
        ),
        sequence === "" ? "" : await made.sql("SELECT * FROM sqlite_sequence"),
      );
    }
    assert.deepEqual(dumps.slice(0, 3), dumps.slice(3));
  }
});

Deno.test("what an online rebuild cannot do is refused before anything is made, with its reason", async () => {
  const refused: [RegExp, string, string][] = [
    [/is not the rebuild of a table/, TABLE, "-- aludel: online\nALTER TABLE t ADD COLUMN c;"],
    [/does more than rebuild table t/, TABLE, rebuild(CHECKED, { more: "UPDATE t SET b = 'z';" })],
    [
      /copy computes column b/,
      TABLE,
      rebuild(CHECKED).replace("SELECT a, b", "SELECT a, upper(b)"),
    ],
    [
      /does not take every row of table t/,
      TABLE,
      rebuild(CHECKED).replace('FROM "t";', 'FROM "t" WHERE a > 1;'),
    ],
    [
      /values of column "b" would be lost/,
      TABLE,
      rebuild("(a INTEGER PRIMARY KEY)", { columns: "a" }),
    ],
    [/get other rowids/, TABLE, rebuild("(a INTEGER, b TEXT)")],
    [
      /primary key of table "t" would change/,
      "CREATE TABLE t (a, b, PRIMARY KEY (a)) WITHOUT ROWID;",
      rebuild("(a, b, PRIMARY KEY (b)) WITHOUT ROWID"),
    ],
    [/no rowid and no key/, "CREATE TABLE t (a, b);", rebuild("(a PRIMARY KEY, b) WITHOUT ROWID")],
    [
      /unique index on an expression/,
      `${TABLE} CREATE UNIQUE INDEX u ON t (lower(b));`,
      rebuild(CHECKED),
    ],
    [/refers to table "p"/, TABLE, rebuild("(a INTEGER PRIMARY KEY, b TEXT REFERENCES p)")],
  ];
  for (const [reason, first, second] of refused) {
    using made = await project(first, second);
    const { stderr } = await made.fails(1, "upgrade");
    assert.match(stderr, /online-refused/);
    assert.match(stderr, reason);
    assert.equal(await leftovers(made), "");
    assert.equal(await made.applied(), "r1");
  }
});

Deno.test("rows that do not fit stop an online rebuild, which goes on once they are corrected", async () => {
  using made = await project(TABLE, rebuild("(a INTEGER PRIMARY KEY, b TEXT CHECK (b <> 'y'))"));
  const { stderr } = await made.fails(1, "upgrade");
  assert.match(stderr, /A row of table t does not fit the new table/);
  assert.match(stderr, /CHECK constraint failed/);
  const { stdout } = await made.fails(3, "status");
  assert.match(stdout, /online-under-way.*table t is under way, 0 % copied/);
  await made.sql("UPDATE t SET b = 'z' WHERE a = 7");
  await made.prepare("upgrade");
  assert.equal(await made.sql("SELECT * FROM t"), "1|x\n7|z");
  assert.equal(await leftovers(made), "");
});

Deno.test("values that a rebuild would change are found before the exchange", async () => {
  using made = await project(
    "CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT); INSERT INTO t VALUES (1, '007'), (2, '8');",
    rebuild("(a INTEGER PRIMARY KEY, b INTEGER)"),
  );
  const { stderr } = await made.fails(1, "upgrade");
  assert.match(stderr, /online-differs/);
  assert.match(stderr, /1 row differs/);
  assert.equal(await made.sql("SELECT b FROM t"), "007\n8");
});

Deno.test("a new foreign key holds for every row that an online rebuild copies", async () => {
  using made = await project(
    `CREATE TABLE p (k TEXT PRIMARY KEY); INSERT INTO p VALUES ('x'); ${TABLE}`,
    rebuild("(a INTEGER PRIMARY KEY, b TEXT REFERENCES p (k))"),
  );
  const { stderr } = await made.fails(1, "upgrade");
  assert.match(stderr, /foreign-key-violations/);
  assert.match(stderr, /Its key is 7/);
  await made.sql("INSERT INTO p VALUES ('y')");
  await made.prepare("upgrade");
  assert.equal(await made.sql("PRAGMA foreign_key_check"), "");
});

Deno.test("upgrade --abort-online removes every trace", async () => {
  using made = await project(TABLE, rebuild("(a INTEGER PRIMARY KEY, b TEXT CHECK (b <> 'y'))"));
  const before = await made.sql("SELECT type, name, sql FROM sqlite_schema ORDER BY name");
  await made.fails(1, "upgrade");
  assert.notEqual(await leftovers(made), "");
  // The triggers are there for whoever writes meanwhile.
  await made.sql("INSERT INTO t VALUES (8, 'w'); DELETE FROM t WHERE a = 1");
  const { stdout } = await made.aludel("upgrade", "--abort-online", "--json");
  assert.deepEqual(JSON.parse(stdout).aborted, { revision: "r2", table: "t" });
  assert.equal(
    await made.sql("SELECT type, name, sql FROM sqlite_schema ORDER BY name"),
    before,
  );
  assert.equal(await made.sql("SELECT * FROM t"), "7|y\n8|w");
  assert.match((await made.aludel("upgrade", "--abort-online")).stderr, /No rebuild is under way/);
});

Deno.test("a table that somebody changes during its rebuild is left as it is", async () => {
  using made = await project(TABLE, rebuild("(a INTEGER PRIMARY KEY, b TEXT CHECK (b <> 'y'))"));
  await made.fails(1, "upgrade");
  await made.sql("ALTER TABLE t ADD COLUMN c; UPDATE t SET b = 'z', c = 1");
  const { stderr } = await made.fails(1, "upgrade");
  assert.match(stderr, /online-changed/);
  await made.prepare("upgrade", "--abort-online");
  assert.equal(await made.sql("SELECT * FROM t"), "1|z|1\n7|z|1");
});

Deno.test("the setting online takes rebuilds of large tables, and only these", async () => {
  for (const [rows, isOnline] of [[2, true], [3, false]] as const) {
    using made = await project(TABLE, rebuild(CHECKED, { header: "" }));
    made.write("aludel.json", JSON.stringify({ database: "app.db", online: { rows } }));
    // The rebuild loses a trigger and is rolled back; what was copied beside writers stays.
    await made.sql(
      "CREATE TABLE seen (n); CREATE TRIGGER tell AFTER INSERT ON t BEGIN SELECT 1; END",
    );
    const { stderr } = await made.fails(1, "upgrade", "--max-wait", "40");
    assert.match(stderr, /trigger "tell" is gone/);
    assert.equal((await leftovers(made)).includes("aludel_online"), isOnline);
  }
});

Deno.test("other revisions can write to a table while it is rebuilt", async () => {
  using made = await project(TABLE, rebuild("(a INTEGER PRIMARY KEY, b TEXT CHECK (b <> 'y'))"));
  await made.fails(1, "upgrade");
  made.add("r3", "UPDATE t SET b = 'z' WHERE a = 7;", null, ["r1"]);
  await made.prepare("upgrade", "r3");
  await made.prepare("upgrade", "heads");
  assert.equal(await made.sql("SELECT * FROM t"), "1|x\n7|z");
});

Deno.test("--dry-run, --rehearse and --sql know an online rebuild", async () => {
  using made = await project(TABLE, rebuild(CHECKED));
  const plan = await made.aludel("upgrade", "--dry-run");
  assert.match(plan.stdout, /Beside writers, in many short transactions, 1 of 1/);
  await made.prepare("upgrade", "--rehearse");
  assert.equal(await made.applied(), "r1");
  assert.equal(await leftovers(made), "");
  const { stdout } = await made.aludel("upgrade", "--sql");
  assert.match(stdout, /INSERT INTO "t__new"/);
});

Deno.test("a script that drops a table during its rebuild is told of the rebuild", async () => {
  const wanted = "(a INTEGER PRIMARY KEY, b TEXT CHECK (b <> 'y'))";
  const scripts = [rebuild(CHECKED, { header: "-- no header" }), "DROP TABLE t;"];
  for (const script of scripts) {
    using made = await project(TABLE, rebuild(wanted));
    await made.fails(1, "upgrade");
    assert.match(await leftovers(made), /aludel_online_insert/);
    made.edit("r2", "up", script);
    const { stderr } = await made.fails(1, "upgrade");
    assert.match(stderr, /^error\[online-under-way\]: The table is being rebuilt beside writers/m);
    assert.match(stderr, /next: aludel upgrade --abort-online/);
    assert.doesNotMatch(stderr, /reserved/);
    await made.prepare("upgrade", "--abort-online");
    await made.prepare("upgrade");
    assert.equal(await leftovers(made), "");
  }
});
