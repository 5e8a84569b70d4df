import assert from "node:assert/strict";
import { sqlite3, type TemporaryFolder, temporaryProject } from "./cli.ts";

/** A project without revisions, with empty databases at these paths. */
async function projectWith(...paths: readonly string[]): Promise<TemporaryFolder> {
  const project = temporaryProject();
  for (const path of paths) {
    project.write(path, "");
    await sqlite3(`${project.path}/${path}`, "CREATE TABLE app(x)");
  }
  return project;
}

async function names(project: TemporaryFolder, ...args: readonly string[]): Promise<string[]> {
  const { stdout, stderr, code } = await project.aludel("fleet", "status", "--json", ...args);
  assert.ok(code === 0 || code === 3, stderr);
  return stdout.trim().split("\n").slice(0, -1).map((line) => JSON.parse(line).database).sort();
}

async function refused(project: TemporaryFolder, code: string, ...args: readonly string[]) {
  const outcome = await project.aludel("fleet", "status", ...args);
  assert.match(outcome.stderr, new RegExp(`error\\[${code}\\]`));
  return outcome.stderr;
}

Deno.test("--glob takes the files that match, and nothing that belongs to one", async () => {
  using project = await projectWith("t/a.db", "t/b.sqlite", "t/x/c.db", "t/.hidden.db");
  project.write("t/a.db.restore/2026-01-01_000000/a.db", "");
  project.write("t/a.db-journal", "");
  assert.deepEqual(await names(project, "--glob", "t/*.db"), ["t/a.db"]);
  assert.deepEqual(await names(project, "--glob", "t/a*"), ["t/a.db"]);
  assert.deepEqual(await names(project, "--glob", "t/*.{db,sqlite}"), ["t/a.db", "t/b.sqlite"]);
  assert.deepEqual(await names(project, "--glob", "t/**/*.db"), ["t/a.db", "t/x/c.db"]);
  assert.deepEqual(await names(project, "--glob", "t/[ac].db", "--glob", "t/?/c.db"), [
    "t/a.db",
    "t/x/c.db",
  ]);
  assert.match(
    await refused(project, "fleet-empty", "--glob", "none/*.db"),
    /--glob none\/\*\.db names no database/,
  );
});

Deno.test("a database that is named twice, or by a link, is taken once", async () => {
  using project = await projectWith("t/a.db");
  Deno.symlinkSync(`${project.path}/t/a.db`, `${project.path}/t/link.db`);
  assert.equal((await names(project, "--glob", "t/*.db", "--glob", "./t/a.db")).length, 1);
});

Deno.test("--query takes what another database lists", async () => {
  using project = await projectWith("t/a.db", "t/b.db", "control.db");
  await sqlite3(
    `${project.path}/control.db`,
    "CREATE TABLE tenant(slug, path); INSERT INTO tenant VALUES ('anne', 't/a.db'), ('bob', 't/b.db')",
  );
  const query = ["--query", "control.db"];
  assert.deepEqual(await names(project, ...query, "SELECT path FROM tenant"), ["t/a.db", "t/b.db"]);
  assert.deepEqual(await names(project, ...query, "SELECT slug AS name, path AS url FROM tenant"), [
    "anne",
    "bob",
  ]);
  await refused(project, "fleet-query", ...query, "SELECT nothing FROM tenant");
  await refused(project, "fleet-query", ...query, "SELECT 1 FROM tenant");
  await refused(project, "usage", ...query);
});

Deno.test("--from takes what a command prints, as text and as JSON", async () => {
  using project = await projectWith("t/a.db", "t/b.db");
  project.write("list", 't/a.db\n\n{"url": "t/b.db", "name": "bob"}\n');
  assert.deepEqual(await names(project, "--from", "cat list"), ["bob", "t/a.db"]);
  project.write("bad", '{"name": "bob"}\n');
  await refused(project, "fleet-command", "--from", "cat bad");
  assert.match(
    await refused(project, "fleet-command", "--from", "echo no >&2; exit 3"),
    /exit code 3[\s\S]*no/,
  );
});

Deno.test("a URL with a token, a database in memory or another kind of database is no member of a fleet", async () => {
  using project = await projectWith();
  for (
    const [url, fact] of [["libsql://h.example.org?authToken=secret", /has a token/], [
      ":memory:",
      /in memory/,
    ], ["postgres://h/db", /not SQLite/]] as const
  ) {
    project.write("list", `${url}\n`);
    const said = await refused(project, "fleet-target", "--from", "cat list");
    assert.match(said, fact);
    assert.doesNotMatch(said, /secret/);
  }
});

Deno.test("the settings name fleets, whose paths start from the settings", async () => {
  using project = await projectWith("t/a.db", "control.db");
  await sqlite3(`${project.path}/control.db`, "CREATE TABLE tenant AS SELECT 't/a.db' AS path");
  project.write(
    "aludel.json",
    JSON.stringify({
      databases: { control: "control.db" },
      fleets: {
        files: "t/*.db",
        both: { glob: ["t/*.db", "control.db"] },
        listed: { query: { database: "control", sql: "SELECT path FROM tenant" } },
        printed: { command: ["echo", "t/a.db"] },
      },
    }),
  );
  project.write("sub/here", "");
  assert.deepEqual(await names(project, "files"), ["t/a.db"]);
  assert.deepEqual(await names(project, "both"), ["control.db", "t/a.db"]);
  assert.deepEqual(await names(project, "listed"), ["t/a.db"]);
  assert.deepEqual(await names(project, "printed"), ["t/a.db"]);
  assert.match(await refused(project, "fleet-unknown", "flies"), /next: aludel fleet status files/);
  await refused(project, "usage");
  await refused(project, "usage", "files", "--glob", "t/*.db");
  project.write(
    "aludel.json",
    JSON.stringify({ fleets: { files: { glob: ["a"], command: ["b"] } } }),
  );
  await refused(project, "settings-value", "files");
});
