import { durationText } from "../../text/layout.ts";
import type { RevisionId } from "../../graph/revision.ts";
import type { Verdict } from "../../manifest/verdict.ts";
import type { RevisionTexts } from "../../project/workspace/revision_texts.ts";
import type { DatabaseCatalogue } from "../session/database.ts";
import type { Field } from "./revision.ts";

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
    : `by ${record.appliedBy} in ${durationText(record.durationMs)}`;
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

/** What a person should know of a revision's files: whether they are sealed, and whether it can be undone. */
export function sealField(texts: RevisionTexts): readonly Field[] {
  const verdict = texts.judge();
  const seal: Field = ["Seal", sealText(verdict)];
  const missing = verdict.kind === "missing" && verdict.file === "down";
  return texts.down === null && !missing
    ? [seal, ["Undo", "impossible: it has no down.sql"]]
    : [seal];
}

function sealText(verdict: Verdict): string {
  switch (verdict.kind) {
    case "draft":
      return "draft, not sealed yet";
    case "sealed":
      return "sealed, and the files are what was sealed";
    case "was":
      return "sealed again since; the files are an earlier pair that is still accepted";
    case "missing":
      return `broken: ${verdict.file}.sql is missing`;
    case "unexpected":
      return "broken: there is a down.sql, and it was sealed without one";
    case "edited": {
      const files = verdict.files.map((file) => `${file}.sql`).join(" and ");
      return `broken: ${files} changed since it was sealed`;
    }
  }
}
