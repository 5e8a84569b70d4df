import type { RevisionId } from "../graph/revision.ts";
import type { DatabaseCatalogue } from "./open_database_catalogue.ts";
import type { Field } from "./revision_block.ts";

/** When and how a revision came into the database; nothing where none was looked at. */
export function appliedField(
  database: DatabaseCatalogue | undefined,
  id: RevisionId,
): readonly Field[] {
  if (database === undefined) return [];
  const { name } = database.target;
  const record = database.catalogue.records.get(id);
  if (record === undefined) return [["Applied", `no, not to "${name}"`]];
  const at = record.appliedAt.replace("T", " ").replace("Z", " UTC");
  const how = record.kind === "stamped"
    ? `stamped by ${record.appliedBy}, not run`
    : `by ${record.appliedBy} in ${Math.round(record.durationMs)} ms`;
  return [["Applied", `to "${name}" on ${at}, ${how}`]];
}

/** The same for a program: null where it is not applied, or no database was looked at. */
export function appliedJson(
  database: DatabaseCatalogue | undefined,
  id: RevisionId,
): Readonly<Record<string, unknown>> | null {
  const record = database?.catalogue.records.get(id);
  if (database === undefined || record === undefined) return null;
  return {
    database: database.target.name,
    at: record.appliedAt,
    kind: record.kind,
    durationMs: record.durationMs,
    by: record.appliedBy,
    lineage: record.lineage,
  };
}
