import { TokenReader } from "../sql/token_reader.ts";
import { splitStatements, type Statement } from "../sql/script.ts";
import { positionAt } from "../text/position.ts";

/** A statement that was taken out of a foreign script because Aludel's runner does what it was for. */
export interface TakenOut {
  /** From 1, in the foreign script's text. */
  readonly line: number;
  /** The statement on one line. */
  readonly sql: string;
}

/** A foreign script as a revision runs it. */
export interface CleanedScript {
  readonly text: string;
  readonly takenOut: readonly TakenOut[];
  /** Whether it holds nothing but what no transaction can hold (VACUUM, a journal mode). */
  readonly transaction: "on" | "off";
  /** The first statement that no transaction can hold, if others are beside it: a person must split the script. */
  readonly mixed: TakenOut | null;
}

/**
 * Takes out of a foreign script what Aludel's runner does itself: the transaction, and switching foreign keys off
 * and on around a rebuild. Nothing else is changed.
 */
export function cleanScript(text: string): CleanedScript {
  const takenOut: TakenOut[] = [];
  const off: Statement[] = [];
  const spans: Statement[] = [];
  let others = 0;
  for (const statement of splitStatements(text)) {
    const fate = fateOf(text, statement);
    if (fate === "runner") {
      takenOut.push(describe(text, statement));
      spans.push(statement);
    } else if (fate === "off") off.push(statement);
    else others++;
  }
  const mixed = off[0] !== undefined && others > 0 ? describe(text, off[0]) : null;
  return {
    text: without(text, spans),
    takenOut,
    transaction: off.length > 0 && others === 0 ? "off" : "on",
    mixed,
  };
}

/** Whether a text holds any statement besides those that the runner stands for. */
export function hasStatements(text: string): boolean {
  return splitStatements(text).some((statement) => fateOf(text, statement) !== "runner");
}

type Fate = "keep" | "runner" | "off";

function fateOf(text: string, statement: Statement): Fate {
  switch (statement.verb) {
    case "BEGIN":
    case "COMMIT":
    case "END":
      return "runner";
    case "VACUUM":
      return "off";
    case "PRAGMA":
      return pragmaFate(text, statement);
    default:
      return "keep";
  }
}

function pragmaFate(text: string, statement: Statement): Fate {
  const reader = new TokenReader(text, statement);
  reader.accept("PRAGMA");
  const name = reader.qualifiedName()?.name.toLowerCase();
  const writes = reader.isOperator("=") || reader.isOperator("(");
  if (name === "foreign_keys" || name === "defer_foreign_keys") return writes ? "runner" : "keep";
  if (name === "foreign_key_check") return "runner";
  return name === "journal_mode" && writes ? "off" : "keep";
}

function describe(text: string, { start, end }: Statement): TakenOut {
  return {
    line: positionAt(text, start).line,
    sql: text.slice(start, end).replace(/\s+/g, " ").replace(/;$/, ""),
  };
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
