import assert from "node:assert/strict";
import { durationText } from "../../../src/text/layout.ts";

Deno.test("durationText() says a duration in the units that people read", () => {
  const durations = [
    0,
    0.4,
    999.4,
    999.6,
    1_000,
    4_349,
    59_949,
    59_951,
    60_000,
    125_400,
    3_599_600,
    3_780_000,
    90_000_000,
  ];
  assert.deepEqual(durations.map(durationText), [
    "0 ms",
    "0 ms",
    "999 ms",
    "1.0 s",
    "1.0 s",
    "4.3 s",
    "59.9 s",
    "1 min 0 s",
    "1 min 0 s",
    "2 min 5 s",
    "1 h 0 min",
    "1 h 3 min",
    "25 h 0 min",
  ]);
});
