import assert from "node:assert/strict";
import { AludelError } from "../../../src/errors.ts";
import { writeAtomically } from "../../../src/project/workspace/files.ts";
import { TempFolder } from "../../fixtures/temp_folder.ts";

function inFolder(run: (folder: string) => void): void {
  using folder = new TempFolder();
  run(folder.path);
}

function namesIn(folder: string): readonly string[] {
  return Array.from(Deno.readDirSync(folder), ({ name }) => name).sort();
}

Deno.test("writeAtomically() makes and replaces a file and leaves nothing else", () => {
  inFolder((folder) => {
    writeAtomically(`${folder}/x`, "one");
    writeAtomically(`${folder}/x`, new TextEncoder().encode("zwei ü"));
    assert.equal(Deno.readTextFileSync(`${folder}/x`), "zwei ü");
    assert.deepEqual(namesIn(folder), ["x"]);
  });
});

Deno.test("writeAtomically() keeps the mode and a symbolic link", () => {
  if (Deno.build.os === "windows") return;
  inFolder((folder) => {
    Deno.writeTextFileSync(`${folder}/real`, "old");
    Deno.chmodSync(`${folder}/real`, 0o640);
    Deno.symlinkSync("real", `${folder}/link`);
    writeAtomically(`${folder}/link`, "new");
    assert.ok(Deno.lstatSync(`${folder}/link`).isSymlink);
    assert.equal(Deno.readTextFileSync(`${folder}/real`), "new");
    assert.equal((Deno.statSync(`${folder}/real`).mode ?? 0) & 0o777, 0o640);
    assert.deepEqual(namesIn(folder), ["link", "real"]);
  });
});

Deno.test("writeAtomically() never shows a reader half a file", async () => {
  using folder = new TempFolder();
  const path = folder.file("x");
  const contents = ["a".repeat(300_000), "b".repeat(200_000)];
  writeAtomically(path, contents[0]!);
  const read = Promise.all(
    Array.from({ length: 40 }, () => Deno.readTextFile(path)),
  );
  for (let i = 0; i < 20; i++) writeAtomically(path, contents[i % 2]!);
  for (const text of await read) assert.ok(contents.includes(text), `${text.length} characters`);
});

Deno.test("writeAtomically() leaves the old file when it cannot write", () => {
  inFolder((folder) => {
    Deno.mkdirSync(`${folder}/x`);
    const cases = [
      [`${folder}/x`, "The file is unchanged", /permissions/],
      [`${folder}/none/y`, "Nothing was written", /"mkdir","-p",".*none"/],
    ] as const;
    for (const [path, outcome, next] of cases) {
      assert.throws(() => writeAtomically(path, "new"), (error) => {
        assert.ok(error instanceof AludelError && error.code === "file-unwritable");
        assert.equal(error.outcome, outcome);
        assert.match(JSON.stringify(error.next), next);
        return true;
      });
    }
    assert.deepEqual(namesIn(folder), ["x"]);
  });
});
