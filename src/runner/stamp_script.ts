import type { RevisionId } from "../graph/revision.ts";
import type { CheckedStamp } from "./run_stamp.ts";
import { startGuardText, stateTablesText } from "./script_guards.ts";
import { forgetText, purgeText, settleText, stampedText, stampLogText } from "./script_records.ts";
import { prefaceText, type ShellPreface } from "./sqlite3_script.ts";

/** What a script that only records is made from. */
export interface StampScriptRequest extends Pick<ShellPreface, "nullDevice"> {
  readonly stamp: CheckedStamp;
  /** What must be applied when the script starts. Not looked at by a script that erases all records first. */
  readonly start: readonly RevisionId[];
  /** Every revision that the stamp could speak of. */
  readonly known: readonly RevisionId[];
  /** Written into the records: `aludel 0.1.0`. */
  readonly appliedBy: string;
}

/**
 * A script for the sqlite3 shell that changes the records as `runStamp` does, and runs nothing:
 * `sqlite3 app.db < script.sql`. It stops where the database is not where the script starts.
 *
 * @returns SQL with the shell's own commands; a comment alone where there is nothing to record.
 */
export function stampScript(request: StampScriptRequest): string {
  const { stamp, start, known, appliedBy, nullDevice } = request;
  const { add, remove, purge, settles, onDisk } = stamp;
  if (add.length + remove.length === 0 && !purge) {
    return "-- Nothing to record: the records say so already.\n";
  }
  return [
    prefaceText({ doubleQuotedStrings: false, nullDevice }),
    "BEGIN IMMEDIATE;",
    stateTablesText(),
    ...(purge ? [] : [startGuardText(new Set(start))]),
    stampLogText(
      { added: add.map(({ id }) => id), removed: purge ? null : remove, onDisk },
      appliedBy,
    ),
    ...(purge ? [purgeText()] : remove.map(forgetText)),
    ...add.map((step) => stampedText(step, appliedBy)),
    settleText(known.filter((id) => !settles(id))),
    "COMMIT;",
    "",
  ].join("\n");
}
