import type { RevisionId } from "../graph/revision.ts";
import { quoteText } from "../sql/identifier.ts";
import { writeIdList } from "../state/id_list.ts";
import { createStatements } from "../state/state_format.ts";
import type { CheckedStep, Reseal } from "./checked_route.ts";
import { mayViolate } from "./may_violate.ts";
import { type Segment, splitSegments, type TransactionMode } from "./segments.ts";

/** What a script for the sqlite3 shell is made from. */
export interface Sqlite3ScriptRequest {
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
 * rows would violate foreign keys that they did not violate before. The conservation of rows and objects is not part of
 * it: only the runner can count around a statement.
 */
export function sqlite3Script(request: Sqlite3ScriptRequest): string {
  const parts = [PREFACE];
  const applied = new Set(request.start);
  const segments = splitSegments(request.steps, request.transaction);
  if (segments.length === 0) segments.push({ mode: "transaction", steps: [] });
  for (const [index, segment] of segments.entries()) {
    const reseals = index === 0 ? request.reseals : [];
    parts.push(
      segment.mode === "off"
        ? offSegment(segment, applied, request)
        : transactionSegment(segment, applied, reseals, request),
    );
    for (const { direction, id } of segment.steps) {
      if (direction === "up") applied.add(id);
      else applied.delete(id);
    }
  }
  return parts.join("\n");
}

const PREFACE = `-- For the sqlite3 shell: sqlite3 app.db < this_file.sql
.bail on
`;

/** Each fact that must hold is the name of a constraint, so that the shell's error says which one does not. */
const WRONG_START = "the database is not at the revisions that this script starts from";
const WRONG_FORMAT = "the state tables are of a format that this script does not know";
const NEW_VIOLATIONS = "rows violate foreign keys that they did not violate before";

const NOW = "strftime('%Y-%m-%dT%H:%M:%SZ', 'now')";

function transactionSegment(
  segment: Segment,
  applied: ReadonlySet<RevisionId>,
  reseals: readonly Reseal[],
  request: Sqlite3ScriptRequest,
): string {
  const checked = segment.steps.some((step) => mayViolate(step.script));
  return [
    `PRAGMA foreign_keys = ${segment.mode === "foreign-keys" ? "ON" : "OFF"};`,
    "BEGIN IMMEDIATE;",
    ...stateTables(),
    guard(
      WRONG_START,
      `(SELECT group_concat(id, ' ') FROM (SELECT id FROM main.aludel_revision ORDER BY id)) IS ${
        idsLiteral(applied)
      }`,
    ),
    ...(checked ? [RECORD_VIOLATIONS] : []),
    ...segment.steps.flatMap((step) => [scriptText(step), recordText(step, request.appliedBy)]),
    ...(checked ? [guard(NEW_VIOLATIONS, NO_NEW_VIOLATION), DROP_VIOLATIONS] : []),
    ...reseals.map((reseal) => resealText(reseal, request.appliedBy)),
    "COMMIT;",
    "",
  ].join("\n");
}

function offSegment(
  segment: Segment,
  applied: ReadonlySet<RevisionId>,
  request: Sqlite3ScriptRequest,
): string {
  return [
    "-- Outside a transaction: if it stops half-way, what has run stays.",
    ...stateTables(),
    guard(
      WRONG_START,
      `(SELECT group_concat(id, ' ') FROM (SELECT id FROM main.aludel_revision ORDER BY id)) IS ${
        idsLiteral(applied)
      }`,
    ),
    ...segment.steps.flatMap((step) => [
      scriptText(step),
      "BEGIN IMMEDIATE;",
      recordText(step, request.appliedBy),
      "COMMIT;",
    ]),
    "",
  ].join("\n");
}

function stateTables(): string[] {
  const statements = createStatements().map((sql) =>
    sql.replace(/^CREATE TABLE /, "CREATE TABLE IF NOT EXISTS ")
      .replace(/^INSERT /, "INSERT OR IGNORE ") + ";"
  );
  const format = /'(\d+)'\)$/.exec(createStatements().at(-1)!)![1]!;
  return [
    ...statements,
    guard(WRONG_FORMAT, `(SELECT value FROM main.aludel_meta WHERE key = 'format') = '${format}'`),
  ];
}

