import assert from "node:assert/strict";
import fc from "fast-check";
import { redact } from "../../src/project/workspace/target.ts";

Deno.test("redact() hides the secrets of any URL, wherever it stands", () => {
  const secret = fc.stringMatching(/^[0-9A-Za-z_.~-]{6,20}$/).map((text) => `S3CR3T${text}`);
  const around = fc.constantFrom("", "at ", '"', "(", "see <");
  fc.assert(
    fc.property(
      secret,
      around,
      fc.constantFrom("authToken", "auth_token", "password", "api-key"),
      (text, lead, name) => {
        for (
          const url of [
            `libsql://host.io?${name}=${text}`,
            `https://host.io/x?a=1&${name}=${text}&b=2`,
            `https://user:${text}@host.io/x`,
            `libsql://${text}@host.io`,
          ]
        ) {
          const redacted = redact(`${lead}${url} is not there`);
          assert.ok(!redacted.includes("S3CR3T"), redacted);
          assert.ok(redacted.includes("host.io"));
          assert.equal(redact(redacted), redacted);
        }
      },
    ),
    { numRuns: 100 },
  );
});
