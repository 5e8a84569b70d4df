import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { type Outcome, run } from "./cli.ts";
import { type RunProject, runProject } from "./run_project.ts";

const OFF = "-- aludel: transaction=off\n";
const ENFORCED = "-- aludel: foreign-keys=on\n";
const UNLIKE = new Set(["applied_at", "duration_ms", "at", "details", "entry"]);

/** Feeds a script to the real sqlite3 shell. */
function shell(database: string, script: string): Promise<Outcome> {
  return run("sqlite3", [database], { stdin: script });
}

/** All that a database holds, schema and rows, but for times and for the announcements that only a run makes. */
function contentsOf(database: string): Record<string, unknown> {
  using connection = new DatabaseSync(database, { readOnly: true });
  const schema = connection.prepare("SELECT type, name, tbl_name, sql FROM sqlite_schema").all();
  const tables = schema.filter(({ type, sql }) => type === "table" && sql !== null);
  const rows = tables.map(({ name }) => [
    name,
    connection.prepare(`SELECT * FROM "${name}"`).all()
      .filter(({ event }) => event !== "off-intent" && event !== "off-done")
      .map((row) => Object.entries(row).filter(([column]) => !UNLIKE.has(column))),
  ]);
  return { schema, rows: Object.fromEntries(rows) };
}

/** Upgrades `app.db`, and has the shell run the script for the same on `shell.db`; both must end alike. */
async function bothWays(project: RunProject, ...args: string[]): Promise<string> {
  const script = await project.prepare("upgrade", "-d", "shell.db", "--sql", ...args);
  const outcome = await shell(`${project.path}/shell.db`, script);
  assert.deepEqual(outcome, { code: 0, stdout: "", stderr: "" });
  await project.prepare("upgrade", ...args);
  assert.deepEqual(contentsOf(`${project.path}/shell.db`), contentsOf(project.database));
  return script;
}

/** The error of a script that must fail, and must leave the database's file as it is. */
async function refused(database: string, script: string): Promise<string> {
  const before = Deno.readFileSync(database);
  const { code, stderr } = await shell(database, script);
  assert.equal(code, 1, "the shell went on");
  assert.deepEqual(Deno.readFileSync(database), before, "the script changed the database");
  return stderr;
}

Deno.test("--sql prints a script that does in the sqlite3 shell what upgrade does", async () => {
  using project = runProject();
  project.add(
    "a1",
    `CREATE TABLE "it's" (id INTEGER PRIMARY KEY AUTOINCREMENT, "a ""b""" TEXT, c BLOB);
CREATE TABLE log (what TEXT) STRICT;
CREATE TRIGGER t AFTER INSERT ON "it's" BEGIN
  INSERT INTO log VALUES ('a;b');
  UPDATE log SET what = CASE WHEN what = 'x' THEN 'y' ELSE what END;
END;
INSERT INTO "it's" ("a ""b""", c) VALUES ('it''s
.quit
-- no comment; /* nor this
', x'00ff'), ('Zürich 🜔', NULL);`,
    `DROP TRIGGER t;\nDROP TABLE "it's";\nDROP TABLE log`,
  );
  project.add("a2", "-- nothing to do yet; really\n/* .quit\n; */\n", "");
  project.add("a3", "CREATE TEMP TABLE part AS SELECT 1 AS n; INSERT INTO log SELECT n FROM part");
  project.add("a4", "CREATE TABLE temp.part (n); CREATE VIEW v AS SELECT 6 / 2 AS go -- end");
  project.add(
    "a5",
    "INSERT INTO log SELECT go\n/ -- half\n2 FROM v AS\n  GO\nWHERE 1 -- no semicolon",
  );
  await project.prepare("seal", "a1", "a2");
  await bothWays(project);
});

