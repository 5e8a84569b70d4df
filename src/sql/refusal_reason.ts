import type { ErrorCode } from "../errors.ts";
import { positionAt } from "../text/position.ts";
import type { ScriptHeader, Unfinished } from "./script.ts";
import type { AnyStep } from "../text/next_step.ts";

/** Why something may not be done in a revision, found in its tokens or by SQLite's authorizer. */
export interface Refusal {
  readonly code: ErrorCode;
  /** The fact, as an error's message. */
  readonly reason: string;
  /** What to do about it, best first. */
  readonly next: readonly AnyStep[];
}

/** A refusal and where it applies, in UTF-16 code units of the text. */
export interface PlacedRefusal {
  readonly refusal: Refusal;
  readonly at: number;
}

/** What of a script's header decides on refusals. */
export type RunMode = Pick<ScriptHeader, "transaction" | "foreignKeys">;

/** BEGIN, COMMIT and their like: `what` is the statement's first word. */
export function refuseTransactionControl(what: string): Refusal {
  return {
    code: "sql-transaction-control",
    reason:
      `"${what}" may not stand in a revision, because Aludel begins and ends the transactions`,
    next: ["Delete the statement: a revision is applied as a whole or not at all"],
  };
}

/** ATTACH and DETACH. */
export function refuseAttach(what: string): Refusal {
  return {
    code: "sql-attach",
    reason: `"${what}" is not possible in a revision, which works on one database`,
    next: ["Delete the statement, and do what needs the other database outside of Aludel"],
  };
}

/** A call of `load_extension()`. */
export const LOAD_EXTENSION: Refusal = {
  code: "sql-load-extension",
  reason: '"load_extension" would run a program of this machine inside the database',
  next: ["Delete the call: extensions cannot be loaded in a revision"],
};

/** A statement that writes to one of Aludel's tables or takes a name of theirs. */
export function refuseStateTable(name: string): Refusal {
  return {
    code: "sql-state-table",
    reason: `"${name}" is a name that Aludel keeps for its own tables`,
    next: ["Delete the statement or choose another name; to mend the records, use aludel stamp"],
  };
}

/** A `choose` directive: nobody has written the value yet. */
export function refuseOpenChoice(column: string): Refusal {
  return {
    code: "sql-choose",
    reason: `The rows that are there need a value for "${column}", and none is chosen yet`,
    next: ["Write a value or an expression in place of the NULL here, and delete the comment"],
  };
}

/** DROP TABLE and renames while foreign keys are enforced. */
export function refuseUnderForeignKeys(what: string): Refusal {
  return {
    code: "sql-foreign-keys",
    reason: `"${what}" may not stand in a revision with foreign-keys=on, where it can delete the ` +
      "rows of other tables",
    next: ["Move the statement to a revision without that directive"],
  };
}

/** VACUUM where it cannot run. */
export const VACUUM_IN_TRANSACTION: Refusal = {
  code: "sql-vacuum",
  reason: '"VACUUM" cannot run inside a transaction',
  next: ["Put it into a revision of its own that begins with -- aludel: transaction=off"],
};

/** A statement in a `transaction=off` script that a transaction can hold. */
export function refuseOutside(verb: string): Refusal {
  return {
    code: "sql-outside",
    reason: `"${verb}" works inside a transaction, so a file with transaction=off may not hold it`,
    next: [
      "Move the statement to a revision of its own without that directive, before or after this one",
    ],
  };
}

/** VACUUM INTO. */
export const VACUUM_INTO: Refusal = {
  code: "sql-vacuum",
  reason: '"VACUUM INTO" writes another file, which a revision may not',
  next: ["Delete the statement"],
};

/** A statement that does not end, or ends twice. @param text The script's text. */
export function refuseUnfinished(text: string, { kind, straggler }: Unfinished): Refusal {
  const code = "sql-unfinished";
  if (kind === "(") {
    return {
      code,
      reason: "A parenthesis of the statement that begins here is never closed",
      next: ["Close it with )"],
    };
  }
  if (kind === ")") {
    return {
      code,
      reason: "The statement that begins here closes a parenthesis that was never opened",
      next: ["Delete it, or open it with ("],
    };
  }
  return {
    code,
    reason: "The trigger that begins here does not end",
    next: [
      straggler === undefined
        ? "Write END; after the last statement of its body, which ends in a semicolon too"
        : `Write END; before line ${
          positionAt(text, straggler).line
        }, where something begins that no trigger may hold`,
    ],
  };
}
