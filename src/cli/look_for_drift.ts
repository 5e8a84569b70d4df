import { openScratch } from "../db/open_scratch.ts";
import { accessTo } from "../project/database_access.ts";
import type { Finding } from "../project/finding.ts";
import { type DriftContext, findDrift, sqlAgainstDrift } from "../proof/drift.ts";
import type { OpenVerification } from "./open_verification.ts";

/** A database's drift for a report. */
export interface DriftReport {
  readonly finding: Finding;
  /** What differs, a line each. */
  readonly changes: readonly string[];
  /** Statements that take it back; null where none were found that pass their own check. */
  readonly sql: string | null;
}

/** Looks for drift in the database that was verified. @returns null where there is none, or no database. */
export async function lookForDrift(open: OpenVerification): Promise<DriftReport | null> {
  const { target, project, context: { catalogue } } = open;
  if (target === undefined || !open.present || catalogue.applied.size === 0) return null;
  await using connection = await accessTo(target).look();
  if (connection === null) return null;
  const context: DriftContext = {
    settings: project.settings,
    sqliteVersion: openScratch().capabilities.sqliteVersion,
    fileOf: (id) => {
      const dir = catalogue.entries.get(id)?.dir;
      const path = dir === undefined ? `up.sql of ${id}` : `${project.files.name}/${dir}/up.sql`;
      return `${path} (as stored in the database)`;
    },
  };
  const drift = await findDrift(connection, context);
  if (drift.lines.length === 0) return null;
  const finding: Finding = {
    level: "error",
    code: "schema-drift",
    message: `The schema of "${target.name}" is not what its revisions lead to`,
    notes: drift.lines.map((line) => `beside the revisions: ${line}`),
    next: [
      `aludel diff current ${target.name}`,
      "Take the change back, or write a revision for it and stamp that one",
      'If another tool owns it, name it in the setting "exclude"',
    ],
  };
  return { finding, changes: drift.lines, sql: await sqlAgainstDrift(drift, context) };
}