Deno.test("--sql records labels, dependencies and a message of several lines as upgrade does", async () => {
  using project = runProject();
  await project.prepare("revision", "-m", "it's\n.quit\nDROP", "--rev-id", "a1");
  await project.prepare(
    "revision",
    "-m",
    "m",
    "--rev-id",
    "b1",
    "--head",
    "base",
    "--branch-label",
    "x",
  );
  await project.prepare(
    "revision",
    "-m",
    "n",
    "--rev-id",
    "b2",
    "--head",
    "b1",
    "--depends-on",
    "a1",
  );
  await bothWays(project, "heads");
});

Deno.test("--sql goes on from what a database has applied, and back with the stored down", async () => {
  using project = runProject();
  project.add("a1", "CREATE TABLE a(x);", "DROP TABLE a;");
  project.add("a2", "CREATE TABLE b(x);", "DROP TABLE b;");
  project.add("a3", "CREATE TABLE c(x);", "DROP TABLE c;");
  await project.prepare("upgrade", "a1");
  const up = await project.prepare("upgrade", "+1", "--sql");
  assert.equal(await project.applied(), "a1");
  assert.equal((await shell(project.database, up)).code, 0);
  assert.equal(await project.applied(), "a1 a2");

  project.edit("a2", "down", "this is not SQL");
  const down = await project.prepare("downgrade", "-1", "--sql");
  assert.equal((await shell(project.database, down)).code, 0);
  assert.equal(await project.applied(), "a1");
  assert.equal(
    await project.sql("SELECT group_concat(name) FROM sqlite_schema WHERE name = 'b'"),
    "",
  );
  assert.equal(
    await project.sql("SELECT group_concat(event || ' ' || revision, ', ') FROM aludel_log"),
    "upgrade a1, upgrade a2, downgrade a2",
  );
  const again = await project.prepare("redo", "--sql");
  assert.equal((await shell(project.database, again)).code, 0);
  assert.equal(
    await project.sql("SELECT event FROM aludel_log ORDER BY entry DESC LIMIT 2"),
    "upgrade\ndowngrade",
  );
});

Deno.test("--sql A:B needs no database, up or down", async () => {
  using project = runProject();
  project.add("a1", "CREATE TABLE a(x);", "DROP TABLE a;");
  project.add("a2", "CREATE TABLE b(x);", "DROP TABLE b;");
  project.write("aludel.json", "{}");
  const lower = await project.prepare("upgrade", "base:a1", "--sql");
  const upper = await project.prepare("upgrade", "a1:head", "--sql");
  const back = await project.prepare("downgrade", "head:base", "--sql");
  assert.ok(!project.has("app.db"));
  assert.match(await refusedAtNothing(project, upper), /not at the revisions/);
  for (const script of [lower, upper]) {
    assert.equal((await shell(project.database, script)).code, 0);
  }
  assert.equal(await project.applied(), "a1 a2");
  project.write("aludel.json", '{"database": "app.db"}');
  assert.deepEqual(JSON.parse((await project.inProcess("status", "--json")).stdout).pending, []);
  assert.equal((await shell(project.database, back)).code, 0);
  assert.equal(await project.applied(), "");
  assert.equal(
    await project.sql("SELECT count(*) FROM sqlite_schema WHERE name IN ('a', 'b')"),
    "0",
  );
});

async function refusedAtNothing(project: RunProject, script: string): Promise<string> {
  const { code, stderr } = await shell(project.database, script);
  assert.equal(code, 1);
  assert.equal(Deno.statSync(project.database).size, 0);
  return stderr;
}

Deno.test("--sql names the state that it does not start from, and changes nothing", async () => {
  using project = runProject();
  project.add("a1", "CREATE TABLE a(x);", "DROP TABLE a;");
  project.add("a2", `${OFF}VACUUM;`, "");
  project.add("a3", `${ENFORCED}CREATE TABLE c(x);`, "");
  await project.prepare("upgrade", "a1");
  for (const range of ["base:a1", "a2:a3", "base:a2"]) {
    const script = await project.prepare("upgrade", range, "--sql");
    assert.match(
      await refused(project.database, script),
      /constraint failed: the database is not at the revisions that this script starts from/,
    );
  }
  // A script that begins outside a transaction leaves no state tables behind either.
  const other = `${project.path}/other.db`;
  await run("sqlite3", [other, "CREATE TABLE mine(x)"], {});
  const off = await project.prepare("upgrade", "a1:a2", "--sql");
  assert.match(await refused(other, off), /not at the revisions/);
});

