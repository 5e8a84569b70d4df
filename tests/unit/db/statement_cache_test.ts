import assert from "node:assert/strict";
import { StatementCache } from "../../../src/db/statement.ts";

/** A cache whose statements are their own texts, and what it prepared. */
function recording(capacity: number): { cache: StatementCache<string>; prepared: string[] } {
  const prepared: string[] = [];
  const cache = new StatementCache(capacity, (sql) => {
    prepared.push(sql);
    return sql;
  });
  return { cache, prepared };
}

Deno.test("StatementCache prepares a text once while it is kept", () => {
  const { cache, prepared } = recording(2);
  for (const sql of ["a", "b", "a", "b", "a"]) assert.equal(cache.get(sql), sql);
  assert.deepEqual(prepared, ["a", "b"]);
});

Deno.test("StatementCache gives up the text used longest ago", () => {
  const { cache, prepared } = recording(2);
  for (const sql of ["a", "b", "a", "c", "a", "b"]) cache.get(sql);
  assert.deepEqual(prepared, ["a", "b", "c", "b"]);
});

Deno.test("StatementCache keeps nothing of a text that cannot be prepared", () => {
  let attempts = 0;
  const cache = new StatementCache(2, () => {
    attempts++;
    throw new Error("no");
  });
  assert.throws(() => cache.get("a"));
  assert.throws(() => cache.get("a"));
  assert.equal(attempts, 2);
});
