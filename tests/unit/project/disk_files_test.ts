import assert from "node:assert/strict";
import { AludelError } from "../../../src/errors.ts";
import { DiskFiles } from "../../../src/project/workspace/revision_files.ts";
import { TempFolder } from "../../fixtures/temp_folder.ts";

function inFolder(run: (folder: string) => void): void {
  using folder = new TempFolder();
  folder.write("m/r1/up.sql", "SELECT 1;\n");
  folder.write("secret", "secret");
  folder.write("outside/up.sql", "secret");
  run(folder.path);
}

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    assert.ok(error instanceof AludelError, String(error));
    return error.code;
  }
  return "none";
}

Deno.test("DiskFiles reads files, and null for none", () => {
  inFolder((folder) => {
    const files = new DiskFiles(`${folder}/m`, "m");
    assert.equal(new TextDecoder().decode(files.read("r1/up.sql") ?? undefined), "SELECT 1;\n");
    assert.equal(files.read("r1/down.sql"), null);
    assert.equal(files.read("r2/up.sql"), null);
    assert.equal(files.read("manifest.json"), null);
    assert.deepEqual(files.folders(), ["r1"]);
    assert.deepEqual(new DiskFiles(`${folder}/none`).folders(), []);
    assert.equal(new DiskFiles(`${folder}/none`).read("manifest.json"), null);
  });
});

Deno.test("DiskFiles refuses what is not a file in a folder", () => {
  inFolder((folder) => {
    const files = new DiskFiles(`${folder}/m`, "m");
    Deno.writeTextFileSync(`${folder}/m/r2`, "");
    Deno.mkdirSync(`${folder}/m/r1/down.sql`);
    assert.equal(codeOf(() => files.read("r2/up.sql")), "file-unreadable");
    assert.equal(codeOf(() => files.read("r1/down.sql")), "file-is-folder");
    assert.equal(codeOf(() => new DiskFiles(`${folder}/secret`).folders()), "file-unreadable");
  });
});

Deno.test("DiskFiles follows links inside the folder and refuses those that leave it", () => {
  inFolder((folder) => {
    const files = new DiskFiles(`${folder}/m`, "m");
    Deno.symlinkSync("../../secret", `${folder}/m/r1/down.sql`);
    Deno.symlinkSync("../outside", `${folder}/m/r2`);
    Deno.symlinkSync("r1", `${folder}/m/r3`);
    Deno.symlinkSync("../secret", `${folder}/m/manifest.json`);
    Deno.symlinkSync("nowhere", `${folder}/m/r4`);
    assert.equal(codeOf(() => files.read("r1/down.sql")), "file-outside");
    assert.equal(codeOf(() => files.read("r2/up.sql")), "file-outside");
    assert.equal(codeOf(() => files.read("manifest.json")), "file-outside");
    assert.equal(files.read("r3/up.sql")?.length, 10);
    assert.equal(files.read("r4/up.sql"), null);
    assert.deepEqual(files.folders(), ["r1", "r2", "r3"]);
  });
});

Deno.test("DiskFiles reads a migrations folder that is itself a link", () => {
  inFolder((folder) => {
    Deno.symlinkSync("m", `${folder}/link`);
    const files = new DiskFiles(`${folder}/link`);
    Deno.symlinkSync("up.sql", `${folder}/m/r1/down.sql`);
    assert.equal(files.read("r1/down.sql")?.length, 10);
  });
});

Deno.test({
  name: "DiskFiles does not wait for a pipe",
  ignore: Deno.build.os === "windows",
  fn: () =>
    inFolder((folder) => {
      const { success } = new Deno.Command("mkfifo", { args: [`${folder}/m/r1/down.sql`] })
        .outputSync();
      assert.ok(success);
      const files = new DiskFiles(`${folder}/m`);
      assert.equal(codeOf(() => files.read("r1/down.sql")), "file-unreadable");
    }),
});
