import assert from "node:assert/strict";
import { hostRuntime } from "../../../src/cli/terminal/runtime.ts";

Deno.test("hostRuntime() makes ids of twelve hex digits, each another one", () => {
  const runtime = hostRuntime();
  const ids = new Set(Array.from({ length: 200 }, () => runtime.randomId()));
  assert.equal(ids.size, 200);
  for (const id of ids) assert.match(id, /^[0-9a-f]{12}$/);
});

Deno.test("hostRuntime() has a clock that does not go back, and a width where there is no terminal", () => {
  const runtime = hostRuntime();
  const before = runtime.monotonicMs();
  assert.ok(runtime.monotonicMs() >= before);
  assert.ok(runtime.columns > 0);
});
