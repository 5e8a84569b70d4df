import assert from "node:assert/strict";
import { offsetAt, readJson, valueOf } from "../../../src/manifest/strict_json.ts";

function fault(text: string): readonly [number, string] {
  const reading = readJson(text);
  assert.ok(!reading.ok, `${text} was read`);
  return [reading.offset, reading.problem];
}

Deno.test("readJson() says where and why a text is not JSON", () => {
  assert.deepEqual(fault(""), [0, "ends too early"]);
  assert.deepEqual(fault("{"), [1, "is not JSON here: a key in quotes is expected"]);
  assert.deepEqual(fault("[1,]"), [3, "is not JSON here: a value is expected"]);
  assert.deepEqual(fault("[1 2]"), [3, 'is not JSON here: "," or "]" is expected']);
  assert.deepEqual(fault('{"a" 1}'), [5, 'is not JSON here: a ":" is expected']);
  assert.deepEqual(fault("{'a':1}"), [1, "is not JSON here: a key in quotes is expected"]);
  assert.deepEqual(fault("[1] x"), [4, "has text after the end of its JSON value"]);
  assert.deepEqual(fault('["a'), [1, "has a string that does not end"]);
  assert.deepEqual(fault('["a\nb"]'), [3, "has a raw control character in a string"]);
  assert.deepEqual(fault('["\\x"]'), [1, "has a string with an escape that JSON does not know"]);
  assert.deepEqual(fault("[tru]"), [1, "is not JSON here: a value is expected"]);
  assert.deepEqual(fault("[01]"), [2, 'is not JSON here: "," or "]" is expected']);
  assert.deepEqual(fault("// x\n{}"), [0, "is not JSON here: a value is expected"]);
});

Deno.test("readJson() stops at 64 levels however deep a text is", () => {
  assert.ok(readJson("[".repeat(64) + "]".repeat(64)).ok);
  assert.deepEqual(fault("[".repeat(2_000_000)), [64, "is nested more than 64 levels deep"]);
  assert.match(fault('{"a":'.repeat(2_000_000))[1], /64 levels/);
});

Deno.test("readJson() reads a string of many megabytes", () => {
  const reading = readJson(JSON.stringify(["x\\".repeat(2_000_000)]));
  assert.ok(reading.ok);
});

Deno.test("readJson() lists every duplicate key and keeps the first value", () => {
  const reading = readJson('{"a":1,"b":{"c":1,"c":2},"a":3,"\\u0061":4}');
  assert.ok(reading.ok);
  assert.deepEqual(reading.duplicates, [
    { key: "c", offset: 18 },
    { key: "a", offset: 25 },
    { key: "a", offset: 31 },
  ]);
  assert.deepEqual(JSON.stringify(valueOf(reading.root)), '{"a":1,"b":{"c":1}}');
});

Deno.test("valueOf() treats __proto__ as a key like any other", () => {
  const reading = readJson('{"__proto__":{"x":1}}');
  assert.ok(reading.ok);
  const value = valueOf(reading.root) as Record<string, unknown>;
  assert.deepEqual(Object.keys(value), ["__proto__"]);
  assert.equal(value["x"], undefined);
});

Deno.test("offsetAt() finds values and keys, and the nearest one for a path that ends early", () => {
  const text = '{ "a": [1, {"b": 2}] }';
  const reading = readJson(text);
  assert.ok(reading.ok);
  assert.equal(offsetAt(reading.root, ["a", 1, "b"]), text.indexOf("2"));
  assert.equal(offsetAt(reading.root, ["a", 1, "b"], "key"), text.indexOf('"b"'));
  assert.equal(offsetAt(reading.root, ["a", 1, "zz"]), text.indexOf('{"b"'));
  assert.equal(offsetAt(reading.root, ["a", 7]), text.indexOf("["));
  assert.equal(offsetAt(reading.root, []), 0);
});
