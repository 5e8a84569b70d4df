import assert from "node:assert/strict";
import { openScratch } from "../../../../src/db/open_scratch.ts";
import {
  blockValues,
  keepsValue,
  literalOf,
  rowText,
} from "../../../../src/runner/loss/same_value.ts";
import type { Affinity } from "../../../../src/sql/identifier.ts";

const VALUES = [
  "NULL",
  "0",
  "-7",
  "9007199254740992",
  "9007199254740993",
  "9223372036854775807",
  "-9223372036854775808",
  "0.5",
  "7.0",
  "-0.0",
  "1e300",
  "9e999",
  "0.1 + 0.2",
  "1e15",
  "123456789012345680.0",
  "'7'",
  "'007'",
  "'7.0'",
  "'1e5'",
  "' 7'",
  "'+7'",
  "'abc'",
  "''",
  "'it''s'",
  "'9007199254740993'",
  "'7' || char(0)",
  "CAST(x'ff' AS TEXT)",
  "x'00'",
  "x'37'",
];
const TYPES: Readonly<Record<Affinity, string>> = {
  TEXT: "TEXT",
  NUMERIC: "NUMERIC",
  INTEGER: "INTEGER",
  REAL: "REAL",
  BLOB: "",
};
const AFFINITIES = Object.keys(TYPES) as Affinity[];

/** Copies every value from a column of one affinity into one of another, and gives the literals. */
async function copied(stored: Affinity, storage: Affinity) {
  await using connection = openScratch();
  await connection.execute(`CREATE TABLE a (id INTEGER PRIMARY KEY, x ${TYPES[stored]})`);
  await connection.execute(`CREATE TABLE b (id INTEGER PRIMARY KEY, x ${TYPES[storage]})`);
  for (const value of VALUES) await connection.execute(`INSERT INTO a (x) VALUES (${value})`);
  await connection.execute("INSERT INTO b SELECT * FROM a");
  const values = blockValues("a.x", "b.x", stored, storage);
  const both = ["a.x", "b.x"].map((column) => `typeof(${column}) <> 'blob'`).join(" AND ");
  const same = (form: "json" | "literals") =>
    `${rowText([values.before], form)} IS ${rowText([values.now], form)}`;
  const rows = await connection.query(
    `SELECT ${literalOf("a.x")} AS before, ${literalOf("b.x")} AS now, ${same("literals")} AS same,
       CASE WHEN ${both} THEN ${same("json")} ELSE ${same("literals")} END AS json
     FROM a JOIN b USING (id)`,
  );
  return rows.map((row) => ({
    before: String(row["before"]),
    now: String(row["now"]),
    same: Number(row["same"]) === 1,
    json: Number(row["json"]) === 1,
  }));
}

for (const stored of AFFINITIES) {
  for (const storage of AFFINITIES) {
    Deno.test(`blockValues() finds no two values of ${stored} and ${storage} the same of which one loses something`, async () => {
      for (const { before, now, same, json } of await copied(stored, storage)) {
        assert.equal(json, same, `${before} became ${now}`);
        if (same) assert.ok(keepsValue(before, now, storage), `${before} became ${now}`);
        if (stored === storage) assert.ok(same, `${before} became ${now}`);
      }
    });
  }
}

Deno.test("keepsValue() knows what a conversion loses", async () => {
  const lost = async (stored: Affinity, storage: Affinity) =>
    (await copied(stored, storage)).filter(({ before, now }) => !keepsValue(before, now, storage))
      .map(({ before }) => before);
  assert.deepEqual(await lost("BLOB", "TEXT"), ["9.0e+999"]);
  assert.deepEqual([...new Set(await lost("INTEGER", "REAL"))], [
    "9007199254740993",
    "9223372036854775807",
  ]);
  assert.deepEqual(
    (await lost("TEXT", "INTEGER")).filter((literal) => /^'[ +0]*7'$/.test(literal)),
    ["'007'", "' 7'", "'+7'"],
  );
});

Deno.test("keepsValue() takes no other value for the same, and loses nothing with a NULL", () => {
  assert.ok(keepsValue("NULL", "'x'", "TEXT"));
  assert.ok(!keepsValue("'x'", "NULL", "TEXT"));
  assert.ok(!keepsValue("7", "'7'", "BLOB"), "nothing made a text of it but the script");
  assert.ok(!keepsValue("X'37'", "'7'", "TEXT"));
  assert.ok(!keepsValue("'x'", "'X'", "TEXT"));
});
