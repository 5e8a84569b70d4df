import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { runProject } from "./run_project.ts";
import { sqlite3 } from "./cli.ts";

const USERS = "CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT NOT NULL);\n";

Deno.test("revision --autogenerate writes what leads to schema.sql, and check agrees afterwards", async () => {
  using project = runProject();
  project.write("schema.sql", USERS + "CREATE INDEX users_email ON users (email);\n");
  const before = await project.fails(3, "check");
  assert.equal(before.stdout, "+ create table users\n+ create index users_email on users\n");
  const files = (await project.done("revision", "--autogenerate", "-m", "add users")).split("\n");
  assert.match(project.read(files[0]!), /^-- Up: add users\n/);
  assert.match(project.read(files[1]!), /DROP TABLE "users";\n$/);
  await project.done("upgrade", "head");
  await project.done("check");
  await project.done("downgrade", "base");
  assert.equal(await project.sql("SELECT count(*) FROM sqlite_schema WHERE name = 'users'"), "0");
});

Deno.test("revision --autogenerate keeps the rows of a rebuilt table", async () => {
  using project = runProject();
  project.add("a1", USERS, "DROP TABLE users;\n");
  await project.done("upgrade", "head");
  await project.sql("INSERT INTO users VALUES (7, 'a@b'), (9, 'c@d')");
  project.write(
    "schema.sql",
    "CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT NOT NULL UNIQUE DEFAULT '');\n",
  );
  await project.done("revision", "--autogenerate", "-m", "unique emails");
  await project.done("upgrade", "head");
  assert.equal(await project.sql("SELECT * FROM users"), "7|a@b\n9|c@d");
  await project.done("downgrade", "-1");
  assert.equal(await project.sql("SELECT * FROM users"), "7|a@b\n9|c@d");
});

Deno.test("revision --autogenerate with no difference says so and writes nothing", async () => {
  using project = runProject();
  project.add("a1", USERS);
  project.write("schema.sql", `-- The same in other words.\n${USERS.toLowerCase()}`);
  const manifest = project.read("migrations/manifest.json");
  const outcome = await project.fails(0, "revision", "--autogenerate", "-m", "nothing");
  assert.equal(outcome.stdout, "");
  assert.match(outcome.stderr, /Nothing differs/);
  assert.equal(project.read("migrations/manifest.json"), manifest);
  await project.done("revision", "--autogenerate", "--allow-empty", "-m", "nothing");
  assert.notEqual(project.read("migrations/manifest.json"), manifest);
});

Deno.test("a value to choose is refused by upgrade and check until it is chosen", async () => {
  using project = runProject();
  project.add("a1", USERS, "DROP TABLE users;\n");
  await project.done("upgrade", "head");
  await project.sql("INSERT INTO users VALUES (1, 'a@b')");
  project.write(
    "schema.sql",
    "CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT NOT NULL, name TEXT NOT NULL);\n",
  );
  const [up = ""] = (await project.done("revision", "--autogenerate", "-m", "names")).split("\n");
  for (const command of [["upgrade", "head"], ["check"]]) {
    const refused = await project.fails(1, ...command);
    assert.match(refused.stderr, /error\[sql-choose\].*"name"/);
  }
  assert.equal(await project.applied(), "a1");
  const text = project.read(up);
  project.write(up, text.replace(/NULL -- aludel: choose=name/, "upper(email)"));
  await project.done("upgrade", "head");
  assert.equal(await project.sql("SELECT * FROM users"), "1|a@b|A@B");
  await project.done("check");
});

Deno.test("a rename is suggested with the line to paste, and done where the line stands", async () => {
  using project = runProject();
  project.add("a1", USERS, "DROP TABLE users;\n");
  await project.done("upgrade", "head");
  await project.sql("INSERT INTO users VALUES (1, 'a@b')");
  const renamed = (hint: string) =>
    `CREATE TABLE users (id INTEGER PRIMARY KEY,\n${hint}  mail TEXT NOT NULL);\n`;
  project.write("schema.sql", renamed(""));
  const { stderr } = await project.fails(3, "check");
  assert.match(stderr, /^ {2}-- aludel: renamed from=email$/m);
  project.write("schema.sql", renamed("  -- aludel: renamed from=email\n"));
  const { stdout } = await project.fails(3, "check");
  assert.equal(stdout, "~ rename column users.email to mail\n");
  await project.done("revision", "--autogenerate", "-m", "rename");
  await project.done("upgrade", "head");
  assert.equal(await project.sql("SELECT mail FROM users"), "a@b");
  await project.done("check");
});

