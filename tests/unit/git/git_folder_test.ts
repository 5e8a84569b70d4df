import assert from "node:assert/strict";
import { gitFolder, pathIn } from "../../../src/git/git.ts";
import { TempFolder } from "../../fixtures/temp_folder.ts";

Deno.test("gitFolder() runs git where the program was started, if the folder is below", () => {
  assert.deepEqual(gitFolder("/a/b/migrations", "/a"), { cwd: "/a", path: "b/migrations" });
  assert.deepEqual(gitFolder("/a/b/", "/a/b"), { cwd: "/a/b", path: "" });
});

Deno.test("gitFolder() takes the nearest folder that exists otherwise", () => {
  using folder = new TempFolder();
  Deno.mkdirSync(folder.file("there"));
  assert.deepEqual(gitFolder(folder.file("there"), "/elsewhere"), {
    cwd: folder.file("there"),
    path: "",
  });
  assert.deepEqual(gitFolder(folder.file("not/there")), { cwd: folder.path, path: "not/there" });
});

Deno.test("pathIn() gives the path from where git runs", () => {
  assert.equal(pathIn({ cwd: "/a", path: "" }, "x"), "x");
  assert.equal(pathIn({ cwd: "/a", path: "b" }, "x/y"), "b/x/y");
});
