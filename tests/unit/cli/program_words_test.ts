import assert from "node:assert/strict";
import { programWords } from "../../../src/host/deno.ts";

Deno.test("programWords() names a standalone program alone", () => {
  assert.deepEqual(
    programWords({
      execPath: "/opt/aludel",
      standalone: true,
      // As Deno names the modules of a standalone program.
      module: "file:///tmp/deno-compile-aludel/main.js",
      os: "linux",
    }),
    ["/opt/aludel"],
  );
});

Deno.test("programWords() gives Deno a path that the system can open", () => {
  const cases: readonly (readonly ["linux" | "windows", string, string])[] = [
    ["linux", "file:///home/j%C3%B6rg/my%20tools/main.ts", "/home/j\u00f6rg/my tools/main.ts"],
    ["linux", "file:///100%25/main.ts", "/100%/main.ts"],
    ["windows", "file:///C:/my%20tools/main.ts", "C:/my tools/main.ts"],
    ["windows", "file://server/share/main.ts", "//server/share/main.ts"],
    ["linux", "https://example.org/main.ts", "https://example.org/main.ts"],
  ];
  for (const [os, module, path] of cases) {
    assert.deepEqual(
      programWords({ execPath: "deno", standalone: false, module, os }),
      ["deno", "run", "-A", path],
    );
  }
});
