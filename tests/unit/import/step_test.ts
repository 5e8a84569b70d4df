import assert from "node:assert/strict";
import fc from "fast-check";
import { orderSteps, plainStep, readSteps, type Step } from "../../../src/import/replay/step.ts";
import {
  ownStatements,
  sameStatements,
  writesOf,
  writesRows,
} from "../../../src/import/replay/trace.ts";
import { insertsOf } from "../../../src/import/replay/step_rows.ts";
import { EMPTY_SCHEMA } from "../../../src/schema/model/model.ts";

Deno.test("readSteps() takes a name a line, or JSON beside other talk", () => {
  const plain = readSteps("20240101120000_create_users.js\n\n  2 with words\n");
  assert.deepEqual(plain.map(({ rev, message, created }) => [rev, message, created]), [
    ["20240101120000_create_users.js", "create users", "2024-01-01T12:00:00Z"],
    ["2", "with words", null],
  ]);
  const [json, ...others] = readSteps(
    'loading…\n{"rev": "a", "parents": ["b"], "created": "2024-01-01 12:00:00.5", "labels": ["x"]}\n',
  );
  assert.deepEqual(others, []);
  assert.deepEqual([json!.parents, json!.created, json!.labels], [["b"], "2024-01-01T12:00:00Z", [
    "x",
  ]]);
  assert.throws(() => readSteps("{broken"), /cannot be read/);
  assert.throws(() => readSteps('{"message": "no name"}'), /cannot be read/);
});

Deno.test("orderSteps() puts early steps first, never one before what it needs, and loses none", () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(fc.nat(30), { maxLength: 3 }), { maxLength: 20 }),
      fc.array(fc.boolean(), { minLength: 20, maxLength: 20 }),
      (needs, early) => {
        const steps: Step[] = needs.map((list, at) => ({
          ...plainStep(`s${at}`),
          // A step needs only those with smaller numbers: no cycle.
          dependsOn: [...new Set(list.filter((other) => other < at))].map((other) => `s${other}`),
        }));
        const isEarly = (rev: string) => early[Number(rev.slice(1))]!;
        const ordered = orderSteps([...steps].reverse(), [isEarly]);
        assert.deepEqual(
          ordered.map(({ rev }) => rev).sort(),
          steps.map(({ rev }) => rev).sort(),
        );
        const place = new Map(ordered.map(({ rev }, at) => [rev, at]));
        const needed = new Set<string>();
        const need = (step: Step) => {
          needed.add(step.rev);
          for (const rev of step.dependsOn) need(steps[Number(rev.slice(1))]!);
        };
        for (const step of steps) if (isEarly(step.rev)) need(step);
        for (const step of ordered) {
          for (const rev of step.dependsOn) assert.ok(place.get(rev)! < place.get(step.rev)!);
        }
        // What no early step needs comes after all that one does.
        const late = ordered.findIndex(({ rev }) => !needed.has(rev));
        if (late >= 0) assert.ok(ordered.slice(late).every(({ rev }) => !needed.has(rev)));
      },
    ),
  );
});

Deno.test("orderSteps() refuses a step that needs itself, or one that is not there", () => {
  const step = (rev: string, ...dependsOn: string[]): Step => ({ ...plainStep(rev), dependsOn });
  assert.throws(() => orderSteps([step("a", "b"), step("b", "a")], []), /follows itself/);
  assert.throws(() => orderSteps([step("a", "x")], []), /"x", which is not there/);
});

Deno.test("a trace tells what a tool writes from what it reads, keeps for itself, and copies for a rebuild", () => {
  const trace = [
    "BEGIN",
    "SELECT name FROM users",
    "UPDATE users SET name = lower(name)",
    'CREATE TABLE "tmp_users" (id, name)',
    "INSERT INTO tmp_users SELECT * FROM users",
    "DROP TABLE users",
    "ALTER TABLE tmp_users RENAME TO users",
    "INSERT INTO done VALUES ('s1')",
    "UPDATE knex_migrations_lock SET is_locked = 0",
    "WITH x AS (SELECT 1) SELECT * FROM x",
    "-- TRIGGER named",
    "COMMIT",
  ];
  const own = ownStatements(trace, "done")!;
  assert.deepEqual(own, trace.slice(2, 7));
  assert.deepEqual(writesOf([own], EMPTY_SCHEMA), ["UPDATE users SET name = lower(name)"]);
  assert.equal(ownStatements(null, "done"), null);
  assert.ok(writesRows("WITH x AS (SELECT 1) DELETE FROM users"));
  assert.ok(!writesRows("CREATE TABLE t (x)"));
  assert.deepEqual(sameStatements([own, [...own]]), own);
  assert.equal(sameStatements([own, own.slice(1)]), null);
  assert.equal(sameStatements([own, null]), null);
});

Deno.test("insertsOf() writes new rows, and nothing for rows that changed or went", () => {
  const text = (value: string) => {
    const bytes = [...new TextEncoder().encode(value)];
    return `CAST(x'${
      bytes.map((byte) => byte.toString(16).padStart(2, "0").toUpperCase()).join("")
    }' AS TEXT)`;
  };
  const table = { table: "t", columns: ["id", "name"], before: [] };
  assert.deepEqual(insertsOf([{ ...table, after: [["1", text("it's ü")], ["2", text("a\nb")]] }]), [
    `INSERT INTO "t" ("id", "name") VALUES (1, 'it''s ü')`,
    `INSERT INTO "t" ("id", "name") VALUES (2, ${text("a\nb")})`,
  ]);
  assert.equal(insertsOf([{ ...table, before: [["1", "NULL"]], after: [] }]), undefined);
});
