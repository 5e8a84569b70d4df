import assert from "node:assert/strict";
import { formatHook, parseHook } from "../../../src/git/hook.ts";

Deno.test("parseHook() reads back which projects a hook checks, whatever their names are", () => {
  const configs = ["aludel.json", "", "it's (a) $shop/aludel.json", "two words/aludel.json"];
  assert.deepEqual(parseHook(formatHook(["/bin/aludel"], configs)), configs);
});

Deno.test("parseHook() takes no other program's hook for its own", () => {
  assert.equal(parseHook("#!/bin/sh\naludel verify --staged\n"), undefined);
  assert.equal(parseHook(""), undefined);
});
