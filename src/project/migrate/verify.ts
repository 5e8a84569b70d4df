import { AludelError } from "../../errors.ts";
import type { RevisionId } from "../../graph/revision.ts";
import { upgradeRoute } from "../../graph/route.ts";
import {
  type CanonicalTexts,
  formatManifest,
  type ManifestRevision,
} from "../../manifest/manifest.ts";
import type { ParsedManifest } from "../../manifest/parse_manifest.ts";
import { type TextHashes, type Verdict } from "../../manifest/verdict.ts";
import type { OnlineProgress } from "../../runner/online/progress.ts";
import { displayName } from "../../sql/identifier.ts";
import type { Intent } from "../../state/intent.ts";
import type { StoredTexts } from "../../state/state.ts";
import { type NextStep, shell } from "../../text/next_step.ts";
import type { Catalogue } from "../workspace/catalogue.ts";
import { type Finding, findingOf, warningOf } from "../../finding.ts";
import { squashInside } from "../workspace/squashes.ts";
import type { RevisionFiles } from "../workspace/revision_files.ts";
import { RevisionTexts } from "../workspace/revision_texts.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { compareRecords, ranAsSealed, ranUnder, recordLineages } from "./records.ts";
import { findingError, findingNotice, ranError } from "./record_findings.ts";

/** The files to verify. */
export interface VerifyFilesRequest {
  readonly files: RevisionFiles;
  readonly manifest: ParsedManifest;
  /** The texts that an edited revision was sealed with, if they are known: git, or a database. */
  readonly sealedTexts: (entry: ManifestRevision) => CanonicalTexts | undefined;
}

/** The comparison of a folder's files with its manifest. */
interface FilesVerification {
  /** In the order of the manifest. */
  readonly findings: readonly Finding[];
  readonly verdicts: ReadonlyMap<RevisionId, Verdict>;
  /** The hashes of the files that could be read. */
  readonly hashes: ReadonlyMap<RevisionId, TextHashes>;
}

/**
 * Compares every revision's files with its line in the manifest, and the manifest with the existing folders: on disk, in
 * git's index or in a commit.
 */
export function verifyFiles(request: VerifyFilesRequest): FilesVerification {
  const { files, manifest } = request;
  // This comes first, because listing the folders also shows which of them are links.
  const strays = folderFindings(request);
  const verdicts = new Map<RevisionId, Verdict>();
  const hashes = new Map<RevisionId, TextHashes>();
  const findings: Finding[] = [];
  for (const entry of manifest.revisions) {
    try {
      const texts = new RevisionTexts(files, entry);
      const verdict = texts.judge(() => request.sealedTexts(entry));
      verdicts.set(entry.id, verdict);
      if (texts.hashes) hashes.set(entry.id, texts.hashes);
      const error = texts.errorFor(verdict);
      if (error) findings.push(findingOf(error));
    } catch (error) {
      if (!(error instanceof AludelError)) throw error;
      findings.push(findingOf(error.with({ revision: entry.id })));
    }
  }
  return {
    verdicts,
    hashes,
    findings: [...findings, ...strays, ...layoutFindings(request)],
  };
}

/** The folders without a line in the manifest. */
export function strayFolders(
  { files, manifest }: Pick<VerifyFilesRequest, "files" | "manifest">,
): readonly string[] {
  const known = new Set(manifest.revisions.map((entry) => entry.dir));
  return files.folders().filter((name) => !known.has(name) && !name.startsWith("."));
}

function folderFindings(request: VerifyFilesRequest): Finding[] {
  return strayFolders(request).map((name) => ({
    level: "error",
    code: "folder-without-revision",
    message: `Folder ${JSON.stringify(name)} has no line in the manifest`,
    // The name may contain a line break.
    place: { file: `${request.files.name}/${JSON.stringify(name).slice(1, -1)}` },
    notes: [
      "A command that wrote a revision was interrupted, or the manifest lost the line in a merge",
    ],
    next: [shell`aludel verify --fix`],
  }));
}

