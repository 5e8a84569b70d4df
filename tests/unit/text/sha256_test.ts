import assert from "node:assert/strict";
import { hash } from "node:crypto";
import fc from "fast-check";
import { sha256 } from "../../../src/text/sha256.ts";

Deno.test("sha256() gives the digests that NIST publishes", () => {
  assert.equal(sha256(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  assert.equal(sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  assert.equal(
    sha256("a".repeat(1_000_000)),
    "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0",
  );
});

Deno.test("sha256() agrees with OpenSSL around every length of a block", () => {
  for (let length = 0; length <= 260; length++) {
    const text = "é".repeat(length % 7) + "x".repeat(length);
    assert.equal(sha256(text), hash("sha256", text, "hex"), `${length}`);
  }
});

Deno.test("sha256() agrees with OpenSSL on any text", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 400 }), (text) => {
      assert.equal(sha256(text), hash("sha256", text, "hex"));
    }),
    { numRuns: 300 },
  );
});
