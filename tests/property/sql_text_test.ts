import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import { canonicalText, decodeCanonicalText } from "../../src/sql/canonical_text.ts";
import { sameTokens } from "../../src/sql/read_script.ts";
import { foldName, quoteName, quoteText, unquote } from "../../src/sql/identifier.ts";
import { splitStatements } from "../../src/sql/script.ts";
import { tokenize } from "../../src/sql/tokenizer.ts";
import { TRICKY_SCRIPTS } from "../unit/sql/tricky_scripts.ts";

/** Pieces that mean something to SQL, so that random text reaches every rule of the tokenizer. */
const PIECES = [
  ..."'\"`[]();,.-/*+=<>|!?:@#${}_x0123eE \t\n\r\v\f\0\\^%&~a",
  ...["--", "/*", "*/", "''", "x'", "0x", "1e", "1_0", "->>", "\ufeff", "é", "😀", "\ud800"],
  ...["SELECT ", "CREATE ", "TEMP ", "TRIGGER ", "END", "BEGIN", "FROM ", "-- aludel: ", "AS "],
];
const sqlText = fc.oneof(
  fc.array(fc.constantFrom(...PIECES), { maxLength: 40 }).map((pieces) => pieces.join("")),
  fc.string({ unit: "binary", maxLength: 40 }),
);

Deno.test("tokenize() covers any string with adjacent tokens that are not empty", () => {
  fc.assert(
    fc.property(sqlText, (text) => {
      let end = 0;
      for (const token of tokenize(text)) {
        assert.equal(token.start, end);
        assert.ok(token.end > token.start);
        end = token.end;
      }
      assert.equal(end, text.length);
    }),
    { numRuns: 3000 },
  );
});

/** The token that SQLite names when it refuses to go on, and whether as unreadable. */
function complaint(
  sql: string,
): { readonly token: string; readonly isUnreadable: boolean } | undefined {
  using database = new DatabaseSync(":memory:");
  try {
    database.exec(sql);
    return undefined;
  } catch (error) {
    const message = (error as Error).message;
    const unreadable = /^unrecognized token: "(.*)"(?: in .* at offset \d+)?$/s.exec(message);
    if (unreadable) return { token: unreadable[1]!, isUnreadable: true };
    const syntax = /^near "(.*)": syntax error/s.exec(message);
    return syntax === null ? undefined : { token: syntax[1]!, isUnreadable: false };
  }
}

Deno.test("tokenize() finds the token that SQLite complains about", () => {
  // Not a NUL, where SQLite stops; no letters in a row, which might become a real statement.
  const words = PIECES.filter((piece) => piece !== "\0" && piece !== "\ud800");
  const text = fc.array(fc.constantFrom(...words), { maxLength: 12 });
  fc.assert(
    fc.property(text, (pieces) => {
      const sql = `SELECT ${pieces.join("")}`;
      // A separator in the wrong place is refused by the parser, and shown without the separators.
      fc.pre(!/[\d.a-f]_|_\d/i.test(sql));
      const found = complaint(sql);
      if (found === undefined) return;
      const tokens = tokenize(sql).map(({ kind, start, end }) => ({
        isUnreadable: kind === "illegal",
        token: sql.slice(start, end),
      }));
      const mine = tokens.filter(({ token }) => token === found.token);
      assert.ok(mine.length > 0, `${JSON.stringify(sql)}: no token ${JSON.stringify(found.token)}`);
      assert.ok(mine.every(({ isUnreadable }) => isUnreadable === found.isUnreadable), sql);
    }),
    { numRuns: 1500 },
  );
});

Deno.test("canonicalText() is idempotent, and free of CR, byte order mark and final blank lines", () => {
  const pieces = fc.array(fc.constantFrom("\ufeff", "\r", "\n", "\r\n", " ", "a", "--", "\u2028"));
  fc.assert(
    fc.property(fc.oneof(pieces.map((parts) => parts.join("")), sqlText), (text) => {
      const canonical = canonicalText(text);
      assert.equal(canonicalText(canonical), canonical);
      assert.ok(!canonical.includes("\r") && !canonical.startsWith("\ufeff"));
      assert.match(canonical, /(^|[^\n])\n$/);
    }),
    { numRuns: 1000 },
  );
});

Deno.test("decodeCanonicalText() refuses exactly the bytes that are not UTF-8 or hold a NUL", () => {
  const byte = fc.constantFrom(
    0,
    10,
    13,
    0x41,
    0x80,
    0xbf,
    0xc3,
    0xa9,
    0xe2,
    0x82,
    0xac,
    0xed,
    0xf0,
    0xff,
  );
  fc.assert(
    fc.property(fc.array(byte, { maxLength: 8 }), (numbers) => {
      const bytes = Uint8Array.from(numbers);
      const lenient = new TextDecoder().decode(bytes);
      const isUtf8 = !lenient.includes("\ufffd");
      const isFine = isUtf8 && !lenient.includes("\0");
      let code: string | undefined;
      try {
        decodeCanonicalText("up.sql", bytes);
      } catch (error) {
        code = (error as { code: string }).code;
      }
      assert.equal(code, isFine ? undefined : isUtf8 ? "sql-nul" : "sql-encoding");
    }),
    { numRuns: 1000 },
  );
});

