import assert from "node:assert/strict";
import { openServer } from "../../src/db/server/server_connection.ts";
import { upgrade } from "../../src/mod.ts";
import { NO_SQLD, type Sqld, startSqld } from "../fixtures/sqld.ts";
import { sqlite3 } from "./cli.ts";
import { HOSTILE_SCRIPTS } from "./hostile_scripts.ts";
import { type RunProject, runProject } from "./run_project.ts";

// One server for the file; each test begins with an empty database.
let started: Promise<Sqld> | undefined;

interface ServerProject extends RunProject {
  readonly server: Sqld;
  /** Runs statements on the server; gives the rows of the last one, each as its values joined by "|". */
  rows(...statements: string[]): Promise<readonly string[]>;
}

function onServer(name: string, work: (project: ServerProject) => Promise<void>): void {
  Deno.test({
    name,
    ignore: NO_SQLD,
    // The connections that fetch keeps, and the server's process, outlive a test.
    sanitizeResources: false,
    sanitizeOps: false,
    async fn() {
      started ??= startSqld();
      const server = await started;
      await server.empty();
      using project = runProject();
      project.write("aludel.json", JSON.stringify({ database: server.url }));
      await work({
        ...project,
        server,
        async rows(...statements) {
          await using connection = await openServer({ url: server.url, name: "test" });
          let found: readonly string[] = [];
          for (const sql of statements) {
            const rows = await connection.query(sql);
            found = rows.map((row) => Object.values(row).join("|"));
          }
          return found;
        },
      });
    },
  });
}

const SCHEMA = `CREATE TABLE parent (id INTEGER PRIMARY KEY, name TEXT, up REFERENCES parent (id));
CREATE TABLE cascades (id INTEGER PRIMARY KEY, p NOT NULL REFERENCES parent (id) ON DELETE CASCADE);
CREATE TABLE nulls (id INTEGER PRIMARY KEY, p REFERENCES parent (id) ON DELETE SET NULL);
CREATE TABLE restricts (id INTEGER PRIMARY KEY, p REFERENCES parent (id) ON DELETE RESTRICT);
CREATE VIEW names AS SELECT name FROM parent;
CREATE TRIGGER own AFTER DELETE ON parent BEGIN DELETE FROM restricts WHERE p = old.id; END;
CREATE TRIGGER other AFTER INSERT ON cascades BEGIN UPDATE parent SET name = name || '!' WHERE id = new.p; END;
`;

const CHILDREN = `SELECT (SELECT group_concat(rowid || ':' || p) FROM cascades)
  || ' ' || (SELECT group_concat(rowid || ':' || p) FROM nulls)
  || ' ' || (SELECT group_concat(rowid || ':' || p) FROM restricts)
  || ' ' || (SELECT group_concat(id || name || ifnull(up, '-')) FROM parent)`;

const DEFINITIONS =
  "SELECT name, sql FROM sqlite_schema WHERE type IN ('view', 'trigger') OR name NOT LIKE 'aludel%' AND name <> 'parent' AND sql IS NOT NULL ORDER BY name";

onServer(
  "three children of a rebuilt parent keep rows, rowids and triggers, up and down",
  async (project) => {
    project.write("schema.sql", SCHEMA);
    await project.done("revision", "--autogenerate", "-m", "first");
    await project.done("upgrade");
    await project.rows(
      "INSERT INTO parent VALUES (1, 'a', NULL), (2, 'b', 1)",
      "INSERT INTO cascades VALUES (10, 1), (20, 2)",
      "INSERT INTO nulls VALUES (30, 1), (40, 2)",
      "INSERT INTO restricts VALUES (50, 1), (60, 2)",
    );
    const before = await project.rows(CHILDREN);
    assert.deepEqual(before, ["10:1,20:2 30:1,40:2 50:1,60:2 1a!-,2b!1"]);
    const definitions = await project.rows(DEFINITIONS);
    project.write("schema.sql", SCHEMA.replace("name TEXT", "name TEXT CHECK (length(name) < 9)"));
    await project.done("revision", "--autogenerate", "-m", "second");
    await project.done("upgrade");
    assert.deepEqual(await project.rows(CHILDREN), before);
    assert.deepEqual(await project.rows(DEFINITIONS), definitions);
    assert.match(
      (await project.rows("SELECT sql FROM sqlite_schema WHERE name = 'parent'"))[0]!,
      /CHECK/,
    );
    await project.done("check");
    await project.done("verify", "--drift");
    await project.done("downgrade", "-1");
    assert.deepEqual(await project.rows(CHILDREN), before);
    assert.deepEqual(await project.rows(DEFINITIONS), definitions);
    assert.deepEqual(await project.rows("PRAGMA foreign_key_check"), []);
    await project.done("upgrade");
    await project.done("redo", "head");
    assert.deepEqual(await project.rows(CHILDREN), before);
  },
);

