import { TokenReader } from "../sql/token_reader.ts";
import { splitStatements, type Statement } from "../sql/script.ts";
import { positionAt } from "../text/position.ts";

/**
 * Why a statement was removed from a foreign script: Aludel's `runner` does the same; it only sets up the `connection`;
 * or it cannot run in a `transaction`, which other statements of the script need.
 */
export type TakenOutFor = "runner" | "connection" | "transaction";

/** A statement that was removed from a foreign script. */
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
  /** The same with spaces instead of the removed statements: its places are those of the foreign script. */
  readonly blanked: string;
  readonly takenOut: readonly TakenOut[];
  /** `off` if none of its statements can run in a transaction: VACUUM, a journal mode. */
  readonly transaction: "on" | "off";
  /** Whether no statement remains. */
  readonly isEmpty: boolean;
}

/**
 * Removes from a foreign script what Aludel's runner does itself (the transaction, and switching foreign keys off and
 * on around a rebuild), what sets up the connection, and what cannot run in the transaction that other statements need.
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

/** Pragmas that change the whole file, and do not work in a transaction. */
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

/** The text without the spans, and without lines that contain nothing else. */
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

/** A script whose last statement ends in a semicolon, so that another one can follow it and its comments. */
export function withLastSemicolon(text: string): string {
  const last = splitStatements(text).at(-1);
  return last === undefined || text[last.end - 1] === ";"
    ? text
    : `${text.slice(0, last.end)};${text.slice(last.end)}`;
}
