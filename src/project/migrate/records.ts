import { quotedList } from "../../text/layout.ts";
import { AludelError, type ErrorCode } from "../../errors.ts";
import type { RevisionId } from "../../graph/revision.ts";
import type { ManifestRevision, TextHash } from "../../manifest/manifest.ts";
import {
  type AppliedVerdict,
  hashTexts,
  isEarlierPair,
  judgeApplied,
  lineages,
  type TextHashes,
} from "../../manifest/verdict.ts";
import type { Notice } from "../../finding.ts";
import { Tokenizer } from "../../sql/tokenizer.ts";
import type { AppliedRevision, StoredTexts } from "../../state/state.ts";
import { type NextStep, say, shell } from "../../text/next_step.ts";
import { recordElsewhere } from "./goal.ts";
import { type Catalogue, isOfAnotherProject } from "../workspace/catalogue.ts";
import type { RevisionFiles } from "../workspace/revision_files.ts";

/** How a record of the database and the disk differ. */
type RecordFinding =
  | { readonly id: RevisionId; readonly kind: Exclude<AppliedVerdict, "same"> }
  /** In the database, not on disk. */
  | { readonly id: RevisionId; readonly kind: "unknown" }
  /** On disk with other parents or dependencies than when it ran. */
  | {
    readonly id: RevisionId;
    readonly kind: "moved";
    readonly was: readonly RevisionId[];
    readonly now: readonly RevisionId[];
  }
  /** On disk without its up.sql. */
  | { readonly id: RevisionId; readonly kind: "file-missing" }
  /** Recorded without the records of revisions that it follows. */
  | {
    readonly id: RevisionId;
    readonly kind: "parent-missing";
    readonly missing: readonly RevisionId[];
  }
  /** Recorded with a lineage that is not the one of its own texts, parents and dependencies. */
  | { readonly id: RevisionId; readonly kind: "lineage-changed" }
  /** Recorded with texts that are not the ones whose hashes are recorded. */
  | { readonly id: RevisionId; readonly kind: "text-changed"; readonly files: readonly TextFile[] };

/** One of a revision's two texts. */
export type TextFile = "up" | "down";

/**
 * The lineages that the records give, each from its own hashes, parents and dependencies. A record whose parent has none
 * has no lineage here.
 */
export function recordLineages(
  { graph, records }: Catalogue,
): ReadonlyMap<RevisionId, TextHash> {
  const order = graph.ids.flatMap((id) => records.get(id) ?? []);
  return lineages(order, (id) => records.get(id));
}

/**
 * The stored texts of a record that are not what it says they are.
 *
 * @param entry The revision's line in the manifest, whose `was` is accepted; undefined if it is not on disk.
 */
export function changedTexts(
  record: AppliedRevision,
  entry: ManifestRevision | undefined,
  { texts, replaced }: StoredTexts,
): readonly TextFile[] {
  const stored = texts.get(record.id);
  if (stored === undefined) return [];
  const actual = hashTexts(stored);
  const isEqual = ({ up, down }: TextHashes) => up === actual.up && down === actual.down;
  if (isEqual(record) || replaced.get(record.id)?.some(isEqual)) return [];
  if (entry !== undefined && isEarlierPair(entry, actual)) return [];
  const files: TextFile[] = [];
  if (actual.up !== record.up) files.push("up");
  if (actual.down !== record.down) files.push("down");
  return files;
}

/** What {@linkcode compareRecords} compares the records with. */
export interface RecordSources {
  /** The hashes of a revision's files now; undefined without an up.sql. */
  readonly hashesOf: (entry: ManifestRevision) => TextHashes | undefined;
  /** As {@linkcode recordLineages} gives them. */
  readonly lineageOf: ReadonlyMap<RevisionId, TextHash>;
  /** Where they are to be compared with their hashes as well. */
  readonly stored?: StoredTexts | undefined;
}

/**
 * Compares every record with itself, with the records that it follows, and with the disk: together this is the
 * comparison of lineages, revision by revision.
 *
 * @returns Findings in topological order; empty if the lineages agree.
 */
export function compareRecords(
  catalogue: Catalogue,
  { hashesOf, lineageOf, stored }: RecordSources,
): RecordFinding[] {
  const findings: RecordFinding[] = [];
  for (const id of catalogue.graph.ids) {
    const record = catalogue.records.get(id);
    if (record === undefined) continue;
    const entry = catalogue.entries.get(id);
    const missing = [...record.parents, ...record.dependsOn]
      .filter((parent) => !catalogue.records.has(parent));
    if (missing.length > 0) findings.push({ id, kind: "parent-missing", missing });
    const lineage = lineageOf.get(id);
    if (lineage !== undefined && lineage !== record.lineage) {
      findings.push({ id, kind: "lineage-changed" });
    }
    if (stored !== undefined) {
      const files = changedTexts(record, entry, stored);
      if (files.length > 0) findings.push({ id, kind: "text-changed", files });
    }
    if (entry === undefined) {
      findings.push({ id, kind: "unknown" });
      continue;
    }
    if (!sameEdges(record, entry)) findings.push(moved(record, entry));
    const hashes = hashesOf(entry);
    if (hashes === undefined) {
      findings.push({ id, kind: "file-missing" });
      continue;
    }
    const verdict = judgeApplied(entry, hashes, record);
    if (verdict !== "same") findings.push({ id, kind: verdict });
  }
  return findings;
}

/**
 * The revision under whose id a pending one ran already: one that the database has, the disk does not, and whose up is
 * the same text. undefined if there is none, and for a text without a statement, as many merges have.
 *
 * @param up The pending revision's up: its text and hash.
 */
