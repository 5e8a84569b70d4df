import assert from "node:assert/strict";
import { shellText } from "../../../src/runner/shell/script.ts";
import { dropTemporaryText } from "../../../src/runner/temporary_objects.ts";
import { canonicalText } from "../../../src/sql/canonical_text.ts";
import { readScript } from "../../../src/sql/read_script.ts";
import { Tokenizer } from "../../../src/sql/tokenizer.ts";

function shown(text: string): string {
  return shellText(readScript("up.sql", canonicalText(text)));
}

/** The tokens that SQLite sees, without a final semicolon. */
function tokens(text: string): readonly string[] {
  const tokenizer = new Tokenizer(text);
  const found: string[] = [];
  while (tokenizer.nextSignificant()) found.push(tokenizer.current);
  return found.at(-1) === ";" ? found.slice(0, -1) : found;
}

Deno.test("shellText() closes the last statement right where it ends", () => {
  assert.equal(shown("SELECT 1"), "SELECT 1;\n");
  assert.equal(shown("SELECT 1 -- ;\n"), "SELECT 1; -- ;\n");
  assert.equal(shown("SELECT 1; -- done\n"), "SELECT 1; -- done\n");
  assert.equal(shown("SELECT ';'"), "SELECT ';';\n");
});

Deno.test("shellText() leaves a text without a statement as it is", () => {
  for (const text of ["\n", "-- nothing\n", "/* go\n/\n*/\n"]) assert.equal(shown(text), text);
});

Deno.test("shellText() lets no line begin with what ends a statement in the shell", () => {
  const texts = [
    "SELECT 6\n/\n2;",
    "SELECT 6 -- six\n  / -- by\n2",
    "SELECT 1 AS\ngo\nFROM t\nGo\n",
    "SELECT 1\n/* c */ /\n2\n/ 3;",
    "SELECT 1 AS goal\n, 2 AS\ngo_on;",
    "SELECT 12\n/\n/* go */\n2",
  ];
  for (const text of texts) {
    const joined = shown(text);
    assert.deepEqual(tokens(joined), tokens(text), text);
    assert.doesNotMatch(
      joined,
      /^\s*(?:\/\*.*?\*\/\s*)?(?:\/|go)\s*(?:--.*|\/\*.*\*\/\s*)?$/im,
      text,
    );
  }
});

Deno.test("shellText() does not touch a string or a comment", () => {
  for (
    const text of ["SELECT 'a\n/\ngo\n';\n", "SELECT 1; /*\ngo\n/\n*/\n", 'SELECT 1 AS "\ngo\n";\n']
  ) {
    assert.equal(shown(text), text);
  }
});

Deno.test("dropTemporaryText() drops what a text creates as temporary, triggers first", () => {
  const dropped = dropTemporaryText(readScript(
    "up.sql",
    `CREATE TEMP TABLE "a b"(x); CREATE TEMPORARY VIEW v AS SELECT 1; CREATE TABLE temp.c(x);
     CREATE TEMP TRIGGER t AFTER INSERT ON m BEGIN SELECT 1; END; CREATE TABLE m(temp);`,
  ));
  assert.deepEqual(dropped, [
    'DROP TRIGGER IF EXISTS temp."t";',
    'DROP VIEW IF EXISTS temp."v";',
    'DROP TABLE IF EXISTS temp."a b";',
    'DROP TABLE IF EXISTS temp."c";',
  ]);
  assert.deepEqual(dropTemporaryText(readScript("up.sql", "CREATE TABLE template(x);")), []);
});
