import assert from "node:assert/strict";
import { isAbsolutePath, resolvePath } from "../../../src/project/resolve_path.ts";

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
  assert.deepEqual(["C:x", "ab:/x", "c:/x"].map(isAbsolutePath), [false, false, true]);
});
