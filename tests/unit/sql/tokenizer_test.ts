import assert from "node:assert/strict";
import { tokenize, Tokenizer, type TokenKind } from "../../../src/sql/tokenizer.ts";
import { TRICKY_SCRIPTS } from "./tricky_scripts.ts";

/** The tokens of a text as `kind:text`, spaces left out. */
function show(sql: string): string[] {
  return tokenize(sql).filter(({ kind }) => kind !== "space").map(({ kind, start, end }) =>
    `${kind}:${sql.slice(start, end)}`
  );
}

const SINGLE: readonly (readonly [TokenKind, readonly string[]])[] = [
  ["space", [" ", "\t\n\f\r ", " \v", "\ufeff"]],
  ["comment", ["--", "-- a", "--\r", "/* a", "/**/", "/*/*/", "/***/", "/*/", "/* a * / ** /*"]],
  ["word", ["a", "_", "SELECT", "a1$_", "x", "X1", "größe", "😀", "\u00a0", "a\ufeff", "é$"]],
  ["quoted", ['""', '"a""b"', "``", "`a``b`", "[]", "[a[b]", '"a\nb"', "[--]"]],
  ["string", ["''", "'a''b'", "''''", "'\n'", "'--'", "'\\'"]],
  ["blob", ["x''", "X'00ff'", "x'Ab'"]],
  ["number", [
    "0",
    "1_000",
    "1.",
    ".5",
    "1.5",
    "1e5",
    "1E+5",
    ".5e-3",
    "1.e2",
    "0xfF",
    "0x1_F",
    "1_0.0_1",
    "1_",
  ]],
  ["parameter", ["?", "?12", ":a", "@a1", "$a", "$a::b", "$a(b)", "$a::b(c;)", "#a", ":1", "$::a"]],
  ["operator", [
    ..."()*+,-/%&~.=<>|",
    ...["->", "->>", "==", "<=", "<>", "<<", ">=", ">>", "||", "!="],
  ]],
  ["semicolon", [";"]],
  ["illegal", [
    ...["'", "'a''", '"a', "`", "[a", "x'0'", "x'0g'", "x'00", "\0", "!", "^", "{", "\\", "\x01"],
    ...[
      "\v",
      "1a",
      "0x_1",
      "0x1g",
      "1e5x",
      "1.5_é",
      "$",
      ":",
      "@",
      "#",
      "$a(b",
      "$a(",
    ],
  ]],
];

for (const [kind, texts] of SINGLE) {
  Deno.test(`tokenize() reads one ${kind} token from each of its forms`, () => {
    for (const text of texts) {
      assert.deepEqual(
        tokenize(text),
        [{ kind, start: 0, end: text.length }],
        JSON.stringify(text),
      );
    }
  });
}

const SEVERAL: readonly (readonly [sql: string, tokens: readonly string[]])[] = [
  ["a.b", ["word:a", "operator:.", "word:b"]],
  ["1..2", ["number:1.", "number:.2"]],
  ["1.a", ["illegal:1.a"]],
  ["1e", ["illegal:1e"]],
  ["1e+", ["illegal:1e", "operator:+"]],
  ["0x", ["illegal:0x"]],
  ["a--b\nc", ["word:a", "comment:--b", "word:c"]],
  ["a-->b", ["word:a", "comment:-->b"]],
  ["a->>-1", ["word:a", "operator:->>", "operator:-", "number:1"]],
  ["1--1", ["number:1", "comment:--1"]],
  ["/*", ["operator:/", "operator:*"]],
  ["a/*/b*/c", ["word:a", "comment:/*/b*/", "word:c"]],
  ["'a'\"b\"[c]`d`", ["string:'a'", 'quoted:"b"', "quoted:[c]", "quoted:`d`"]],
  ["'a' 'b'", ["string:'a'", "string:'b'"]],
  ["xx'00'", ["word:xx", "string:'00'"]],
  ["x 'a'", ["word:x", "string:'a'"]],
  ["x'0' y", ["illegal:x'0'", "word:y"]],
  ["?a", ["parameter:?", "word:a"]],
  ["$a:b", ["parameter:$a", "parameter::b"]],
  ["$a(b c)", ["illegal:$a(b", "word:c", "operator:)"]],
  [":(", ["illegal::", "operator:("]],
  ["{{a}}", ["illegal:{", "illegal:{", "word:a", "illegal:}", "illegal:}"]],
  ["${a}", ["illegal:$", "illegal:{", "word:a", "illegal:}"]],
  ["a\ufeffb \ufeffc", ["word:a\ufeffb", "word:c"]],
  ["<>=", ["operator:<>", "operator:="]],
  ["|||", ["operator:||", "operator:|"]],
  ["'a\0b'", ["illegal:'a", "illegal:\0", "word:b", "illegal:'"]],
  ["-- a\0b\nc", ["comment:-- a", "illegal:\0", "word:b", "word:c"]],
  ["/* a\0b */", ["comment:/* a", "illegal:\0", "word:b", "operator:*", "operator:/"]],
];

for (const [sql, tokens] of SEVERAL) {
  Deno.test(`tokenize() tells tokens apart in ${JSON.stringify(sql)}`, () => {
    assert.deepEqual(show(sql), tokens);
  });
}

Deno.test("tokenize() covers every tricky script, and finds nothing illegal in it", () => {
  for (const { name, sql } of TRICKY_SCRIPTS) {
    const tokens = tokenize(sql);
    assert.equal(tokens.map(({ start, end }) => sql.slice(start, end)).join(""), sql, name);
    assert.ok(!tokens.some(({ kind }) => kind === "illegal"), name);
  }
});

Deno.test("tokenize() stays within the bounds it is given", () => {
  assert.deepEqual(tokenize("a b c", 2, 4), [
    { kind: "word", start: 2, end: 3 },
    { kind: "space", start: 3, end: 4 },
  ]);
});

Deno.test("Tokenizer.nextSignificant() steps over spaces and comments", () => {
  const tokenizer = new Tokenizer("/* a */ b -- c\n ; -- d");
  const found: string[] = [];
  while (tokenizer.nextSignificant()) found.push(tokenizer.current);
  assert.deepEqual(found, ["b", ";"]);
});
