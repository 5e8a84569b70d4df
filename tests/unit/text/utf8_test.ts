import assert from "node:assert/strict";
import fc from "fast-check";
import { decodeUtf8 } from "../../../src/sql/canonical_text.ts";

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

Deno.test("decodeUtf8() does what a strict decoder does, for any bytes", () => {
  const chunk = fc.oneof(
    fc.string({ unit: "grapheme", maxLength: 8 }).map((text) => new TextEncoder().encode(text)),
    fc.constantFrom("\ufeff", "\ufffd", "€", "𝄞").map((text) => new TextEncoder().encode(text)),
    fc.uint8Array({ maxLength: 4 }),
  );
  fc.assert(
    fc.property(fc.array(chunk, { maxLength: 6 }), (chunks) => {
      const bytes = Uint8Array.from(chunks.flatMap((one) => [...one]));
      let expected: string | undefined;
      try {
        expected = strict.decode(bytes);
      } catch {
        assert.throws(() => decodeUtf8(bytes), TypeError);
        return;
      }
      assert.equal(decodeUtf8(bytes), expected);
    }),
    { numRuns: 500 },
  );
});
