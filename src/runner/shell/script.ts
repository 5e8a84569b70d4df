import { KNOWN_VALUES, mayChangeSettings } from "../../db/connection.ts";
import type { RevisionId } from "../../graph/revision.ts";
import { quoteName, quoteText } from "../../sql/identifier.ts";
import { readMentions } from "../../sql/mentions.ts";
import type { Script } from "../../sql/script.ts";
import { Tokenizer } from "../../sql/tokenizer.ts";
import { createStatements } from "../../state/state_format.ts";
import { mayViolate } from "../foreign_keys.ts";
import {
  type CheckedStep,
  type Reseal,
  type Segment,
  splitSegments,
  type TransactionMode,
} from "../request.ts";
import type { CheckedStamp } from "../run_stamp.ts";
import { type TableFates, traceTables } from "../table_fates.ts";
import { dropTemporaryText } from "../temporary_objects.ts";
import {
  forgetText,
  purgeText,
  recordText,
  resealText,
  settleText,
  stampedText,
  stampLogText,
} from "./records.ts";

/**
 * Returns a script's text so that the sqlite3 shell runs it as SQLite would: the last statement ends with a semicolon,
 * and no line begins with `/` or `go`, which end a statement in the shell (https://sqlite.org/cli.html).
 */
export function shellText({ text, statements }: Script): string {
  const last = statements.at(-1);
  if (last === undefined || text[last.end - 1] === ";") return joinTerminators(text);
  // The semicolon comes right after the statement, because SQLite stores everything before it, even a comment.
  return joinTerminators(`${text.slice(0, last.end)};${text.slice(last.end)}`);
}

const TERMINATOR_LINE = /^\s*(?:\/(?!\*)|go\b)/im;

/** Moves each token that the shell would read as the end of a statement to the line of the token before it. */
function joinTerminators(text: string): string {
  if (!TERMINATOR_LINE.test(text)) return text;
  const tokenizer = new Tokenizer(text);
  let joined = "";
  let copied = 0;
  let before = 0;
  while (tokenizer.nextSignificant()) {
    const { start, end } = tokenizer;
    const token = tokenizer.current;
    if (/^(?:\/|go)$/i.test(token) && text.slice(before, start).includes("\n")) {
      joined += `${text.slice(copied, before)} ${token}${text.slice(before, start)}`;
      copied = end;
    }
    before = end;
  }
  return joined + text.slice(copied);
}

// The checks of the runner as SQL that fails if a check fails.

/** Creates the state tables if they are missing, and fails if they have another format. */
function stateTablesText(): string {
  const statements = createStatements().map((sql) =>
    sql.replace(/^CREATE TABLE /, "CREATE TABLE IF NOT EXISTS ")
      .replace(/^INSERT /, "INSERT OR IGNORE ") + ";"
  );
  const format = /'(\d+)'\)$/.exec(createStatements().at(-1)!)![1]!;
  return [
    ...statements,
    guardText(
      "the state tables are of a format that this script does not know",
      `(SELECT value FROM main.aludel_meta WHERE key = 'format') IS '${format}'`,
    ),
  ].join("\n");
}

/** Fails unless exactly these revisions are applied. */
function startGuardText(applied: ReadonlySet<RevisionId>): string {
  const wanted = applied.size === 0 ? "NULL" : quoteText([...applied].sort().join(" "));
  return guardText(
    "the database is not at the revisions that this script starts from",
    `(SELECT group_concat(id, ' ') FROM (SELECT id FROM main.aludel_revision ORDER BY id)) IS ${wanted}`,
  );
}

/** Fails if an earlier run of a script outside a transaction was interrupted. Only Aludel can continue it. */
function interruptedGuardText({ id }: CheckedStep): string {
  return guardText(
    "an earlier run of the next revision was interrupted, and aludel status says where",
    `NOT EXISTS (SELECT 1 FROM main.aludel_intent WHERE revision = ${quoteText(id)})`,
  );
}

/**
 * Lists the tables with foreign keys, and whether SQLite can look up all their keys: if it cannot, `PRAGMA
 * foreign_key_check` of the table is an error (https://sqlite.org/foreignkeys.html#fk_indexes). An index with COLLATE
 * is assumed not to match, because no pragma tells the collation of a column.
 */
const KEYED_TABLES = `CREATE TEMP VIEW aludel_keyed AS
SELECT child, min(coalesce(
  NOT EXISTS (SELECT 1 FROM main.sqlite_master WHERE type IN ('table', 'view') AND lower(name) = lower(parent))
  OR columns IS NULL AND n = (SELECT count(*) FROM pragma_table_info(parent) WHERE pk > 0)
  OR columns = (SELECT group_concat(name, char(10)) FROM (SELECT lower(name) AS name FROM pragma_table_info(parent) WHERE pk > 0 ORDER BY 1))
  OR EXISTS (
    SELECT 1 FROM pragma_index_list(parent) AS list WHERE list."unique" AND NOT list.partial
      AND NOT EXISTS (SELECT 1 FROM main.sqlite_master WHERE type = 'index' AND name = list.name AND sql LIKE '%COLLATE%')
      AND columns = (SELECT group_concat(name, char(10)) FROM (SELECT lower(name) AS name FROM pragma_index_info(list.name) ORDER BY 1))
  ), 0)) AS usable
FROM (
  SELECT child, parent, count(*) AS n, group_concat(name, char(10)) AS columns FROM (
    SELECT child.name AS child, key."table" AS parent, key.id AS id, lower(key."to") AS name
    FROM main.sqlite_master AS child, pragma_foreign_key_list(child.name) AS key
    WHERE child.type = 'table' ORDER BY 1, 3, 4
  ) GROUP BY child, id
) GROUP BY child;
CREATE TEMP VIEW aludel_violating AS
SELECT child, parent, count(*) AS n FROM aludel_keyed, pragma_foreign_key_check(child) WHERE usable GROUP BY 1, 2;`;

