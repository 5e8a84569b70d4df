import assert from "node:assert/strict";
import {
  canaryCount,
  ErrorCount,
  parseCanary,
  parseErrorPolicy,
} from "../../../src/fleet/error_policy.ts";
import { errorKind } from "../../../src/fleet/member_error.ts";

Deno.test("parseErrorPolicy() takes stop, continue and max=N, and nothing else", () => {
  assert.deepEqual(parseErrorPolicy("stop"), { kind: "stop" });
  assert.deepEqual(parseErrorPolicy("continue"), { kind: "continue" });
  assert.deepEqual(parseErrorPolicy("max=12"), { kind: "max", count: 12 });
  for (const text of ["", "max", "max=", "max=0", "max=-1", "max=1.5", "new-kind"]) {
    assert.equal(parseErrorPolicy(text), undefined, text);
  }
});

Deno.test("parseCanary() takes a number and a share; canaryCount() rounds up", () => {
  assert.deepEqual(parseCanary("10"), { count: 10 });
  assert.deepEqual(parseCanary("2.5%"), { percent: 2.5 });
  for (const text of ["", "0", "0%", "101%", "-1", "1.5", "%"]) {
    assert.equal(parseCanary(text), undefined, text);
  }
  assert.equal(canaryCount({ percent: 5 }, 101), 6);
  assert.equal(canaryCount({ percent: 1 }, 3), 1);
  assert.equal(canaryCount({ count: 7 }, 3), 7);
});

Deno.test("ErrorCount stops at what its policy says", () => {
  const stops = (policy: string | undefined, kinds: readonly string[], known: string[] = []) => {
    const parsed = policy === undefined ? { kind: "new-kind" } as const : parseErrorPolicy(policy)!;
    const errors = new ErrorCount(parsed, new Set(known));
    return kinds.findIndex((kind) => !errors.add(kind));
  };
  assert.equal(stops("stop", ["a"], ["a"]), 0);
  assert.equal(stops("max=3", ["a", "b", "c", "d"]), 2);
  assert.equal(stops("continue", ["a", "b"]), -1);
  assert.equal(stops(undefined, ["a", "a", "b"], ["a"]), 2);
  assert.equal(stops(undefined, ["a"]), 0);
});

Deno.test("errorKind() looks away from names and numbers in SQLite's words", () => {
  const error = { code: "sql-failed", message: "", notes: [], revision: "a2", next: [] } as const;
  const kind = (sqlite: string) => errorKind({ ...error, sqlite });
  assert.equal(kind('no such table: "t1"'), kind('no such table: "t2"'));
  assert.equal(kind("row 17 is missing"), kind("row 4 is missing"));
  assert.notEqual(kind("table two already exists"), kind("disk I/O error"));
  assert.notEqual(errorKind(error), errorKind({ ...error, revision: "a3" }));
});
