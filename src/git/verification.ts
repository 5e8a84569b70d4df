import { AludelError } from "../errors.ts";
import type { RevisionId } from "../graph/revision.ts";
import type { CanonicalTexts, ManifestRevision } from "../manifest/manifest.ts";
import type { ParsedManifest } from "../manifest/parse_manifest.ts";
import { headFindings, verifyFiles } from "../project/migrate/verify.ts";
import { type Finding, findingOf } from "../finding.ts";
import { MANIFEST_FILE, type RevisionFiles } from "../project/workspace/revision_files.ts";
import { readManifest, workspaceOf } from "../project/workspace/workspace.ts";
import { type NextStep, say, shell } from "../text/next_step.ts";
import { baseFindings, baseTexts, type GitBase, HEAD, mergeBase } from "./base.ts";
import { type GitFolder, pathIn } from "./git.ts";
import {
  BlobFiles,
  listCommit,
  listIndex,
  neededObjects,
  ObjectBatch,
  stagedFiles,
} from "./objects.ts";

/** The facts that a fix depends on. */
export interface CureFacts {
  /** The migrations folder's name for messages. */
  readonly folder: string;
  readonly base: GitBase;
  readonly entries: ReadonlyMap<RevisionId, ManifestRevision>;
  /** The revisions in the base. */
  readonly inBase: ReadonlySet<RevisionId>;
}

/**
 * Adds to a finding the commands that fix it in git. Those of a finding about the disk are not enough, because a fix on
 * disk must also be staged.
 */
function withGitCure(finding: Finding, context: CureFacts): Finding {
  const next = cureOf(finding, context);
  return next === undefined ? finding : { ...finding, next };
}

function cureOf(finding: Finding, context: CureFacts): readonly NextStep[] | undefined {
  const { folder, base, entries, inBase } = context;
  const id = finding.revision ?? "";
  const manifest = `${folder}/manifest.json`;
  const dir = `${folder}/${entries.get(id)?.dir ?? ""}`;
  const commit = base.commit === "HEAD" ? base.commit : base.commit.slice(0, 10);
  const files = [dir, manifest];
  switch (finding.code) {
    case "revision-unsealed":
      return [shell`aludel seal ${id} && git add -- ${files}`];
    case "revision-edited-cosmetic":
      return [shell`aludel seal --cosmetic ${id} && git add -- ${files}`];
    case "revision-edited": {
      const force = shell`aludel seal --force ${id} && git add -- ${files}`;
      if (!inBase.has(id)) return [force];
      return [
        shell`git checkout ${commit} -- ${dir} # get the sealed text back`,
        shell`aludel revision -m MESSAGE # make the change in a new revision`,
        { ...force, why: "sign the edited text, although databases may have run the old one" },
      ];
    }
    case "revision-file-missing":
      return inBase.has(id)
        ? [shell`git checkout ${commit} -- ${dir}`]
        : [shell`git add -- ${dir}`];
    case "folder-without-revision":
      return [
        shell`git add -- ${manifest}`,
        shell`aludel verify --fix # if the manifest on disk has no line for it either`,
      ];
    case "manifest-layout":
      return [shell`aludel verify --fix && git add -- ${manifest}`];
    default:
      return undefined;
  }
}

/** The input of {@linkcode verifyInGit}. */
export interface GitCheck {
  /** The migrations folder. */
  readonly folder: GitFolder;
  /** The name of the folder for messages. */
  readonly name: string;
  /** Whether to check the next commit (`index`) or the last one (`HEAD`). The working tree is never read. */
  readonly source: "index" | "HEAD";
  /** A ref. Revisions that were sealed in its merge base with HEAD must be unchanged. By default HEAD itself. */
  readonly since: string | undefined;
  /** The project's databases and SQLite's files beside them, relative to the folder's `cwd`. */
  readonly databases: readonly string[];
}

/** The result of a verification. */
export interface GitVerification {
  readonly findings: readonly Finding[];
  readonly revisions: number;
  readonly base: GitBase;
  /** Whether there is a manifest. */
  readonly present: boolean;
}

/**
 * Verifies a project in git's index or HEAD: files against manifest, graph, seals, and the sealed revisions of an
 * earlier commit. It takes one listing and one `cat-file --batch`, whatever the number of revisions.
 *
 * @throws {AludelError} An error of the area `git`. Problems of the manifest and the files are findings.
 */
