import assert from "node:assert/strict";
import { sqlite3Script, type Sqlite3ScriptRequest } from "../../../src/runner/shell/script.ts";
import { sampleStep } from "./sample_script.ts";

function script(parts: Partial<Sqlite3ScriptRequest>): string {
  return sqlite3Script({
    steps: [],
    reseals: [],
    start: [],
    transaction: "all",
    doubleQuotedStrings: false,
    nullDevice: "/dev/null",
    appliedBy: "aludel 0.1.0",
    ...parts,
  });
}

/** The lines of a script that begin so. */
function lines(text: string, beginning: RegExp): readonly string[] {
  return text.split("\n").filter((line) => beginning.test(line));
}

Deno.test("sqlite3Script() has nothing but a comment where nothing is to run", () => {
  assert.match(script({ start: ["a1"] }), /^--[^\n]*\n$/);
});

Deno.test("sqlite3Script() counts violations only around a step that may cause some", () => {
  const harmless = script({
    steps: [sampleStep("a1", "CREATE VIEW v AS SELECT 1")],
    start: ["a1"],
  });
  assert.doesNotMatch(harmless, /foreign_key_check/);
  const both = script({
    steps: [sampleStep("a2", "DROP VIEW v"), sampleStep("a1", "DELETE FROM t")],
    start: ["a1", "a2"],
  });
  assert.equal(both.match(/CREATE TEMP VIEW aludel_keyed/g)?.length, 1);
  assert.equal(both.match(/DROP VIEW temp\.aludel_keyed/g)?.length, 1);
});

Deno.test("sqlite3Script() follows a renamed table from the old violations to the new ones", () => {
  const text = script({
    steps: [sampleStep("a1", `ALTER TABLE "It's" RENAME TO after`)],
    start: ["a1"],
  });
  assert.match(
    text,
    /CASE lower\(child\) WHEN 'it''s' THEN 'after' ELSE lower\(child\) END AS child/,
  );
});

Deno.test("sqlite3Script() writes the records of a transaction after its last step", () => {
  const steps = [sampleStep("a2", "DROP TABLE b"), sampleStep("a1", "DROP TABLE a")];
  const text = script({ steps, start: ["a1", "a2"] });
  assert.deepEqual(lines(text, /^(DROP TABLE [ab]|DELETE|COMMIT)/), [
    "DROP TABLE b;",
    "DROP TABLE a;",
    "DELETE FROM main.aludel_revision WHERE id = 'a2';",
    "DELETE FROM main.aludel_revision WHERE id = 'a1';",
    "COMMIT;",
  ]);
});

Deno.test("sqlite3Script() states before each segment what is applied by then, sorted", () => {
  const text = script({
    steps: [sampleStep("a2", "DROP TABLE b"), sampleStep("a1", "DROP TABLE a")],
    start: ["b1", "a2", "a1"],
    transaction: "each",
  });
  assert.deepEqual(lines(text, / IS (?:'[ab]|NULL;)/).map((line) => /IS (.*);$/.exec(line)?.[1]), [
    "'a1 a2 b1'",
    "'a1 b1'",
  ]);
});

Deno.test("sqlite3Script() puts settings back after a script that may have changed one", () => {
  const text = script({
    steps: [
      sampleStep("a3", "PRAGMA legacy_alter_table = ON;\n"),
      sampleStep("a2", "SELECT 2;\n"),
      sampleStep("a1", "SELECT 1;\n"),
    ],
    start: ["a1", "a2", "a3"],
  });
  assert.deepEqual(lines(text, /^(PRAGMA legacy|SELECT \d)/).slice(1), [
    "PRAGMA legacy_alter_table = ON;",
    "PRAGMA legacy_alter_table = OFF;",
    "SELECT 2;",
    "SELECT 1;",
  ]);
});

Deno.test("sqlite3Script() updates records in a transaction of its own where all else is outside of one", () => {
  const hash = `sha256:${"a".repeat(64)}` as const;
  const text = script({
    steps: [sampleStep("a2", "-- aludel: transaction=off\nVACUUM;")],
    reseals: [{ id: "it's", record: { up: hash, down: "none", lineage: hash }, texts: null }],
    start: ["a2", "it's"],
  });
  const [, last = ""] = text.split("VACUUM;");
  assert.match(
    last,
    /BEGIN IMMEDIATE;\n[^]*UPDATE main\.aludel_revision SET [^]* WHERE id = 'it''s';\nCOMMIT;/,
  );
});