onServer(
  "every look works: status, current, history, diff, schema, locate, dry run",
  async (project) => {
    const { url } = project.server;
    project.add("a1", "CREATE TABLE t (a);", "DROP TABLE t;");
    project.add("a2", "CREATE TABLE u (a);", "DROP TABLE u;");
    assert.match(await project.done("upgrade", "--dry-run"), /a1/);
    assert.deepEqual(await project.rows("SELECT name FROM sqlite_schema"), []);
    await project.done("upgrade", "a1");
    assert.match((await project.fails(3, "status")).stdout, /a1/);
    assert.match(await project.done("current"), /^a1/);
    assert.match(await project.done("history", "-i"), /a2/);
    assert.match(await project.done("schema", url), /CREATE TABLE t \(a\);/);
    assert.match((await project.aludel("diff", "head", url)).stdout, /table u/);
    await project.done("stamp", "base");
    assert.match(await project.done("locate"), /^a1/);
    await project.done("locate", "--stamp");
    assert.match(await project.done("current"), /^a1/);
  },
);

onServer("init --from takes a server's database over", async (project) => {
  await project.rows("CREATE TABLE t (id INTEGER PRIMARY KEY, a)", "INSERT INTO t VALUES (1, 2)");
  await project.done("init", "--from", project.server.url, "shop");
  assert.equal(JSON.parse(project.read("shop/aludel.json")).database, project.server.url);
  assert.match(project.read("shop/schema.sql"), /CREATE TABLE t \(id INTEGER PRIMARY KEY, a\);/);
  assert.deepEqual(await project.rows("SELECT a FROM t"), ["2"]);
});

onServer("rows that a run takes are kept in a file that sqlite3 opens", async (project) => {
  project.add("a1", "CREATE TABLE t (a); CREATE TABLE u (b);", "DROP TABLE u; DROP TABLE t;");
  await project.done("upgrade");
  await project.rows("INSERT INTO t VALUES (1), (2)", "INSERT INTO u VALUES (3)");
  project.add("a2", "DELETE FROM t WHERE a = 1;", "");
  const { stderr } = await project.aludel("upgrade");
  assert.match(stderr, /^lost +t: 1 row/m);
  assert.match(stderr, /^next: aludel restore /m);
  const list = JSON.parse(await project.done("backup", "list", "--json"));
  const [{ name }] = list.restorePoints ?? list.points;
  const [holder] = [...Deno.readDirSync(project.path)].filter((one) =>
    one.name.endsWith(".restore")
  );
  const point = { name, path: `${project.path}/${holder!.name}/${name}` };
  const file = [...Deno.readDirSync(point.path)].find((one) => one.name !== "point.json")!.name;
  assert.equal(
    await sqlite3(`${point.path}/${file}`, "SELECT a FROM t; SELECT b FROM u"),
    "1\n2\n3",
  );
  assert.match(await project.done("backup", "list"), new RegExp(point.name));
  await project.done("backup");
});

onServer(
  "restore puts the copy back, and takes that back, with rowids and log",
  async (project) => {
    project.add(
      "a1",
      "CREATE TABLE t (a UNIQUE); CREATE TABLE c (id INTEGER PRIMARY KEY, a REFERENCES t (a)); CREATE VIEW v AS SELECT a FROM t; CREATE VIRTUAL TABLE f USING fts5 (x); CREATE TRIGGER g AFTER INSERT ON t BEGIN INSERT INTO f VALUES (new.a); END;",
      "",
    );
    await project.done("upgrade");
    await project.rows(
      "INSERT INTO t (rowid, a) VALUES (7, 'one'), (9, x'00ff')",
      "INSERT INTO c VALUES (9007199254740993, 'one')",
    );
    const content =
      "SELECT (SELECT group_concat(rowid || quote(a)) FROM t) || (SELECT group_concat(id || quote(a)) FROM c) || (SELECT rowid FROM f WHERE f MATCH 'one') || (SELECT count(*) FROM v)";
    const before = await project.rows(content);
    project.add("a2", "DELETE FROM c; DROP TRIGGER g; DELETE FROM t WHERE a = 'one';", "");
    const { stderr } = await project.aludel("upgrade");
    const point = /^next: aludel restore (\S+)/m.exec(stderr)?.[1];
    const { stderr: restored } = await project.aludel("restore", point!);
    assert.match(restored, /is now at a1\./);
    assert.deepEqual(await project.rows(content), before);
    assert.deepEqual(await project.rows("SELECT event FROM aludel_log ORDER BY entry"), [
      "upgrade",
      "upgrade",
      "restore",
    ]);
    const kept = /^next: aludel restore (\S+)/m.exec(restored)?.[1];
    assert.match((await project.aludel("restore", kept!)).stderr, /is now at a2\./);
    assert.deepEqual(await project.rows("SELECT count(*) FROM t"), ["1"]);
  },
);

