import { AludelError } from "../errors.ts";
import type { RevisionId } from "../graph/revision.ts";
import { readDirectives, readScript } from "../sql/read_script.ts";
import { leavesNothingToUndo } from "../sql/nothing_to_undo.ts";
import { splitStatements } from "../sql/statement.ts";

/** The code of the lint rule, by which a file says that nothing is to be undone. */
const RULE = "empty-down";

/**
 * Whether a down undoes nothing although its up does something: a template that nobody has filled in. A down says
 * with `-- aludel: ignore=empty-down REASON` that this is meant.
 *
 * @param texts Canonical texts. @param file The down's name for messages.
 * @throws {AludelError} An error of the area `directive`.
 */
export function undoesNothing(
  texts: { readonly up: string; readonly down: string },
  file: string,
): boolean {
  return readScript(file, texts.down).statements.length === 0 &&
    !leavesNothingToUndo(splitStatements(texts.up)) &&
    !readDirectives(file, texts.down, "revision")
      .some(({ name, value }) => name === "ignore" && value === RULE);
}

/** The same where the files may be wrong in other ways, which the next run will tell. */
export function seemsToUndoNothing(
  texts: { readonly up: string; readonly down: string },
  file: string,
): boolean {
  try {
    return undoesNothing(texts, file);
  } catch (error) {
    if (error instanceof AludelError) return false;
    throw error;
  }
}

/** The error for a downgrade over such a down. @param file The down's name for messages. */
export function emptyDown(id: RevisionId, file: string): AludelError {
  return new AludelError("revision-empty-down", `The down.sql of revision "${id}" undoes nothing`, {
    revision: id,
    place: { file },
    notes: ["It has no statement: the revision would count as undone, and what it did would stay"],
    next: [
      `Write the SQL that undoes it (\`aludel edit ${id}\`), then give the same command with \`--from-disk\``,
      `Or say in down.sql that nothing is to be undone: -- aludel: ignore=${RULE} REASON`,
      "If there is no way back, delete down.sql, and restore a copy of the database",
    ],
  });
}
