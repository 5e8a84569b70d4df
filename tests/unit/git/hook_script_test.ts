import assert from "node:assert/strict";
import { formatHook, type HookCheck, parseHook } from "../../../src/git/hook.ts";

Deno.test("parseHook() reads back which projects a hook checks, whatever their names are", () => {
  const checks: readonly HookCheck[] = [
    { config: "aludel.json", seal: false },
    { config: "", seal: true },
    { config: "", seal: false },
    { config: "it's (a) $shop/aludel.json", seal: true },
    { config: "two words/aludel.json", seal: false },
  ];
  assert.deepEqual(parseHook(formatHook(["/bin/aludel"], checks)), checks);
});

Deno.test("parseHook() takes no other program's hook for its own", () => {
  assert.equal(parseHook("#!/bin/sh\naludel verify --staged\n"), undefined);
  assert.equal(parseHook(""), undefined);
});
