import assert from "node:assert/strict";
import { gitProject } from "./git_project.ts";
import { runProject } from "./run_project.ts";

const HOSTILE = "x\x1b]0;owned\x07\x1b[2J\u009b31m\u202egnp\u2066";
// deno-lint-ignore no-control-regex
const ORDER = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/;

function assertNoOrder({ stdout, stderr }: { stdout: string; stderr: string }, what: string) {
  assert.ok(!ORDER.test(stdout), `${what}: ${JSON.stringify(stdout)}`);
  assert.ok(!ORDER.test(stderr), `${what}: ${JSON.stringify(stderr)}`);
}

Deno.test("no name in a manifest, a database, a restore point or SQL gives orders to a terminal", async () => {
  using project = runProject();
  project.add("a1", `CREATE TABLE "${HOSTILE}"(x); INSERT INTO "${HOSTILE}" VALUES (1);`, "");
  project.add("a2", `DROP TABLE "${HOSTILE}";`);
  const manifest = project.read("migrations/manifest.json");
  project.write(
    "migrations/manifest.json",
    manifest.replace("step a2", JSON.stringify(HOSTILE).slice(1, -1)),
  );
  const database = `${HOSTILE}.db`;
  await project.inProcess("upgrade", "a1", "-d", database);
  const commands = [
    ["upgrade", "-d", database],
    ["status", "-d", database],
    ["current", "-d", database, "-v"],
    ["history"],
    ["history", "--graph"],
    ["history", "--json"],
    ["show", "a2"],
    ["lint"],
    ["blame", HOSTILE, "--at", "a1"],
    ["diff", "a1", "head"],
    ["prove"],
    ["backup", "-d", database],
    ["backup", "list", "-d", database],
    ["upgrade", HOSTILE],
    ["upgrade", "-d", `no/${HOSTILE}/app.db`],
    [HOSTILE],
    ["upgrade", `--${HOSTILE}`],
    ["upgrade", "a1", HOSTILE],
    ["check", "-c", HOSTILE],
    ["verify", "-d", HOSTILE],
  ];
  for (const command of commands) {
    assertNoOrder(await project.inProcess(...command), JSON.stringify(command));
  }
  for (const { name } of Deno.readDirSync(`${project.path}/${database}.restore`)) {
    const point = `${project.path}/${database}.restore/${name}/point.json`;
    const text = Deno.readTextFileSync(point);
    Deno.writeTextFileSync(
      point,
      text.replace(/"reason": "/, (match) => match + JSON.stringify(HOSTILE).slice(1, -1)),
    );
  }
  const list = await project.inProcess("backup", "list", "-d", database);
  assertNoOrder(list, "backup list");
});

Deno.test("no error of SQLite, of a settings file or of a manifest gives orders to a terminal", async () => {
  using project = runProject();
  project.add("a1", `CREATE TABLE t(x); INSERT INTO "${HOSTILE}" VALUES (1);`);
  assertNoOrder(await project.fails(1, "upgrade"), "upgrade");
  project.write("aludel.json", `{${JSON.stringify(HOSTILE)}: 1}`);
  assertNoOrder(await project.fails(1, "status"), "settings");
  project.write("aludel.json", "{}");
  project.write("migrations/manifest.json", `{"format":1,"${HOSTILE}":1}`);
  assertNoOrder(await project.fails(1, "history"), "manifest");
});

Deno.test("no branch of git gives orders to a terminal", async () => {
  await using project = await gitProject();
  assertNoOrder(await project.aludel("verify", "--since", HOSTILE), "verify --since");
  assertNoOrder(await project.aludel("switch", HOSTILE), "switch");
});
