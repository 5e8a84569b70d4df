import { AludelError } from "../errors.ts";
import type { RevisionId } from "../graph/revision.ts";
import type { RevisionTexts } from "../manifest/actual_files.ts";
import { formatManifest } from "../manifest/format_manifest.ts";
import type { TextHashes } from "../manifest/lineage.ts";
import type { Digest, ManifestRevision } from "../manifest/manifest.ts";
import type { ParsedManifest } from "../manifest/parse_manifest.ts";
import { judgeFiles, type Verdict } from "../manifest/verdict.ts";
import { type Finding, findingOf } from "./finding.ts";
import type { RevisionFiles } from "./revision_files.ts";
import { readRevisionTexts, type RevisionTextPair, textHashes } from "./revision_texts.ts";
import { fileError } from "./verdict_error.ts";

/** What {@linkcode verifyFiles} needs. */
export interface FilesContext {
  readonly files: RevisionFiles;
  readonly manifest: ParsedManifest;
  readonly digest: Digest;
  /** The texts that an edited revision was sealed with, where somebody has them: git, or a database. */
  readonly sealedTexts: (entry: ManifestRevision) => RevisionTexts | undefined;
}

/** How the files of a folder and its manifest compare. */
export interface FilesVerification {
  /** In the order of the manifest. */
  readonly findings: readonly Finding[];
  readonly verdicts: ReadonlyMap<RevisionId, Verdict>;
  /** The hashes of the files that could be read. */
  readonly hashes: ReadonlyMap<RevisionId, TextHashes>;
}

/**
 * Compares every revision's files with its line in the manifest, and the manifest with the folders that are there, wherever
 * they lie: on disk, in git's index, in a commit.
 */
export function verifyFiles(context: FilesContext): FilesVerification {
  const { files, manifest } = context;
  // First, because listing the folders also shows which of them are links.
  const strays = folderFindings(context);
  const verdicts = new Map<RevisionId, Verdict>();
  const hashes = new Map<RevisionId, TextHashes>();
  const findings: Finding[] = [];
  for (const entry of manifest.revisions) {
    try {
      const pair = readRevisionTexts(files, entry, context.digest);
      const verdict = judge(entry, pair, context);
      verdicts.set(entry.id, verdict);
      const actual = textHashes(pair);
      if (actual) hashes.set(entry.id, actual);
      const error = fileError(entry, verdict, files.name);
      if (error) findings.push(findingOf(error));
    } catch (error) {
      if (!(error instanceof AludelError)) throw error;
      findings.push(findingOf(error.with({ revision: entry.id })));
    }
  }
  return {
    verdicts,
    hashes,
    findings: [...findings, ...strays, ...layoutFindings(context)],
  };
}

function judge(entry: ManifestRevision, pair: RevisionTextPair, context: FilesContext): Verdict {
  const actual = { up: pair.up?.hash ?? null, down: pair.down?.hash ?? null };
  return judgeFiles(entry, actual, {
    actual: () => ({ up: pair.up?.text ?? null, down: pair.down?.text ?? null }),
    sealed: () => context.sealedTexts(entry),
  });
}

/** The folders that no line of the manifest names. */
export function strayFolders(
  { files, manifest }: Pick<FilesContext, "files" | "manifest">,
): readonly string[] {
  const known = new Set(manifest.revisions.map((entry) => entry.dir));
  return files.folders().filter((name) => !known.has(name) && !name.startsWith("."));
}

function folderFindings(context: FilesContext): Finding[] {
  return strayFolders(context).map((name) => ({
    level: "error",
    code: "folder-without-revision",
    message: `Folder ${JSON.stringify(name)} is in no line of the manifest`,
    // A line break in a name would break the line of the message.
    place: { file: `${context.files.name}/${JSON.stringify(name).slice(1, -1)}` },
    notes: [
      "A command that wrote a revision was interrupted, or the manifest lost the line in a merge",
    ],
    next: ["aludel verify --fix"],
  }));
}

function layoutFindings({ manifest }: FilesContext): Finding[] {
  if (isCanonical(manifest)) return [];
  return [{
    level: "warning",
    code: "manifest-layout",
    message: "The manifest is not in its canonical layout, so git may fail to merge it",
    place: { file: manifest.file },
    notes: [],
    next: ["aludel verify --fix"],
  }];
}

function isCanonical(manifest: ParsedManifest): boolean {
  // A checkout may have changed the line ends: git's business, not a difference.
  return manifest.text.replaceAll("\r\n", "\n") === formatManifest(manifest);
}

/** Several heads are worth knowing: two branches met, and `upgrade head` would not know which is meant. */
export function headFindings(heads: readonly RevisionId[]): Finding[] {
  if (heads.length < 2) return [];
  return [{
    level: "warning",
    code: "several-heads",
    message: `There are ${heads.length} heads: ${heads.join(", ")}`,
    notes: [],
    next: ['aludel merge heads -m "merge branches"'],
  }];
}