Deno.test("--sql stops at state tables of another format", async () => {
  using project = runProject();
  project.add("a1", "CREATE TABLE a(x);");
  await project.prepare("upgrade");
  await project.prepare("stamp", "base");
  await project.sql("UPDATE aludel_meta SET value = '2'");
  const script = await project.prepare("upgrade", "base:head", "--sql");
  assert.match(await refused(project.database, script), /a format that this script does not know/);
});

Deno.test("--sql stops at new violations of foreign keys, not at old ones", async () => {
  using project = runProject();
  project.add("a1", "CREATE TABLE p(id INTEGER PRIMARY KEY); CREATE TABLE c(p REFERENCES p);");
  project.add("a2", "ALTER TABLE c RENAME TO child; ALTER TABLE p RENAME TO parent;");
  project.add("a3", "INSERT INTO parent VALUES (1); INSERT INTO child VALUES (1), (8);");
  await project.prepare("upgrade", "a1");
  await project.sql("INSERT INTO c VALUES (7)");
  const old = await project.prepare("upgrade", "a2", "--sql");
  assert.equal((await shell(project.database, old)).stderr, "");
  assert.equal(await project.applied(), "a1 a2");
  const violating = await project.prepare("upgrade", "--sql");
  assert.match(
    await refused(project.database, violating),
    /constraint failed: rows violate foreign keys that they did not violate before/,
  );
});

Deno.test("--sql passes foreign keys that SQLite cannot look up, and checks the others", async () => {
  using project = runProject();
  project.add(
    "a1",
    "CREATE TABLE p (id INTEGER PRIMARY KEY, code, other, x, y, UNIQUE (x, y));\n" +
      "CREATE VIEW v AS SELECT id FROM p;\n" +
      "CREATE TABLE no_index (code REFERENCES p (code), id REFERENCES p);\n" +
      "CREATE TABLE no_key (code REFERENCES no_index);\n" +
      "CREATE TABLE no_column (code REFERENCES p (absent));\n" +
      "CREATE TABLE of_view (id REFERENCES v (id));\n" +
      "CREATE UNIQUE INDEX some ON p (other) WHERE other > 1;\n" +
      "CREATE TABLE of_partial (other REFERENCES p (other));\n" +
      "CREATE TABLE n (name TEXT COLLATE NOCASE); CREATE UNIQUE INDEX names ON n (name COLLATE BINARY);\n" +
      "CREATE TABLE of_name (name REFERENCES n (name));\n" +
      "CREATE TABLE pair (x, y, FOREIGN KEY (y, x) REFERENCES P (Y, X));\n" +
      "CREATE TABLE child (id REFERENCES p (ID));",
  );
  project.add("a2", "INSERT INTO no_index VALUES (7, 7); INSERT INTO p VALUES (1, 7, 1, 1, 1);");
  // From now on SQLite can look it up; the row that it finds then is not new.
  project.add("a3", "CREATE UNIQUE INDEX codes ON p (code); INSERT INTO child VALUES (1);");
  project.add("a4", "ALTER TABLE pair RENAME TO two; INSERT INTO two VALUES (5, 5);");
  await project.prepare("upgrade", "a1");
  const passing = await project.prepare("upgrade", "a3", "--sql");
  assert.equal((await shell(project.database, passing)).stderr, "");
  assert.equal(await project.applied(), "a1 a2 a3");
  const violating = await project.prepare("upgrade", "--sql");
  assert.match(
    await refused(project.database, violating),
    /constraint failed: rows violate foreign keys that they did not violate before/,
  );
});

