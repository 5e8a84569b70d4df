import assert from "node:assert/strict";
import { compareSchemas } from "../../../src/schema/diff/compare.ts";
import { suggestRenames } from "../../../src/schema/diff/rename_suggestion.ts";
import { schemaOf } from "./schema_of.ts";

async function suggestions(from: readonly string[], to: readonly string[]): Promise<string[]> {
  return suggestRenames(compareSchemas(await schemaOf(...from), await schemaOf(...to)))
    .map(({ kind, table, from, to, line }) => `${kind} ${table}: ${from} > ${to} by ${line}`);
}

Deno.test("suggestRenames() pairs what is most alike, each thing once", async () => {
  assert.deepEqual(
    await suggestions(
      ["CREATE TABLE t(id, email TEXT, phone TEXT, age INT)"],
      ["CREATE TABLE t(id, phone_number TEXT, email_address TEXT, born TEXT, years INT)"],
    ),
    [
      "column t: phone > phone_number by -- aludel: renamed from=phone",
      "column t: email > email_address by -- aludel: renamed from=email",
      "column t: age > years by -- aludel: renamed from=age",
    ],
  );
});

Deno.test("suggestRenames() finds a table by its columns", async () => {
  assert.deepEqual(
    await suggestions(
      ['CREATE TABLE "old users"(id INT, name TEXT, email TEXT)'],
      [
        "CREATE TABLE members(id INT, name TEXT, email TEXT, since TEXT)",
        "CREATE TABLE other(id INT)",
      ],
    ),
    ['table members: old users > members by -- aludel: renamed from="old users"'],
  );
});

Deno.test("suggestRenames() is silent where nothing is alike", async () => {
  assert.deepEqual(
    await suggestions(["CREATE TABLE t(id, a TEXT)"], ["CREATE TABLE t(id, b BLOB)"]),
    [],
  );
  assert.deepEqual(
    await suggestions(["CREATE TABLE t(id, a TEXT)"], ["CREATE TABLE u(x INT, y)"]),
    [],
  );
});
