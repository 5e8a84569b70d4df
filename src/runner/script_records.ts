import { quoteText } from "../sql/identifier.ts";
import { writeIdList } from "../state/id_list.ts";
import type { CheckedStep, Reseal } from "./checked_route.ts";

// What the runner writes through prepared statements, as text for the sqlite3 shell. The shell's clock stands in for
// ours, and nobody measures how long a script took there.

const NOW = "strftime('%Y-%m-%dT%H:%M:%SZ', 'now')";

const UNMEASURED = `'{"durationMs":0}'`;

/** The statements that record a step as run, or take its record away, and log it. */
export function recordText(step: CheckedStep, appliedBy: string): string {
  const by = quoteText(appliedBy);
  const id = quoteText(step.id);
  if (step.direction === "down") {
    return `DELETE FROM main.aludel_revision WHERE id = ${id};
${logText("downgrade", id, UNMEASURED, by)}`;
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
    quoteTextOrNull(texts.down),
  ];
  return `INSERT INTO main.aludel_revision (id, parents, depends_on, labels, message, lineage, up_hash, down_hash, kind, applied_at, duration_ms, applied_by, up_sql, down_sql)
VALUES (${values.join(", ")});
${logText("upgrade", id, UNMEASURED, by)}`;
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