Deno.test("--sql stops at the first failing statement and changes nothing", async () => {
  using project = runProject();
  project.add("a1", "CREATE TABLE a(x UNIQUE);");
  await project.prepare("upgrade");
  project.add("a2", "CREATE TABLE b(x);");
  project.add("a3", "INSERT INTO a VALUES (1);\nINSERT INTO a VALUES (1);\nDROP TABLE b;");
  const script = await project.prepare("upgrade", "--sql");
  assert.match(await refused(project.database, script), /UNIQUE constraint failed: a\.x/);
});

Deno.test("--sql splits at transaction=off and foreign-keys=on as upgrade does", async () => {
  using project = runProject();
  project.add(
    "a1",
    "CREATE TABLE p(id INTEGER PRIMARY KEY); CREATE TABLE c(p REFERENCES p ON DELETE CASCADE);",
  );
  project.add("a2", "INSERT INTO p VALUES (1), (2); INSERT INTO c VALUES (1), (2);");
  project.add("a3", `${ENFORCED}DELETE FROM p WHERE id = 1;`);
  project.add("a4", `${OFF}PRAGMA page_size = 8192;\nVACUUM`);
  project.add(
    "a5",
    "DROP TABLE p;\nCREATE TABLE p(id INTEGER PRIMARY KEY);\nINSERT INTO p VALUES (2);",
  );
  const script = await bothWays(project);
  assert.equal(await project.sql("SELECT p FROM c; PRAGMA page_size"), "2\n8192");
  assert.deepEqual(
    script.replace(/'[^']*'/g, "").match(
      /^(PRAGMA foreign_keys = \w+|BEGIN IMMEDIATE|VACUUM|COMMIT)/gm,
    ),
    [
      ...["PRAGMA foreign_keys = OFF", "BEGIN IMMEDIATE", "COMMIT"],
      ...["PRAGMA foreign_keys = ON", "BEGIN IMMEDIATE", "COMMIT"],
      ...[
        "PRAGMA foreign_keys = OFF",
        "BEGIN IMMEDIATE",
        "COMMIT",
        "VACUUM",
        "BEGIN IMMEDIATE",
        "COMMIT",
      ],
      ...["PRAGMA foreign_keys = OFF", "BEGIN IMMEDIATE", "COMMIT"],
    ],
  );
});

Deno.test("--sql --transaction each commits after every revision", async () => {
  using project = runProject();
  project.add("a1", "CREATE TABLE a(x);");
  project.add("a2", "CREATE TABLE a(x);");
  const script = await project.prepare("upgrade", "--sql", "--transaction", "each");
  assert.equal((await shell(project.database, script)).code, 1);
  assert.equal(await project.applied(), "a1");
});

Deno.test("--sql keeps a half-run script outside a transaction apart from its record", async () => {
  using project = runProject();
  project.add("a1", `${OFF}PRAGMA journal_mode = WAL;\nREINDEX missing;`);
  const script = await project.prepare("upgrade", "--sql");
  assert.equal((await shell(project.database, script)).code, 1);
  assert.equal(await project.sql("PRAGMA journal_mode"), "wal");
  assert.equal(await project.applied(), "");
});

Deno.test("--sql does not run a script again that an earlier run was interrupted in", async () => {
  using project = runProject();
  project.add("a1", "CREATE TABLE a(x);");
  project.add("a2", `${OFF}VACUUM;`);
  await project.prepare("upgrade", "a1");
  await project.sql("INSERT INTO aludel_intent VALUES ('a2', 'up', 1, 'VACUUM;', 'intended', '')");
  const script = await project.prepare("upgrade", "--sql");
  assert.match(
    await refused(project.database, script),
    /an earlier run of the next revision was interrupted/,
  );
});