/** A temporary table whose only constraint is the fact: inserting anything else is the error. */
function guard(fact: string, condition: string): string {
  return [
    `CREATE TEMP TABLE aludel_guard (holds CONSTRAINT ${quoteConstraint(fact)} CHECK (holds));`,
    `INSERT INTO temp.aludel_guard SELECT ${condition};`,
    "DROP TABLE temp.aludel_guard;",
  ].join("\n");
}

function quoteConstraint(fact: string): string {
  return `"${fact}"`;
}

const RECORD_VIOLATIONS = `CREATE TEMP TABLE aludel_violations AS
SELECT "table" AS child, parent, count(*) AS n FROM pragma_foreign_key_check GROUP BY 1, 2;`;

const NO_NEW_VIOLATION = `NOT EXISTS (
  SELECT 1 FROM (
    SELECT "table" AS child, parent, count(*) AS n FROM pragma_foreign_key_check GROUP BY 1, 2
  ) AS now
  WHERE now.n > coalesce(
    (SELECT n FROM temp.aludel_violations AS old WHERE old.child = now.child AND old.parent = now.parent), 0
  )
)`;

const DROP_VIOLATIONS = "DROP TABLE temp.aludel_violations;";

function scriptText({ direction, id, message, script }: CheckedStep): string {
  const title = message.split("\n", 1)[0];
  const { text, statements } = script;
  const last = statements.at(-1);
  // Canonical text ends in a newline, so a final comment cannot swallow the semicolon.
  const open = last !== undefined && text[last.end - 1] !== ";";
  return `-- ${direction === "up" ? "upgrade" : "downgrade"} ${id}: ${title}\n${text}${
    open ? ";\n" : ""
  }`;
}

function recordText(step: CheckedStep, appliedBy: string): string {
  const by = quoteText(appliedBy);
  const id = quoteText(step.id);
  if (step.direction === "down") {
    return `DELETE FROM main.aludel_revision WHERE id = ${id};
INSERT INTO main.aludel_log (at, event, revision, details, logged_by) VALUES (${NOW}, 'downgrade', ${id}, '{"durationMs":0}', ${by});`;
  }
  const { record, texts } = step;
  const values = [
    id,
    quoteText(writeIdList(record.parents)),
    quoteText(writeIdList(record.dependsOn)),
    quoteText(writeIdList(record.labels)),
    quoteText(record.message),
    quoteText(record.lineage),
    quoteText(record.up),
    quoteText(record.down),
    "'ran'",
    NOW,
    "0",
    by,
    quoteText(texts.up),
    texts.down === null ? "NULL" : quoteText(texts.down),
  ];
  return `INSERT INTO main.aludel_revision (id, parents, depends_on, labels, message, lineage, up_hash, down_hash, kind, applied_at, duration_ms, applied_by, up_sql, down_sql)
VALUES (${values.join(", ")});
INSERT INTO main.aludel_log (at, event, revision, details, logged_by) VALUES (${NOW}, 'upgrade', ${id}, '{"durationMs":0}', ${by});`;
}

function resealText({ id, record, texts }: Reseal, appliedBy: string): string {
  const details = JSON.stringify({ to: [record.up, record.down], lineage: record.lineage });
  const textsToo = texts === null
    ? ""
    : `, up_sql = ${quoteText(texts.up)}, down_sql = ${
      texts.down === null ? "NULL" : quoteText(texts.down)
    }`;
  return `UPDATE main.aludel_revision SET up_hash = ${quoteText(record.up)}, down_hash = ${
    quoteText(record.down)
  }, lineage = ${quoteText(record.lineage)}${textsToo} WHERE id = ${quoteText(id)};
INSERT INTO main.aludel_log (at, event, revision, details, logged_by) VALUES (${NOW}, 'reseal', ${
    quoteText(id)
  }, ${quoteText(details)}, ${quoteText(appliedBy)});`;
}

function idsLiteral(ids: ReadonlySet<RevisionId>): string {
  return ids.size === 0 ? "NULL" : quoteText([...ids].sort().join(" "));
}