onServer("restore --rows says where the copy is", async (project) => {
  project.add("a1", "CREATE TABLE t (a);", "");
  await project.done("upgrade");
  const { stderr } = await project.fails(1, "restore", "--rows");
  assert.match(stderr, /^error\[copy-unsupported\][^]*SQLite files in ".*\.restore"/m);
});

onServer("a loss that no statement names is rolled back", async (project) => {
  project.add("a1", "CREATE TABLE t (a); CREATE TABLE u (b);", "");
  await project.done("upgrade");
  await project.rows(
    "INSERT INTO t VALUES (1)",
    "INSERT INTO u VALUES (1)",
    "CREATE TRIGGER g AFTER UPDATE ON t BEGIN DELETE FROM u; END",
  );
  project.add("a2", "UPDATE t SET a = 2;", "");
  const { stderr } = await project.fails(1, "upgrade");
  assert.match(stderr, /^error\[data-loss\]/m);
  assert.deepEqual(await project.rows("SELECT a, (SELECT b FROM u) FROM t"), ["1|1"]);
});

onServer("what the server does not take is said before anything runs", async (project) => {
  project.add("a1", "CREATE TABLE t (a);\nANALYZE;", "");
  const { stderr } = await project.fails(1, "upgrade");
  assert.match(stderr, /^error\[server-refuses\]/m);
  assert.match(stderr, /a1\/up\.sql:2:1/);
  assert.deepEqual(await project.rows("SELECT name FROM sqlite_schema"), []);
});

onServer(
  "a failing statement rolls all of the route back, with SQLite's words and place",
  async (project) => {
    project.add("a1", "CREATE TABLE t (a);", "");
    project.add("a2", "CREATE TABLE u (a);\nINSERT INTO t (a, nope) VALUES (1, 2);", "");
    const { stderr } = await project.fails(1, "upgrade");
    assert.match(stderr, /SQLite says: table t has no column named nope/);
    assert.match(stderr, /a2\/up\.sql:2:/);
    const tables = "SELECT name FROM sqlite_schema WHERE name IN ('t', 'u')";
    assert.deepEqual(await project.rows(tables), []);
  },
);

onServer("ten clients at once run each revision once", async (project) => {
  for (let at = 1; at <= 5; at++) {
    project.add(`a${at}`, `CREATE TABLE t${at} (a); INSERT INTO t${at} VALUES (1);`, "");
  }
  const runs = await Promise.all(
    Array.from({ length: 10 }, () => project.inProcess("upgrade")),
  );
  assert.deepEqual(runs.map(({ code }) => code), runs.map(() => 0), JSON.stringify(runs));
  assert.deepEqual(await project.rows("SELECT count(*) FROM aludel_revision"), ["5"]);
  assert.deepEqual(
    await project.rows("SELECT event, count(*) FROM aludel_log GROUP BY event"),
    ["upgrade|5"],
  );
});

onServer("a server that is killed in a run leaves the database at a revision", async (project) => {
  project.add("a1", "CREATE TABLE t (a);", "");
  await project.done("upgrade");
  const many = Array.from({ length: 300 }, (_, at) => `INSERT INTO t VALUES (${at});`).join("\n");
  project.add("a2", many, "DELETE FROM t;");
  const run = project.aludel("upgrade");
  await using watch = await openServer({ url: project.server.url, name: "watch" });
  await watch.query("SELECT 1");
  await project.server.restart();
  const { code, stderr } = await run;
  const count = Number((await project.rows("SELECT count(*) FROM t"))[0]);
  assert.ok(count === 0 || count === 300, `${count} rows after exit ${code}: ${stderr}`);
  if (code !== 0) assert.match(stderr, /^error\[server-(?:failed|lock-lost)\]/m);
  await project.done("upgrade");
  assert.deepEqual(await project.rows("SELECT count(*) FROM t"), ["300"]);
});

