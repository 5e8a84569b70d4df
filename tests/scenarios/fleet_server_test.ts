import assert from "node:assert/strict";
import { D1_TOKEN, type D1Server, NO_D1, startD1 } from "../fixtures/d1.ts";
import { NO_SQLD, startSqld } from "../fixtures/sqld.ts";
import { openServer } from "../../src/db/server/server_connection.ts";
import { aludel, type Outcome } from "./cli.ts";
import { type RunProject, runProject } from "./run_project.ts";

/** A test that has D1, whose connections and processes outlive it otherwise. */
function onD1(name: string, work: (server: D1Server) => Promise<void>, ignore = NO_D1): void {
  Deno.test({
    name,
    ignore,
    sanitizeResources: false,
    sanitizeOps: false,
    async fn() {
      await using server = await startD1();
      await work(server);
    },
  });
}

const TENANTS = ["ann", "bob", "eve"].map((id) => `d1://account/${id}`);

async function tenantsAt(server: D1Server): Promise<{
  readonly project: RunProject;
  readonly run: (code: number, ...args: string[]) => Promise<Outcome>;
}> {
  const project = runProject();
  project.add("a1", "CREATE TABLE one (x INTEGER PRIMARY KEY, y TEXT);", "DROP TABLE one;");
  const env = {
    CLOUDFLARE_API_TOKEN: D1_TOKEN,
    CLOUDFLARE_API_BASE_URL: server.api,
    CLOUDFLARE_ACCOUNT_ID: "account",
  };
  const run = async (code: number, ...args: string[]) => {
    const outcome = await aludel(args, { cwd: project.path, env });
    assert.equal(outcome.code, code, `${args.join(" ")}\n${outcome.stdout}${outcome.stderr}`);
    return outcome;
  };
  for (const target of TENANTS) {
    await run(0, "upgrade", "-d", target, "-q");
    await server.rows(target, `INSERT INTO one VALUES (1, '${target}')`);
  }
  return { project, run };
}

const rowsOf = (server: D1Server) =>
  Promise.all(TENANTS.map((target) => server.rows(target, "SELECT * FROM one")));

onD1("a fleet of D1 databases is listed by name, upgraded, and taken back", async (server) => {
  const { project, run } = await tenantsAt(server);
  using _ = project;
  await server.rows("d1://other/ann", "SELECT 1");
  project.add("a2", "ALTER TABLE one ADD COLUMN z;", "ALTER TABLE one DROP COLUMN z;");
  const listed = (await run(3, "fleet", "status", "--d1", "*", "--json")).stdout;
  assert.deepEqual(
    listed.trim().split("\n").slice(0, -1).map((line) => JSON.parse(line).database).sort(),
    ["name of ann", "name of bob", "name of eve"],
  );
  assert.match((await run(3, "fleet", "status", "--d1", "* {ann,eve}")).stdout, /1 pending +2 /);
  assert.match(
    (await run(1, "fleet", "status", "--d1", "tenant-*")).stderr,
    /error\[fleet-empty\]: --d1 tenant-\* names no database/,
  );
  const before = await rowsOf(server);
  assert.match((await run(0, "fleet", "upgrade", "--d1", "*")).stdout, /3 upgraded/);
  assert.deepEqual(await rowsOf(server), before.map(([row]) => [`${row}|`]));
  assert.match((await run(0, "fleet", "undo")).stdout, /3 undone/);
  assert.deepEqual(await rowsOf(server), before);
});

onD1(
  "what a run took from D1 databases comes back by their bookmarks, once it is said that writes may go",
  async (server) => {
    const { project, run } = await tenantsAt(server);
    using _ = project;
    const before = await rowsOf(server);
    project.add("a2", "ALTER TABLE one DROP COLUMN y;", "ALTER TABLE one ADD COLUMN y TEXT;");
    project.write("aludel.json", JSON.stringify({ fleets: { all: { d1: ["name of *"] } } }));
    assert.match((await run(0, "fleet", "upgrade")).stdout, /3 upgraded/);
    const refused = await run(1, "fleet", "undo");
    assert.match(refused.stdout + refused.stderr, /may have been written to since the run/);
    assert.deepEqual(await rowsOf(server), [["1"], ["1"], ["1"]]);
    assert.match((await run(0, "fleet", "undo", "--discard-writes")).stdout, /3 undone/);
    assert.deepEqual(await rowsOf(server), before);
    await run(3, "fleet", "status");
  },
);

onD1("listing D1 databases needs a token and an account", async (server) => {
  using project = runProject();
  project.add("a1", "CREATE TABLE one (x);");
  const status = ["fleet", "status", "--d1", "*"];
  const env = { CLOUDFLARE_API_BASE_URL: server.api };
  const without = await aludel(status, { cwd: project.path, env });
  assert.match(without.stderr, /error\[target-value\]: No Cloudflare account is named/);
  project.write("wrangler.toml", 'account_id = "account"\n');
  const tokenless = await aludel(status, { cwd: project.path, env });
  assert.match(tokenless.stderr, /There is no token for "d1:\/\/account"/);
  project.write(".env", "CLOUDFLARE_API_TOKEN=wrong-secret\n");
  const wrong = await aludel(status, { cwd: project.path, env });
  assert.match(wrong.stderr, /does not accept the token/);
  assert.doesNotMatch(wrong.stderr, /wrong-secret/);
});

onD1("a fleet may have files, libSQL servers and D1 databases side by side", async (server) => {
  await using sqld = await startSqld();
  const { project, run } = await tenantsAt(server);
  using _ = project;
  await run(0, "upgrade", "-q", "-d", "file.db");
  await run(0, "upgrade", "-q", "-d", sqld.url);
  await using connection = await openServer({ url: sqld.url, name: "sqld" });
  await connection.execute("INSERT INTO one VALUES (7, 'kept')");
  project.write("list", ["file.db", sqld.url, TENANTS[0]].join("\n"));
  project.add("a2", "ALTER TABLE one DROP COLUMN y;", "ALTER TABLE one ADD COLUMN y TEXT;");
  const from = ["--from", "cat list"];
  assert.match((await run(3, "fleet", "status", ...from)).stdout, /1 pending +3 /);
  assert.match((await run(0, "fleet", "upgrade", ...from)).stdout, /3 upgraded/);
  assert.match((await run(0, "fleet", "undo", "--discard-writes")).stdout, /3 undone/);
  const [row] = await connection.query("SELECT * FROM one");
  assert.deepEqual(Object.values(row!), [7n, "kept"]);
  assert.deepEqual(await server.rows(TENANTS[0]!, "SELECT * FROM one"), [`1|${TENANTS[0]}`]);
}, NO_D1 || NO_SQLD);