const tricky = fc.constantFrom(...TRICKY_SCRIPTS.map(({ sql }) => sql));

Deno.test("splitStatements() finds the same statements whatever comments follow", () => {
  const comments = fc.array(fc.constantFrom("-- a; 'b\n", '/* c; " */', "\n", " ", "--\n", "/**/"));
  fc.assert(
    fc.property(tricky, comments, (sql, trailing) => {
      // Text that is appended to an open comment belongs to it, and so changes nothing either.
      const longer = `${sql}\n${trailing.join("")}`;
      assert.deepEqual(splitStatements(longer), splitStatements(sql));
    }),
    { numRuns: 500 },
  );
});

Deno.test("splitStatements() of several scripts is the statements of each", () => {
  const closed = tricky.filter((sql) => /^$|;\s*$/.test(sql) && !sql.includes("/* SELECT 2;"));
  fc.assert(
    fc.property(fc.array(closed, { maxLength: 4 }), (scripts) => {
      const textsOf = (sql: string) =>
        splitStatements(sql).map(({ start, end }) => sql.slice(start, end));
      assert.deepEqual(textsOf(scripts.join("\n")), scripts.flatMap(textsOf));
    }),
    { numRuns: 300 },
  );
});

/** The script with other spaces and comments between its tokens. */
function respace(sql: string, fillers: readonly string[]): string {
  let at = 0;
  const filler = () => fillers[at++ % fillers.length]!;
  return tokenize(sql).map(({ kind, start, end }) =>
    kind === "space" || kind === "comment"
      ? ` ${filler()} `
      : `${sql.slice(start, end)} ${filler()} `
  ).join("");
}

Deno.test("sameTokens() holds under re-spacing and for no change of a token", () => {
  // A comment that is never closed would take in what follows it.
  const closed = tricky.filter((sql) => !sql.includes("/* SELECT 2;"));
  const fillers = fc.array(fc.constantFrom("", "\n", "/* x */", "-- y;\n", "\t"), { minLength: 1 });
  fc.assert(
    fc.property(closed, fillers, fc.nat(), (sql, between, pick) => {
      const spaced = respace(sql, between);
      assert.ok(sameTokens(sql, spaced), spaced);
      assert.ok(sameTokens(spaced, sql));
      const tokens = tokenize(sql).filter(({ kind }) => kind !== "space" && kind !== "comment");
      const token = tokens[pick % Math.max(tokens.length, 1)];
      if (token === undefined) return;
      assert.ok(!sameTokens(sql, `${sql.slice(0, token.start)} ${sql.slice(token.end)}`));
      assert.ok(!sameTokens(sql, `${sql.slice(0, token.start)} other ${sql.slice(token.start)}`));
    }),
    { numRuns: 500 },
  );
});

Deno.test("quoteName() and quoteText() make one token that SQLite reads as the same text", () => {
  using database = new DatabaseSync(":memory:");
  const text = fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(fc.oneof(text, sqlText), (name) => {
      fc.pre(!/[\0\ud800-\udfff]/u.test(name) && name !== "");
      assert.deepEqual(tokenize(quoteName(name)).map(({ kind }) => kind), ["quoted"]);
      assert.equal(unquote(quoteName(name)), name);
      assert.equal(unquote(quoteText(name)), name);
      const [row] = database.prepare(`SELECT ${quoteText(name)} AS ${quoteName(name)}`).all();
      assert.deepEqual({ ...row }, { [name]: name });
    }),
    { numRuns: 500 },
  );
});

Deno.test("foldName() takes two names for one exactly when SQLite does", () => {
  using database = new DatabaseSync(":memory:");
  const letter = fc.constantFrom(..."aAzZ@[`{éÉıIißK");
  const name = fc.string({ unit: letter, minLength: 1, maxLength: 3 });
  fc.assert(
    fc.property(name, name, (a, b) => {
      let isSame = false;
      try {
        database.exec(`CREATE TABLE ${quoteName(a)} (x); CREATE TABLE ${quoteName(b)} (x)`);
        database.exec(`DROP TABLE ${quoteName(b)}`);
      } catch {
        isSame = true;
      }
      database.exec(`DROP TABLE ${quoteName(a)}`);
      assert.equal(foldName(a) === foldName(b), isSame);
    }),
    { numRuns: 300 },
  );
});