Deno.test("revision --autogenerate --from compares with a database", async () => {
  using project = runProject();
  await project.sql(`${USERS} CREATE TABLE extra (x);`);
  project.write("schema.sql", USERS + "CREATE VIEW v AS SELECT id FROM users;\n");
  const [up = ""] =
    (await project.done("revision", "--autogenerate", "--from", "app.db", "-m", "view")).split(
      "\n",
    );
  const text = project.read(up);
  assert.match(text, /CREATE VIEW v/);
  assert.match(text, /DROP TABLE "extra"/);
  assert.doesNotMatch(text, /CREATE TABLE/);
});

Deno.test("check names the file, line and column of an error in schema.sql", async () => {
  using project = runProject();
  project.write("schema.sql", "CREATE TABLE a (x);\nCREATE TABLE b (y,);\n");
  const { stderr } = await project.fails(1, "check");
  assert.match(stderr, /error\[schema-sql\]/);
  assert.match(stderr, /schema\.sql:2:19/);
  project.write("schema.sql", "CREATE TABLE a (x);\nINSERT INTO a VALUES (1);\n");
  assert.match((await project.fails(1, "check")).stderr, /error\[schema-statement\]/);
});

Deno.test("check reads a folder of schema files, and a program that prints one", async () => {
  using project = runProject();
  project.add("a1", USERS);
  project.write("schema/2.sql", "CREATE VIEW v AS SELECT id FROM users;\n");
  project.write("schema/1.sql", USERS);
  assert.equal((await project.fails(3, "check")).stdout, "+ create view v\n");
  const script = `console.log(${JSON.stringify(USERS)})`;
  const command = [Deno.execPath(), "eval", "--no-config", script];
  project.write("aludel.json", JSON.stringify({ schema: { command } }));
  await project.done("check");
  project.write("aludel.json", JSON.stringify({ schema: { command: [Deno.execPath(), "no"] } }));
  assert.match((await project.fails(1, "check")).stderr, /error\[schema-command-failed\]/);
  const silent = [Deno.execPath(), "eval", "--no-config", "Deno.exit(3)"];
  project.write("aludel.json", JSON.stringify({ schema: { command: silent } }));
  assert.match((await project.fails(1, "check")).stderr, / exited with 3\n {2}next: /);
  project.write("aludel.json", JSON.stringify({ schema: { command: ["./nothing-here"] } }));
  assert.match((await project.fails(1, "check")).stderr, /error\[schema-command-missing\]/);
});

Deno.test("check leaves out what the settings exclude", async () => {
  using project = runProject();
  project.add("a1", `${USERS} CREATE TABLE geo_ref (x);`);
  project.write("schema.sql", USERS);
  await project.fails(3, "check");
  project.write("aludel.json", JSON.stringify({ exclude: ["geo_*"] }));
  await project.done("check");
});

Deno.test("check answers from .aludel/ while the revisions are the same, and replays when it is gone", async () => {
  using project = runProject();
  project.add("a1", USERS);
  project.write("schema.sql", USERS);
  await project.done("check");
  assert.equal(project.read(".aludel/.gitignore"), "*\n");
  const kept = () =>
    [...Deno.readDirSync(`${project.path}/.aludel/schemas`)].map(({ name }) => name);
  const [first] = kept();
  assert.equal(kept().length, 1);
  await project.done("check");
  assert.equal(kept().length, 1);
  project.edit("a1", "up", USERS + "CREATE VIEW v AS SELECT id FROM users;\n");
  assert.equal((await project.fails(3, "check")).stdout, "- drop view v\n");
  assert.equal(kept().length, 2);
  // Damaged, or of another release: then it is as if it were not there.
  Deno.writeTextFileSync(`${project.path}/.aludel/schemas/${first}`, "{");
  project.edit("a1", "up", USERS);
  await project.done("check");
  Deno.removeSync(`${project.path}/.aludel`, { recursive: true });
  await project.done("check");
});

Deno.test("autogenerate keeps the database that it asks for a second time, and replays if its bytes are others", async () => {
  using project = runProject();
  project.add("a1", `${USERS} INSERT INTO users VALUES (1, 'a');`);
  project.write("schema.sql", USERS.replace(")", ", extra TEXT)"));
  const planned = () => project.done("revision", "--autogenerate", "--dry-run", "-m", "x");
  const images = `${project.path}/.aludel/images`;
  const first = await planned();
  assert.throws(() => Deno.statSync(images));
  assert.equal(await planned(), first);
  const [{ name }, ...others] = [...Deno.readDirSync(images)] as [Deno.DirEntry];
  assert.deepEqual(others, []);
  // As long as before, with the pages of another database in it.
  const bytes = Deno.readFileSync(`${images}/${name}`);
  using other = new DatabaseSync(`${images}/${name}`);
  other.exec("DROP TABLE users");
  other.close();
  assert.notDeepEqual(Deno.readFileSync(`${images}/${name}`), bytes);
  assert.equal(await planned(), first);
  Deno.writeFileSync(`${images}/${name}`, bytes.subarray(0, 5000));
  assert.equal(await planned(), first);
});

