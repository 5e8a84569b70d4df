import { digest } from "../digest.ts";
import { AludelError, type ErrorCode } from "../errors.ts";
import type { RevisionId } from "../graph/revision.ts";
import type { CanonicalTexts, Manifest, ManifestRevision } from "../manifest/manifest.ts";
import {
  compareManifests,
  type SealedChange,
  type SealedChangeKind,
} from "../manifest/merge_manifest.ts";
import { type ParsedManifest, parseManifest } from "../manifest/parse_manifest.ts";
import { MANIFEST_FILE } from "../project/workspace/revision_files.ts";
import { hashTexts } from "../manifest/verdict.ts";
import type { Finding } from "../finding.ts";
import { canonicalText } from "../sql/canonical_text.ts";
import { type NextStep, say, shell } from "../text/next_step.ts";
import { git, type GitFolder, gitFolder, gitLine, pathIn } from "./git.ts";
import { ObjectBatch } from "./objects.ts";

/** The commit with which a verification compares. */
export interface GitBase {
  /** The commit for git: an object id, or `HEAD`. */
  readonly commit: string;
  /** The name for messages. */
  readonly name: string;
}

/** The base of a commit that does not exist yet. */
export const HEAD: GitBase = { commit: "HEAD", name: "HEAD" };

/** The number of digits of an object id in messages. */
const SHORT = 10;

/**
 * Finds the merge base of HEAD and a ref.
 *
 * @throws {AludelError} `git-ref-unknown`, `git-no-common-commit`, and the error for git's failure.
 */
export async function mergeBase(cwd: string, ref: string): Promise<GitBase> {
  // Git would read a leading dash as an option.
  if (ref.startsWith("-") || ref === "") throw unknownRef(ref, []);
  const { code, text } = await git({ cwd, args: ["merge-base", ref, "HEAD"], answers: [1] })
    .catch((error) => {
      const isGit = error instanceof AludelError && error.code === "git-failed";
      throw isGit ? unknownRef(ref, error.notes) : error;
    });
  if (code === 0) return { commit: text, name: `${ref} (${text.slice(0, SHORT)})` };
  const { text: shallow } = await git({ cwd, args: ["rev-parse", "--is-shallow-repository"] });
  throw new AludelError("git-no-common-commit", `HEAD and "${ref}" have no commit in common`, {
    notes: shallow === "true" ? ["This clone is shallow: the common commit may be cut off"] : [],
    next: shallow === "true"
      ? [shell`git fetch --unshallow`]
      : [say("Name a ref that shares history with HEAD, such as origin/main")],
  });
}

function unknownRef(ref: string, notes: readonly string[]): AludelError {
  return new AludelError("git-ref-unknown", `Git knows no commit "${ref}"`, {
    notes,
    next: [shell`git fetch origin`, say("In CI, check out the whole history: fetch-depth: 0")],
  });
}

/** The number of a file's commits to search, newest first. */
const DEPTH = 50;

/**
 * Searches git's history for the texts with which a revision was sealed.
 *
 * @param folder The migrations folder.
 * @returns The canonical texts, or undefined if git is missing, the folder is in no repository, or no
 *   commit holds a text with the sealed hash.
 */
function committedTexts(
  folder: GitFolder,
  entry: ManifestRevision,
): CanonicalTexts | undefined {
  if (entry.up === null || entry.down === null) return undefined;
  const up = findText(folder, `${entry.dir}/up.sql`, entry.up);
  if (up === undefined) return undefined;
  if (entry.down === "none") return { up, down: null };
  const down = findText(folder, `${entry.dir}/down.sql`, entry.down);
  return down === undefined ? undefined : { up, down };
}

/** {@linkcode committedTexts} for the revisions of one migrations folder. */
export function textsInHistory(
  migrations: string,
): (entry: ManifestRevision) => CanonicalTexts | undefined {
  return (entry) => committedTexts(gitFolder(migrations), entry);
}

function findText(
  folder: GitFolder,
  path: string,
  wanted: string,
): string | undefined {
  const { cwd } = folder;
  const name = `./${pathIn(folder, path)}`;
  const log = gitLine(cwd, ["log", `--max-count=${DEPTH}`, "--format=%H", "--", name]);
  for (const commit of log?.split("\n") ?? []) {
    if (commit === "") continue;
    const text = gitLine(cwd, ["show", `${commit}:${name}`]);
    if (text === undefined) continue; // the commit that removed the file
    const canonical = canonicalText(text);
    if (digest(canonical) === wanted) return canonical;
  }
  return undefined;
}

/** Maximum number of revisions searched in the whole history, which takes a process for each commit. */
const SEARCHED = 10;

/** The input of {@linkcode baseTexts}. */
export interface BaseTextSource {
  readonly folder: GitFolder;
  readonly base: GitBase;
  /** The base's lines, because a revision's folder may have had another name then. */
  readonly inBase: ReadonlyMap<RevisionId, ManifestRevision>;
}

/**
 * Finds the texts with which revisions were sealed: in the base commit, all in one batch, or else, for the first few,
 * in the history of their files.
 */