function layoutFindings({ manifest }: VerifyFilesRequest): Finding[] {
  if (isCanonical(manifest)) return [];
  return [{
    level: "warning",
    code: "manifest-layout",
    message: "The manifest is not in its canonical layout, so git may fail to merge it",
    place: { file: manifest.file },
    notes: [],
    next: [shell`aludel verify --fix`],
  }];
}

function isCanonical(manifest: ParsedManifest): boolean {
  // A checkout may have changed the line ends, which is not a difference.
  return manifest.text.replaceAll("\r\n", "\n") === formatManifest(manifest);
}

/** The finding for several heads, which make `upgrade head` ambiguous. */
export function headFindings(heads: readonly RevisionId[]): Finding[] {
  if (heads.length < 2) return [];
  return [{
    level: "warning",
    code: "several-heads",
    message: `There are ${heads.length} heads: ${heads.join(", ")}`,
    notes: [],
    next: [shell`aludel merge heads -m "merge branches"`],
  }];
}

/** The files and records to verify. */
export interface VerifyRequest {
  readonly workspace: Workspace;
  /** The catalogue, with the records of a database if these are to be verified too. */
  readonly catalogue: Catalogue;
  /** The texts that an edited revision was sealed with, if they are known: git, or a database. */
  readonly sealedTexts: (entry: ManifestRevision) => CanonicalTexts | undefined;
  /** Statements outside a transaction that a crash interrupted, from the database. */
  readonly intents: readonly Intent[];
  /** The rebuild beside writers that was not finished, if there is one. */
  readonly online?: OnlineProgress | undefined;
  /** The texts that the database stored, if they are to be compared with their hashes. */
  readonly stored?: StoredTexts | undefined;
}

/** The results of verifying. */
export interface Verification {
  /** In the order of the manifest, then of the database. */
  readonly findings: readonly Finding[];
  readonly verdicts: ReadonlyMap<RevisionId, Verdict>;
}

/**
 * Compares every revision's files with the manifest, the manifest with the existing folders, and the records of
 * a database with both. It changes nothing.
 */
export function verify(request: VerifyRequest): Verification {
  const { workspace } = request;
  const { files, manifest, graph } = workspace;
  const verified = verifyFiles({ ...request, files, manifest });
  return {
    verdicts: verified.verdicts,
    findings: [
      ...verified.findings,
      ...headFindings(graph.heads),
      ...recordFindings(request, verified),
      ...ranFindings(request, verified),
      ...request.catalogue.inside.map((one) => findingOf(squashInside(one, null))),
      ...intentFindings(request),
      ...onlineFindings(request),
    ],
  };
}

function recordFindings(
  { catalogue, workspace, stored }: VerifyRequest,
  { verdicts, hashes }: FilesVerification,
): Finding[] {
  const sources = {
    hashesOf: (entry: ManifestRevision) => hashes.get(entry.id),
    lineageOf: recordLineages(catalogue),
    stored,
  };
  // The finding about the squash covers these.
  const replaced = new Set(catalogue.inside.flatMap(({ applied }) => applied));
  return compareRecords(catalogue, sources).flatMap((finding) => {
    const { id, kind } = finding;
    if (kind === "unknown" && replaced.has(id)) return [];
    // The file has a finding of its own, or the next run fixes the record.
    if (kind === "file-missing" || kind === "resealed") return [];
    if (kind === "edited" && !ACCEPTED.has(verdicts.get(id)!.kind) && ranAsSealed(catalogue, id)) {
      return [];
    }
    const error = findingError(finding, catalogue, workspace.files);
    return error ? findingOf(error) : warningOf(findingNotice(finding, catalogue), id);
  });
}

