import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { AludelError, current, type RunEvent, status, upgrade } from "../../../src/mod.ts";
import { temporaryFolder, temporaryProject } from "../../scenarios/cli.ts";
import { EVENTS, sampleMigrations, TITLES } from "./sample_migrations.ts";

Deno.test("upgrade() applies what is pending and tells it as events", async () => {
  using folder = temporaryFolder();
  const database = `${folder.path}/app.db`;
  const events: RunEvent[] = [];
  const migrations = sampleMigrations(EVENTS, TITLES);
  const result = await upgrade({ database, migrations, onEvent: (event) => events.push(event) });
  assert.deepEqual(result, { applied: ["e1", "e2"], current: ["e2"] });
  assert.deepEqual(
    events.filter((event) => event.type !== "statement").map((event) => event.type),
    ["step-started", "step-done", "step-started", "step-done", "committed"],
  );
  assert.deepEqual(columns(database, "events"), ["id", "title"]);
  assert.deepEqual(await upgrade({ database, migrations }), { applied: [], current: ["e2"] });
});

Deno.test("upgrade() takes a folder by its path or URL, and a ref", async () => {
  using project = temporaryProject();
  for (const id of ["a1", "a2"]) {
    await project.prepare("revision", "-m", "add a table", "--rev-id", id);
    const dir = [...Deno.readDirSync(`${project.path}/migrations`)]
      .find((entry) => entry.name.includes(`_${id}_`))!.name;
    project.write(`migrations/${dir}/up.sql`, `CREATE TABLE ${id} (x);\n`);
  }
  const url = new URL(`file://${project.path}/migrations/`);
  const database = new URL(`file://${project.path}/app.db`);
  assert.deepEqual(await upgrade({ database, migrations: url, to: "+1" }), {
    applied: ["a1"],
    current: ["a1"],
  });
  await upgrade({
    database: `sqlite:${project.path}/app.db`,
    migrations: `${project.path}/migrations/`,
  });
  // The command line finds what the library did.
  assert.match(await project.prepare("current", "-d", `${project.path}/app.db`), /^a2 /);
});

Deno.test("upgrade() rolls everything back when a statement fails, and says where", async () => {
  using folder = temporaryFolder();
  const database = `${folder.path}/app.db`;
  const migrations = sampleMigrations(EVENTS, {
    id: "bad",
    up: "CREATE TABLE t (a);\nINSERT INTO no VALUES (1);\n",
  });
  await assert.rejects(upgrade({ database, migrations }), (error: AludelError) => {
    assert.equal(error.code, "sql-failed");
    assert.deepEqual(
      { file: error.place?.file, line: error.place?.line },
      { file: "migrations/bad/up.sql", line: 2 },
    );
    assert.match(error.outcome ?? "", /rolled back/);
    return true;
  });
  assert.deepEqual(await current(database), []);
});

Deno.test("upgrade() stops at the signal, before and between statements", async () => {
  using folder = temporaryFolder();
  const database = `${folder.path}/app.db`;
  const migrations = sampleMigrations(EVENTS, TITLES);
  const reason = new Error("the application is told to end");
  const stopped = (error: AludelError) => {
    assert.equal(error.code, "interrupted");
    assert.equal(error.cause, reason);
    return true;
  };
  const before = AbortSignal.abort(reason);
  await assert.rejects(upgrade({ database, migrations, signal: before }), stopped);
  assert.ok(!folder.has("app.db"));

  const controller = new AbortController();
  const during = upgrade({
    database,
    migrations,
    signal: controller.signal,
    onEvent: (event) => event.type === "step-done" && controller.abort(reason),
  });
  await assert.rejects(during, stopped);
  assert.deepEqual(await current(database), []);
});

Deno.test("upgrade() waits for the lock no longer than it is told, and stops waiting at the signal", async () => {
  using folder = temporaryFolder();
  const database = `${folder.path}/app.db`;
  using other = new DatabaseSync(database);
  other.exec("CREATE TABLE theirs (a); BEGIN IMMEDIATE");
  const migrations = sampleMigrations(EVENTS);
  await assert.rejects(upgrade({ database, migrations, lockTimeoutMs: 0 }), {
    code: "lock-timeout",
  });
  const controller = new AbortController();
  const onEvent = ({ type }: RunEvent) => {
    if (type === "waiting") controller.abort();
  };
  await assert.rejects(upgrade({ database, migrations, signal: controller.signal, onEvent }), {
    code: "interrupted",
  });
  other.exec("ROLLBACK");
  assert.deepEqual((await upgrade({ database, migrations })).applied, ["e1"]);
});

