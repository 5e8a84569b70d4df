import assert from "node:assert/strict";
import { AludelError } from "../../../src/errors.ts";
import { expectedError } from "../../../src/cli/render/error_text.ts";

Deno.test("foreseen() turns what the system refused into an error with the system's words", () => {
  for (const thrown of [new Deno.errors.PermissionDenied("no"), new Deno.errors.NotFound("no")]) {
    const error = expectedError(thrown);
    assert.ok(error instanceof AludelError);
    assert.equal(error.code, "system-refused");
    assert.deepEqual(error.notes, ["no"]);
    assert.equal(error.cause, thrown);
  }
});

Deno.test("foreseen() knows a full disk, for which Deno has no class", {
  ignore: Deno.build.os !== "linux",
}, () => {
  let thrown: unknown;
  try {
    using full = Deno.openSync("/dev/full", { write: true });
    full.writeSync(new Uint8Array(10));
  } catch (error) {
    thrown = error;
  }
  const error = expectedError(thrown);
  assert.ok(error instanceof AludelError);
  assert.equal(error.code, "system-refused");
});

Deno.test("foreseen() leaves our own errors and bugs as they are", () => {
  const ours = new AludelError("usage", "x", { next: [] });
  for (const thrown of [ours, new TypeError("x"), "text", undefined]) {
    assert.equal(expectedError(thrown), thrown);
  }
});
