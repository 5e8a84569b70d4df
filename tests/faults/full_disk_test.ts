import assert from "node:assert/strict";
import { run } from "../scenarios/cli.ts";
import { type RunProject, runProject } from "../scenarios/run_project.ts";
import { limited, lookAt } from "./faulty_project.ts";

const FILL =
  `INSERT INTO filler WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
SELECT randomblob(1000) FROM n;`;

/** Two small revisions that are applied, and two of 5 MB that are not. */
async function hungryProject(database: string): Promise<RunProject> {
  const project = runProject();
  project.write("aludel.json", JSON.stringify({ database }));
  project.add("a1", "CREATE TABLE steps(number); INSERT INTO steps VALUES (1);");
  project.add("a2", "CREATE TABLE filler(x); INSERT INTO steps VALUES (2);");
  project.add("a3", `INSERT INTO steps VALUES (3);\n${FILL}`);
  project.add("a4", `INSERT INTO steps VALUES (4);\n${FILL}`);
  await project.done("upgrade", "a2");
  return project;
}

Deno.test("a limit on the size of files rolls back, and a rerun without it finishes", {
  ignore: Deno.build.os === "windows",
}, async () => {
  using project = await hungryProject("app.db");
  const path = `${project.path}/app.db`;
  // The signal would end the process like a kill; without it, writing fails.
  const refused = await limited(project, "trap '' XFSZ; ulimit -f 7000", "upgrade");
  assert.equal(refused.code, 1, refused.stderr);
  assert.match(refused.stderr, /error\[database-(unreadable|full)\]/);
  assert.match(refused.stderr, /All 2 revisions of its transaction were rolled back/);
  assert.deepEqual(lookAt(path), { integrity: "ok", recorded: 2, done: 2 });
  const each = await limited(
    project,
    "trap '' XFSZ; ulimit -f 7000",
    "upgrade",
    "--transaction",
    "each",
  );
  assert.equal(each.code, 4, each.stderr);
  assert.deepEqual(lookAt(path), { integrity: "ok", recorded: 3, done: 3 });
  await limited(project, "ulimit -f 7000", "upgrade"); // ends by the signal
  assert.deepEqual(lookAt(path), { integrity: "ok", recorded: 3, done: 3 });
  await project.done("upgrade");
  assert.deepEqual(lookAt(path), { integrity: "ok", recorded: 4, done: 4 });
});

/** Mounts a file system of a few megabytes; undefined where that is not allowed. */
async function smallDisk(): Promise<{ readonly path: string } & AsyncDisposable | undefined> {
  const path = Deno.makeTempDirSync({ prefix: "aludel-test-" });
  const mounted = await run("mount", ["-t", "tmpfs", "-o", "size=8m", "tmpfs", path], {})
    .catch(() => ({ code: 1 }));
  if (mounted.code !== 0) {
    Deno.removeSync(path);
    return undefined;
  }
  return {
    path,
    async [Symbol.asyncDispose]() {
      await run("umount", [path], {});
      Deno.removeSync(path);
    },
  };
}

Deno.test("a full disk rolls back and says so, and a rerun with room finishes", async () => {
  await using disk = await smallDisk();
  if (disk === undefined) return; // The test above covers what an ordinary user can do.
  using project = await hungryProject(`${disk.path}/app.db`);
  const ballast = `${disk.path}/ballast`;
  Deno.writeFileSync(ballast, new Uint8Array(4 << 20));
  const { code, stderr } = await project.aludel("upgrade", "a3");
  assert.equal(code, 1, stderr);
  assert.match(stderr, /error\[database-full\]: There is no room to write database/);
  assert.match(stderr, /next: Free space/);
  assert.deepEqual(lookAt(`${disk.path}/app.db`), { integrity: "ok", recorded: 2, done: 2 });
  Deno.removeSync(ballast);
  await project.done("upgrade", "a3");
  assert.deepEqual(lookAt(`${disk.path}/app.db`), { integrity: "ok", recorded: 3, done: 3 });
});
