import type { Connection } from "../db/connection.ts";
import type { AludelError } from "../errors.ts";
import type { DoubleQuotedStrings } from "./double_quoted_strings.ts";
import { hasStateTables } from "../state/state_format.ts";
import { appendLog } from "../state/write_state.ts";
import { type NextStep, say } from "../text/next_step.ts";
import { type CheckedStep, type RunHost, type Segment } from "./request.ts";
import { toSecond } from "../text/layout.ts";

const DOUBLE_QUOTED = /^no such column: "?.*should this be a string literal in single-quotes/;

/**
 * Advice for SQLite's most frequent errors. SQLite's message says what happened, the advice says what to do. The first
 * pattern that matches the message is used.
 */
const ADVICE: readonly (readonly [pattern: RegExp, advice: string])[] = [
  [
    DOUBLE_QUOTED,
    "Write text in single quotes: '…'. For files that rely on double quotes, set \"doubleQuotedStrings\": true in aludel.json",
  ],
  [
    /^no such function: /,
    "This SQLite does not have the function. Functions that your application registers are missing when a revision runs: write the statement without it, or keep that step in the application",
  ],
  [
    /^no such module: /,
    "The virtual table's module is an extension that this SQLite does not have; FTS5 and R*Tree are built in",
  ],
  [
    /^no such tokenizer: /,
    "Your application registers the FTS tokenizer, so it is missing when a revision runs",
  ],
  [
    /^unknown database /,
    "A revision works on one database, called main; other databases cannot be attached",
  ],
  [
    /^Cannot add a NOT NULL column with default value NULL/,
    "The table has rows: give the column a default, or add it without NOT NULL, fill it, and rebuild the table",
  ],
  [
    /^Cannot add a column with non-constant default/,
    "The table has rows: SQLite adds only columns with a constant default. Add it without one, then UPDATE",
  ],
  [
    /^(cannot add a STORED column|Cannot add a UNIQUE column|Cannot add a PRIMARY KEY column)/i,
    "SQLite cannot add such a column with ALTER TABLE: create a new table, copy the rows, drop the old one, rename the new one",
  ],
  [
    /^error in (view|trigger|index) /,
    "The named object refers to something that this statement removes or renames: drop it first, and create it again afterwards",
  ],
  [
    /^near "(?:<<|==|>>)": syntax error/,
    "If these are the marks of a merge conflict, resolve it in the file",
  ],
  [
    /^incomplete input/,
    "The statement that begins here is incomplete: something must follow its last word",
  ],
  [
    /^FOREIGN KEY constraint failed/,
    "Enforcement is on because of `-- aludel: foreign-keys=on`: order the statements so that parents exist before their children",
  ],
];

/** The advice for SQLite's message; undefined if there is none. @param sqlite The message. */
export function adviceFor(
  sqlite: string,
  doubleQuotedStrings: DoubleQuotedStrings = "off",
): NextStep | undefined {
  const [pattern, advice] = ADVICE.find(([pattern]) => pattern.test(sqlite)) ?? [];
  if (pattern === DOUBLE_QUOTED && doubleQuotedStrings === "scripts") {
    return say(
      "Write text in single quotes: '…'. The setting \"doubleQuotedStrings\" does not apply to UPDATE, DELETE, REPLACE, WITH and an INSERT that overwrites",
    );
  }
  return advice === undefined ? undefined : say(advice);
}

/** A step of an earlier segment. */
interface CommittedStep {
  readonly direction: "up" | "down";
  readonly id: string;
}

/**
 * Describes in one line what a failed segment leaves of its route.
 *
 * @param committed The steps of earlier segments, which stay.
 * @param known The outcome of the segment itself, if the error had one; if left out, it was rolled back.
 */
export function describeOutcome(
  segment: Segment,
  committed: readonly CommittedStep[],
  known: string | undefined,
): string {
  const own = known ?? describeSegment(segment);
  if (committed.length > 0) return `${own}; ${describeCommitted(committed)}`;
  return segment.mode === "off" && known !== NOTHING_RUN
    ? own
    : `${own}; the database is unchanged`;
}

function describeCommitted(steps: readonly CommittedStep[]): string {
  const noun = steps.every((step) => step.direction === "up") ? "revision" : "step";
  const verb = steps.length === 1 ? `${noun} stays` : `${noun}s stay`;
  const list = steps.map(({ direction, id }) => direction === "up" ? id : `${id} undone`);
  return `${steps.length} earlier ${verb}: ${list.join(", ")}`;
}

/** The outcome if no statement was run. */
export const NOTHING_RUN = "Nothing was run";

function describeSegment({ mode, steps }: Segment): string {
  if (mode === "off") return "What its statements did so far stays; the next run asks how to go on";
  const [first, ...more] = new Set(steps.map((step) => step.id));
  if (first === undefined) return "No record was changed";
  return more.length === 0
    ? `Revision "${first}" was rolled back`
    : `All ${more.length + 1} revisions of its transaction were rolled back`;
}

/**
 * Records a failed step in the log, in a separate transaction after the rollback. Never throws: a full, read-only or
 * locked database cannot record it, and the user needs the first error. Does not create the log in a database that
 * has none.
 */
export async function logFailure(
  open: () => Promise<Connection>,
  host: RunHost,
  step: CheckedStep | undefined,
  error: AludelError,
): Promise<void> {
  try {
    const connection = await open();
    if (connection.inTransaction() || !await hasStateTables(connection)) return;
    await connection.execute("BEGIN IMMEDIATE");
    try {
      await appendLog(connection, {
        at: toSecond(host.clock.now()),
        by: host.appliedBy,
        event: "failure",
        revision: step?.id ?? null,
        details: {
          code: error.code,
          message: error.message,
          ...(step && { direction: step.direction }),
          ...(error.sqlite !== undefined && { sqlite: error.sqlite }),
        },
      });
      await connection.execute("COMMIT");
    } catch {
      if (connection.inTransaction()) await connection.execute("ROLLBACK");
    }
  } catch {
    // The first error matters, see above.
  }
}
