import assert from "node:assert/strict";
import { dirNameProblem, foldDirName } from "../../../src/manifest/folder_name.ts";

Deno.test("dirNameProblem() accepts names that every system allows", () => {
  for (
    const name of ["a", "2026-11-23_3f9c_create", "Größe 1", "a.b", "-x", "console", "com", "x~1"]
  ) {
    assert.equal(dirNameProblem(name), undefined, name);
  }
});

Deno.test("dirNameProblem() refuses names that lead elsewhere or that some system refuses", () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    ["", /empty/],
    [".", /leads out/],
    ["..", /leads out/],
    ["../../x", /path/],
    ["a/b", /path/],
    ["/etc", /path/],
    ["a\\b", /path/],
    ["C:x", /":"/],
    ["a\u0000b", /"\\u0000"/],
    ["a\nb", /"\\n"/],
    ["a?", /"\?"/],
    [".git", /begins with/],
    ["a.", /ends with/],
    ["a ", /ends with/],
    ["NUL", /device/],
    ["com1.sql", /device/],
    ["aux", /device/],
    ["lpt¹", /device/],
    ["a\ud800", /surrogate/],
    ["é".repeat(101), /200 bytes/],
    ["a".repeat(201), /200 bytes/],
  ];
  for (const [name, problem] of cases) assert.match(dirNameProblem(name) ?? "", problem, name);
});

Deno.test("foldDirName() is equal for names that some file system takes for one", () => {
  assert.equal(foldDirName("A_b"), foldDirName("a_B"));
  assert.equal(foldDirName("E\u0301te"), foldDirName("éte"));
  assert.notEqual(foldDirName("a_b"), foldDirName("a-b"));
});