Deno.test("what the listener throws stops the upgrade and rolls it back", async () => {
  using folder = temporaryFolder();
  const database = `${folder.path}/app.db`;
  const fault = new Error("the listener has a bug");
  await assert.rejects(
    upgrade({
      database,
      migrations: sampleMigrations(EVENTS),
      onEvent() {
        throw fault;
      },
    }),
    fault,
  );
  assert.deepEqual(await current(database), []);
});

Deno.test("upgrade() refuses drafts where it is told to", async () => {
  using folder = temporaryFolder();
  await assert.rejects(
    upgrade({
      database: `${folder.path}/app.db`,
      migrations: sampleMigrations(EVENTS),
      drafts: "refuse",
    }),
    { code: "revision-draft" },
  );
});

Deno.test("upgrade() copies the database before a revision that loses data", async () => {
  using folder = temporaryFolder();
  const database = `${folder.path}/app.db`;
  await upgrade({ database, migrations: sampleMigrations(EVENTS) });
  using connection = new DatabaseSync(database);
  connection.exec("INSERT INTO events VALUES (1)");
  connection.close();
  const events: RunEvent[] = [];
  await upgrade({
    database,
    migrations: sampleMigrations(EVENTS, { id: "gone", up: "DROP TABLE events;\n" }),
    onEvent: (event) => events.push(event),
  });
  const point = events.find((event) => event.type === "restore-point");
  assert.ok(point !== undefined && Deno.statSync(point.path).isDirectory);
});

Deno.test("status() compares by ids, and knows what only the database has", async () => {
  using folder = temporaryFolder();
  const database = `${folder.path}/app.db`;
  const old = sampleMigrations(EVENTS);
  const branches = sampleMigrations(EVENTS, TITLES, {
    id: "b1",
    up: "SELECT 1;\n",
    parents: ["e1"],
  });
  assert.deepEqual(await status({ database, migrations: old }), {
    current: [],
    heads: ["e1"],
    pending: ["e1"],
    unknown: [],
  });
  assert.ok(!folder.has("app.db"));
  await assert.rejects(upgrade({ database, migrations: branches }), { code: "ref-several-heads" });
  const done = await upgrade({ database, migrations: branches, to: "heads" });
  assert.deepEqual(done.current.toSorted(), ["b1", "e2"]);
  assert.deepEqual(await status({ database, migrations: old }), {
    current: ["e2", "b1"],
    heads: ["e1"],
    pending: [],
    unknown: ["e2", "b1"],
  });
});

Deno.test("what is no database file or no migrations folder is refused with advice", async () => {
  using folder = temporaryFolder();
  const migrations = sampleMigrations(EVENTS);
  for (
    const [database, code] of [
      [":memory:", "target-unsupported"],
      ["http://127.0.0.1:1", "server-failed"],
      ["postgres://localhost/app", "target-unsupported"],
      ["", "target-value"],
    ] as const
  ) {
    await assert.rejects(upgrade({ database, migrations }), (error: AludelError) => {
      assert.equal(error.code, code, database);
      assert.ok(error.next.length > 0);
      return true;
    });
  }
  const database = `${folder.path}/app.db`;
  await assert.rejects(upgrade({ database, migrations: folder.path }), { code: "project-missing" });
  await assert.rejects(
    upgrade({ database, migrations: new URL("https://example.org/migrations/") }),
    { code: "file-unreadable" },
  );
});

function columns(path: string, table: string): string[] {
  using database = new DatabaseSync(path, { readOnly: true });
  return database.prepare("SELECT name FROM pragma_table_info(?)").all(table)
    .map((row) => String(row["name"]));
}

Deno.test("upgrade() lends its revisions the application's functions", async () => {
  using folder = temporaryFolder();
  const database = `${folder.path}/app.db`;
  const migrations = sampleMigrations({
    id: "f1",
    up: "CREATE TABLE t (a, b AS (slug(a)) STORED, CHECK (slug(a) <> ''));\n" +
      "INSERT INTO t VALUES ('A b'), (9007199254740993);\n",
  });
  await assert.rejects(upgrade({ database, migrations }), { code: "sql-failed" });
  const seen: unknown[] = [];
  const functions = {
    slug(...values: readonly unknown[]) {
      seen.push(...values);
      return String(values[0]).toLowerCase().replace(" ", "-");
    },
  };
  await upgrade({ database, migrations, functions });
  assert.ok(seen.includes(9007199254740993n));
  const connection = new DatabaseSync(database);
  connection.function("slug", { deterministic: true, varargs: true }, () => "");
  assert.deepEqual(
    connection.prepare("SELECT b FROM t").all().map((row) => row["b"]),
    ["a-b", "9007199254740993"],
  );
  connection.close();
});
