import { Tokenizer } from "../../sql/tokenizer.ts";
import { firstVerb } from "../statement.ts";

/**
 * The limits of D1 that SQLite itself can keep: https://developers.cloudflare.com/d1/platform/limits/. A replica in memory has
 * them too, so that its words are SQLite's.
 */
export const D1_LIMITS = { column: 100, compoundSelect: 5, exprDepth: 100 } as const;

/** A statement's length in bytes. */
const LONGEST_STATEMENT = 100_000;

/** Pragmas that D1 takes: https://developers.cloudflare.com/d1/sql-api/sql-statements/ */
const PRAGMAS: ReadonlySet<string> = new Set([
  "case_sensitive_like",
  "defer_foreign_keys",
  "foreign_key_check",
  "foreign_key_list",
  "foreign_keys",
  "ignore_check_constraints",
  "index_info",
  "index_list",
  "index_xinfo",
  "legacy_alter_table",
  "optimize",
  "quick_check",
  "recursive_triggers",
  "reverse_unordered_selects",
  "table_info",
  "table_list",
  "table_xinfo",
]);

/**
 * Why D1 does not take a statement, whatever the database holds.
 * @returns undefined if it takes it.
 */
export function refusalOf(sql: string): string | undefined {
  const bytes = new TextEncoder().encode(sql).length;
  if (bytes > LONGEST_STATEMENT) {
    return `D1 takes statements of ${LONGEST_STATEMENT} bytes at most, and this one has ${bytes}`;
  }
  const tokens = new Tokenizer(sql);
  const words: string[] = [];
  while (words.length < 12 && tokens.nextSignificant()) words.push(tokens.current.toUpperCase());
  const verb = firstVerb(sql);
  if (["VACUUM", "ATTACH", "DETACH"].includes(verb)) return `D1 has no ${verb}`;
  if (verb === "CREATE" && /^TEMP(?:ORARY)?$/.test(words[1] ?? "")) {
    return "D1 has no temporary tables, views and triggers";
  }
  if (verb === "PRAGMA") {
    const name = (words[2] === "." ? words[3] : words[1]) ?? "";
    return PRAGMAS.has(name.toLowerCase()) ? undefined : `D1 has no PRAGMA ${name.toLowerCase()}`;
  }
  const text = words.join(" ");
  if (
    verb === "ALTER" &&
    /^ALTER TABLE .* (?:ALTER|ADD CONSTRAINT|ADD CHECK|DROP CONSTRAINT)\b/.test(text)
  ) {
    return "D1 does not take the ALTER TABLE of SQLite 3.53 for constraints and NOT NULL";
  }
  return undefined;
}
