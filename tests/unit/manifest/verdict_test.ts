import assert from "node:assert/strict";
import {
  judgeApplied,
  judgeFiles,
  type TextSource,
  type Verdict,
} from "../../../src/manifest/verdict.ts";
import { sampleHash, sampleRevision } from "../../fixtures/sample_revision.ts";

const [up, down, oldUp, oldDown, other] = ["1", "2", "3", "4", "5"].map(sampleHash) as [
  `sha256:${string}`,
  `sha256:${string}`,
  `sha256:${string}`,
  `sha256:${string}`,
  `sha256:${string}`,
];
const draft = sampleRevision();
const sealed = sampleRevision({ up, down, was: [[oldUp, oldDown], [oldUp, "none"]] });
const irreversible = sampleRevision({ up, down: "none" });

Deno.test("judgeFiles() tells the cases apart", () => {
  const cases: readonly (readonly [Verdict, Verdict])[] = [
    [judgeFiles(draft, { up: other, down: null }), { kind: "draft" }],
    [judgeFiles(draft, { up: null, down }), { kind: "missing", file: "up" }],
    [judgeFiles(sealed, { up, down }), { kind: "sealed" }],
    [judgeFiles(irreversible, { up, down: null }), { kind: "sealed" }],
    [judgeFiles(sealed, { up: oldUp, down: oldDown }), { kind: "was" }],
    [judgeFiles(sealed, { up: oldUp, down: null }), { kind: "was" }],
    [judgeFiles(sealed, { up: null, down }), { kind: "missing", file: "up" }],
    [judgeFiles(sealed, { up, down: null }), { kind: "missing", file: "down" }],
    [judgeFiles(irreversible, { up, down }), { kind: "unexpected", file: "down" }],
    [
      judgeFiles(sealed, { up: other, down }),
      { kind: "edited", files: ["up"], change: "unknown" },
    ],
    // A pair is accepted as a pair: the old up with the new down was never signed.
    [
      judgeFiles(sealed, { up: oldUp, down }),
      { kind: "edited", files: ["up"], change: "unknown" },
    ],
    [
      judgeFiles(sealed, { up: other, down: other }),
      { kind: "edited", files: ["up", "down"], change: "unknown" },
    ],
  ];
  for (const [actual, expected] of cases) assert.deepEqual(actual, expected);
});

function changeFrom(sealedUp: string | null, actualUp: string): Verdict {
  const texts: TextSource = {
    actual: () => ({ up: actualUp, down: "DROP TABLE t;\n" }),
    sealed: () => ({ up: sealedUp, down: "DROP TABLE t;\n" }),
  };
  return judgeFiles(sealed, { up: other, down }, texts);
}

Deno.test("judgeFiles() says how an edited text differs when the sealed one is known", () => {
  const cases: readonly (readonly [string | null, string, string])[] = [
    ["CREATE TABLE t (a);\n", "CREATE  TABLE t\n(a); -- more\n", "cosmetic"],
    ["CREATE TABLE t (a);\n", "CREATE TABLE t (b);\n", "changed"],
    ["CREATE TABLE t (a);\n", "-- aludel: transaction=off\nCREATE TABLE t (a);\n", "changed"],
    ["SELECT 'a b';\n", "SELECT 'a  b';\n", "changed"],
    [null, "SELECT 1;\n", "unknown"],
  ];
  for (const [before, after, change] of cases) {
    assert.deepEqual(changeFrom(before, after), { kind: "edited", files: ["up"], change }, after);
  }
});

Deno.test("judgeFiles() asks for texts of edited revisions only", () => {
  const never: TextSource = {
    actual: () => assert.fail("asked"),
    sealed: () => assert.fail("asked"),
  };
  assert.equal(judgeFiles(sealed, { up, down }, never).kind, "sealed");
  assert.equal(judgeFiles(draft, { up, down }, never).kind, "draft");
});

Deno.test("judgeApplied() accepts what ran if it is the file's, or was signed before", () => {
  const now = { up, down };
  assert.equal(judgeApplied(sealed, now, { up, down }), "same");
  assert.equal(judgeApplied(sealed, now, { up: oldUp, down: "none" }), "resealed");
  assert.equal(judgeApplied(sealed, now, { up: oldUp, down }), "edited");
  assert.equal(judgeApplied(draft, now, { up: oldUp, down }), "draft-edited");
});
