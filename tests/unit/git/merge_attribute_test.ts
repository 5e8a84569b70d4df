import assert from "node:assert/strict";
import fc from "fast-check";
import {
  addAttribute,
  attributeLine,
  hasAttribute,
  namesDriver,
  removeAttribute,
} from "../../../src/git/repository.ts";
import { run } from "../../scenarios/cli.ts";
import { gitFolderWithout } from "../../scenarios/git_project.ts";

Deno.test("removeAttribute() undoes addAttribute(), to the byte", () => {
  const line = attributeLine("migrations/manifest.json");
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom("a", "\n", "# aludel hook\n") }), (text) => {
      const added = addAttribute(text, line);
      assert.ok(hasAttribute(added, line) && namesDriver(added));
      assert.equal(addAttribute(added, line), added);
      assert.equal(removeAttribute(added, line), text);
    }),
  );
});

Deno.test("attributeLine() names the one file for git, whatever characters are in its name", async () => {
  using folder = await gitFolderWithout();
  const names = ["m/manifest.json", 'a b/"q"/manifest.json', "[x]*?/manifest.json", "ü\\/m.json"];
  folder.write(".gitattributes", names.map(attributeLine).join("\n"));
  for (const name of [...names, "other/m/manifest.json", "x/manifest.json"]) {
    const { stdout } = await run("git", ["check-attr", "-z", "merge", "--", name], {
      cwd: folder.path,
    });
    const expected = names.includes(name) ? "aludel" : "unspecified";
    assert.equal(stdout.split("\0")[2], expected, name);
  }
});
