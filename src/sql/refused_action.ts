import { foldName } from "./identifier.ts";
import { refusePragma } from "./pragma_rules.ts";
import {
  LOAD_EXTENSION,
  type Refusal,
  refuseAttach,
  refuseStateTable,
  refuseTransactionControl,
  refuseUnderForeignKeys,
  type RunMode,
} from "./refusal_reason.ts";
import { isStateName } from "./state_name.ts";

// Numbers of SQLite's authorizer: https://sqlite.org/c3ref/c_alter_table.html
const DROP_TABLE = 11;
const PRAGMA = 19;
const TRANSACTION = 22;
const ATTACH = 24;
const DETACH = 25;
const FUNCTION = 31;
const SAVEPOINT = 32;

/** Which of the two arguments name what an action writes to: 1, 2 or both. */
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
  [16, [1, 2]], // DROP_TRIGGER
  [17, [1]], // DROP_VIEW
  [18, [1]], // INSERT
  [23, [1]], // UPDATE: table, column
  [26, [2]], // ALTER_TABLE: schema, table
  [29, [1]], // CREATE_VTABLE: table, module
  [30, [1]], // DROP_VTABLE
]);

/** What decides on an action besides the action itself. */
export interface ActionContext extends RunMode {
  /**
   * The verb of the statement that is being compiled. VACUUM attaches a database, begins a transaction
   * and copies every table, Aludel's too, all of it through the authorizer (measured on 3.53): what
   * it does itself passes when the statement is a VACUUM in a `transaction=off` script.
   */
  readonly verb?: string;
}

/**
 * Why SQLite must not compile an action for a revision's script, or null when it may: the last word on
 * what {@linkcode findRefusal} cannot see in tokens. Actions that a trigger causes are judged alike.
 * FTS5 and R*Tree ask for `data_version` and `page_size` on their own, without naming themselves as the
 * source (measured on 3.53), and pass because asking changes nothing.
 *
 * @param action The authorizer's number.
 * @param arg1 Its first argument.
 * @param arg2 Its second argument.
 * @param _source The trigger or view that asks, null for the statement itself.
 * @param context How the script runs.
 */
export function refuseAction(
  action: number,
  arg1: string | null,
  arg2: string | null,
  _source: string | null,
  context: ActionContext,
): Refusal | null {
  if (context.verb === "VACUUM" && context.transaction === "off") return null;
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
      return refusePragma(arg1 ?? "", arg2 ?? undefined, context) ?? null;
  }
  const written = WRITTEN.get(action);
  if (written === undefined) return null;
  for (const position of written) {
    const name = position === 1 ? arg1 : arg2;
    if (name !== null && isStateName(name)) return refuseStateTable(name);
  }
  return action === DROP_TABLE && context.foreignKeys === "on"
    ? refuseUnderForeignKeys("DROP TABLE")
    : null;
}
