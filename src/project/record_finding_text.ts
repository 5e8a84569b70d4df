import { AludelError } from "../errors.ts";
import type { RevisionId } from "../graph/revision.ts";
import type { ManifestRevision } from "../manifest/manifest.ts";
import type { Notice } from "../runner/run_event.ts";
import type { Catalogue } from "./catalogue.ts";
import type { RecordFinding, TextFile } from "./compare_records.ts";
import type { RevisionFiles } from "./revision_files.ts";

/** The error for a finding that stops an upgrade; undefined for one that is only worth a notice. */
export function findingError(
  finding: RecordFinding,
  catalogue: Catalogue,
  files: RevisionFiles | null,
): AludelError | undefined {
  const { id } = finding;
  const entry = catalogue.entries.get(id);
  const folder = entry && files ? `${files.name}/${entry.dir}` : "";
  const facts = { revision: id, ...(folder && { place: { file: folder } }) };
  switch (finding.kind) {
    case "edited":
      return new AludelError("record-edited", `Revision "${id}" was edited after it was applied`, {
        ...facts,
        notes: [
          "The text that ran in the database is neither the one that was sealed nor one that a re-signing replaced",
        ],
        next: [
          `aludel redo ${id}, to undo what ran and run the sealed text`,
          `Or put the text that ran back into the files, and sign it with \`aludel seal --force ${id}\``,
        ],
      });
    case "moved":
      return new AludelError(
        "record-moved",
        `Revision "${id}" was re-parented after it was applied`,
        {
          ...facts,
          notes: [
            `It ran on top of ${list(finding.was)}`,
            `The manifest now puts it on top of ${list(finding.now)}`,
          ],
          next: [
            `aludel redo ${id}, to undo it and run it again where the manifest puts it now`,
            "Or put the old parents back into the manifest",
          ],
        },
      );
    case "file-missing":
      return new AludelError(
        "revision-file-missing",
        `Revision "${id}" is applied and has no up.sql any more`,
        {
          ...facts,
          next: ["aludel verify", "git checkout -- " + (folder || "migrations")],
        },
      );
    case "parent-missing": {
      const added = finding.missing.filter((parent) => catalogue.entries.has(parent));
      return new AludelError(
        "record-parent-missing",
        `Revision "${id}" is applied, and the database has no record of ${
          list(finding.missing)
        }, which it follows`,
        {
          ...facts,
          notes: ["Something other than Aludel removed the record: none is ever left without it"],
          next: added.length === finding.missing.length
            ? [
              "aludel verify --drift, to see whether the database has what it made",
              `aludel stamp ${currentOf(catalogue)}, to record it again`,
            ]
            : ["aludel verify --drift", "aludel backup list"],
        },
      );
    }
    case "lineage-changed":
      return new AludelError(
        "record-lineage-changed",
        `The record of revision "${id}" is not the one that Aludel wrote`,
        {
          ...facts,
          notes: ["Its lineage is not the one of its own hashes, parents and dependencies"],
          next: recordAgain(catalogue),
        },
      );
    case "text-changed":
      return new AludelError(
        "record-text-changed",
        `The database's own ${textFiles(finding.files)} of revision "${id}" ${
          finding.files.length === 1 ? "is" : "are"
        } not what ran`,
        {
          ...facts,
          notes: ["The hashes that were recorded with it are those of other texts"],
          next: recordAgain(catalogue),
        },
      );
    case "draft-edited":
    case "resealed":
    case "unknown":
      return undefined;
  }
}

/** How records that something else changed are written anew from the disk, where all of them are there. */
function recordAgain(catalogue: Catalogue): string[] {
  const look = "aludel verify --drift, to see whether the schema is what the revisions give";
  return [...catalogue.applied].every((id) => catalogue.entries.has(id))
    ? [look, `aludel stamp --purge ${currentOf(catalogue)}, to record the texts on disk instead`]
    : [look, "aludel backup list"];
}

/** Refs for what the database stands at. */
function currentOf({ graph, applied }: Catalogue): string {
  return graph.headsOf(applied, "parents").join(" ");
}

/**
 * The error for a pending revision that ran under another id, as `ranUnder` finds it.
 * @param ran That id.
 */
export function ranError(
  { id, dir }: ManifestRevision,
  ran: RevisionId,
  { graph, applied, onDisk }: Catalogue,
  folder: string,
): AludelError {
  const recorded = new Set([...applied, id].filter((one) => one !== ran));
  const isKnown = recorded.values().every((one) => onDisk.has(one));
  return new AludelError(
    "revision-ran",
    `Revision "${id}" has the text of "${ran}", which ran in this database and is not on disk`,
    {
      revision: id,
      place: { file: `${folder}/${dir}` },
      notes: [
        "It seems to have lost its id, and would do its work a second time",
        "If it is meant to run again, change its text: a comment is enough",
      ],
      next: [
        `Delete its line in ${folder}/manifest.json, then: aludel verify --fix`,
        ...(isKnown
          ? [
            `aludel stamp --purge ${
              graph.headsOf(recorded, "parents").join(" ")
            }, to record it under the id that it has now`,
          ]
          : [`aludel show ${ran}`]),
      ],
    },
  );
}

/** `up.sql`, or both. */
export function textFiles(files: readonly TextFile[]): string {
  return files.map((file) => `${file}.sql`).join(" and ");
}

/** What to tell of a finding that stops nothing. */
export function findingNotice(finding: RecordFinding, catalogue: Catalogue): Notice {
  const { id } = finding;
  const error = findingError(finding, catalogue, null);
  if (error) {
    return {
      type: "notice",
      code: error.code,
      message: error.message,
      notes: error.notes,
      next: error.next,
    };
  }
  if (finding.kind === "unknown") {
    return {
      type: "notice",
      code: "revision-unknown",
      message: `Revision "${id}" is applied in the database and is not on disk`,
      notes: ["It may be on another branch of git"],
      next: [
        `aludel show ${id}`,
        `aludel downgrade ${id}@${
          below(id, catalogue)
        }, to undo it with the down.sql that the database stored`,
      ],
    };
  }
  return {
    type: "notice",
    code: "draft-edited",
    message: `Draft "${id}" was edited after it was applied`,
    next: [`aludel redo ${id}`],
  };
}

/** What follows `ID@` in the ref of a downgrade that undoes a revision and what stands on it, and nothing else. */
function below(id: RevisionId, { graph }: Catalogue): string {
  const [parent, ...more] = graph.get(id)?.parents ?? [];
  if (parent === undefined) return "base";
  return more.length === 0 ? parent : "-1";
}

function list(ids: readonly string[]): string {
  return ids.length === 0 ? "nothing" : ids.map((id) => `"${id}"`).join(" and ");
}
