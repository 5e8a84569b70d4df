import assert from "node:assert/strict";
import { aludelCommand, run } from "../scenarios/cli.ts";
import { runProject } from "../scenarios/run_project.ts";

/** Whether this system lets a program be run under strace, which makes system calls fail. */
const canInject = Deno.build.os === "linux" &&
  await run("strace", ["-o", "/dev/null", "true"], {}).then(({ code }) => code === 0, () => false);

const COMMANDS = ["seal", "backup", "downgrade base", "upgrade", "restore", "verify --fix"];

for (const calls of ["fsync,fdatasync", "rename,renameat,renameat2", "pwrite64"]) {
  Deno.test(`a disk on which ${calls} fail is an error and no bug, and costs nothing`, {
    ignore: !canInject,
  }, async () => {
    using project = runProject();
    project.add("a1", "CREATE TABLE t(a); INSERT INTO t VALUES (1);", "DROP TABLE t;");
    await project.prepare("upgrade");
    let failed = 0;
    for (const command of COMMANDS) {
      const inject = [
        "-f",
        "-qq",
        "-o",
        "/dev/null",
        "-e",
        `trace=${calls}`,
        "-e",
        `inject=${calls}:error=EIO`,
      ];
      const words = [...inject, ...aludelCommand(), ...command.split(" ")];
      const { code, stderr } = await run("strace", words, { cwd: project.path });
      assert.doesNotMatch(stderr, /Aludel has a bug/, command);
      assert.ok([0, 1, 3, 4].includes(code), `${command} exited with ${code}\n${stderr}`);
      if (code === 1) {
        failed++;
        assert.match(stderr, /^ {2}next: /m, command);
      }
      assert.equal(await project.sql("PRAGMA integrity_check"), "ok");
      await project.prepare("upgrade");
      assert.equal(await project.sql("SELECT a FROM t"), "1");
    }
    assert.ok(failed > 0, "no call failed");
  });
}
