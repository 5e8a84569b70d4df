// Full disks, read-only media and large schemas, for everything that copies a database.
import assert from "node:assert/strict";
import { aludelCommand, type Outcome, run, sqlite3 } from "../scenarios/cli.ts";
import { type RunProject, runProject } from "../scenarios/run_project.ts";
import { sameBytes } from "./killed_command.ts";

/** A disk of 8 MB; undefined where this user may not mount one. */
async function smallDisk(): Promise<(AsyncDisposable & { readonly path: string }) | undefined> {
  const path = Deno.makeTempDirSync({ prefix: "aludel-disk-" });
  const mounted = await run("mount", ["-t", "tmpfs", "-o", "size=8m", "tmpfs", path], {});
  if (mounted.code !== 0) {
    Deno.removeSync(path);
    return undefined;
  }
  return {
    path,
    async [Symbol.asyncDispose]() {
      await run("umount", ["--lazy", path], {});
      Deno.removeSync(path);
    },
  };
}

/** A project whose database holds `megabytes` in table `t`. */
async function projectAt(database: string, megabytes: number): Promise<RunProject> {
  const project = runProject();
  project.write("aludel.json", JSON.stringify({ database }));
  project.add("a1", "CREATE TABLE t(id INTEGER PRIMARY KEY, x BLOB);", "DROP TABLE t;");
  await project.prepare("upgrade");
  await sqlite3(
    database,
    `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${megabytes * 250})
     INSERT INTO t SELECT i, randomblob(3900) FROM n`,
  );
  return project;
}

const CONTENT = "PRAGMA integrity_check; SELECT count(*), sum(length(x)) FROM t";

Deno.test("too little room for a copy is said before anything is touched", async () => {
  await using disk = await smallDisk();
  if (disk === undefined) return;
  const database = `${disk.path}/app.db`;
  using project = await projectAt(database, 5);
  const before = Deno.readFileSync(database);
  for (
    const args of [["backup"], ["downgrade", "base"], ["downgrade", "base", "--rehearse"]]
  ) {
    const { stderr } = await project.fails(1, ...args);
    assert.match(
      stderr,
      /error\[copy-space\]: .* needs [\d.]+ MB, and the disk has [\d.]+ MB left/,
    );
    // Only a run can go without its copy.
    assert.equal(stderr.includes("--restore-points never"), args.join(" ") === "downgrade base");
    assert.ok(sameBytes(Deno.readFileSync(database), before));
    assert.deepEqual([...Deno.readDirSync(disk.path)].map(({ name }) => name), ["app.db"]);
  }
  await project.done("downgrade", "base", "--restore-points", "never");
});

Deno.test("a disk that is full in the middle of a copy leaves the database as it was", async () => {
  await using disk = await smallDisk();
  if (disk === undefined) return;
  const database = `${disk.path}/app.db`;
  using project = await projectAt(database, 1);
  await project.done("backup");
  const before = await sqlite3(database, CONTENT);
  // The room is measured at first, and somebody else takes it then: half of it while the copies are made.
  const ballast = `${disk.path}/ballast`;
  for (const room of [0, 500_000, 1_500_000, 2_500_000]) {
    const { code, stderr }: Outcome = await withRoom(
      disk.path,
      ballast,
      room,
      () => project.aludel("restore"),
    );
    assert.match(
      stderr,
      code === 0 ? /is now at/ : /error\[(copy-space|copy-failed|database-full)\]/,
    );
    assert.equal(await sqlite3(database, CONTENT), before, stderr);
    assert.equal((await project.aludel("backup", "list")).code, 0);
  }
});

/** Fills the disk but for some bytes, while something runs. */
async function withRoom<T>(
  disk: string,
  ballast: string,
  bytes: number,
  work: () => Promise<T>,
): Promise<T> {
  const { stdout } = await run("df", ["--output=avail", "-B1", disk], {});
  const free = Number(stdout.trim().split("\n").at(-1));
  Deno.writeFileSync(ballast, new Uint8Array(Math.max(free - bytes, 0)));
  try {
    return await work();
  } finally {
    Deno.removeSync(ballast);
  }
}

Deno.test("a disk that is full while rows are kept or put back leaves the database as it was", async () => {
  await using disk = await smallDisk();
  if (disk === undefined) return;
  const database = `${disk.path}/app.db`;
  using project = await projectAt(database, 1);
  project.write(
    "aludel.json",
    JSON.stringify({ database, restoreRowsFrom: 0, restoreRowsShare: 100 }),
  );
  project.add("a2", "DELETE FROM t WHERE id % 4 = 0;", "");
  const before = await sqlite3(database, CONTENT);
  const ballast = `${disk.path}/ballast`;
  for (const room of [0, 60_000, 200_000]) {
    const { code, stderr }: Outcome = await withRoom(
      disk.path,
      ballast,
      room,
      () => project.aludel("upgrade"),
    );
    assert.equal(code, 1, stderr);
    assert.match(stderr, /error\[(copy-space|copy-failed|database-full)\]/);
    assert.equal(await sqlite3(database, CONTENT), before);
    assert.equal((await project.aludel("backup", "list")).stdout, "");
  }
  await project.done("upgrade");
  const after = await sqlite3(database, CONTENT);
  for (const room of [0, 100_000, 400_000]) {
    const { code, stderr }: Outcome = await withRoom(
      disk.path,
      ballast,
      room,
      () => project.aludel("restore", "--rows"),
    );
    assert.equal(code, 1, stderr);
    assert.equal(await sqlite3(database, CONTENT), after, stderr);
  }
  await project.done("restore", "--rows");
  assert.equal(await sqlite3(database, CONTENT), before);
});