Deno.test("check says which statement of which revision fails in a replay", async () => {
  using project = runProject();
  project.add("a1", USERS);
  project.add("b2", "CREATE TABLE x (y);\nDROP TABLE nothing;\n");
  project.write("schema.sql", USERS);
  const { stderr } = await project.fails(1, "check");
  assert.match(stderr, /error\[replay-failed\].*"b2"/);
  assert.match(stderr, /b2\/up\.sql:2:1/);
});

Deno.test("the setting sqlite keeps ALTER forms of newer releases out of the files", async () => {
  using project = runProject();
  project.add("a1", "CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT);\n");
  project.write("schema.sql", "CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT NOT NULL);\n");
  const [up = ""] = (await project.done("revision", "--autogenerate", "-m", "n")).split("\n");
  assert.match(project.read(up), /^-- aludel: sqlite>=3\.53\n/);
  assert.match(project.read(up), /SET NOT NULL/);
  Deno.removeSync(`${project.path}/${up.replace("/up.sql", "")}`, { recursive: true });
  project.write("migrations/manifest.json", '{"format":1,"revisions":[\nnull]}\n');
  project.add("a2", "CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT);\n", null, []);
  project.write("aludel.json", JSON.stringify({ database: "app.db", sqlite: "3.45" }));
  const [older = ""] = (await project.done("revision", "--autogenerate", "-m", "n")).split("\n");
  assert.doesNotMatch(project.read(older), /ALTER COLUMN|sqlite>=/);
  // The sqlite3 shell of the system runs it: it may be years older.
  await sqlite3(
    ":memory:",
    `CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT); ${project.read(older)}`,
  );
});

Deno.test("revision --autogenerate names no revision where generated SQL fails, and says what else to do", async () => {
  using project = runProject();
  const table = (type: string) =>
    `CREATE TABLE t (a ${type}${Array.from({ length: 1_999 }, (_, at) => `, c${at}`).join("")});\n`;
  project.add("a1", table("INT"));
  project.write("schema.sql", table("TEXT"));
  const { stderr } = await project.fails(1, "revision", "--autogenerate", "-m", "text");
  assert.match(stderr, /^error\[sql-failed\]: A statement of the generated SQL failed\n/);
  assert.match(stderr, /SQLite says: too many columns in result set/);
  assert.match(
    stderr,
    /next: Change the schema in smaller steps\n {2}next: aludel revision -m MSG/,
  );
  assert.doesNotMatch(stderr, /aludel edit/);
});

Deno.test("a string in double quotes whose word becomes a column is written as the schema has it", async () => {
  using project = runProject();
  project.write("aludel.json", '{ "database": "app.db", "doubleQuotedStrings": true }');
  const others = (quote: string) =>
    `CREATE INDEX i ON b (id) WHERE name = ${quote}root${quote};
    CREATE VIEW v AS SELECT id FROM b WHERE name = ${quote}root${quote};\n`;
  const columns = "id INTEGER PRIMARY KEY, name TEXT";
  project.write(
    "schema.sql",
    `CREATE TABLE b (${columns} CHECK (name <> "root"));\n${others('"')}`,
  );
  await project.prepare("revision", "--autogenerate", "-m", "first", "--rev-id", "first");
  await project.prepare("upgrade");
  await project.sql("INSERT INTO b VALUES (1, 'a')");
  project.write(
    "schema.sql",
    `CREATE TABLE b (${columns} CHECK (name <> 'root'), root TEXT);\n${others("'")}`,
  );
  await project.prepare("revision", "--autogenerate", "-m", "second", "--rev-id", "second");
  await project.prepare("upgrade");
  await project.prepare("check");
  await project.sql("INSERT INTO b VALUES (2, 'b', 'b')");
  await project.prepare("downgrade", "-1");
  await project.prepare("verify", "--drift");
  // If the text stays, its meaning changes: the rows are compared with it.
  project.write(
    "schema.sql",
    `CREATE TABLE b (${columns} CHECK (name <> "root"), root TEXT);\n${others("'")}`,
  );
  const planned = await project.inProcess(
    "revision",
    "--autogenerate",
    "-m",
    "third",
    "--rev-id",
    "third",
    "--dry-run",
  );
  assert.match(planned.stdout + planned.stderr, /add to b: CHECK \(name <> "root"\)/);
});

