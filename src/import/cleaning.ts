import { TokenReader } from "../sql/token_reader.ts";
import { splitStatements, type Statement } from "../sql/script.ts";
import { positionAt } from "../text/position.ts";

/**
 * Why a statement was taken out of a foreign script: Aludel's `runner` does what it was for; it sets up the `connection`
 * and changes nothing in the database; or no transaction can hold it, and `others` are beside it that one must.
 */
export type TakenOutFor = "runner" | "connection" | "transaction";

/** A statement that was taken out of a foreign script. */
export interface TakenOut {
  /** From 1, in the foreign script's text. */
  readonly line: number;
  /** The statement on one line. */
  readonly sql: string;
  readonly why: TakenOutFor;
}

/** A foreign script as a revision runs it. */
export interface CleanedScript {
  readonly text: string;
  /** The same with spaces in the place of what was taken out: places in it are those of the foreign script. */
  readonly blanked: string;
  readonly takenOut: readonly TakenOut[];
  /** `off` if it holds nothing but what no transaction can hold: VACUUM, a journal mode. */
  readonly transaction: "on" | "off";
  /** Whether nothing is left to run. */
  readonly isEmpty: boolean;
}

/**
 * Takes out of a foreign script what Aludel's runner does itself (the transaction, and switching foreign keys off and
 * on around a rebuild), what sets up the connection, and what no transaction can hold if there are others beside it.
 * Nothing else is changed.
 */
export function cleanScript(text: string): CleanedScript {
  const statements = splitStatements(text).map((statement) => ({
    statement,
    fate: fateOf(text, statement),
  }));
  const kept = statements.filter(({ fate }) => fate === "keep").length;
  const isOff = kept === 0 && statements.some(({ fate }) => fate === "transaction");
  const out = statements.filter(({ fate }) =>
    fate !== "keep" && !(isOff && fate === "transaction")
  );
  return {
    text: without(text, out.map(({ statement }) => statement)),
    blanked: blanked(text, out.map(({ statement }) => statement)),
    takenOut: out.map(({ statement: { start, end }, fate }) => ({
      line: positionAt(text, start).line,
      sql: text.slice(start, end).replace(/\s+/g, " ").replace(/;$/, ""),
      why: fate as TakenOutFor,
    })),
    transaction: isOff ? "off" : "on",
    isEmpty: statements.length === out.length,
  };
}

function fateOf(text: string, statement: Statement): TakenOutFor | "keep" {
  switch (statement.verb) {
    case "BEGIN":
    case "COMMIT":
    case "END":
      return "runner";
    case "VACUUM":
      return "transaction";
    case "PRAGMA":
      return pragmaFate(text, statement);
    default:
      return "keep";
  }
}

/** Pragmas that last as long as the connection: https://sqlite.org/pragma.html */
const OF_CONNECTION: ReadonlySet<string> = new Set(
  `analysis_limit automatic_index busy_timeout cache_size cache_spill case_sensitive_like
  cell_size_check checkpoint_fullfsync fullfsync hard_heap_limit journal_size_limit locking_mode
  mmap_size read_uncommitted recursive_triggers secure_delete soft_heap_limit synchronous temp_store
  threads trusted_schema wal_autocheckpoint`.split(/\s+/),
);

/** Pragmas that change the file as a whole: a transaction has no place for them. */
const OF_FILE: ReadonlySet<string> = new Set([
  "auto_vacuum",
  "incremental_vacuum",
  "journal_mode",
  "page_size",
  "wal_checkpoint",
]);

function pragmaFate(text: string, statement: Statement): TakenOutFor | "keep" {
  const reader = new TokenReader(text, statement);
  reader.accept("PRAGMA");
  const name = reader.qualifiedName()?.name.toLowerCase() ?? "";
  if (name === "foreign_keys" || name === "defer_foreign_keys" || name === "foreign_key_check") {
    return "runner";
  }
  if (OF_CONNECTION.has(name)) return "connection";
  return OF_FILE.has(name) ? "transaction" : "keep";
}

function blanked(text: string, spans: readonly Statement[]): string {
  let left = "";
  let at = 0;
  for (const { start, end } of spans) {
    left += text.slice(at, start) + text.slice(start, end).replace(/[^\n]/g, " ");
    at = end;
  }
  return left + text.slice(at);
}

/** The text without the spans, and without the lines that hold nothing else. */
function without(text: string, spans: readonly Statement[]): string {
  let left = "";
  let at = 0;
  for (const { start, end } of spans) {
    const lineStart = text.lastIndexOf("\n", start - 1) + 1;
    const lineEnd = text.indexOf("\n", end);
    const ownsLine = lineStart >= at && text.slice(lineStart, start).trim() === "" &&
      text.slice(end, lineEnd < 0 ? undefined : lineEnd).trim() === "";
    left += text.slice(at, ownsLine ? lineStart : start);
    at = ownsLine ? (lineEnd < 0 ? text.length : lineEnd + 1) : end;
  }
  return left + text.slice(at);
}
