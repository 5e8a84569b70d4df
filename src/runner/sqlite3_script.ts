import { KNOWN_VALUES, mayChangeSettings } from "../db/connection_settings.ts";
import type { RevisionId } from "../graph/revision.ts";
import type { CheckedStep, Reseal } from "./checked_route.ts";
import { mayViolate } from "./may_violate.ts";
import {
  interruptedGuardText,
  startGuardText,
  stateTablesText,
  violationsText,
} from "./script_guards.ts";
import { recordText, resealText } from "./script_records.ts";
import { type Segment, splitSegments, type TransactionMode } from "./segments.ts";
import { shellText } from "./shell_text.ts";
import { dropTemporaryText } from "./temporary_objects.ts";

/** What a script for the sqlite3 shell is made from. */
export interface Sqlite3ScriptRequest extends ShellPreface {
  readonly steps: readonly CheckedStep[];
  readonly reseals: readonly Reseal[];
  /** What must be applied when the script starts. */
  readonly start: readonly RevisionId[];
  readonly transaction: TransactionMode;
  /** Written into the records: `aludel 0.1.0`. */
  readonly appliedBy: string;
}

/**
 * A script for the sqlite3 shell that does what the runner would do, records included: `sqlite3 app.db < script.sql`.
 *
 * It stops at the first error, before anything is committed, when the database is not where the script starts or when
 * more rows would violate foreign keys than before. The conservation of rows and objects is not part of it: only the
 * runner can count around a statement.
 *
 * @returns SQL with the shell's own commands; comments alone where there is nothing to run.
 */
export function sqlite3Script(request: Sqlite3ScriptRequest): string {
  const segments = splitSegments(request.steps, request.transaction);
  let { reseals } = request;
  // Outside a transaction no record is changed but the script's own.
  if (reseals.length > 0 && segments.every(({ mode }) => mode === "off")) {
    segments.push({ mode: "transaction", steps: [] });
  }
  if (segments.length === 0) return "-- Nothing to run: the database is there already.\n";
  const parts = [prefaceText(request)];
  const applied = new Set(request.start);
  for (const segment of segments) {
    if (segment.mode === "off") {
      parts.push(offSegmentText(segment, applied, request));
    } else {
      parts.push(transactionText(segment, applied, reseals, request));
      reseals = [];
    }
    for (const { direction, id } of segment.steps) {
      if (direction === "up") applied.add(id);
      else applied.delete(id);
    }
  }
  return parts.join("\n");
}

/** What a script says to the shell before its first statement. */
export interface ShellPreface {
  /** Whether `"text"` that names nothing is a string in the database that the script is for. */
  readonly doubleQuotedStrings: boolean;
  /** A file that swallows what is written to it, where the script will run: `/dev/null`, on Windows `NUL`. */
  readonly nullDevice: string;
}

/** The settings that the runner gives its connections: https://sqlite.org/cli.html#special_commands_to_sqlite3_dot_commands_ */
export function prefaceText({ doubleQuotedStrings, nullDevice }: ShellPreface): string {
  const strings = doubleQuotedStrings ? "on" : "off";
  return `-- For the sqlite3 shell: sqlite3 app.db < this_file.sql
.bail on
.timeout 60000
-- The shell repeats each of these settings. The file is /dev/null, and NUL on Windows.
.output ${nullDevice}
.dbconfig defensive on
.dbconfig dqs_ddl ${strings}
.dbconfig dqs_dml ${strings}
.output
PRAGMA ignore_check_constraints = OFF;
PRAGMA recursive_triggers = OFF;
${RESTORE_SETTINGS}
`;
}

const RESTORE_SETTINGS = KNOWN_VALUES.map((pragma) => `${pragma};`).join("\n");

function transactionText(
  { mode, steps }: Segment,
  applied: ReadonlySet<RevisionId>,
  reseals: readonly Reseal[],
  { appliedBy }: Sqlite3ScriptRequest,
): string {
  const violations = steps.some((step) => mayViolate(step.script))
    ? violationsText(steps)
    : undefined;
  return [
    `PRAGMA foreign_keys = ${mode === "foreign-keys" ? "ON" : "OFF"};`,
    "BEGIN IMMEDIATE;",
    stateTablesText(),
    startGuardText(applied),
    ...(violations ? [violations.before] : []),
    ...steps.map(stepText),
    ...(violations ? [violations.after] : []),
    ...steps.map((step) => recordText(step, appliedBy)),
    ...reseals.map((reseal) => resealText(reseal, appliedBy)),
    "COMMIT;",
    "",
  ].join("\n");
}

function offSegmentText(
  { steps }: Segment,
  applied: ReadonlySet<RevisionId>,
  { appliedBy }: Sqlite3ScriptRequest,
): string {
  return [
    "-- The next revision runs outside a transaction: if it stops half-way, what has run of it stays.",
    "PRAGMA foreign_keys = OFF;",
    "BEGIN IMMEDIATE;",
    stateTablesText(),
    startGuardText(applied),
    ...steps.map(interruptedGuardText),
    "COMMIT;",
    ...steps.map(stepText),
    "BEGIN IMMEDIATE;",
    ...steps.map((step) => recordText(step, appliedBy)),
    "COMMIT;",
    "",
  ].join("\n");
}

function stepText({ direction, id, message, script }: CheckedStep): string {
  const title = message.split("\n", 1)[0];
  const after = [
    ...(mayChangeSettings(script.text) ? [RESTORE_SETTINGS] : []),
    ...dropTemporaryText(script),
  ];
  return `-- ${direction === "up" ? "upgrade" : "downgrade"} ${id}: ${title}\n` +
    shellText(script) + after.map((sql) => `${sql}\n`).join("");
}
