import { AludelError } from "../errors.ts";

/** SQLite's words for a name in double quotes that is no column; the name stands as it is written. */
const NO_COLUMN = /no such column: (".*") - should this be a string literal in single-quotes\?$/;

/**
 * Whether a statement failed because a view, trigger or index that is already in the database holds text in
 * double quotes, which SQLite reads as a column's name unless it is told otherwise (https://sqlite.org/quirks.html#dblquote).
 *
 * @param script The text of the script that failed: where the quoted word stands in it, the script is to blame.
 */
export function needsDoubleQuotedStrings(error: unknown, script: string): error is AludelError {
  if (!(error instanceof AludelError) || error.sqlite === undefined) return false;
  const quoted = NO_COLUMN.exec(error.sqlite)?.[1];
  if (quoted === undefined) return false;
  // "error in view v" is what ALTER TABLE says; a statement that uses the view or fires the trigger says nothing.
  return error.sqlite.startsWith("error in ") || !script.includes(quoted);
}
