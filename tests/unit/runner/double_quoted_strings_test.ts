import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import { withoutDoubleQuotes } from "../../../src/runner/double_quoted_strings.ts";
import { quoteName } from "../../../src/sql/identifier.ts";

const NAME = fc.string({ minLength: 1, unit: "grapheme" }).filter((name) => !name.includes("\0"));
const QUOTES = fc.string({ minLength: 1, unit: fc.constantFrom('"', "`", "a", "]", "'", " ") });

Deno.test("withoutDoubleQuotes() keeps what a name means, and never makes a string of it", () => {
  fc.assert(fc.property(fc.oneof(NAME, QUOTES), (name) => {
    using database = new DatabaseSync(":memory:", { enableDoubleQuotedStringLiterals: true });
    const column = quoteName(name);
    database.exec(`CREATE TABLE t (${column}); INSERT INTO t VALUES (7)`);
    const sql = withoutDoubleQuotes(`SELECT ${column} AS found FROM t`);
    assert.equal(database.prepare(sql).get()?.["found"], 7);
    database.exec("DROP TABLE t; CREATE TABLE t (other)");
    assert.throws(() => database.prepare(sql), /no such column/);
  }));
});

Deno.test("withoutDoubleQuotes() leaves strings, comments and other names alone, and offsets too", () => {
  const sql = `SELECT '"a"', [b"c"], \`d"\`, "e ""f""" -- "g"\n, "h" /* "i" */`;
  assert.equal(
    withoutDoubleQuotes(sql),
    `SELECT '"a"', [b"c"], \`d"\`, \`e "f"\`   -- "g"\n, \`h\` /* "i" */`,
  );
});
