import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import {
  displayName,
  foldName,
  isKeyword,
  quoteName,
  quoteText,
  sameName,
  unquote,
} from "../../../src/sql/identifier.ts";

Deno.test("quoteName() and quoteText() double the quotes inside", () => {
  assert.equal(quoteName('a"b'), '"a""b"');
  assert.equal(quoteText("it's"), "'it''s'");
});

Deno.test("displayName() quotes only what needs it", () => {
  for (const name of ["users", "_a1", "Größe", "x"]) assert.equal(displayName(name), name);
  for (const name of ["", "a b", "1a", "a-b", "order", "Select", "a\u200bb", 'a"b', "a.b", "$a"]) {
    assert.equal(displayName(name), quoteName(name));
  }
});

Deno.test("displayName() gives what SQLite reads as that name", () => {
  using database = new DatabaseSync(":memory:");
  for (const name of ["users", "Größe", "1a", "order", "within", "key", "数", "rowid", "false"]) {
    const [row] = database.prepare(`SELECT 1 AS ${displayName(name)}`).all();
    assert.deepEqual({ ...row }, { [name]: 1 });
  }
});

Deno.test("isKeyword() knows every word that SQLite does not take as a bare name", () => {
  using database = new DatabaseSync(":memory:");
  const reserved = ["TABLE", "select", "To", "JOIN", "ISNULL", "Values", "RETURNING", "NOTHING"];
  for (const word of reserved) {
    assert.throws(() => database.exec(`CREATE TABLE ${word} (a)`), /syntax error/);
    assert.ok(isKeyword(word), word);
  }
  assert.ok(!isKeyword("users"));
  assert.ok(!isKeyword("SELECTED"));
});

Deno.test("unquote() reads all four quotings and leaves other tokens alone", () => {
  const names = ['"a""b"', '[a"b]', '`a"b`', "'a\"b'"];
  assert.deepEqual(names.map(unquote), Array(4).fill('a"b'));
  assert.equal(unquote("`a``b`"), "a`b");
  assert.equal(unquote("'it''s'"), "it's");
  for (const token of ["a", '"', "[a", "'a", "1", ""]) assert.equal(unquote(token), token);
});

Deno.test("foldName() and sameName() fold A to Z only", () => {
  assert.equal(foldName("UsersÉ"), "usersÉ");
  assert.ok(sameName("USERS", "users"));
  assert.ok(!sameName("É", "é"));
  assert.ok(!sameName("K", "\u212a")); // the Kelvin sign, whose lower case is k
});
