import assert from "node:assert/strict";
import { describeLockHolder, lockHolders } from "../../../src/db/lock_holder.ts";
import { openNodeSqlite } from "../../../src/db/open.ts";
import { TempFolder } from "../../fixtures/temp_folder.ts";

/** Runs `work` while another process holds what `begin` takes. */
async function whileHeld(
  path: string,
  begin: string,
  work: (pid: number) => void,
): Promise<void> {
  const script = `
    import { DatabaseSync } from "node:sqlite";
    const database = new DatabaseSync(Deno.args[0]);
    database.exec(Deno.args[1]);
    console.log("held");
    await new Promise((resolve) => setTimeout(resolve, 60_000));`;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["eval", "--ext=ts", script, "--", path, begin],
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const reader = child.stdout.getReader();
  try {
    await reader.read();
    work(child.pid);
  } finally {
    child.kill("SIGKILL");
    await reader.cancel();
    await child.status;
  }
}

for (const journal of ["DELETE", "WAL"]) {
  Deno.test({
    name: `lockHolders() names the process that writes in ${journal} mode`,
    ignore: Deno.build.os !== "linux",
    fn: async () => {
      using folder = new TempFolder();
      const path = folder.file("a.db");
      await using connection = openNodeSqlite({ path, mode: "create" });
      await connection.execute(`PRAGMA journal_mode = ${journal}`);
      await connection.execute("CREATE TABLE t (a)");
      assert.deepEqual(lockHolders(path), []);
      await whileHeld(path, "BEGIN IMMEDIATE", (pid) => {
        const [holder, ...others] = lockHolders(path);
        assert.equal(holder?.pid, pid);
        assert.equal(holder?.writes, true);
        assert.deepEqual(others, []);
        assert.equal(describeLockHolder(path), `pid ${pid} (${holder?.command})`);
        assert.match(holder?.command ?? "", /deno/);
      });
      assert.deepEqual(lockHolders(path), []);
    },
  });
}

Deno.test({
  name: "lockHolders() names a process that only reads as one that does not write",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    using folder = new TempFolder();
    const path = folder.file("a.db");
    await using connection = openNodeSqlite({ path, mode: "create" });
    await connection.execute("CREATE TABLE t (a)");
    const read = "BEGIN; CREATE TEMP TABLE x AS SELECT * FROM t";
    await whileHeld(path, read, (pid) => {
      assert.deepEqual(lockHolders(path).map(({ pid, writes }) => ({ pid, writes })), [
        { pid, writes: false },
      ]);
    });
  },
});

Deno.test("lockHolders() leaves out this process", async () => {
  using folder = new TempFolder();
  const path = folder.file("a.db");
  await using connection = openNodeSqlite({ path, mode: "create" });
  await connection.execute("BEGIN EXCLUSIVE");
  assert.deepEqual(lockHolders(path), []);
});

Deno.test("lockHolders() knows nobody for a file that is not there", () => {
  assert.deepEqual(lockHolders("/nowhere/a.db"), []);
  assert.equal(describeLockHolder("/nowhere/a.db"), undefined);
});