Deno.test("strings in double quotes that SQLite rewrites are no drift", async () => {
  using project = runProject();
  project.write("aludel.json", '{ "database": "app.db", "doubleQuotedStrings": true }');
  const others = `CREATE TABLE b (name TEXT CHECK (name <> "root"));
    CREATE VIEW v AS SELECT name FROM b WHERE name <> "Root";
    CREATE TRIGGER x AFTER INSERT ON b WHEN new.name = "two" BEGIN SELECT "three"; END;\n`;
  project.write("schema.sql", `CREATE TABLE a (id INTEGER PRIMARY KEY, gone TEXT);\n${others}`);
  await project.done("revision", "--autogenerate", "-m", "first");
  project.write("schema.sql", `CREATE TABLE a (id INTEGER PRIMARY KEY);\n${others}`);
  await project.done("revision", "--autogenerate", "-m", "second");
  await project.done("upgrade", "head");
  assert.match(await project.sql("SELECT sql FROM sqlite_schema WHERE name = 'b'"), /'root'/);
  await project.done("check");
  await project.done("verify", "--drift");
  await project.done("downgrade", "-1");
  await project.done("verify", "--drift");
});

Deno.test("a rename keeps the values although a new column or table takes the old name", async () => {
  using project = runProject();
  project.add("a1", "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT);\n", "DROP TABLE t;\n");
  await project.done("upgrade", "head");
  await project.sql("INSERT INTO t VALUES (1, 'Ada')");
  project.write(
    "schema.sql",
    `-- aludel: renamed from=t
CREATE TABLE person (
  id INTEGER PRIMARY KEY,
  -- aludel: renamed from=name
  full_name TEXT,
  name TEXT NOT NULL DEFAULT 'nick'
);
CREATE TABLE t (x);
`,
  );
  await project.done("revision", "--autogenerate", "-m", "rename");
  await project.done("upgrade", "head");
  await project.done("check");
  assert.equal(await project.sql("SELECT full_name, name FROM person"), "Ada|nick");
  assert.equal(await project.sql("SELECT count(*) FROM t"), "0");
  await project.done("downgrade", "-1");
  assert.equal(await project.sql("SELECT * FROM t"), "1|Ada");
});

Deno.test("an FTS5 table that is made anew keeps its rows and its options", async () => {
  using project = runProject();
  project.add("a1", "CREATE VIRTUAL TABLE f USING fts5(title, body);\n", "DROP TABLE f;\n");
  await project.done("upgrade", "head");
  await project.sql(
    `INSERT INTO f(rowid, title, body) VALUES (7, 'one', 'running');
     INSERT INTO f(f, rank) VALUES ('rank', 'bm25(2.0, 1.0)'), ('automerge', 8), ('pgsz', 2000)`,
  );
  const options = await project.sql("SELECT k, v FROM f_config ORDER BY k");
  project.write(
    "schema.sql",
    "CREATE VIRTUAL TABLE f USING fts5(title, body, tokenize='porter');\n",
  );
  await project.done("revision", "--autogenerate", "-m", "porter");
  await project.done("upgrade", "head");
  assert.equal(await project.sql("SELECT k, v FROM f_config ORDER BY k"), options);
  assert.equal(await project.sql("SELECT rowid, body FROM f WHERE f MATCH 'run'"), "7|running");
  await project.done("downgrade", "-1");
  assert.equal(await project.sql("SELECT k, v FROM f_config ORDER BY k"), options);
  assert.equal(await project.sql("SELECT rowid, title FROM f"), "7|one");
});

Deno.test("the setting sqlite is kept by plans, by schema.sql and by lint", async () => {
  using project = runProject();
  project.write("aludel.json", '{ "database": "app.db", "sqlite": "3.31" }');
  project.add("a1", "CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT, c TEXT);\n", "DROP TABLE t;\n");
  project.write(
    "schema.sql",
    "CREATE TABLE t (\n  a INTEGER PRIMARY KEY,\n  b TEXT CHECK (b ->> '$.x' > 1_000)\n) STRICT;\n",
  );
  const refused = await project.fails(1, "revision", "--autogenerate", "-m", "n");
  assert.match(refused.stderr, /error\[schema-sqlite\]: The schema uses the operator ->/);
  assert.match(refused.stderr, /at schema\.sql:3:19/);
  assert.match(refused.stderr, /schema\.sql:3:31: the separator _ in numbers, since 3\.46/);
  assert.match(refused.stderr, /schema\.sql:4:3: STRICT, since 3\.37/);
  project.write("schema.sql", "CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT);\n");
  const [up = ""] = (await project.done("revision", "--autogenerate", "-m", "n")).split("\n");
  assert.doesNotMatch(project.read(up), /DROP COLUMN|sqlite>=/);
  await project.done("lint", "--all");
  await project.done("upgrade", "head");

  project.add("a2", "ALTER TABLE t RENAME TO u;\nALTER TABLE u DROP COLUMN b;\n", null, ["a1"]);
  const found = await project.fails(3, "lint", "a2");
  assert.match(found.stdout, /up\.sql:2:\d+: error\[newer-sqlite\]|newer-sqlite/);
  assert.match(found.stdout, /DROP COLUMN since 3\.35/);
});

