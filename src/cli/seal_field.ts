import type { InspectedRevision } from "../project/inspect_revision.ts";
import type { Field } from "./revision_block.ts";

/** What a person should know of a revision's files: whether they are sealed, and whether it can be undone. */
export function sealField({ verdict, down }: InspectedRevision): readonly Field[] {
  const seal: Field = ["Seal", sealText(verdict)];
  const missing = verdict.kind === "missing" && verdict.file === "down";
  return down === null && !missing ? [seal, ["Undo", "impossible: it has no down.sql"]] : [seal];
}

function sealText(verdict: InspectedRevision["verdict"]): string {
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
