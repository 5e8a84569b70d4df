import { oneLine } from "../text/visible.ts";

/**
 * SQLite's keywords as of 3.53 (https://sqlite.org/lang_keywords.html), with `WITHIN`, which only some builds have.
 * Many of them are allowed as bare names, but quoting them is always correct.
 */
const KEYWORDS: ReadonlySet<string> = new Set(
  `ABORT ACTION ADD AFTER ALL ALTER ALWAYS ANALYZE AND AS ASC ATTACH AUTOINCREMENT BEFORE BEGIN
  BETWEEN BY CASCADE CASE CAST CHECK COLLATE COLUMN COMMIT CONFLICT CONSTRAINT CREATE CROSS CURRENT
  CURRENT_DATE CURRENT_TIME CURRENT_TIMESTAMP DATABASE DEFAULT DEFERRABLE DEFERRED DELETE DESC DETACH
  DISTINCT DO DROP EACH ELSE END ESCAPE EXCEPT EXCLUDE EXCLUSIVE EXISTS EXPLAIN FAIL FILTER FIRST
  FOLLOWING FOR FOREIGN FROM FULL GENERATED GLOB GROUP GROUPS HAVING IF IGNORE IMMEDIATE IN INDEX
  INDEXED INITIALLY INNER INSERT INSTEAD INTERSECT INTO IS ISNULL JOIN KEY LAST LEFT LIKE LIMIT MATCH
  MATERIALIZED NATURAL NO NOT NOTHING NOTNULL NULL NULLS OF OFFSET ON OR ORDER OTHERS OUTER OVER
  PARTITION PLAN PRAGMA PRECEDING PRIMARY QUERY RAISE RANGE RECURSIVE REFERENCES REGEXP REINDEX
  RELEASE RENAME REPLACE RESTRICT RETURNING RIGHT ROLLBACK ROW ROWS SAVEPOINT SELECT SET TABLE TEMP
  TEMPORARY THEN TIES TO TRANSACTION TRIGGER UNBOUNDED UNION UNIQUE UPDATE USING VACUUM VALUES VIEW
  VIRTUAL WHEN WHERE WINDOW WITH WITHIN WITHOUT`.split(/\s+/),
);

/** Whether a word is a keyword of SQLite, in any case. */
export function isKeyword(word: string): boolean {
  return KEYWORDS.has(word.toUpperCase());
}

/** Formats a name as an identifier in double quotes, which is valid for every name in every place. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Formats a text as an SQL string literal. It must not contain a NUL, which SQL cannot write. */
export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** Formats a name for people, on one line: bare if SQLite reads it so, else in double quotes. */
export function displayName(name: string): string {
  return isBare(name) ? name : oneLine(quoteName(name));
}

function isBare(name: string): boolean {
  // Other letters are legal too, but some of them are invisible.
  return /^[\p{L}_][\p{L}\p{N}_]*$/u.test(name) && !isKeyword(name);
}

/**
 * Removes the quotes of a name: `"a ""b"""`, `[a "b"]`, `` `a "b"` `` and, because SQLite accepts strings as names,
 * `'a "b"'` all become `a "b"`. Any other token is returned as it is.
 */
export function unquote(token: string): string {
  const quote = token[0];
  if (token.length < 2) return token;
  if (quote === "[") return token.endsWith("]") ? token.slice(1, -1) : token;
  if (quote !== '"' && quote !== "'" && quote !== "`") return token;
  return token.endsWith(quote) ? token.slice(1, -1).replaceAll(quote + quote, quote) : token;
}

/**
 * Folds a name as SQLite does to compare names: A to Z become lower case, and nothing else changes, so that `É` and `é`
 * are two names (https://sqlite.org/lang_keywords.html, sqlite3StrICmp).
 */
export function foldName(name: string): string {
  for (let at = 0; at < name.length; at++) {
    const code = name.charCodeAt(at);
    if (code >= 0x41 && code <= 0x5a) {
      return name.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
    }
  }
  return name;
}

/** Whether two names are the same for SQLite. */
export function sameName(a: string, b: string): boolean {
  return a === b || foldName(a) === foldName(b);
}

/** The way in which SQLite prefers to store a column's values: https://sqlite.org/datatype3.html section 3.1. */
export type Affinity = "TEXT" | "NUMERIC" | "INTEGER" | "REAL" | "BLOB";

/**
 * The affinity of a declared type: https://sqlite.org/datatype3.html section 3.1, in its order of rules.
 *
 * @param type The type as `table_xinfo` reports it; empty if none is declared.
 */
export function affinityOf(type: string): Affinity {
  // Folding more than ASCII is harmless: no other letter becomes part of these words.
  const folded = type.toLowerCase();
  if (folded.includes("int")) return "INTEGER";
  if (folded.includes("char") || folded.includes("clob") || folded.includes("text")) return "TEXT";
  if (folded.includes("blob") || folded === "") return "BLOB";
  if (folded.includes("real") || folded.includes("floa") || folded.includes("doub")) return "REAL";
  return "NUMERIC";
}

/** The names of the rowid in a table that gives them to no column: https://sqlite.org/lang_createtable.html#rowid */
export const ROWID_NAMES: readonly string[] = ["rowid", "_rowid_", "oid"];

/** Finds a name of the rowid that is no column's name; undefined if all are taken. */
export function freeRowidName(columns: Iterable<string>): string | undefined {
  const taken = new Set([...columns].map(foldName));
  return ROWID_NAMES.find((name) => !taken.has(name));
}
