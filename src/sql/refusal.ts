import type { ErrorCode } from "../errors.ts";
import { closest } from "../text/closest.ts";
import { type NextStep, say, shell } from "../text/next_step.ts";
import { positionAt } from "../text/position.ts";
import { foldName, unquote } from "./identifier.ts";
import type { ScriptHeader, Unfinished } from "./script.ts";
import { isStateName } from "./token_reader.ts";

/** The reason why something is not allowed in a revision, found in its tokens or by SQLite's authorizer. */
export interface Refusal {
  readonly code: ErrorCode;
  /** The fact, as an error's message. */
  readonly reason: string;
  /** The possible fixes, best first. */
  readonly next: readonly NextStep[];
}

/** A refusal and its place, in UTF-16 code units of the text. */
export interface PlacedRefusal {
  readonly refusal: Refusal;
  readonly at: number;
}

/** The part of a script's header that refusals depend on. */
type RunMode = Pick<ScriptHeader, "transaction" | "foreignKeys">;

/** Refuses BEGIN, COMMIT and similar statements. `verb` is the first word. */
export function refuseTransactionControl(verb: string): Refusal {
  return {
    code: "sql-transaction-control",
    reason:
      `"${verb}" is not allowed in a revision, because Aludel begins and ends the transactions`,
    next: [say("Delete the statement: a revision is applied as a whole or not at all")],
  };
}

/** Refuses ATTACH and DETACH. */
export function refuseAttach(verb: string): Refusal {
  return {
    code: "sql-attach",
    reason: `"${verb}" is not allowed in a revision, which works on one database`,
    next: [
      say("Delete the statement, and do the part that needs the other database outside Aludel"),
    ],
  };
}

/** Refuses a call of `load_extension()`. */
export const LOAD_EXTENSION: Refusal = {
  code: "sql-load-extension",
  reason: '"load_extension" would run native code from this machine inside the database',
  next: [say("Delete the call: extensions cannot be loaded in a revision")],
};

/** Refuses a statement that writes to one of Aludel's tables or takes one of their names. */
export function refuseStateTable(name: string): Refusal {
  return {
    code: "sql-state-table",
    reason: `"${name}" is a name reserved for tables of Aludel`,
    next: [
      say("Delete the statement or choose another name; to correct the records, use aludel stamp"),
    ],
  };
}

/** Refuses to drop a table that is being rebuilt beside writers, which would drop the triggers of the rebuild. */
const DURING_ONLINE: Refusal = {
  code: "online-under-way",
  reason:
    "The table is being rebuilt beside writers, and the triggers of the rebuild would be lost",
  next: [
    shell`aludel status # see which revision began it`,
    shell`aludel upgrade --abort-online # give it up, and remove the copy`,
  ],
};

/** Refuses a `choose` directive, because its value is not written yet. */
export function refuseOpenChoice(column: string): Refusal {
  return {
    code: "sql-choose",
    reason: `The existing rows need a value for "${column}", and none is chosen yet`,
    next: [say("Write a value or an expression in place of the NULL here, and delete the comment")],
  };
}

/** Refuses DROP TABLE and renames while foreign keys are enforced. */
export function refuseUnderForeignKeys(verb: string): Refusal {
  return {
    code: "sql-foreign-keys",
    reason: `"${verb}" is not allowed in a revision with foreign-keys=on, which can delete the ` +
      "rows of other tables",
    next: [say("Move the statement to a revision without that directive")],
  };
}

/** Refuses VACUUM in a revision that runs in a transaction. */
export const VACUUM_IN_TRANSACTION: Refusal = {
  code: "sql-vacuum",
  reason: '"VACUUM" cannot run inside a transaction',
  next: [say("Put it in its own revision, which begins with -- aludel: transaction=off")],
};

/** Refuses a statement in a `transaction=off` script that could run in a transaction. */
export function refuseOutside(verb: string): Refusal {
  return {
    code: "sql-outside",
    reason:
      `"${verb}" can run inside a transaction, so it is not allowed in a file with transaction=off`,
    next: [
      say(
        "Move the statement to a separate revision without that directive, before or after this one",
      ),
    ],
  };
}

/** Refuses VACUUM INTO. */
export const VACUUM_INTO: Refusal = {
  code: "sql-vacuum",
  reason: '"VACUUM INTO" writes another file, which a revision must not do',
  next: [say("Delete the statement")],
};