Deno.test("an error after the copy says that it is restored, and nothing is to be done again", async () => {
  // The file becomes shorter once the journal is gone and all is final: https://sqlite.org/atomiccommit.html
  using project = runProject();
  await project.sql("CREATE TABLE t(a); INSERT INTO t VALUES ('old')");
  await project.done("backup");
  await project.sql(
    "UPDATE t SET a = 'new'; CREATE TABLE large(a); INSERT INTO large VALUES (zeroblob(100000))",
  );
  const [program, ...before] = aludelCommand();
  const { code, stderr } = await run("strace", [
    // Of this file alone: Node truncates the others too before it copies into them.
    ...["-f", "-o", "/dev/null", "-P", project.database],
    ...["-e", "trace=ftruncate", "-e", "inject=ftruncate:error=EIO"],
    ...[program!, ...before, "restore"],
  ], { cwd: project.path }).catch(() => ({ code: -1, stderr: "" }));
  // Not everywhere is there an strace that may look.
  if (code === -1 || !/restore/.test(stderr)) return;
  assert.equal(code, 0, stderr);
  assert.match(stderr, /warning: "app.db" is restored; .*\n +disk I\/O error/);
  assert.equal(await project.sql("SELECT a FROM t; PRAGMA integrity_check"), "old\nok");
  // What it replaced can be had back.
  await project.done("restore");
  assert.equal(await project.sql("SELECT a FROM t"), "new");
});

Deno.test("a read-only medium: a database in WAL mode is rehearsed on elsewhere too", async () => {
  await using disk = await smallDisk();
  if (disk === undefined) return;
  const database = `${disk.path}/app.db`;
  using project = await projectAt(database, 1);
  await sqlite3(database, "PRAGMA journal_mode = WAL");
  const before = Deno.readFileSync(database);
  await run("mount", ["-o", "remount,ro", disk.path], {});
  await project.done("current");
  await project.done("downgrade", "base", "--rehearse-keep", "copy.db");
  assert.equal(
    await sqlite3(
      `${project.path}/copy.db`,
      "PRAGMA journal_mode; SELECT count(*) FROM sqlite_schema WHERE name = 't'",
    ),
    "wal\n0",
  );
  assert.deepEqual(Deno.readFileSync(database), before);
});

Deno.test("a read-only medium: nothing can be copied there, but rehearsed elsewhere", async () => {
  await using disk = await smallDisk();
  if (disk === undefined) return;
  const database = `${disk.path}/app.db`;
  using project = await projectAt(database, 1);
  await run("mount", ["-o", "remount,ro", disk.path], {});
  const { stderr } = await project.fails(1, "backup");
  assert.match(stderr, /error\[copy-failed\]: The folder .* cannot be written/);
  assert.match(
    (await project.fails(1, "downgrade", "base", "--rehearse")).stderr,
    /error\[copy-failed\][^]*next: aludel downgrade base --rehearse --rehearse-keep PATH /,
  );
  await project.done("downgrade", "base", "--rehearse-keep", "copy.db");
  assert.equal(
    await sqlite3(`${project.path}/copy.db`, "SELECT count(*) FROM sqlite_schema WHERE name = 't'"),
    "0",
  );
});

Deno.test("a database of 10,000 tables is copied, rehearsed on and restored", async () => {
  using project = runProject();
  const tables = Array.from({ length: 10_000 }, (_, i) => `CREATE TABLE t${i}(a);`).join("\n");
  await run("sqlite3", [project.database], {
    stdin: `PRAGMA synchronous = OFF; BEGIN; ${tables} INSERT INTO t77 VALUES (1); COMMIT;`,
  });
  project.add("a1", "DROP TABLE t77; CREATE TABLE extra(a);");
  const { rehearsal } = JSON.parse(await project.done("upgrade", "--rehearse", "--json"));
  assert.deepEqual(rehearsal.rows, [
    { table: "extra", before: null, after: 0 },
    { table: "t77", before: 1, after: null },
  ]);
  await project.done("upgrade");
  await project.done("restore");
  assert.equal(
    await project.sql(
      "SELECT a FROM t77; SELECT count(*) FROM sqlite_schema WHERE name GLOB 't[0-9]*'",
    ),
    "1\n10000",
  );
});