/** Takes the write lock of a server and writes a row: a program of its own, so that who waits for it can stand still. */
const RIVAL = `const statements = ["BEGIN IMMEDIATE", "INSERT INTO rival VALUES (1)", "COMMIT"];
const requests = statements.map((sql) => ({ type: "execute", stmt: { sql } }));
const body = JSON.stringify({ baton: null, requests });
await (await fetch(Deno.args[0] + "/v3/pipeline", { method: "POST", body })).text();`;

/** Runs the route. In the middle a rival waits for the lock until the server takes it away from the run. */
async function upgradeWithRival(project: ServerProject, lockTimeoutMs: number) {
  project.add(
    "a1",
    "CREATE TABLE t (a);\nINSERT INTO t VALUES (1);\nINSERT INTO t VALUES (2);",
    "",
  );
  await project.rows("CREATE TABLE rival (a)");
  const notices: string[] = [];
  let isOver = false;
  const result = await upgrade({
    database: project.server.url,
    migrations: `${project.path}/migrations`,
    lockTimeoutMs,
    onEvent(event) {
      if (event.type === "notice") notices.push(event.code);
      if (event.type !== "statement" || event.position < 2 || isOver) return;
      isOver = true;
      new Deno.Command(Deno.execPath(), { args: ["eval", RIVAL, project.server.url] }).outputSync();
    },
  });
  return { result, notices };
}

onServer("a lock that the server takes away begins the transaction again", async (project) => {
  const { result, notices } = await upgradeWithRival(project, 600_000);
  assert.deepEqual(result.applied, ["a1"]);
  assert.deepEqual(notices, ["lock-lost"]);
  assert.deepEqual(await project.rows("SELECT (SELECT count(*) FROM t), count(*) FROM rival"), [
    "2|1",
  ]);
});

onServer(
  "a lock that is taken away is an error when the time for locks is over",
  async (project) => {
    await assert.rejects(upgradeWithRival(project, 0), { code: "server-lock-lost" });
    assert.deepEqual(await project.rows("SELECT name FROM sqlite_schema WHERE name = 't'"), []);
    assert.deepEqual(await project.rows("SELECT count(*) FROM rival"), ["1"]);
  },
);

onServer("--rehearse runs on a copy and leaves the server alone", async (project) => {
  project.add("a1", "CREATE TABLE t (a);", "");
  await project.done("upgrade");
  await project.rows("INSERT INTO t VALUES (1)");
  project.add("a2", "CREATE TABLE u (a); INSERT INTO t VALUES (2);", "");
  assert.match(await project.done("upgrade", "--rehearse"), /t: 1 before, 2 after/);
  assert.deepEqual(await project.rows("SELECT count(*) FROM t"), ["1"]);
});

onServer("the token is in no output", async (project) => {
  project.add("a1", "CREATE TABLE t (a);", "");
  const url = `${project.server.url}?authToken=s3cret-token`;
  for (const args of [["upgrade"], ["status", "--json"], ["upgrade", "--verbose"]]) {
    const { stdout, stderr } = await project.inProcess(...args, "-d", url);
    assert.doesNotMatch(stdout + stderr, /s3cret/);
  }
});

for (const { name, before, byHand, ups, isLocal, ends } of HOSTILE_SCRIPTS) {
  if (byHand !== undefined || isLocal) continue;
  onServer(`hostile, on a server: ${name}`, async (project) => {
    project.add("r0", before);
    await project.prepare("upgrade");
    ups.forEach((up, at) => project.add(`r${at + 1}`, up));
    const { code, stderr } = await project.aludel("upgrade");
    if (ends !== "clean" && "refused" in ends) {
      assert.equal(code, 1, stderr);
      assert.match(stderr, ends.refused);
      return;
    }
    assert.equal(code, 0, stderr);
    if (ends === "clean") assert.doesNotMatch(stderr, /^(?:lost|kept)/m);
    else {
      assert.match(stderr, /^lost /m);
      assert.match(stderr, /^kept /m);
    }
  });
}

Deno.test({
  name: "the server of these tests ends",
  ignore: NO_SQLD,
  sanitizeResources: false,
  sanitizeOps: false,
  async fn() {
    await (await started)?.[Symbol.asyncDispose]();
  },
});
