import assert from "node:assert/strict";
import { say } from "../../../src/text/next_step.ts";
import { AludelError, type ErrorCode } from "../../../src/errors.ts";
import { DIRECTIVE_RULES, type SqlFileKind } from "../../../src/sql/directive.ts";
import { readDirectives } from "../../../src/sql/read_script.ts";

function read(sql: string, fileKind: SqlFileKind = "revision"): string[] {
  return readDirectives("up.sql", sql, fileKind).map(({ name, operator, value, reason }) =>
    `${name}|${operator}|${value}|${reason}`
  );
}

function errorOf(sql: string, fileKind: SqlFileKind = "revision"): AludelError {
  try {
    read(sql, fileKind);
  } catch (error) {
    if (error instanceof AludelError) return error;
    throw error;
  }
  throw new Error(`readDirectives() accepted ${sql}`);
}

const READ: readonly (readonly [sql: string, directives: readonly string[]])[] = [
  ["-- aludel: transaction=off", ["transaction|=|off|"]],
  ["--aludel:transaction=off", ["transaction|=|off|"]],
  ["--\taludel :  transaction = off  \n", ["transaction|=|off|"]],
  ["-- Aludel: foreign-keys=on", ["foreign-keys|=|on|"]],
  ["-- aludel: sqlite>=3.53", ["sqlite|>=|3.53|"]],
  ["-- aludel: sqlite >= 3.46.1", ["sqlite|>=|3.46.1|"]],
  ["SELECT 1; -- aludel: allow-loss=a they are old", ["allow-loss|=|a|they are old"]],
  ['-- aludel: allow-loss="a ""b"" c" x', ['allow-loss|=|a "b" c|x']],
  ["-- aludel: allow-loss=[a b]   x  y ", ["allow-loss|=|a b|x  y"]],
  ["-- aludel: ignore=drop-table unused", ["ignore|=|drop-table|unused"]],
  ["-- aludel: transaction=off\n-- aludel: sqlite>=3.40\nVACUUM;", [
    "transaction|=|off|",
    "sqlite|>=|3.40|",
  ]],
  ["SELECT '-- aludel: nonsense', \"-- aludel: x\";", []],
  ["-- aludel is a tool\n-- see aludel: the tool\n/* aludel makes this */", []],
  ["-- aludels: x\n-- the aludel", []],
  ["-- aludel transaction log", []],
];

for (const [sql, directives] of READ) {
  Deno.test(`readDirectives() reads ${JSON.stringify(sql)}`, () => {
    assert.deepEqual(read(sql), directives);
  });
}

const REFUSED: readonly (readonly [sql: string, code: ErrorCode, message: RegExp])[] = [
  ["-- aludel: transacton=off", "directive-unknown", /no directive "transacton"/],
  ["-- aludel: see the wiki", "directive-unknown", /no directive "see"/],
  ["-- aludel:", "directive-unknown", /has no name/],
  ["-- aludel: transactions=off", "directive-unknown", /"transactions"/],
  ["-- aludel: Transaction=off", "directive-unknown", /"Transaction"/],
  ["-- aludel transaction=off", "directive-syntax", /colon is missing/],
  ["--aludel sqlite >= 3.53", "directive-syntax", /colon is missing/],
  ["/* aludel: transaction=off */", "directive-syntax", /-- comment/],
  ["-- aludel: transaction", "directive-value", /needs "=" and a value/],
  ["-- aludel: transaction=", "directive-value", /has no value/],
  ["-- aludel: transaction=no", "directive-value", /"no" of "transaction" is neither/],
  ["-- aludel: transaction>=off", "directive-value", /needs "="/],
  ["-- aludel: transaction==off", "directive-value", /needs "="/],
  ["-- aludel: transaction=off because", "directive-value", /"because" follows/],
  ["-- aludel: sqlite=3.53", "directive-value", /needs ">="/],
  ["-- aludel: sqlite>=three", "directive-value", /not a release/],
  ["-- aludel: sqlite>=4.0", "directive-value", /not a release/],
  ["-- aludel: allow-loss=users", "directive-value", /needs a reason/],
  ['-- aludel: allow-loss="" x', "directive-value", /has no value/],
  ["-- aludel: ignore=DROP! x", "directive-value", /not the code/],
  ["SELECT 1;\n-- aludel: transaction=off", "directive-place", /after the first statement/],
  ["SELECT -- aludel: foreign-keys=on\n1;", "directive-place", /after the first statement/],
  ["-- aludel: renamed from=old", "directive-file", /does not belong/],
];

for (const [sql, code, message] of REFUSED) {
  Deno.test(`readDirectives() refuses ${JSON.stringify(sql)} with ${code}`, () => {
    const error = errorOf(sql);
    assert.equal(error.code, code);
    assert.match(error.message, message);
    assert.equal(error.place?.file, "up.sql");
    assert.ok(error.place?.frame?.includes("^"));
  });
}

Deno.test("readDirectives() points at the comment and suggests the nearest name", () => {
  const error = errorOf("\n  -- aludel: foriegn-keys=on");
  assert.deepEqual([error.place?.line, error.place?.column], [2, 3]);
  assert.deepEqual(error.next, [say('Did you mean "foreign-keys"?')]);
});

Deno.test("readDirectives() takes renames in a schema file and no transaction", () => {
  const sql = "-- aludel: renamed from=[old users]\nCREATE TABLE users (\n" +
    "  -- aludel: renamed from=mail\n  email TEXT\n);";
  assert.deepEqual(read(sql, "schema"), ["renamed from|=|old users|", "renamed from|=|mail|"]);
  const error = errorOf("-- aludel: transaction=off", "schema");
  assert.equal(error.code, "directive-file");
  assert.deepEqual(error.next, [say("Move it there, or delete it")]);
});

Deno.test("readDirectives() gives the span of the comment", () => {
  const sql = "SELECT 1;\n-- aludel: ignore=x y\nSELECT 2;";
  const [directive] = readDirectives("up.sql", sql, "revision");
  assert.equal(sql.slice(directive!.start, directive!.end), "-- aludel: ignore=x y");
});

Deno.test("DIRECTIVE_RULES have examples that are read, and docs/directives.md names each", () => {
  const docs = Deno.readTextFileSync(new URL("../../../docs/directives.md", import.meta.url));
  for (const { name, operator, example, files } of DIRECTIVE_RULES) {
    assert.equal(readDirectives("x.sql", `-- aludel: ${example}`, files[0]!)[0]?.name, name);
    assert.ok(docs.includes(`\`${name}${operator === "none" ? "`" : operator}`), name);
  }
});
