import assert from "node:assert/strict";
import { parseDotenv } from "../../../src/project/workspace/dotenv.ts";

function parsed(text: string): Readonly<Record<string, string>> {
  return Object.fromEntries(parseDotenv(text));
}

Deno.test("parseDotenv() reads assignments as dotenv does", () => {
  const text = [
    "# a comment",
    "PLAIN=value",
    "  SPACED = two words   ",
    "export EXPORTED=yes",
    "EMPTY=",
    "HASH=a#b # comment",
    "ONLY= # comment",
    "SINGLE='a # \\n b' # comment",
    'DOUBLE="a # \\n \\"b\\" \\\\ \\x" # comment',
    'BACK=`it\'s "so"`',
    'MANY="one',
    'two"',
    "OPEN='it is",
    "URL=sqlite:app.db?x=1&y=2",
    "not an assignment",
    "1X=no",
    "PLAIN=last",
  ].join("\n");
  assert.deepEqual(parsed(text), {
    PLAIN: "last",
    SPACED: "two words",
    EXPORTED: "yes",
    EMPTY: "",
    HASH: "a#b",
    ONLY: "",
    SINGLE: "a # \\n b",
    DOUBLE: 'a # \n "b" \\ \\x',
    BACK: 'it\'s "so"',
    MANY: "one\ntwo",
    OPEN: "'it is",
    URL: "sqlite:app.db?x=1&y=2",
  });
});

Deno.test("parseDotenv() reads CRLF, a byte order mark and a last line without newline", () => {
  assert.deepEqual(parsed("\ufeffA=1\r\nB='x'\r\n\r\nC=3"), { A: "1", B: "x", C: "3" });
  assert.deepEqual(parsed(""), {});
});