export function ranUnder(
  { records, entries }: Catalogue,
  up: { readonly text: string; readonly hash: TextHash },
): RevisionId | undefined {
  for (const { id, up: hash } of records.values()) {
    if (hash !== up.hash || entries.has(id)) continue;
    return new Tokenizer(up.text).nextSignificant() ? id : undefined;
  }
  return undefined;
}

/** Whether what ran is what the manifest says now: then a file that differs was edited on disk, and nothing else is wrong. */
export function ranAsSealed({ entries, records }: Catalogue, id: RevisionId): boolean {
  const entry = entries.get(id);
  const record = records.get(id);
  return entry !== undefined && record !== undefined &&
    entry.up === record.up && entry.down === record.down;
}

function sameEdges(record: AppliedRevision, entry: ManifestRevision): boolean {
  return sameSet(record.parents, entry.parents) && sameSet(record.dependsOn, entry.dependsOn);
}

function sameSet(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((value) => b.includes(value));
}

function moved(record: AppliedRevision, entry: ManifestRevision): RecordFinding {
  return {
    id: record.id,
    kind: "moved",
    was: [...record.parents, ...record.dependsOn],
    now: [...entry.parents, ...entry.dependsOn],
  };
}

/** The error for a finding that stops an upgrade; undefined for one that is only worth a notice. */
export function findingError(
  finding: RecordFinding,
  catalogue: Catalogue,
  files: RevisionFiles | null,
): AludelError | undefined {
  const { id } = finding;
  const entry = catalogue.entries.get(id);
  const folder = entry && files ? `${files.name}/${entry.dir}` : "";
  const error = (
    code: ErrorCode,
    message: string,
    notes: readonly string[],
    next: readonly [NextStep, ...NextStep[]],
  ) =>
    new AludelError(code, message, {
      revision: id,
      ...(folder && { place: { file: folder } }),
      notes,
      next,
    });
  switch (finding.kind) {
    case "edited":
      return error("record-edited", `Revision "${id}" was edited after it was applied`, [
        "The text that ran in the database is neither the sealed one nor one that a later seal replaced",
      ], [
        say("Put the text that ran back into the files"),
        shell`aludel seal --force ${id} # then sign it`,
        shell`aludel redo ${id} # or undo what ran, with the rows in what it made, and run the sealed text`,
      ]);
    case "moved":
      return error(
        "record-moved",
        `Revision "${id}" was given other parents after it was applied`,
        [
          `It ran on top of ${list(finding.was)}`,
          `The manifest now puts it on top of ${list(finding.now)}`,
        ],
        [
          recordElsewhere(id, catalogue),
          shell`aludel redo ${id} # undo it and run it again: the rows in what it made are lost`,
          say("Or put the old parents back into the manifest"),
        ],
      );
    case "file-missing":
      return error(
        "revision-file-missing",
        `Revision "${id}" is applied and has no up.sql any more`,
        [],
        [
          shell`git checkout -- ${folder || "migrations"}`,
          shell`aludel verify --fix # write again what the database stored`,
        ],
      );
    case "parent-missing": {
      const { missing } = finding;
      const canRecord = missing.every((parent) => catalogue.entries.has(parent));
      return error(
        "record-parent-missing",
        `Revision "${id}" is applied, and the database has no record of ${
          list(missing)
        }, which it follows`,
        ["Something other than Aludel removed the record: Aludel never leaves one without it"],
        canRecord
          ? [
            shell`aludel verify --drift # see whether the database has what it made`,
            shell`aludel stamp ${currentOf(catalogue)} # record it again`,
          ]
          : [shell`aludel verify --drift`, shell`aludel backup list`],
      );
    }
    case "lineage-changed":
      return error(
        "record-lineage-changed",
        `The record of revision "${id}" is not the one that Aludel wrote`,
        ["Its lineage does not match its hashes, parents and dependencies"],
        recordAgain(catalogue),
      );
    case "text-changed":
      return error(
        "record-text-changed",
        `The database's own ${textFiles(finding.files)} of revision "${id}" ${
          finding.files.length === 1 ? "is" : "are"
        } not what ran`,
        ["The hashes recorded with it belong to other texts"],
        recordAgain(catalogue),
      );
    case "draft-edited":
    case "resealed":
    case "unknown":
      return undefined;
  }
}

/** How to rewrite records that something else changed from the disk, if all of them are on disk. */
function recordAgain(catalogue: Catalogue): readonly [NextStep, NextStep] {
  const look = shell`aludel verify --drift # see whether the schema is what the revisions make`;
  return [...catalogue.applied].every((id) => catalogue.entries.has(id))
    ? [look, shell`aludel stamp --purge ${currentOf(catalogue)} # record the texts on disk instead`]
    : [look, shell`aludel backup list`];
}

/** Refs for the revisions that the database is at. */
function currentOf({ graph, applied }: Catalogue): readonly string[] {
  return graph.headsOf(applied, "parents");
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

/** `up.sql`, or both. */
export function textFiles(files: readonly TextFile[]): string {
  return files.map((file) => `${file}.sql`).join(" and ");
}

/** The notice for a finding that stops nothing. */
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

/** What follows `ID@` in the ref of a downgrade that undoes a revision and all above it, and nothing else. */
function below(id: RevisionId, { graph }: Catalogue): string {
  const [parent, ...more] = graph.get(id)?.parents ?? [];
  if (parent === undefined) return "base";
  return more.length === 0 ? parent : "-1";
}

function list(ids: readonly string[]): string {
  return ids.length === 0 ? "nothing" : quotedList(ids);
}