/**
 * Counts the rows that violate foreign keys before and after the steps; `after` fails if there are more. It counts by
 * child and parent table, by their names after the steps, whereas the runner compares rows. Tables with a key that
 * SQLite cannot look up before or after are not counted.
 */
function violationsText(
  steps: readonly CheckedStep[],
): { readonly before: string; readonly after: string } {
  const fates = traceTables(
    steps.flatMap(({ script }) =>
      script.statements.flatMap((statement) => readMentions(script.text, statement))
    ),
  );
  const child = renamedText("child", fates);
  return {
    before: `${KEYED_TABLES}
CREATE TEMP TABLE aludel_violations AS
SELECT ${child} AS child, ${renamedText("parent", fates)} AS parent, n FROM temp.aludel_violating
UNION ALL SELECT ${child}, NULL, NULL FROM temp.aludel_keyed WHERE NOT usable;`,
    after: guardText(
      "rows violate foreign keys that they did not violate before",
      `NOT EXISTS (
  SELECT 1 FROM temp.aludel_violating AS now
  WHERE n > coalesce((SELECT sum(old.n) FROM temp.aludel_violations AS old WHERE old.child = lower(now.child) AND old.parent = lower(now.parent)), 0)
    AND lower(now.child) NOT IN (SELECT child FROM temp.aludel_violations WHERE parent IS NULL)
)`,
    ) + `
DROP VIEW temp.aludel_violating;
DROP VIEW temp.aludel_keyed;
DROP TABLE temp.aludel_violations;`,
  };
}

/**
 * An expression that maps the name of a table before the steps to its name afterwards.
 * @param column The column with the name.
 */
function renamedText(column: string, fates: TableFates): string {
  const renamed = [...fates.touched.values()].flatMap(({ before, after }) =>
    after === null || after === before ? [] : [[before, after] as const]
  );
  if (renamed.length === 0) return `lower(${column})`;
  const cases = renamed.map(([before, after]) =>
    `WHEN ${quoteText(before)} THEN ${quoteText(after)}`
  );
  return `CASE lower(${column}) ${cases.join(" ")} ELSE lower(${column}) END`;
}

/** Makes a check whose constraint is named after the fact, so that the shell's error tells which check failed. */
function guardText(fact: string, condition: string): string {
  return [
    `CREATE TEMP TABLE aludel_guard (holds CONSTRAINT ${quoteName(fact)} CHECK (holds));`,
    `INSERT INTO temp.aludel_guard SELECT ${condition};`,
    "DROP TABLE temp.aludel_guard;",
  ].join("\n");
}

/** The request for a script for the sqlite3 shell. */
export interface Sqlite3ScriptRequest extends ShellPreface {
  readonly steps: readonly CheckedStep[];
  readonly reseals: readonly Reseal[];
  /** The revisions that must be applied when the script starts. */
  readonly start: readonly RevisionId[];
  readonly transaction: TransactionMode;
  /** The name and version in the records: `aludel 0.1.0`. */
  readonly appliedBy: string;
}

/**
 * Makes a script for the sqlite3 shell that does what the runner would do, including the records. It is run by
 * `sqlite3 app.db < script.sql`.
 *
 * It stops at the first error before anything is committed, also if other revisions are applied than expected, or if
 * more rows would violate foreign keys than before. It does not check for lost rows and objects: only the runner can.
 *
 * @returns SQL with commands of the shell; only a comment if there is nothing to run.
 */
export function sqlite3Script(request: Sqlite3ScriptRequest): string {
  const segments = splitSegments(request.steps, request.transaction);
  let { reseals } = request;
  // A segment outside a transaction changes only its own record, so that the others need a transaction.
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

/** The settings at the top of a script. */
interface ShellPreface {
  /** Whether the target's settings allow double-quoted strings. */
  readonly doubleQuotedStrings: boolean;
  /** The null device on the machine that runs the script: `/dev/null`, or `NUL` on Windows. */
  readonly nullDevice: string;
}

/** The settings of the runner's connections: https://sqlite.org/cli.html#special_commands_to_sqlite3_dot_commands_ */
function prefaceText({ doubleQuotedStrings, nullDevice }: ShellPreface): string {
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

/** The request for a script that only changes records. */
export interface StampScriptRequest extends Pick<ShellPreface, "nullDevice"> {
  readonly stamp: CheckedStamp;
  /** The revisions that must be applied when the script starts. Not checked if all records are deleted first. */
  readonly start: readonly RevisionId[];
  /** All revisions on disk and in the records. */
  readonly known: readonly RevisionId[];
  /** Written into the records: `aludel 0.1.0`. */
  readonly appliedBy: string;
}

/**
 * Makes a script for the sqlite3 shell that changes the records as `runStamp` does, and runs no revision. It is run by
 * `sqlite3 app.db < script.sql`, and stops if other revisions are applied than expected.
 *
 * @returns SQL with commands of the shell; only a comment if there is nothing to record.
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