export async function baseTexts(
  entries: readonly ManifestRevision[],
  { folder, base, inBase }: BaseTextSource,
): Promise<ReadonlyMap<RevisionId, CanonicalTexts>> {
  const texts = new Map<RevisionId, CanonicalTexts>();
  const names = entries.flatMap((entry) => {
    const dir = inBase.get(entry.id)?.dir ?? entry.dir;
    return ["up.sql", "down.sql"].map((file) =>
      `${base.commit}:./${pathIn(folder, `${dir}/${file}`)}`
    );
  });
  await using batch = new ObjectBatch(folder.cwd);
  const contents = await batch.read(names);
  let searched = 0;
  entries.forEach((entry, at) => {
    const up = textOf(contents[2 * at]);
    const down = textOf(contents[2 * at + 1]);
    const hashes = up === null ? undefined : hashTexts({ up, down });
    if (hashes?.up === entry.up && hashes?.down === entry.down) {
      texts.set(entry.id, { up, down });
    } else if (searched++ < SEARCHED) {
      const found = committedTexts(folder, entry);
      if (found) texts.set(entry.id, found);
    }
  });
  return texts;
}

function textOf(bytes: Uint8Array | null | undefined): string | null {
  return bytes ? canonicalText(new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes)) : null;
}

const CODES: Readonly<Record<SealedChangeKind, ErrorCode | "sealed-retold">> = {
  removed: "sealed-removed",
  unsealed: "sealed-changed",
  resigned: "sealed-changed",
  forgotten: "sealed-changed",
  moved: "sealed-moved",
  retold: "sealed-retold",
};

/**
 * Compares the sealed revisions of a commit with the manifest, because databases may have run them.
 * @param folder The migrations folder's name for messages.
 */
export function baseFindings(
  before: Manifest,
  after: ParsedManifest,
  base: GitBase,
  folder: string,
): Finding[] {
  return compareManifests(before, after).map((change): Finding => {
    const { id, kind } = change;
    return {
      level: kind === "retold" ? "warning" : "error",
      code: CODES[kind],
      message: `Sealed revision "${id}", which ${base.name} has, ${factOf(change)}`,
      revision: id,
      place: after.placeOf(id),
      notes: [],
      next: kind === "retold" ? [] : nextOf(change, base, folder),
    };
  });
}

function factOf({ kind, before }: SealedChange): string {
  switch (kind) {
    case "removed":
      return "has no line in the manifest any more";
    case "unsealed":
      return "is a draft again";
    case "resigned":
      return 'has other hashes, and "was" does not hold the old ones';
    case "forgotten":
      return 'has lost entries of "was", which databases may have run';
    case "moved": {
      const below = [...before.parents, ...before.dependsOn];
      const names = below.length === 0 ? "nothing" : below.map((id) => `"${id}"`).join(" and ");
      return `no longer follows ${names}`;
    }
    case "retold":
      return "has another folder, message, time or other labels";
  }
}

function nextOf({ kind, id, before }: SealedChange, base: GitBase, folder: string): NextStep[] {
  const commit = base.commit === "HEAD" ? base.commit : base.commit.slice(0, 10);
  const manifest = `${folder}/manifest.json`;
  const line = shell`git checkout -p ${commit} -- ${manifest} # take its line back`;
  if (kind === "removed") {
    return [line, shell`git checkout ${commit} -- ${`${folder}/${before.dir}`}`];
  }
  return kind === "resigned"
    ? [line, shell`aludel seal --force ${id} # if the change is intended`]
    : [line];
}

/** The commits that may have a line that a merge lost: the last one, and both sides of the merge. */
const COMMITS = ["HEAD", "MERGE_HEAD", "HEAD^1", "HEAD^2"] as const;

/**
 * Reads the revisions that the merge base of HEAD and a ref had; none if it has no readable manifest.
 * @param folder The migrations folder.
 * @throws {AludelError} As {@linkcode mergeBase}.
 */
export async function revisionsAtBase(folder: GitFolder, ref: string): Promise<Set<RevisionId>> {
  const { commit } = await mergeBase(folder.cwd, ref);
  const text = gitLine(folder.cwd, ["show", `${commit}:./${pathIn(folder, MANIFEST_FILE)}`]);
  return new Set(text === undefined ? [] : entriesOf(text).map(({ id }) => id));
}

/**
 * Finds the line for a folder in the manifest of a recent commit.
 * @param folder The migrations folder.
 * @returns A function that reads the commits on its first call. Without git it finds nothing.
 */
export function committedLine(folder: GitFolder): (dir: string) => ManifestRevision | undefined {
  let lines: ReadonlyMap<string, ManifestRevision> | undefined;
  return (dir) => (lines ??= readLines(folder)).get(dir);
}

function readLines(folder: GitFolder): ReadonlyMap<string, ManifestRevision> {
  const lines = new Map<string, ManifestRevision>();
  for (const commit of COMMITS) {
    const text = gitLine(folder.cwd, ["show", `${commit}:./${pathIn(folder, MANIFEST_FILE)}`]);
    for (const entry of text === undefined ? [] : entriesOf(text)) {
      if (!lines.has(entry.dir)) lines.set(entry.dir, entry);
    }
  }
  return lines;
}

/** Reads the lines of a manifest. One that cannot be read, as during a conflict, has none. */
function entriesOf(text: string): readonly ManifestRevision[] {
  try {
    return parseManifest(text, MANIFEST_FILE).revisions;
  } catch {
    return [];
  }
}
