import type { RevisionId } from "../graph/revision.ts";
import type { RevisionTexts } from "../manifest/actual_files.ts";
import type { Digest, ManifestRevision } from "../manifest/manifest.ts";
import type { Verdict } from "../manifest/verdict.ts";
import type { Intent } from "../state/intent.ts";
import type { StoredTexts } from "../state/read_state.ts";
import type { Catalogue } from "./catalogue.ts";
import { compareRecords, ranAsSealed, ranUnder, recordLineages } from "./compare_records.ts";
import { type Finding, findingOf, warningOf } from "./finding.ts";
import { findingError, findingNotice, ranError } from "./record_finding_text.ts";
import { readRevisionTexts } from "./revision_texts.ts";
import { type FilesVerification, headFindings, verifyFiles } from "./verify_files.ts";
import type { Workspace } from "./workspace.ts";

/** What {@linkcode verify} needs. */
export interface VerifyContext {
  readonly workspace: Workspace;
  /** Joined with the records of a database; with none, only the files are verified. */
  readonly catalogue: Catalogue;
  readonly digest: Digest;
  /** The texts that an edited revision was sealed with, where somebody has them: git, or a database. */
  readonly sealedTexts: (entry: ManifestRevision) => RevisionTexts | undefined;
  /** Statements outside a transaction that a crash interrupted, from the database. */
  readonly intents: readonly Intent[];
  /** What the database stored, where that is to be compared with its hashes. */
  readonly stored?: StoredTexts | undefined;
}

/** What was verified and found. */
export interface Verification {
  /** In the order of the manifest, then of the database. */
  readonly findings: readonly Finding[];
  readonly verdicts: ReadonlyMap<RevisionId, Verdict>;
}

/**
 * Compares every revision's files with the manifest, the manifest with the folders that are there, and the records of
 * a database with both. Changes nothing.
 */
export function verify(context: VerifyContext): Verification {
  const { workspace } = context;
  const { files, manifest, graph } = workspace;
  const verified = verifyFiles({ ...context, files, manifest });
  return {
    verdicts: verified.verdicts,
    findings: [
      ...verified.findings,
      ...headFindings(graph.heads),
      ...recordFindings(context, verified),
      ...ranFindings(context, verified),
      ...intentFindings(context),
    ],
  };
}

function recordFindings(
  { catalogue, workspace, stored, digest }: VerifyContext,
  { verdicts, hashes }: FilesVerification,
): Finding[] {
  const sources = {
    hashesOf: (entry: ManifestRevision) => hashes.get(entry.id),
    lineageOf: recordLineages(catalogue, digest),
    stored,
    digest,
  };
  return compareRecords(catalogue, sources).flatMap((finding) => {
    const { id, kind } = finding;
    // Told already, as a finding about the file; or to be mended by the next run without a word.
    if (kind === "file-missing" || kind === "resealed") return [];
    if (kind === "edited" && !ACCEPTED.has(verdicts.get(id)!.kind) && ranAsSealed(catalogue, id)) {
      return [];
    }
    const error = findingError(finding, catalogue, workspace.files);
    return error ? findingOf(error) : warningOf(findingNotice(finding, catalogue), id);
  });
}

/** Pending revisions that ran under an id that the disk does not know. */
function ranFindings(
  { catalogue, workspace, digest }: VerifyContext,
  { hashes }: FilesVerification,
): Finding[] {
  const { records, entries, applied } = catalogue;
  const unknown = new Set(
    [...records.values()].filter(({ id }) => !entries.has(id)).map(({ up }) => up),
  );
  if (unknown.size === 0) return [];
  return [...entries.values()].flatMap((entry) => {
    const hash = hashes.get(entry.id)?.up;
    if (applied.has(entry.id) || hash === undefined || !unknown.has(hash)) return [];
    const { up } = readRevisionTexts(workspace.files, entry, digest);
    const ran = up === null ? undefined : ranUnder(catalogue, up);
    return ran === undefined
      ? []
      : [findingOf(ranError(entry, ran, catalogue, workspace.files.name))];
  });
}

/** The verdicts that are no finding about a file. */
const ACCEPTED: ReadonlySet<Verdict["kind"]> = new Set(["draft", "sealed", "was"]);

function intentFindings({ intents, catalogue }: VerifyContext): Finding[] {
  const last = new Map(intents.map((intent) => [`${intent.revision} ${intent.direction}`, intent]));
  return [...last.values()].map((intent) => ({
    level: "error",
    code: "off-interrupted",
    message: intent.state === "done"
      ? `Revision "${intent.revision}" was interrupted after statement ${intent.statement}`
      : `Revision "${intent.revision}" was interrupted in statement ${intent.statement}, which may have run or not`,
    revision: intent.revision,
    notes: [intent.sql],
    next: catalogue.graph.has(intent.revision)
      ? waysOn(intent)
      : ["aludel stamp current, to forget about it"],
  }));
}

/** The commands that go on with an interrupted script: a question only where a statement is in doubt. */
function waysOn({ revision, direction, state }: Intent): string[] {
  const command = direction === "up"
    ? `aludel upgrade ${revision}`
    : `aludel downgrade ${revision}@-1`;
  if (state === "done") return [command];
  return [
    `${command} --resume again, if the statement has not run`,
    `${command} --resume skip, if it has`,
  ];
}