/** Refuses a statement that has no end or a second one. @param text The script's text. */
export function refuseUnfinished(text: string, { kind, straggler }: Unfinished): Refusal {
  const code = "sql-unfinished";
  if (kind === "(") {
    return {
      code,
      reason: "A parenthesis of the statement that begins here is never closed",
      next: [say("Close it with )")],
    };
  }
  if (kind === ")") {
    return {
      code,
      reason: "The statement that begins here closes a parenthesis that was never opened",
      next: [say("Delete it, or open it with (")],
    };
  }
  return {
    code,
    reason: "The trigger that begins here is never closed",
    next: [
      straggler === undefined
        ? say("Write END; after the last statement of its body, which ends in a semicolon too")
        : say(
          `Write END; before line ${
            positionAt(text, straggler).line
          }, where something begins that no trigger may hold`,
        ),
    ],
  };
}

/** Pragmas that change nothing, with or without an argument. */
const ASKING: ReadonlySet<string> = new Set(
  `collation_list compile_options data_version database_list foreign_key_check foreign_key_list
  freelist_count function_list index_info index_list index_xinfo integrity_check module_list
  page_count pragma_list quick_check table_info table_list table_xinfo`.split(/\s+/),
);

/** Pragmas that change nothing without a value. */
const ASKING_WITHOUT_VALUE: ReadonlySet<string> = new Set(
  `analysis_limit auto_vacuum automatic_index busy_timeout cache_size cache_spill
  cell_size_check checkpoint_fullfsync encoding foreign_keys fullfsync hard_heap_limit
  ignore_check_constraints journal_mode journal_size_limit locking_mode max_page_count mmap_size
  page_size query_only read_uncommitted recursive_triggers reverse_unordered_selects schema_version
  secure_delete soft_heap_limit synchronous temp_store threads trusted_schema wal_autocheckpoint
  writable_schema`.split(/\s+/),
);

/** Pragmas that a revision may use: they belong to the database, or last no longer than the transaction. */
const USABLE: ReadonlySet<string> = new Set([
  "application_id",
  "defer_foreign_keys",
  "optimize",
  "user_version",
]);

/** Pragmas that change the whole file, which SQLite does only outside of transactions. */
const USABLE_OUTSIDE: ReadonlySet<string> = new Set([
  "auto_vacuum",
  "incremental_vacuum",
  "journal_mode",
  "page_size",
  "wal_checkpoint",
]);

/** Journals that do not survive a crash: https://sqlite.org/pragma.html#pragma_journal_mode */
const UNSAFE_JOURNALS: ReadonlySet<string> = new Set(["off", "memory"]);

/** The pragma that {@linkcode findRefusal} allows only around the final rename of a rebuild. */
export const LEGACY_ALTER_TABLE = "legacy_alter_table";

/**
 * Refuses a pragma in a revision.
 *
 * @param name The pragma's name.
 * @param value The value or argument, or undefined if there is none.
 * @param mode The way in which the script runs.
 * @returns undefined if the pragma is allowed.
 */
export function refusePragma(
  name: string,
  value: string | undefined,
  mode: RunMode,
): Refusal | undefined {
  const pragma = foldName(name);
  const hasValue = value !== undefined;
  if (ASKING.has(pragma) || pragma === "optimize") return undefined;
  if (USABLE.has(pragma)) {
    return hasValue && mode.transaction === "off" ? refuseOutside(`PRAGMA ${pragma}`) : undefined;
  }
  if (!hasValue && ASKING_WITHOUT_VALUE.has(pragma)) return undefined;
  const refuse = (reason: string, ...next: readonly string[]): Refusal => ({
    code: "sql-pragma",
    reason,
    next: next.map(say),
  });

  if (pragma === LEGACY_ALTER_TABLE) {
    if (!hasValue || (mode.transaction === "on" && mode.foreignKeys === "off")) return undefined;
    return refuse(
      `"PRAGMA ${pragma}" is for rebuilds, which need a transaction and foreign keys off`,
      "Delete the statement, or the directive at the top of the file",
    );
  }
  if (USABLE_OUTSIDE.has(pragma)) {
    if (mode.transaction === "off") {
      if (pragma !== "journal_mode" || !UNSAFE_JOURNALS.has(foldName(unquote(value ?? "")))) {
        return undefined;
      }
      return refuse(
        `"PRAGMA ${pragma} = ${value}" would make a crash impossible to roll back`,
        "Delete the statement: it lasts only as long as the connection, and the revision is safe without it",
      );
    }
    return refuse(
      `"PRAGMA ${pragma}" does not work inside a transaction`,
      "Put it in its own revision, which begins with -- aludel: transaction=off",
    );
  }
  if (pragma === "foreign_keys") {
    return refuse(
      '"PRAGMA foreign_keys" is not needed: Aludel switches enforcement off before a revision and ' +
        "checks all foreign keys before it commits",
      "Delete the line",
      "For ON DELETE actions, begin a separate revision with -- aludel: foreign-keys=on",
    );
  }
  if (pragma === "writable_schema") {
    return refuse(
      '"PRAGMA writable_schema" would let the revision write to the schema behind SQLite\'s back',
      "Delete the statement, and change the schema with ALTER TABLE or a rebuild",
    );
  }
  if (ASKING_WITHOUT_VALUE.has(pragma)) {
    return refuse(
      `"PRAGMA ${pragma}" configures the connection and changes nothing in the database`,
      "Delete the statement; your application sets it when it opens the database",
    );
  }
  const near = closest(pragma, [...USABLE, ...USABLE_OUTSIDE, ...ASKING, LEGACY_ALTER_TABLE]);
  return refuse(
    `"PRAGMA ${pragma}" is not allowed in a revision`,
    near === undefined ? "Delete the statement" : `Did you mean "${near}"?`,
  );
}

