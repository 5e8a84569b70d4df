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
 * A script's text in the form in which the sqlite3 shell reads it as SQLite would: the last statement is closed, and no line
 * begins with `/` or `go`, which end a statement there (https://sqlite.org/cli.html, "/" and "go" as in SQL Server).
 */
export function shellText({ text, statements }: Script): string {
  const last = statements.at(-1);
  if (last === undefined || text[last.end - 1] === ";") return joinTerminators(text);
  // Right after the statement: SQLite keeps all before the semicolon, even a comment, as a view's text.
  return joinTerminators(`${text.slice(0, last.end)};${text.slice(last.end)}`);
}

const TERMINATOR_LINE = /^\s*(?:\/(?!\*)|go\b)/im;

/** Moves each token that the shell could take for the end of a statement up behind the token before it. */
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

// What the runner asks a database in TypeScript, as SQL that fails if the answer is wrong.

/** Makes the state tables if they are missing, and stops at a format that is not ours. */
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

/** Stops unless exactly these revisions are applied. */
function startGuardText(applied: ReadonlySet<RevisionId>): string {
  const wanted = applied.size === 0 ? "NULL" : quoteText([...applied].sort().join(" "));
  return guardText(
    "the database is not at the revisions that this script starts from",
    `(SELECT group_concat(id, ' ') FROM (SELECT id FROM main.aludel_revision ORDER BY id)) IS ${wanted}`,
  );
}

/** Stops where an earlier run of a script outside a transaction was interrupted: what has run of it only the records say. */
function interruptedGuardText({ id }: CheckedStep): string {
  return guardText(
    "an earlier run of the next revision was interrupted, and aludel status says where",
    `NOT EXISTS (SELECT 1 FROM main.aludel_intent WHERE revision = ${quoteText(id)})`,
  );
}

/**
 * The tables with foreign keys, and whether SQLite can look up every key of theirs: `PRAGMA foreign_key_check` of a table
 * with one that it cannot is an error (https://sqlite.org/foreignkeys.html#fk_indexes). No pragma tells the
 * collation of a column, so that an index with a COLLATE of its own counts as none.
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
 * Counts the rows that violate foreign keys, before and after the steps: `before` goes first, `after` stops if there
 * are more. It counts by child and parent table under their names after the steps; the runner compares row by row. Tables
 * with a key that SQLite cannot look up before or after are not counted.
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

/** The name that a table of before has after. */
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

/** A temporary table whose only constraint is named after the fact: the shell's error says which one does not hold. */
function guardText(fact: string, condition: string): string {
  return [
    `CREATE TEMP TABLE aludel_guard (holds CONSTRAINT ${quoteName(fact)} CHECK (holds));`,
    `INSERT INTO temp.aludel_guard SELECT ${condition};`,
    "DROP TABLE temp.aludel_guard;",
  ].join("\n");
}

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
 * It stops at the first error, before anything is committed, if the database is not where the script starts or when
 * more rows would violate foreign keys than before. The conservation of rows and objects is not part of it: only the
 * runner can count around a statement.
 *
 * @returns SQL with the shell's own commands; comments alone if there is nothing to run.
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
interface ShellPreface {
  /** Whether `"text"` that names nothing is a string in the database that the script is for. */
  readonly doubleQuotedStrings: boolean;
  /** A file that swallows what is written to it, where the script will run: `/dev/null`, on Windows `NUL`. */
  readonly nullDevice: string;
}

/** The settings that the runner gives its connections: https://sqlite.org/cli.html#special_commands_to_sqlite3_dot_commands_ */
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
 * @returns SQL with the shell's own commands; a comment alone if there is nothing to record.
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
