import assert from "node:assert/strict";
import { digest } from "../../src/digest.ts";

Deno.test("digest() stays the same when it goes over to the native function", () => {
  const text = "CREATE TABLE é (id);\n";
  const first = digest(text);
  const large = "x".repeat(1_500_000);
  const before = digest(large);
  assert.equal(digest(large), before);
  assert.equal(digest(text), first);
  assert.match(first, /^sha256:[0-9a-f]{64}$/);
});
