import assert from "node:assert/strict";
import { readSettings, readSettingsFile } from "../../../src/project/workspace/settings.ts";
import { TempFolder } from "../../fixtures/temp_folder.ts";

function inFolder(run: (folder: string) => void): void {
  using folder = new TempFolder();
  Deno.mkdirSync(folder.file("repo/app/sub"), { recursive: true });
  run(folder.path);
}

Deno.test("readSettings() finds the nearest file above, up to the git working tree's root", () => {
  inFolder((folder) => {
    const sub = `${folder}/repo/app/sub`;
    assert.deepEqual([readSettings(sub).root, readSettings(sub).file], [sub, undefined]);
    Deno.writeTextFileSync(`${folder}/aludel.json`, '{"migrations":"outer"}');
    assert.equal(readSettings(sub).migrations, "outer");
    assert.equal(readSettings(sub).root, folder);
    // In a worktree .git is a file.
    Deno.writeTextFileSync(`${folder}/repo/.git`, "gitdir: elsewhere");
    assert.equal(readSettings(sub).root, sub);
    Deno.writeTextFileSync(`${folder}/repo/aludel.json`, '{"migrations":"inner"}');
    assert.equal(readSettings(sub).migrations, "inner");
    assert.equal(readSettings(`${folder}/repo`).file, "aludel.json");
  });
});

Deno.test("readSettingsFile() reads the named file, or the one in the named folder, and refuses one that is not there", () => {
  inFolder((folder) => {
    Deno.writeTextFileSync(`${folder}/repo/other.json`, '{"migrations":"m"}');
    const settings = readSettingsFile("repo/other.json", folder);
    assert.deepEqual([settings.root, settings.file], [`${folder}/repo`, "repo/other.json"]);
    assert.throws(() => readSettingsFile("none.json", folder), { code: "settings-missing" });
    assert.deepEqual(readSettingsFile("repo", folder).file, undefined);
    assert.deepEqual(readSettingsFile("repo/", folder).root, `${folder}/repo`);
    Deno.writeTextFileSync(`${folder}/repo/aludel.json`, '{"migrations":"n"}');
    const inside = readSettingsFile("repo", folder);
    assert.deepEqual([inside.root, inside.file], [`${folder}/repo`, "repo/aludel.json"]);
    assert.equal(readSettingsFile("./repo/", folder).migrations, "n");
    Deno.mkdirSync(`${folder}/repo/odd/aludel.json`, { recursive: true });
    assert.throws(() => readSettingsFile("repo/odd", folder), { code: "file-is-folder" });
  });
});
