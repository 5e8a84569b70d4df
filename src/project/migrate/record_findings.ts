/** Messages about records that differ from the disk. */
import { AludelError, type ErrorCode } from "../../errors.ts";
import type { Notice } from "../../finding.ts";
import type { RevisionId } from "../../graph/revision.ts";
import type { ManifestRevision } from "../../manifest/manifest.ts";
import { quotedList } from "../../text/layout.ts";
import { type NextStep, say, shell } from "../../text/next_step.ts";
import { type Catalogue, isOfAnotherProject } from "../workspace/catalogue.ts";
import type { RevisionFiles } from "../workspace/revision_files.ts";
import { recordElsewhere } from "./goal.ts";
import type { RecordFinding, TextFile } from "./records.ts";

/** The error for a finding that stops an upgrade; undefined if a notice is enough. */
export function findingError(
  finding: RecordFinding,
  catalogue: Catalogue,
  files: RevisionFiles | null,
): AludelError | undefined {
  const { id } = finding;
  const entry = catalogue.entries.get(id);
  const folder = entry && files ? `${files.name}/${entry.dir}` : "";
  const explanation = explain(finding, catalogue, folder);
  if (explanation === undefined) return undefined;
  const { code, message, notes = [], next } = explanation;
  return new AludelError(code, message, {
    revision: id,
    ...(folder && { place: { file: folder } }),
    notes,
    next,
  });
}

/** The parts of an error about a record. */
interface Explanation {
  readonly code: ErrorCode;
  readonly message: string;
  readonly notes?: readonly string[];
  readonly next: readonly [NextStep, ...NextStep[]];
}

function explain(
  finding: RecordFinding,
  catalogue: Catalogue,
  folder: string,
): Explanation | undefined {
  const { id } = finding;
  switch (finding.kind) {
    case "edited":
      return {
        code: "record-edited",
        message: `Revision "${id}" was edited after it was applied`,
        notes: [
          "The text that ran in the database is neither the sealed one nor one that a later seal replaced",
        ],
        next: [
          say("Put the text that ran back into the files"),
          shell`aludel seal --force ${id} # then sign it`,
          shell`aludel redo ${id} # or undo what ran, with the rows in what it made, and run the sealed text`,
        ],
      };
    case "moved":
      return explainMove(finding, catalogue);
    case "file-missing":
      return {
        code: "revision-file-missing",
        message: `Revision "${id}" is applied and has no up.sql any more`,
        next: [
          shell`git checkout -- ${folder || "migrations"}`,
          shell`aludel verify --fix # write again what the database stored`,
        ],
      };
    case "parent-missing":
      return explainMissingParent(finding, catalogue);
    case "lineage-changed":
      return {
        code: "record-lineage-changed",
        message: `The record of revision "${id}" is not the one that Aludel wrote`,
        notes: ["Its lineage does not match its hashes, parents and dependencies"],
        next: recordAgain(catalogue),
      };
    case "text-changed":
      return {
        code: "record-text-changed",
        message: `The database's own ${textFiles(finding.files)} of revision "${id}" ${
          finding.files.length === 1 ? "is" : "are"
        } not what ran`,
        notes: ["The hashes recorded with it belong to other texts"],
        next: recordAgain(catalogue),
      };
    case "draft-edited":
    case "resealed":
    case "unknown":
      return undefined;
  }
}

type FindingOf<Kind> = Extract<RecordFinding, { readonly kind: Kind }>;

function explainMove({ id, was, now }: FindingOf<"moved">, catalogue: Catalogue): Explanation {
  return {
    code: "record-moved",
    message: `Revision "${id}" was given other parents after it was applied`,
    notes: [
      `It ran on top of ${list(was)}`,
      `The manifest now puts it on top of ${list(now)}`,
    ],
    next: [
      recordElsewhere(id, catalogue),
      shell`aludel redo ${id} # undo it and run it again: the rows in what it made are lost`,
      say("Or put the old parents back into the manifest"),
    ],
  };
}

function explainMissingParent(
  { id, missing }: FindingOf<"parent-missing">,
  catalogue: Catalogue,
): Explanation {
  const canRecord = missing.every((parent) => catalogue.entries.has(parent));
  return {
    code: "record-parent-missing",
    message: `Revision "${id}" is applied, and the database has no record of ${
      list(missing)
    }, which it follows`,
    notes: ["Something other than Aludel removed the record: Aludel never leaves one without it"],
    next: canRecord
      ? [
        shell`aludel verify --drift # see whether the database has what it made`,
        shell`aludel stamp ${currentOf(catalogue)} # record it again`,
      ]
      : [shell`aludel verify --drift`, shell`aludel backup list`],
  };
}

/** The commands that rewrite the records from the disk, if all of their revisions are on disk. */
function recordAgain(catalogue: Catalogue): readonly [NextStep, NextStep] {
  const look = shell`aludel verify --drift # see whether the schema is what the revisions make`;
  return [...catalogue.applied].every((id) => catalogue.entries.has(id))
    ? [look, shell`aludel stamp --purge ${currentOf(catalogue)} # record the texts on disk instead`]
    : [look, shell`aludel backup list`];
}

/** The refs of the database's current revisions. */
function currentOf({ graph, applied }: Catalogue): readonly string[] {
  return graph.headsOf(applied, "parents");
}

/**
 * The error for a pending revision that ran under another id, which `ranUnder` found.
 * @param ran The other id.
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
        "It seems to have lost its id, and would run a second time",
        "If it should run again, change its text: a comment is enough",
      ],
      next: [
        say(`Delete its line in ${folder}/manifest.json`),
        shell`aludel verify --fix # then remove its folder`,
        ...(isKnown
          ? [
            shell`aludel stamp --purge ${
              graph.headsOf(recorded, "parents")
            } # record it under the id that it has now`,
          ]
          : [shell`aludel show ${ran}`]),
      ],
    },
  );
}

/** Names the files: `up.sql`, or both. */
export function textFiles(files: readonly TextFile[]): string {
  return files.map((file) => `${file}.sql`).join(" and ");
}

/** The notice for a finding that does not stop an upgrade. */
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
    const isForeign = catalogue.entries.size > 0 && isOfAnotherProject(catalogue);
    return {
      type: "notice",
      code: "revision-unknown",
      message: `Revision "${id}" is applied in the database but not on disk`,
      notes: [
        isForeign
          ? "None of the database's revisions is on disk: it belongs to another project"
          : "It may be on another branch of git",
      ],
      next: [
        shell`aludel show ${id}`,
        ...(isForeign ? [] : [
          shell`aludel downgrade ${id}@${
            below(id, catalogue)
          } # undo it with the down.sql that the database stored`,
        ]),
      ],
    };
  }
  return {
    type: "notice",
    code: "draft-edited",
    message: `Draft "${id}" was edited after it was applied`,
    next: [
      shell`aludel redo ${id} # undo what ran, with the rows in what it made, and run the new text`,
    ],
  };
}

/** The part after `ID@` in the ref of a downgrade that undoes only a revision and those above it. */
function below(id: RevisionId, { graph }: Catalogue): string {
  const [parent, ...more] = graph.get(id)?.parents ?? [];
  if (parent === undefined) return "base";
  return more.length === 0 ? parent : "-1";
}

function list(ids: readonly string[]): string {
  return ids.length === 0 ? "nothing" : quotedList(ids);
}
