import type { Connection } from "../db/connection.ts";
import { libraryVersion } from "../db/node_connection.ts";
import { AludelError } from "../errors.ts";
import type { RevisionId } from "../graph/revision.ts";
import { autogenerate } from "../project/author/autogenerate.ts";
import { compareWith, type Comparison } from "../project/author/schema_reader.ts";
import { replay } from "../replay/history.ts";
import { Scratch } from "../replay/scratch.ts";
import type { Finding } from "../finding.ts";
import type { Settings } from "../project/workspace/settings.ts";
import { reverseChanges } from "../schema/model/change.ts";
import { describeChange } from "../schema/diff/describe.ts";
import { introspect } from "../schema/read/introspect.ts";
import { releaseOf } from "../sql/sqlite_releases.ts";
import { readState, readTexts } from "../state/state.ts";
import { say, shell } from "../text/next_step.ts";

/** The difference between a database and the schema of its own records. */
export interface Drift {
  /** From the live schema to the one of the records. Names that the settings exclude are left out. */
  readonly comparison: Comparison;
  /** The changes that were made to the database outside revisions, a line each. */
  readonly lines: readonly string[];
  /** The tables whose columns are the same in another order, which is no drift unless the settings say so. */
  readonly reordered: readonly string[];
}

/** The request to replay the revisions of a database. */
export interface DriftRequest {
  readonly settings: Settings;
  /** The name of a revision's file for messages. */
  readonly fileOf: (id: RevisionId) => string;
}

/**
 * Compares a database's schema with the one that its recorded revisions lead to, replayed in memory from the texts
 * that ran. The files on disk do not matter.
 *
 * @param connection A connection for reading.
 * @throws {AludelError} `replay-failed`, `state-damaged` and similar errors.
 */
async function findDrift(connection: Connection, request: DriftRequest): Promise<Drift> {
  const { settings, fileOf } = request;
  const { applied } = await readState(connection);
  const ups = [];
  for (const { id, up: hash } of applied) {
    const texts = await readTexts(connection, id);
    if (texts !== undefined) ups.push({ id, up: { file: fileOf(id), text: texts.up, hash } });
  }
  const scratch = new Scratch(settings);
  await using replayed = await replay(ups, scratch);
  const live = await introspect(connection);
  const recorded = await introspect(replayed, [live]);
  const comparison = compareWith(settings, live, recorded);
  const inOrder = compareWith({ ...settings, columnOrder: true }, live, recorded);
  return {
    comparison,
    lines: reverseChanges(comparison.changes).flatMap(describeChange),
    reordered: inOrder.changes.flatMap((change) =>
      change.kind === "alter-table" && change.changes.some(({ kind }) => kind === "reorder-columns")
        ? change.to.name
        : []
    ),
  };
}

/** A database's drift for a report. */
export interface DriftReport {
  readonly finding: Finding;
  /** The differences, a line each. */
  readonly changes: readonly string[];
  /** Statements that undo the differences; null if no plan passed its own check. */
  readonly sql: string | null;
}

/** The result of looking for drift. */
export interface DriftReports {
  /** The drift; null if there is none. */
  readonly drift: DriftReport | null;
  /** A warning about columns in another order; null if there are none, or they are part of the drift. */
  readonly order: Finding | null;
}

/**
 * Looks for drift, and for SQL that undoes it.
 *
 * @param connection A connection for reading.
 * @param name The database for messages.
 * @throws {AludelError} As {@linkcode findDrift}.
 */
export async function reportDrift(
  connection: Connection,
  name: string,
  request: DriftRequest,
): Promise<DriftReports> {
  const drift = await findDrift(connection, request);
  const { reordered } = drift;
  const isPart = request.settings.columnOrder;
  const order = isPart || reordered.length === 0 ? null : orderFinding(name, reordered);
  if (drift.lines.length === 0) return { drift: null, order };
  const finding: Finding = {
    level: "error",
    code: "schema-drift",
    message: `The schema of "${name}" is not what its revisions lead to`,
    notes: drift.lines.map((line) => `beside the revisions: ${line}`),
    next: [
      shell`aludel diff current ${name}`,
      say("Undo the change, or write a revision for it and stamp that one"),
      say('If another tool owns it, name it in the setting "exclude"'),
    ],
  };
  const sql = await sqlAgainstDrift(drift, request);
  return { drift: { finding, changes: drift.lines, sql }, order };
}

function orderFinding(name: string, tables: readonly string[]): Finding {
  const list = tables.map((table) => `"${table}"`).join(", ");
  return {
    level: "warning",
    code: "column-order",
    message: `"${name}" has the columns of ${list} in another order than its revisions make them`,
    notes: ["SELECT * and an INSERT without a list of columns take them in their own order"],
    next: [say("Name the columns in revisions and programs")],
  };
}

/**
 * Finds SQL that undoes a drift, and tests it in memory on rows.
 * @returns null if no plan passes its own check, or a person would have to choose values.
 */
async function sqlAgainstDrift(
  { comparison }: Drift,
  { settings }: DriftRequest,
): Promise<string | null> {
  try {
    const { texts } = await autogenerate({
      comparison,
      message: "take back what was changed beside the revisions",
      down: false,
      sqlite: releaseOf(settings.sqlite ?? libraryVersion()),
      columnOrder: settings.columnOrder,
      scratch: new Scratch(settings),
    });
    return texts.up.replace("-- Up: ", "-- ");
  } catch (error) {
    if (error instanceof AludelError) return null;
    throw error;
  }
}