// The authorizer's action codes: https://sqlite.org/c3ref/c_alter_table.html
const DROP_TABLE = 11;
const DROP_TRIGGER = 16;
const PRAGMA = 19;
const TRANSACTION = 22;
const ATTACH = 24;
const DETACH = 25;
const FUNCTION = 31;
const SAVEPOINT = 32;

/** The arguments, 1, 2 or both, that name the objects to which an action writes. */
const WRITTEN: ReadonlyMap<number, readonly (1 | 2)[]> = new Map<number, readonly (1 | 2)[]>([
  [1, [1, 2]], // CREATE_INDEX: index, table
  [2, [1]], // CREATE_TABLE
  [3, [1, 2]], // CREATE_TEMP_INDEX
  [4, [1]], // CREATE_TEMP_TABLE
  [5, [1, 2]], // CREATE_TEMP_TRIGGER: trigger, table
  [6, [1]], // CREATE_TEMP_VIEW
  [7, [1, 2]], // CREATE_TRIGGER
  [8, [1]], // CREATE_VIEW
  [9, [1]], // DELETE
  [10, [1, 2]], // DROP_INDEX
  [DROP_TABLE, [1]],
  [12, [1, 2]], // DROP_TEMP_INDEX
  [13, [1]], // DROP_TEMP_TABLE
  [14, [1, 2]], // DROP_TEMP_TRIGGER
  [15, [1]], // DROP_TEMP_VIEW
  [DROP_TRIGGER, [1, 2]],
  [17, [1]], // DROP_VIEW
  [18, [1]], // INSERT
  [23, [1]], // UPDATE: table, column
  [26, [2]], // ALTER_TABLE: schema, table
  [29, [1]], // CREATE_VTABLE: table, module
  [30, [1]], // DROP_VTABLE
]);

/** The statement that SQLite compiles, on which the refusal of an action depends. */
export interface RunningStatement extends RunMode {
  /**
   * The verb of the statement. VACUUM attaches a database, begins a transaction and copies every table, Aludel's too,
   * and asks the authorizer for all of it (measured on 3.53). Its own actions are allowed if it is in a
   * `transaction=off` script.
   */
  readonly verb?: string;
}

/**
 * Refuses an action that SQLite's authorizer reports while a revision's script runs. It finds what
 * {@linkcode findRefusal} cannot see in tokens. Actions of a trigger are judged alike. FTS5 and R*Tree read
 * `data_version` and `page_size` on their own, without naming themselves as the source (measured on 3.53), which is
 * allowed because it changes nothing.
 *
 * @param action The authorizer's action code.
 * @param arg1 Its first argument.
 * @param arg2 Its second argument.
 * @param running The statement that is being compiled, and the way in which its script runs.
 * @returns null if the action is allowed.
 */
export function refuseAction(
  action: number,
  arg1: string | null,
  arg2: string | null,
  running: RunningStatement,
): Refusal | null {
  if (running.verb === "VACUUM" && running.transaction === "off") return null;
  switch (action) {
    case TRANSACTION:
      return refuseTransactionControl(arg1 ?? "BEGIN");
    case SAVEPOINT:
      return refuseTransactionControl(arg1 === "BEGIN" || arg1 === null ? "SAVEPOINT" : arg1);
    case ATTACH:
      return refuseAttach("ATTACH");
    case DETACH:
      return refuseAttach("DETACH");
    case FUNCTION:
      return foldName(arg2 ?? "") === "load_extension" ? LOAD_EXTENSION : null;
    case PRAGMA:
      return refusePragma(arg1 ?? "", arg2 ?? undefined, running) ?? null;
  }
  const written = WRITTEN.get(action);
  if (written === undefined) return null;
  for (const position of written) {
    const name = position === 1 ? arg1 : arg2;
    if (name === null || !isStateName(name)) continue;
    return action === DROP_TRIGGER && /^aludel_online_/i.test(name)
      ? DURING_ONLINE
      : refuseStateTable(name);
  }
  return action === DROP_TABLE && running.foreignKeys === "on"
    ? refuseUnderForeignKeys("DROP TABLE")
    : null;
}
