import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { AludelError } from "../../../src/errors.ts";
import { lockFolder } from "../../../src/project/workspace/folder_lock.ts";
import { TempFolder } from "../../fixtures/temp_folder.ts";

const WORKER = fileURLToPath(new URL("../../fixtures/add_revision.ts", import.meta.url));

async function inFolder(run: (folder: string) => Promise<void>): Promise<void> {
  using folder = new TempFolder();
  await run(folder.path);
}

Deno.test("lockFolder() excludes others until it is disposed", () =>
  inFolder(async (folder) => {
    const waits: string[] = [];
    const lock = await lockFolder(folder, { timeout: 0 });
    await assert.rejects(
      lockFolder(folder, { timeout: 30, onWait: () => waits.push("wait") }),
      (error) => error instanceof AludelError && error.code === "folder-locked",
    );
    assert.deepEqual(waits, ["wait"]);
    lock[Symbol.dispose]();
    (await lockFolder(folder, { timeout: 0 }))[Symbol.dispose]();
    assert.deepEqual([...Deno.readDirSync(folder)], []);
  }));

Deno.test("lockFolder() lets eight processes add revisions and lose none", () =>
  inFolder(async (folder) => {
    Deno.writeTextFileSync(`${folder}/manifest.json`, '{"format":1,"revisions":[\nnull]}\n');
    const runs = Array.from({ length: 8 }, (_, i) =>
      new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", "--quiet", WORKER, folder, `p${i}`, "4"],
        stderr: "piped",
      }).output());
    for (const { success, stderr } of await Promise.all(runs)) {
      assert.ok(success, new TextDecoder().decode(stderr));
    }
    const text = Deno.readTextFileSync(`${folder}/manifest.json`);
    assert.equal(text.match(/"id":/g)?.length, 32);
    assert.deepEqual(Array.from(Deno.readDirSync(folder), ({ name }) => name), ["manifest.json"]);
  }));

Deno.test("lockFolder() is free again when its process is killed", () =>
  inFolder(async (folder) => {
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--quiet", WORKER, folder, "hold", "0"],
      stdout: "piped",
    }).spawn();
    const reader = child.stdout.getReader();
    assert.equal(new TextDecoder().decode((await reader.read()).value), "locked\n");
    await assert.rejects(lockFolder(folder, { timeout: 0 }), { code: "folder-locked" });
    child.kill("SIGKILL");
    await reader.cancel();
    await child.status;
    (await lockFolder(folder, { timeout: 1000 }))[Symbol.dispose]();
  }));

Deno.test("lockFolder() refuses a folder that is not there", async () => {
  await assert.rejects(lockFolder("/nowhere/at/all", { timeout: 0 }), { code: "file-unwritable" });
});