Deno.test("--sql reads text in double quotes as the settings say", async () => {
  using project = runProject();
  project.add("a1", `CREATE TABLE a(x);\nINSERT INTO a VALUES ("typo");`);
  const strict = await project.prepare("upgrade", "--sql");
  assert.match((await shell(project.database, strict)).stderr, /no such column/);
  assert.equal(Deno.statSync(project.database).size, 0);
  project.write("aludel.json", '{"database": "app.db", "doubleQuotedStrings": true}');
  for (const args of [["upgrade", "--sql"], ["upgrade", "base:head", "--sql"]]) {
    const database = `${project.path}/${args.length}.db`;
    assert.equal((await shell(database, await project.prepare(...args))).stderr, "");
  }
});

Deno.test("--sql brings the record of a revision that was signed again up to date", async () => {
  using project = runProject();
  project.add("a1", "CREATE TABLE a(x);", "DROP TABLE a;");
  await project.prepare("seal");
  await project.prepare("upgrade");
  Deno.copyFileSync(project.database, `${project.path}/shell.db`);
  project.edit("a1", "up", "CREATE TABLE a(x); -- spaced");
  await project.prepare("seal", "--force", "a1");
  project.add("a2", `${OFF}VACUUM;`);
  await bothWays(project);
  const logged = "SELECT details FROM aludel_log WHERE event = 'reseal'";
  const [one, two] = [project.database, `${project.path}/shell.db`].map((path) => {
    using connection = new DatabaseSync(path);
    return connection.prepare(logged).get();
  });
  assert.match(String(one?.["details"]), /^\{"from":\["sha256:/);
  assert.deepEqual(one, two);
});

Deno.test("--sql says so where there is nothing to run", async () => {
  using project = runProject();
  project.add("a1", "CREATE TABLE a(x);");
  await project.prepare("upgrade");
  const before = contentsOf(project.database);
  const script = await project.prepare("upgrade", "--sql");
  assert.match(script, /^-- Nothing to run/);
  assert.equal((await shell(project.database, script)).code, 0);
  assert.deepEqual(contentsOf(project.database), before);
});

Deno.test("--sql --json gives both ends, the steps and the script", async () => {
  using project = runProject();
  project.add("a1", "CREATE TABLE a(x);");
  project.add("a2", "CREATE TABLE b(x);");
  const { from, to, steps, script } = JSON.parse(
    await project.prepare("upgrade", "a1:a2", "--sql", "--json"),
  );
  assert.deepEqual([from, to], [["a1"], ["a2"]]);
  assert.deepEqual(steps, [{ direction: "up", id: "a2" }]);
  assert.match(script, /^CREATE TABLE b\(x\);$/m);
});

Deno.test("--sql refuses what makes no script", async () => {
  using project = runProject();
  project.add("a1", "CREATE TABLE a(x);");
  project.add("a2", "COMMIT;");
  const cases: readonly (readonly [string, number, string])[] = [
    ["upgrade base:a1", 2, "usage"],
    ["upgrade a1 base:a1 --sql", 2, "usage"],
    ["upgrade base:a1 --sql --dry-run", 2, "usage"],
    ["upgrade --sql --dry-run", 2, "usage"],
    ["upgrade --sql --rehearse", 2, "usage"],
    ["upgrade --dry-run --rehearse-keep copy.db", 2, "usage"],
    ["downgrade a1: --sql", 2, "ref-syntax"],
    ["downgrade a1:base --sql", 1, "revision-irreversible"],
    ["upgrade a2:a1 --sql", 1, "route-not-related"],
    ["upgrade base:a2 --sql", 1, "sql-transaction-control"],
  ];
  for (const [line, code, error] of cases) {
    const outcome = await project.inProcess(...line.split(" "));
    assert.equal(outcome.code, code, `${line}: ${outcome.stderr}`);
    assert.match(outcome.stderr, new RegExp(`^error\\[${error}\\]`), line);
    assert.equal(outcome.stdout, "");
  }
  assert.ok(!project.has("app.db"));
});
