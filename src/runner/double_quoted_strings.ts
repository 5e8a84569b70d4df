import { AludelError } from "../errors.ts";

/**
 * Whether a statement failed because a view, trigger or index that is already in the database holds text in
 * double quotes, which SQLite reads as a column's name unless it is told otherwise (https://sqlite.org/quirks.html#dblquote).
 */
export function needsDoubleQuotedStrings(error: unknown): error is AludelError {
  if (!(error instanceof AludelError) || error.sqlite === undefined) return false;
  // The prefix "error in view v" tells that the text is the schema's and not the statement's.
  return error.sqlite.startsWith("error in ") &&
    error.sqlite.includes("should this be a string literal in single-quotes?");
}
