import assert from "node:assert/strict";
import { slugOf } from "../../../src/manifest/folder_name.ts";

Deno.test("slugOf() makes lower-case ASCII words", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["create events table", "create_events_table"],
    ['Add "Größe" to Events!', "add_grosse_to_events"],
    ["ÅNGSTRÖM Łódź œuvre", "angstrom_lodz_oeuvre"],
    ["don't drop it", "dont_drop_it"],
    ["../../etc/passwd", "etc_passwd"],
    ["ﬁx ①", "fix_1"],
    ["  __a__b  ", "a_b"],
    ["", "revision"],
    ["日本語", "revision"],
    ["🚀🚀", "revision"],
    ["日本語 v2", "v2"],
  ];
  for (const [message, slug] of cases) assert.equal(slugOf(message), slug, message);
});

Deno.test("slugOf() cuts between words at 40 characters, and a long word where it must", () => {
  assert.equal(
    slugOf("add the column event_type to the events table and fill it"),
    "add_the_column_event_type_to_the_events",
  );
  assert.equal(slugOf("x".repeat(50)), "x".repeat(40));
  assert.equal(slugOf("a " + "x".repeat(50)), "a");
});
