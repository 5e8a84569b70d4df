import type { RevisionId } from "../../graph/revision.ts";
import { quoteText } from "../../sql/identifier.ts";
import { writeIdList } from "../../state/state.ts";
import type { CheckedStep, CheckedUp, Reseal } from "../request.ts";
import type { TextPair } from "../run_stamp.ts";

// What the runner writes through prepared statements, as text for the sqlite3 shell. The shell's clock stands in for
// ours, and nobody measures how long a script took there.

const NOW = "strftime('%Y-%m-%dT%H:%M:%SZ', 'now')";

const UNMEASURED = `'{"durationMs":0}'`;

/** The statements that record a step as run, or take its record away, and log it. */
export function recordText(step: CheckedStep, appliedBy: string): string {
  const by = quoteText(appliedBy);
  const id = quoteText(step.id);
  if (step.direction === "down") {
    return `${forgetText(step.id)}\n${logText("downgrade", id, UNMEASURED, by)}`;
  }
  return `${insertText(step, "ran", by)}\n${logText("upgrade", id, UNMEASURED, by)}`;
}

/** The statement that takes a record away. */
export function forgetText(id: RevisionId): string {
  return `DELETE FROM main.aludel_revision WHERE id = ${quoteText(id)};`;
}

/** The statements that take every record away, and what is known of unfinished scripts; the log stays. */
export function purgeText(): string {
  return "DELETE FROM main.aludel_revision;\nDELETE FROM main.aludel_intent;";
}

/** The statement that records a revision as applied without being run. */
export function stampedText(step: CheckedUp, appliedBy: string): string {
  return insertText(step, "stamped", quoteText(appliedBy));
}

/** The statement by which no question is left of interrupted runs, but of these revisions. */
export function settleText(unsettled: readonly RevisionId[]): string {
  const but = unsettled.length === 0
    ? ""
    : ` WHERE revision IN (${unsettled.map(quoteText).join(", ")}) IS NOT TRUE`;
  return `DELETE FROM main.aludel_intent${but};`;
}

/** The statement that logs a stamp: to be run before it. @param removed null: all records that there are. */
export function stampLogText(
  { added, removed, onDisk }: {
    readonly added: readonly RevisionId[];
    readonly removed: readonly RevisionId[] | null;
    readonly onDisk: readonly TextPair[];
  },
  appliedBy: string,
): string {
  const by = quoteText(appliedBy);
  if (removed?.length === 0) {
    const details = JSON.stringify({ added, removed, purged: false });
    return logText("stamp", "NULL", quoteText(details), by);
  }
  const head = `{"added":${JSON.stringify(added)},"removed":`;
  const from = "FROM main.aludel_revision";
  const [ids, among] = removed === null
    ? [`(SELECT json_group_array(id) ${from})`, "TRUE"]
    : [quoteText(JSON.stringify(removed)), `id IN (${removed.map(quoteText).join(", ")})`];
  const pairs = onDisk.map(({ id, up, down }) => `(${[id, up, down].map(quoteText).join(", ")})`);
  const isKept = pairs.length === 0
    ? among
    : `${among} AND (id, up_hash, down_hash) NOT IN (VALUES ${pairs.join(", ")})`;
  const texts =
    `(SELECT json_group_object(id, json_object('up', up_sql, 'down', down_sql)) FROM (SELECT * ${from} WHERE ${isKept} ORDER BY position))`;
  return logText(
    "stamp",
    "NULL",
    `${quoteText(head)} || ${ids} || ',"purged":${removed === null}' ||
  CASE WHEN EXISTS (SELECT 1 ${from} WHERE ${isKept}) THEN ',"texts":' || ${texts} ELSE '' END || '}'`,
    by,
  );
}

function insertText({ record, texts }: CheckedUp, kind: "ran" | "stamped", by: string): string {
  const values = [
    quoteText(record.id),
    quoteText(writeIdList(record.parents)),
    quoteText(writeIdList(record.dependsOn)),
    quoteText(writeIdList(record.labels)),
    quoteText(record.message),
    quoteText(record.lineage),
    quoteText(record.up),
    quoteText(record.down),
    `'${kind}'`,
    NOW,
    "0",
    by,
    quoteText(texts.up),
    quoteTextOrNull(texts.down),
  ];
  return `INSERT INTO main.aludel_revision (id, parents, depends_on, labels, message, lineage, up_hash, down_hash, kind, applied_at, duration_ms, applied_by, up_sql, down_sql)
VALUES (${values.join(", ")});`;
}

/** The statements that bring the record of a revision that was signed again up to date, and log it. */
export function resealText({ id, record, texts }: Reseal, appliedBy: string): string {
  const where = `WHERE id = ${quoteText(id)}`;
  const rest = `"to":${JSON.stringify([record.up, record.down])},"lineage":"${record.lineage}"}`;
  // Read from the record before it is changed: hashes need no escape in JSON.
  const details =
    `(SELECT '{"from":["' || up_hash || '","' || down_hash || '"],' || ${quoteText(rest)} ` +
    `FROM main.aludel_revision ${where})`;
  const newTexts = texts === null
    ? ""
    : `, up_sql = ${quoteText(texts.up)}, down_sql = ${quoteTextOrNull(texts.down)}`;
  return `${logText("reseal", quoteText(id), details, quoteText(appliedBy))}
UPDATE main.aludel_revision SET up_hash = ${quoteText(record.up)}, down_hash = ${
    quoteText(record.down)
  }, lineage = ${quoteText(record.lineage)}${newTexts} ${where};`;
}

function logText(event: string, id: string, details: string, by: string): string {
  return `INSERT INTO main.aludel_log (at, event, revision, details, logged_by) VALUES (${NOW}, '${event}', ${id}, ${details}, ${by});`;
}

function quoteTextOrNull(text: string | null): string {
  return text === null ? "NULL" : quoteText(text);
}