/** Pending revisions that ran under an id that is not on disk. */
function ranFindings(
  { catalogue, workspace }: VerifyRequest,
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
    const { up } = new RevisionTexts(workspace.files, entry);
    const ran = up === null ? undefined : ranUnder(catalogue, up);
    return ran === undefined
      ? []
      : [findingOf(ranError(entry, ran, catalogue, workspace.files.name))];
  });
}

/** The verdicts without a finding about a file. */
const ACCEPTED: ReadonlySet<Verdict["kind"]> = new Set(["draft", "sealed", "was"]);

function intentFindings({ intents, catalogue }: VerifyRequest): Finding[] {
  const last = new Map(intents.map((intent) => [`${intent.revision} ${intent.direction}`, intent]));
  return [...last.values()].map((intent) => ({
    level: "error",
    code: "off-interrupted",
    message: intent.state === "done"
      ? `Revision "${intent.revision}" was interrupted after statement ${intent.statement}`
      : `Revision "${intent.revision}" was interrupted in statement ${intent.statement}, which may or may not have run`,
    revision: intent.revision,
    notes: [intent.sql],
    next: catalogue.graph.has(intent.revision)
      ? waysOn(intent)
      : [shell`aludel stamp current # forget the interrupted run`],
  }));
}

/** The commands that resume an interrupted script. There is a choice only if a statement is in doubt. */
function waysOn({ revision, direction, state }: Intent): readonly NextStep[] {
  const run = direction === "up" ? ["upgrade", revision] : ["downgrade", `${revision}@-1`];
  if (state === "done") return [shell`aludel ${run}`];
  return [
    shell`aludel ${run} --resume again # if the statement has not run`,
    shell`aludel ${run} --resume skip # if it has run`,
  ];
}

function onlineFindings({ online }: VerifyRequest): Finding[] {
  if (online === undefined) return [];
  const { table, revision, direction, phase, done, rows } = online;
  const percent = rows === 0 ? 100 : Math.min(Math.floor(done / rows * 100), 100);
  const abort = shell`aludel upgrade --abort-online # give it up, and remove the copy`;
  const command = direction === "up" ? ["upgrade", revision] : ["downgrade", `${revision}@-1`];
  const [message, next] = phase === "clean"
    ? [`Rows of the old table ${displayName(table)} are left of a rebuild`, [
      shell`aludel upgrade # remove them`,
    ]]
    : [
      `A rebuild of table ${displayName(table)} is under way, ${
        phase === "copy" ? `${percent} % copied` : "all rows copied"
      }`,
      [shell`aludel ${command} # go on`, abort],
    ];
  return [{
    level: "warning",
    code: "online-under-way",
    message,
    revision,
    notes: [],
    next,
  }];
}

/** The comparison of a database with the disk. */
export interface Status {
  /** The heads of the applied revisions. */
  readonly current: readonly RevisionId[];
  readonly heads: readonly RevisionId[];
  /** The revisions that `upgrade heads` would run, in order. */
  readonly pending: readonly RevisionId[];
  readonly drafts: readonly RevisionId[];
  /** In the database, not on disk. */
  readonly unknown: readonly RevisionId[];
  readonly findings: readonly Finding[];
  /** Whether anything needs to be done. */
  readonly clean: boolean;
}

/** Compares a database with the disk. It changes nothing. */
export function readStatus(request: VerifyRequest): Status {
  const { graph, applied, onDisk, entries } = request.catalogue;
  const { findings } = verify(request);
  const heads = graph.headsOf(onDisk, "parents");
  const pending = upgradeRoute(graph, applied, heads).map((step) => step.id);
  const drafts = graph.ids.filter((id) => entries.get(id)?.up === null);
  const unknown = graph.ids.filter((id) => applied.has(id) && !onDisk.has(id));
  return {
    current: graph.headsOf(applied, "parents"),
    heads,
    pending,
    drafts,
    unknown,
    findings,
    clean: pending.length + drafts.length + unknown.length + findings.length === 0,
  };
}
