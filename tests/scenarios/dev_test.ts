import assert from "node:assert/strict";
import { runProject } from "./run_project.ts";
import { aludelCommand, baseEnvironment } from "./cli.ts";

const USERS = "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL);\n";
const WITH_EMAIL = "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL, email TEXT);\n";

/** A project whose one revision is applied, with a row. */
async function developed() {
  const project = runProject();
  project.write("aludel.json", '{"database": "app.db"}');
  project.write("schema.sql", USERS);
  await project.prepare("revision", "--autogenerate", "-m", "users");
  await project.prepare("upgrade", "head");
  await project.sql("INSERT INTO users VALUES (1, 'Ada')");
  return project;
}

Deno.test("dev --once brings the database to schema.sql, and records no revision", async () => {
  using project = await developed();
  project.write("schema.sql", WITH_EMAIL);
  const answer = JSON.parse(await project.prepare("dev", "--once", "--json"));
  assert.equal(answer.kind, "followed");
  assert.deepEqual(answer.changes.map(({ lines }: { lines: string[] }) => lines), [
    ["add column users.email TEXT"],
  ]);
  assert.equal(await project.sql("SELECT count(*) FROM aludel_revision"), "1");
  assert.equal(await project.sql("SELECT group_concat(event) FROM aludel_log"), "upgrade,dev");
  await project.sql("UPDATE users SET email = 'ada@x'");
  // What goes is kept first.
  project.write("schema.sql", USERS);
  const { stderr } = await project.fails(0, "dev", "--once");
  assert.match(stderr, /kept .*/);
  assert.match(await project.prepare("backup", "list"), /dev|email/);
  const idle = JSON.parse(await project.prepare("dev", "--once", "--json"));
  assert.deepEqual([idle.changes, idle.sql], [[], ""]);
});

Deno.test("dev --stop goes back to the revisions, and autogenerate then writes one draft", async () => {
  using project = await developed();
  for (const schema of [WITH_EMAIL, `${WITH_EMAIL}CREATE INDEX by_name ON users (name);\n`]) {
    project.write("schema.sql", schema);
    await project.prepare("dev", "--once");
  }
  const answer = JSON.parse(await project.prepare("dev", "--stop", "--json"));
  assert.equal(answer.kind, "back");
  assert.equal(JSON.parse(await project.prepare("dev", "--stop", "--json")).kind, "clean");
  await project.prepare("verify", "--drift");
  await project.prepare("revision", "--autogenerate", "-m", "email and index", "--rev-id", "r2");
  await project.prepare("upgrade", "head");
  await project.prepare("check");
  assert.equal(await project.sql("SELECT name FROM users"), "Ada");
});

Deno.test("dev --stop takes a rename back as one, and gives a column that it makes again a value", async () => {
  using project = await developed();
  project.write(
    "schema.sql",
    "CREATE TABLE users (\n  id INTEGER PRIMARY KEY,\n  -- aludel: renamed from=name\n  title TEXT NOT NULL\n);\n",
  );
  await project.prepare("dev", "--once");
  await project.prepare("dev", "--stop");
  assert.equal(await project.sql("SELECT name FROM users"), "Ada");
  project.write("schema.sql", "CREATE TABLE users (id INTEGER PRIMARY KEY);\n");
  await project.prepare("dev", "--once");
  await project.prepare("dev", "--stop");
  await project.prepare("verify", "--drift");
  assert.equal(await project.sql("SELECT count(*) FROM users WHERE name IS NOT NULL"), "1");
});

Deno.test("dev --stop records the draft that was written before, and keeps the rows", async () => {
  using project = await developed();
  project.write("schema.sql", WITH_EMAIL);
  await project.prepare("dev", "--once");
  await project.sql("UPDATE users SET email = 'ada@x'");
  await project.prepare("revision", "--autogenerate", "-m", "email", "--rev-id", "r2");
  assert.match((await project.fails(1, "dev", "--once")).stderr, /error\[dev-pending\]/);
  const answer = JSON.parse(await project.prepare("dev", "--stop", "--json"));
  assert.equal(answer.kind, "reached");
  assert.equal(await project.sql("SELECT email FROM users"), "ada@x");
  await project.prepare("verify", "--drift");
  await project.prepare("downgrade", "-1");
});

Deno.test("dev refuses a database that takes no drafts, what rows forbid, and flags that do not fit", async () => {
  using project = await developed();
  project.write(
    "schema.sql",
    "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);\n",
  );
  await project.sql("INSERT INTO users VALUES (2, 'Ada')");
  const before = await project.sql("SELECT group_concat(sql) FROM sqlite_schema");
  const refused = await project.fails(1, "dev", "--once");
  assert.match(refused.stderr, /could not be made on this database[^]*The database is unchanged/);
  assert.equal(await project.sql("SELECT group_concat(sql) FROM sqlite_schema"), before);
  // What only a person knows has no file here to be written into.
  project.write(
    "schema.sql",
    "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL, age INT NOT NULL);\n",
  );
  const unchosen = await project.fails(1, "dev", "--once");
  assert.match(
    unchosen.stderr,
    /error\[sql-choose\]: The difference could not[^]*a value for "age"[^]*next: Give the column a DEFAULT/,
  );
  assert.match((await project.fails(2, "dev", "--once", "--stop")).stderr, /exclude each other/);
  assert.match((await project.fails(2, "dev", "--json")).stdout, /dev continues/);
  project.write("schema.sql", WITH_EMAIL);
  await project.prepare("protect", "--no-drafts");
  assert.match((await project.fails(1, "dev", "--once")).stderr, /no-drafts/);
  project.write("aludel.json", '{"database": "app.db", "drafts": "refuse"}');
  assert.match((await project.fails(1, "dev", "--once")).stderr, /error\[dev-target\]/);
});

Deno.test("dev follows schema.sql each time it is saved, also after a mistake", async () => {
  using project = await developed();
  const [program, ...before] = aludelCommand();
  const child = new Deno.Command(program!, {
    args: [...before, "dev"],
    cwd: project.path,
    clearEnv: true,
    env: baseEnvironment(),
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const said = lines(child.stdout);
  const complained = lines(child.stderr);
  try {
    await said.until(/has the schema of schema\.sql/);
    project.write("schema.sql", WITH_EMAIL);
    await said.until(/add column users\.email/);
    project.write("schema.sql", "CREATE TABLE users (");
    await complained.until(/error\[schema-sql\]/);
    project.write("schema.sql", WITH_EMAIL.replace("email TEXT", "email TEXT, age INTEGER"));
    await said.until(/add column users\.age/);
    await said.until(/has the schema of schema\.sql/);
  } finally {
    child.kill("SIGINT");
    await child.status;
    await said.cancel();
    await complained.cancel();
  }
  assert.equal(await project.sql("SELECT count(*) FROM pragma_table_info('users')"), "4");
  assert.equal(await project.sql("SELECT name FROM users"), "Ada");
});

/** Reads a stream line by line. */
function lines(stream: ReadableStream<Uint8Array<ArrayBuffer>>) {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  return {
    /** Reads to a line that fits. */
    async until(pattern: RegExp): Promise<void> {
      for (;;) {
        const end = rest.indexOf("\n");
        if (end >= 0) {
          const line = rest.slice(0, end);
          rest = rest.slice(end + 1);
          if (pattern.test(line)) return;
          continue;
        }
        const { done, value } = await reader.read();
        if (done) throw new Error(`The program ended before it said ${pattern}`);
        rest += value;
      }
    },
    cancel: () => reader.cancel(),
  };
}
