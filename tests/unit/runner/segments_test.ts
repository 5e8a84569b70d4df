import assert from "node:assert/strict";
import { splitSegments, type TransactionMode } from "../../../src/runner/request.ts";
import { sampleStep } from "./sample_script.ts";

const PLAIN = "SELECT 1;";
const OFF = "-- aludel: transaction=off\nVACUUM;";
const ENFORCED = "-- aludel: foreign-keys=on\nDELETE FROM t;";

function split(texts: readonly string[], mode: TransactionMode): string[] {
  const steps = texts.map((text, index) => sampleStep(`a${index}`, text));
  return splitSegments(steps, mode).map((segment) =>
    `${segment.mode} ${segment.steps.map((step) => step.id).join("+")}`
  );
}

Deno.test("splitSegments() makes one transaction of plain scripts", () => {
  assert.deepEqual(split([PLAIN, PLAIN, PLAIN], "all"), ["transaction a0+a1+a2"]);
  assert.deepEqual(split([], "all"), []);
});

Deno.test("splitSegments() gives scripts with a header a segment of their own", () => {
  assert.deepEqual(split([PLAIN, OFF, PLAIN, ENFORCED, ENFORCED, PLAIN, PLAIN], "all"), [
    "transaction a0",
    "off a1",
    "transaction a2",
    "foreign-keys a3",
    "foreign-keys a4",
    "transaction a5+a6",
  ]);
});

Deno.test("splitSegments() divides after each script when asked to", () => {
  assert.deepEqual(split([PLAIN, PLAIN, OFF], "each"), [
    "transaction a0",
    "transaction a1",
    "off a2",
  ]);
});
