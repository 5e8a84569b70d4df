import assert from "node:assert/strict";
import { openServer } from "../../src/db/server/server_connection.ts";
import { NO_SQLD, startSqld } from "../fixtures/sqld.ts";
import { sqlite3 } from "./cli.ts";
import { type RunProject, runProject } from "./run_project.ts";

// A replica, and a server that gives no pages, which a proxy makes of sqld: it hides sqlite_dbpage.

function onSqld(
  name: string,
  work: (project: RunProject) => Promise<void>,
): void {
  Deno.test({
    name,
    ignore: NO_SQLD,
    sanitizeResources: false,
    sanitizeOps: false,
    async fn() {
      using project = runProject();
      await work(project);
    },
  });
}

async function execute(url: string, ...statements: string[]): Promise<readonly string[]> {
  await using connection = await openServer({ url, name: "test" });
  let found: readonly string[] = [];
  for (const sql of statements) {
    found = (await connection.query(sql)).map((row) => Object.values(row).join("|"));
  }
  return found;
}

onSqld("a server that gives no pages is copied by its rows", async (project) => {
  await using server = await startSqld();
  const proxy = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      const { pathname } = new URL(request.url);
      const body = (await request.text()).replaceAll("sqlite_dbpage", "no_pages");
      return await fetch(`${server.url}${pathname}`, { method: "POST", body });
    },
  );
  const url = `http://127.0.0.1:${proxy.addr.port}`;
  project.write("aludel.json", JSON.stringify({ database: url }));
  project.add(
    "a1",
    "CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a); CREATE TABLE w (k PRIMARY KEY, v) WITHOUT ROWID; CREATE VIEW v AS SELECT a FROM t; CREATE TRIGGER g AFTER INSERT ON t BEGIN INSERT INTO w VALUES (new.id, 1); END;",
    "",
  );
  await project.done("upgrade");
  await execute(
    url,
    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1200) INSERT INTO t SELECT i, i / 2.0 FROM n",
    "INSERT INTO t VALUES (9007199254740993, x'00ff')",
  );
  const name = (await project.done("backup")).trim();
  const holder = [...Deno.readDirSync(project.path)].find((one) => one.name.endsWith(".restore"))!;
  const point = `${project.path}/${holder.name}/${name}`;
  const file = [...Deno.readDirSync(point)].find((one) => one.name !== "point.json")!.name;
  assert.equal(
    await sqlite3(
      `${point}/${file}`,
      "SELECT count(*), sum(a), max(id), (SELECT count(*) FROM w), (SELECT seq FROM sqlite_sequence) FROM t; SELECT quote(a) FROM t WHERE id > 5000; SELECT count(*) FROM sqlite_schema WHERE type = 'trigger'; PRAGMA integrity_check",
    ),
    "1201|360300.0|9007199254740993|1201|9007199254740993\nX'00FF'\n1\nok",
  );
  project.add("a2", "DELETE FROM w;", "");
  assert.match(await project.done("upgrade", "--rehearse"), /w: 1201 before, 0 after/);
  await proxy.shutdown();
});

onSqld("a run on a replica is one on the primary, and both say so", async (project) => {
  await using primary = await startSqld();
  await using replica = await startSqld(primary);
  project.write("aludel.json", JSON.stringify({ database: replica.url }));
  project.add("a1", "CREATE TABLE t (a); INSERT INTO t VALUES (1);", "DROP TABLE t;");
  project.add("a2", "CREATE TABLE u (a);", "DROP TABLE u;");
  await project.done("upgrade");
  assert.match(await project.done("current"), /^a2/);
  assert.match(await project.done("current", "-d", primary.url), /^a2/);
  assert.deepEqual(await execute(primary.url, "SELECT a FROM t"), ["1"]);
  await project.done("downgrade", "a1");
  assert.match(await project.done("current", "-d", primary.url), /^a1/);
  // Only what the replica has not yet got may be missing there.
  await primary.restart();
  await project.done("upgrade", "-d", primary.url);
  assert.match(await project.done("current", "-d", primary.url), /^a2/);
});
