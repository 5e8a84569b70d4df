import assert from "node:assert/strict";
import { isAbsolutePath, resolvePath } from "../../../src/project/workspace/files.ts";

Deno.test("resolvePath() joins relative paths only", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["app.db", "/p/app.db"],
    ["./app.db", "/p/app.db"],
    ["././/app.db", "/p/app.db"],
    ["../app.db", "/p/../app.db"],
    [".", "/p"],
    [".env", "/p/.env"],
    ["/app.db", "/app.db"],
    ["C:\\app.db", "C:\\app.db"],
    ["\\\\host\\share", "\\\\host\\share"],
  ];
  for (const [path, resolved] of cases) assert.equal(resolvePath(path, "/p"), resolved, path);
  assert.equal(resolvePath("x", "/"), "/x");
});

Deno.test("isAbsolutePath() does not take a name with a colon for a drive", () => {
  const paths = ["C:x", "ab:/x", "c:/x", "\\x", "\\\\host\\share", "x\\y"];
  const judged = (os: "linux" | "windows") => paths.map((path) => isAbsolutePath(path, os));
  assert.deepEqual(judged("linux"), [false, false, true, false, true, false]);
  // There a drive without a slash is a drive too: "C:x" beside the file "C" would be a hidden stream of it.
  assert.deepEqual(judged("windows"), [true, false, true, true, true, false]);
});
