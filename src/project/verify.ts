import { AludelError } from "../errors.ts";
import type { RevisionId } from "../graph/revision.ts";
import type { RevisionTexts } from "../manifest/actual_files.ts";
import { formatManifest } from "../manifest/format_manifest.ts";
import type { TextHashes } from "../manifest/lineage.ts";
import type { Digest, ManifestRevision } from "../manifest/manifest.ts";
import { judgeFiles, type Verdict } from "../manifest/verdict.ts";
import type { Intent } from "../state/intent.ts";
import type { Catalogue } from "./catalogue.ts";
import { compareRecords } from "./compare_records.ts";
import { type Finding, findingOf, warningOf } from "./finding.ts";
import { findingError, findingNotice } from "./record_finding_text.ts";
import { MANIFEST_FILE, type RevisionFiles } from "./revision_files.ts";
import { readRevisionTexts, type RevisionTextPair, textHashes } from "./revision_texts.ts";
import { fileError } from "./verdict_error.ts";
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
  const verdicts = new Map<RevisionId, Verdict>();
  const hashes = new Map<RevisionId, TextHashes>();
  const findings: Finding[] = [];
  for (const entry of workspace.manifest.revisions) {
    try {
      const pair = readRevisionTexts(workspace.files, entry, context.digest);
      const verdict = judge(entry, pair, context);
      verdicts.set(entry.id, verdict);
      const actual = textHashes(pair);
      if (actual) hashes.set(entry.id, actual);
      const error = fileError(entry, verdict, workspace.files.name);
      if (error) findings.push(findingOf(error));
    } catch (error) {
      if (!(error instanceof AludelError)) throw error;
      findings.push(findingOf(error.with({ revision: entry.id })));
    }
  }
  return {
    verdicts,
    findings: [
      ...findings,
      ...folderFindings(workspace),
      ...layoutFindings(workspace),
      ...headFindings(workspace),
      ...recordFindings(context, hashes),
      ...intentFindings(context.intents),
    ],
  };
}

function judge(entry: ManifestRevision, pair: RevisionTextPair, context: VerifyContext): Verdict {
  const actual = { up: pair.up?.hash ?? null, down: pair.down?.hash ?? null };
  return judgeFiles(entry, actual, {
    actual: () => ({ up: pair.up?.text ?? null, down: pair.down?.text ?? null }),
    sealed: () => context.sealedTexts(entry),
  });
}

/** The folders that no line of the manifest names. */
export function strayFolders({ files, manifest }: Workspace): readonly string[] {
  const known = new Set(manifest.revisions.map((entry) => entry.dir));
  return files.folders().filter((name) => !known.has(name) && !name.startsWith("."));
}

function folderFindings(workspace: Workspace): Finding[] {
  return strayFolders(workspace).map((name) => ({
    level: "error",
    code: "folder-without-revision",
    message: `Folder "${name}" is in no line of the manifest`,
    place: { file: `${workspace.files.name}/${name}` },
    notes: [
      "A command that wrote a revision was interrupted, or the manifest lost the line in a merge",
    ],
    next: ["aludel verify --fix"],
  }));
}

function layoutFindings({ files, manifest }: Workspace): Finding[] {
  if (isCanonical(files, formatManifest(manifest))) return [];
  return [{
    level: "warning",
    code: "manifest-layout",
    message: "The manifest is not in its canonical layout, so git may fail to merge it",
    place: { file: manifest.file },
    notes: [],
    next: ["aludel verify --fix"],
  }];
}

function isCanonical(files: RevisionFiles, canonical: string): boolean {
  const bytes = files.read(MANIFEST_FILE);
  // A checkout may have changed the line ends: git's business, not a difference.
  return bytes !== null &&
    new TextDecoder().decode(bytes).replaceAll("\r\n", "\n") === canonical;
}

function headFindings({ graph }: Workspace): Finding[] {
  if (graph.heads.length < 2) return [];
  return [{
    level: "warning",
    code: "several-heads",
    message: `There are ${graph.heads.length} heads: ${graph.heads.join(", ")}`,
    notes: [],
    next: ['aludel merge heads -m "merge branches"'],
  }];
}

function recordFindings(
  { catalogue, workspace }: VerifyContext,
  hashes: ReadonlyMap<RevisionId, TextHashes>,
): Finding[] {
  return compareRecords(catalogue, (entry) => hashes.get(entry.id)).flatMap((finding) => {
    // Told already, as a finding about the file; or to be mended by the next run without a word.
    if (finding.kind === "file-missing" || finding.kind === "resealed") return [];
    const error = findingError(finding, catalogue, workspace.files);
    return error ? findingOf(error) : warningOf(findingNotice(finding, catalogue), finding.id);
  });
}

function intentFindings(intents: readonly Intent[]): Finding[] {
  const last = new Map(intents.map((intent) => [`${intent.revision} ${intent.direction}`, intent]));
  return [...last.values()].map((intent) => ({
    level: "error",
    code: "off-interrupted",
    message: intent.state === "done"
      ? `Revision "${intent.revision}" was interrupted after statement ${intent.statement}`
      : `Revision "${intent.revision}" was interrupted in statement ${intent.statement}, which may have run or not`,
    revision: intent.revision,
    notes: [intent.sql],
    next: [
      `aludel ${intent.direction === "up" ? "upgrade" : "downgrade"}, which says how to go on`,
    ],
  }));
}