Deno.test("a schema file that needs a newer SQLite gives a revision that says so", async () => {
  using project = runProject();
  project.write("aludel.json", '{ "database": "app.db", "sqlite": "3.31" }');
  project.write("schema.sql", "-- aludel: sqlite>=3.37\nCREATE TABLE t (a INT) STRICT;\n");
  const [up = ""] = (await project.done("revision", "--autogenerate", "-m", "n")).split("\n");
  assert.match(project.read(up), /^-- aludel: sqlite>=3\.37\n/);
  await project.done("lint", "--all");
});

Deno.test("revision --autogenerate claims no trial of a down that asks for values, and upgrade runs the up", async () => {
  using project = runProject();
  const parent = "CREATE TABLE p (id INTEGER PRIMARY KEY);\n";
  project.write(
    "schema.sql",
    `${parent}CREATE TABLE u (id INTEGER PRIMARY KEY, p INT NOT NULL REFERENCES p);\n`,
  );
  await project.prepare("revision", "--autogenerate", "-m", "a", "--rev-id", "a1");
  await project.prepare("upgrade");
  project.write("schema.sql", `${parent}CREATE TABLE u (id INTEGER PRIMARY KEY);\n`);
  const made = await project.inProcess("revision", "--autogenerate", "-m", "b", "--rev-id", "b1");
  assert.match(made.stderr, /The down\.sql was not tried: it asks for values/);
  assert.doesNotMatch(made.stderr, /tried in memory/);
  await project.prepare("upgrade");
  const { stderr } = await project.fails(1, "downgrade", "-1");
  assert.match(stderr, /^error\[sql-choose\]: /);
  assert.match(stderr, /repeat the command with --from-disk/);
});

Deno.test("arguments of a virtual table that the revisions change go and come back", async () => {
  using project = runProject();
  const docs = "CREATE TABLE doc (id INTEGER PRIMARY KEY, body TEXT);\n";
  const index = (tokenizer: string) =>
    `CREATE VIRTUAL TABLE words USING fts5(body, content='doc', content_rowid='id'${tokenizer});\n`;
  const tokenizers = ["", ", tokenize='porter'", ", tokenize='unicode61', prefix='2 3'", ""];
  for (const [at, tokenizer] of tokenizers.entries()) {
    project.write("schema.sql", docs + index(tokenizer));
    await project.prepare("revision", "--autogenerate", "-m", `step ${at}`, "--rev-id", `r${at}`);
  }
  await project.prepare("upgrade");
  await project.prepare("check");
  for (let left = 3; left > 0; left--) await project.prepare("downgrade", "-1");
});

Deno.test("revision --autogenerate writes nothing that a D1 database of the settings would not take", async () => {
  using project = runProject();
  const columns = Array.from({ length: 120 }, (_, at) => `c${at} INTEGER`).join(", ");
  project.write("schema.sql", `CREATE TABLE wide (id INTEGER PRIMARY KEY, ${columns});\n`);
  const settings = (prod: string) =>
    project.write("aludel.json", JSON.stringify({ database: "app.db", databases: { prod } }));
  settings("d1://account/id");
  const manifest = project.read("migrations/manifest.json");
  const { stderr } = await project.fails(1, "revision", "--autogenerate", "-m", "wide");
  assert.match(stderr, /SQLite says: too many columns on wide/);
  assert.match(stderr, /Cloudflare D1 takes 100 columns/);
  assert.equal(project.read("migrations/manifest.json"), manifest);
  // With earlier revisions, too.
  project.add("a1", USERS);
  project.write("schema.sql", `${USERS}CREATE TABLE wide (id INTEGER PRIMARY KEY, ${columns});\n`);
  await project.fails(1, "revision", "--autogenerate", "-m", "wide");
  settings("libsql://host");
  await project.done("revision", "--autogenerate", "-m", "wide");
});
