import type { RevisionId } from "../../graph/revision.ts";
import { quoteText } from "../../sql/identifier.ts";
import type { LogEvent } from "../../state/log.ts";
import {
  APPEND_LOG,
  CLEAR_OTHER_INTENTS,
  DELETE_REVISION,
  INSERT_REVISION,
  logValues,
  PURGE,
  RESEAL_HASHES,
  RESEAL_TEXTS,
  revisionValues,
  type SqlExpression,
} from "../../state/statements.ts";
import type { CheckedStep, CheckedUp, Reseal } from "../request.ts";
import type { TextPair } from "../run_stamp.ts";

// The runner's own statements as text for the sqlite3 shell, with their values as literals. They use the shell's clock,
// and record 0 as the duration of a script.

const NOW: SqlExpression = { expression: "strftime('%Y-%m-%dT%H:%M:%SZ', 'now')" };

/** Returns the statements that record an up, or delete the record of a down, and log it. */
export function recordText(step: CheckedStep, appliedBy: string): string {
  const { id } = step;
  const details = { durationMs: 0 };
  return step.direction === "down"
    ? `${forgetText(id)}\n${logText({ event: "downgrade", revision: id, details }, appliedBy)}`
    : `${insertText(step, "ran", appliedBy)}\n${
      logText({ event: "upgrade", revision: id, details }, appliedBy)
    }`;
}

/** Returns the statement that deletes a record. */
export function forgetText(id: RevisionId): string {
  return DELETE_REVISION.text({ id });
}

/** Returns the statements that delete all records and intents, but keep the log. */
export function purgeText(): string {
  return PURGE.map((statement) => statement.text({})).join("\n");
}

/** Returns the statement that records a revision as applied without running it. */
export function stampedText(step: CheckedUp, appliedBy: string): string {
  return insertText(step, "stamped", appliedBy);
}

/** Returns the statement that deletes the intents of all revisions but those in `unsettled`. */
export function settleText(unsettled: readonly RevisionId[]): string {
  return CLEAR_OTHER_INTENTS.text({
    revisions: { expression: `(${unsettled.map(quoteText).join(", ")})` },
  });
}

/**
 * Returns the statement that logs a stamp, which must run before the stamp.
 * @param stamp `removed` is null for all records.
 */
export function stampLogText(
  { added, removed, onDisk }: {
    readonly added: readonly RevisionId[];
    readonly removed: readonly RevisionId[] | null;
    readonly onDisk: readonly TextPair[];
  },
  appliedBy: string,
): string {
  if (removed?.length === 0) {
    const details = { added, removed, purged: false };
    return logText({ event: "stamp", revision: null, details }, appliedBy);
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
  return APPEND_LOG.text({
    at: NOW,
    event: "stamp",
    revision: null,
    details: {
      expression: `${quoteText(head)} || ${ids} || ',"purged":${removed === null}' ||
  CASE WHEN EXISTS (SELECT 1 ${from} WHERE ${isKept}) THEN ',"texts":' || ${texts} ELSE '' END || '}'`,
    },
    logged_by: appliedBy,
  });
}

/** Returns the statements that update the record of a revision that was signed again, and log it. */
export function resealText({ id, record, texts }: Reseal, appliedBy: string): string {
  const { up, down, lineage } = record;
  const rest = `"to":${JSON.stringify([up, down])},"lineage":"${lineage}"}`;
  // This reads the record before it is updated. Hashes need no escapes in JSON.
  const details = `(SELECT '{"from":["' || up_hash || '","' || down_hash || '"],' || ` +
    `${quoteText(rest)} FROM main.aludel_revision WHERE id = ${quoteText(id)})`;
  return [
    APPEND_LOG.text({
      at: NOW,
      event: "reseal",
      revision: id,
      details: { expression: details },
      logged_by: appliedBy,
    }),
    RESEAL_HASHES.text({ id, up_hash: up, down_hash: down, lineage }),
    ...(texts === null ? [] : [RESEAL_TEXTS.text({ id, up_sql: texts.up, down_sql: texts.down })]),
  ].join("\n");
}

function insertText(
  { record, texts }: CheckedUp,
  kind: "ran" | "stamped",
  appliedBy: string,
): string {
  const revision = { ...record, kind, appliedAt: "", durationMs: 0, appliedBy };
  return INSERT_REVISION.text({ ...revisionValues(revision, texts), applied_at: NOW });
}

function logText(event: LogEvent, by: string): string {
  return APPEND_LOG.text({ ...logValues({ ...event, at: "", by }), at: NOW });
}