export async function verifyInGit(check: GitCheck): Promise<GitVerification> {
  const { folder, name, source } = check;
  const base = check.since === undefined ? HEAD : await mergeBase(folder.cwd, check.since);
  await using batch = new ObjectBatch(folder.cwd);
  const { entries, present } = source === "index"
    ? await listIndex(folder, check.databases)
    : { entries: await listCommit(folder, "HEAD"), present: [] };
  const ids = neededObjects(entries);
  const [baseManifest = null, ...contents] = await batch.read([
    `${base.commit}:./${pathIn(folder, MANIFEST_FILE)}`,
    ...ids,
  ]);
  const files = new BlobFiles(
    name,
    entries,
    new Map(ids.map((id, at) => [id, contents[at] ?? null])),
  );
  const before = earlierManifest(baseManifest, name, base);
  const done = (findings: readonly Finding[], revisions = 0, present = true): GitVerification => ({
    findings,
    revisions,
    base,
    present,
  });
  let manifest: ParsedManifest | null;
  try {
    manifest = readManifest(files);
  } catch (error) {
    return done([asFinding(error)]);
  }
  if (manifest === null) return done(missingManifest(files, before.manifest, base), 0, false);
  const inBase = new Map(before.manifest?.revisions.map((entry) => [entry.id, entry]));
  const changes = before.manifest ? baseFindings(before.manifest, manifest, base, name) : [];
  const told = new Set(changes.filter(({ level }) => level === "error").map((one) => one.revision));
  const findings = [
    ...before.findings,
    ...graphFindings(files, manifest),
    ...await fileFindings(files, manifest, {
      folder,
      base,
      inBase,
    }),
    ...unsealedFindings(manifest).filter(({ revision }) => !told.has(revision)),
    ...changes,
  ];
  const cure = {
    folder: name,
    base,
    entries: new Map(manifest.revisions.map((entry) => [entry.id, entry])),
    inBase: new Set(inBase.keys()),
  };
  const cured = findings.map((finding) => withGitCure(finding, cure));
  const databases = databaseFindings(await stagedFiles(folder, present));
  return done([...cured, ...databases], manifest.revisions.length);
}

/** Finds databases in the next commit. They change with every run, and no merge can join two of them. */
function databaseFindings(staged: readonly string[]): Finding[] {
  return staged.map((file) => ({
    level: "warning",
    code: "database-staged",
    message: `The database file "${file}" is staged`,
    place: { file },
    notes: ["Git would keep every state of it, and cannot merge two of them"],
    next: [
      shell`git rm --cached -- ${file}`,
      say("Keep it out of git by a line in .gitignore"),
    ],
  }));
}

/** Reads the base's manifest. If it is broken, a correct one can still be committed. */
function earlierManifest(
  bytes: Uint8Array | null,
  name: string,
  base: GitBase,
): { readonly manifest: ParsedManifest | null; readonly findings: readonly Finding[] } {
  const files: RevisionFiles = {
    name: `${base.name}:${name}`,
    read: (path) => path === MANIFEST_FILE ? bytes : null,
    folders: () => [],
  };
  try {
    return { manifest: readManifest(files), findings: [] };
  } catch (error) {
    const { code, message, place } = asFinding(error);
    return {
      manifest: null,
      findings: [{
        level: "warning",
        code,
        message: `The manifest of ${base.name} cannot be read, so nothing was compared with it`,
        ...(place && { place }),
        notes: [message],
        next: [],
      }],
    };
  }
}

function missingManifest(
  files: RevisionFiles,
  before: ParsedManifest | null,
  base: GitBase,
): Finding[] {
  const file = `${files.name}/${MANIFEST_FILE}`;
  const folders = files.folders().filter((folder) => files.read(`${folder}/up.sql`) !== null);
  const finding = (message: string, next: NextStep): Finding[] => [{
    level: "error",
    code: "manifest-missing",
    message,
    place: { file },
    notes: [],
    next: [next],
  }];
  if (before !== null && before.revisions.length > 0) {
    const next = shell`git checkout ${base.commit} -- ${file}`;
    return finding(`The manifest, which ${base.name} has, is gone`, next);
  }
  if (folders.length === 0) return [];
  const next = shell`git add -- ${file}`;
  return finding("There are revisions, but no manifest", next);
}

function graphFindings(files: RevisionFiles, manifest: ParsedManifest): readonly Finding[] {
  try {
    return headFindings(workspaceOf(files, manifest).graph.heads);
  } catch (error) {
    return [asFinding(error)];
  }
}

interface EarlierTexts {
  readonly folder: GitFolder;
  readonly base: GitBase;
  readonly inBase: ReadonlyMap<RevisionId, ManifestRevision>;
}

async function fileFindings(
  files: BlobFiles,
  manifest: ParsedManifest,
  earlier: EarlierTexts,
): Promise<readonly Finding[]> {
  const first = verifyFiles({ files, manifest, sealedTexts: () => undefined });
  const edited = manifest.revisions.filter(({ id }) => first.verdicts.get(id)?.kind === "edited");
  if (edited.length === 0) return first.findings;
  // The texts that distinguish a cosmetic edit from others are only read now, if there are edits.
  const texts: ReadonlyMap<RevisionId, CanonicalTexts> = await baseTexts(edited, earlier);
  const sealedTexts = ({ id }: ManifestRevision) => texts.get(id);
  return verifyFiles({ files, manifest, sealedTexts }).findings;
}

function unsealedFindings(manifest: ParsedManifest): Finding[] {
  return manifest.revisions.filter(({ up }) => up === null).map(({ id }) => ({
    level: "error",
    code: "revision-unsealed",
    message: `Revision "${id}" is a draft, but a commit must contain only sealed revisions`,
    revision: id,
    place: manifest.placeOf(id),
    notes: [],
    next: [],
  }));
}

function asFinding(error: unknown): Finding {
  if (!(error instanceof AludelError)) throw error;
  return findingOf(error);
}
