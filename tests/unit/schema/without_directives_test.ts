import assert from "node:assert/strict";
import { withoutDirectives } from "../../../src/schema/source/write_schema.ts";

Deno.test("withoutDirectives() takes the lines of directives away, and nothing else", () => {
  const sql = "CREATE TABLE t ( -- all of it\n  -- aludel: renamed from=old\n  a TEXT, " +
    "b DEFAULT '-- aludel: renamed from=x' -- aludel: ignore=x y\n)";
  assert.equal(
    withoutDirectives(sql),
    "CREATE TABLE t ( -- all of it\n  a TEXT, b DEFAULT '-- aludel: renamed from=x' \n)",
  );
  assert.equal(withoutDirectives("SELECT 1 -- Aludel"), "SELECT 1 -- Aludel");
});
