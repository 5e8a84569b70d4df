import assert from "node:assert/strict";
import { redact } from "../../../src/project/workspace/target.ts";

Deno.test("redact() removes passwords and tokens", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["libsql://db.turso.io?authToken=abc.def&tls=0", "libsql://db.turso.io?authToken=***&tls=0"],
    ["https://me:p@ss/w@host/db", "https://***@host/db"],
    ["libsql://token@host", "libsql://***@host"],
    ["see postgres://u:p@h/d, and x", "see postgres://***@h/d, and x"],
    ["Authorization: Bearer abc123", "Authorization: Bearer ***"],
    ["http://h/?api_key=1&jwt=2#x", "http://h/?api_key=***&jwt=***#x"],
    ["it was eyJhbGciOi.eyJzdWIi.SflKxw", "it was ***"],
  ];
  for (const [text, redacted] of cases) assert.equal(redact(text), redacted);
});

Deno.test("redact() leaves texts without secrets as they are", () => {
  for (
    const text of ["app.db", "sqlite:///srv/a@b/app.db?mode=ro", "C:\\x\\app.db", "", "a key=1"]
  ) {
    assert.equal(redact(text), text);
  }
});
