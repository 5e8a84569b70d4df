import assert from "node:assert/strict";
import { describeOutcome, NOTHING_RUN } from "../../../src/runner/failure.ts";
import type { Segment } from "../../../src/runner/request.ts";
import { sampleStep } from "./sample_script.ts";

const up = (id: string) => ({ direction: "up", id }) as const;
const down = (id: string) => ({ direction: "down", id }) as const;
const segment = (mode: Segment["mode"], ...ids: readonly string[]): Segment => ({
  mode,
  steps: ids.map((id) => sampleStep(id, "SELECT 1;")),
});

Deno.test("describeOutcome() says what was rolled back and what stays", () => {
  assert.equal(
    describeOutcome(segment("transaction", "a1"), [], undefined),
    'Revision "a1" was rolled back; the database is unchanged',
  );
  assert.equal(
    describeOutcome(segment("transaction", "a3", "a4"), [up("a1"), up("a2")], undefined),
    "All 2 revisions of its transaction were rolled back; 2 earlier revisions stay: a1, a2",
  );
  assert.equal(
    describeOutcome(segment("transaction", "a1", "a1"), [], undefined),
    'Revision "a1" was rolled back; the database is unchanged',
  );
});

Deno.test("describeOutcome() tells earlier steps down from steps up", () => {
  assert.equal(
    describeOutcome(segment("transaction", "a2"), [down("a2"), down("a1"), up("a1")], undefined),
    'Revision "a2" was rolled back; 3 earlier steps stay: a2 undone, a1 undone, a1',
  );
});

Deno.test("describeOutcome() claims nothing of a database that was changed outside a transaction", () => {
  assert.equal(
    describeOutcome(segment("off", "a2"), [], "1 of 2 statements has run"),
    "1 of 2 statements has run",
  );
  assert.equal(
    describeOutcome(segment("off", "a2"), [], NOTHING_RUN),
    "Nothing was run; the database is unchanged",
  );
  assert.doesNotMatch(
    describeOutcome(segment("off", "a2"), [], undefined),
    /as it was|rolled back/,
  );
});
