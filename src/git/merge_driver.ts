import { host } from "../host/mod.ts";
import { AludelError } from "../errors.ts";
import { buildGraph, describeProblem } from "../graph/build_graph.ts";
import type { RevisionId } from "../graph/revision.ts";
import { foldDirName } from "../manifest/folder_name.ts";
import {
  firstLine,
  formatManifest,
  formatRevision,
  LAST_LINE,
  type Manifest,
  type ManifestRevision,
} from "../manifest/manifest.ts";
import { type MergeConflict, mergeManifests } from "../manifest/merge_manifest.ts";
import { parseManifest } from "../manifest/parse_manifest.ts";
import { inOrderOfCreation } from "../project/workspace/workspace.ts";
import { say } from "../text/next_step.ts";
import { git } from "./git.ts";

/** The text of one of the files that git gives to a merge driver. @throws {AludelError} `file-unreadable`. */
export function readMergeFile(path: string): string {
  try {
    return host.files.readText(path);
  } catch (cause) {
    throw new AludelError("file-unreadable", `"${path}" could not be read`, {
      place: { file: path },
      notes: cause instanceof Error ? [cause.message] : [],
      next: [say("Name the three files as git does: aludel merge-driver %O %A %B")],
      cause,
    });
  }
}

/** Merges three files line by line, as git does without a driver. Conflicts are marked in `ours`. */
export async function mergeAsText(
  cwd: string,
  files: { readonly base: string; readonly ours: string; readonly theirs: string },
): Promise<void> {
  const labels = ["-L", "ours", "-L", "base", "-L", "theirs"];
  // The exit code is the number of conflicts, up to 127.
  const answers = Array.from({ length: 127 }, (_, at) => at + 1);
  const args = ["merge-file", ...labels, files.ours, files.base, files.theirs];
  await git({ cwd, args, answers });
}

/** The result of a merge. */
export interface MergedManifest {
  /** The new text: a manifest, or if there are conflicts one with git's markers around both lines. */
  readonly text: string;
  /** A sentence for each revision that both sides changed. */
  readonly conflicts: readonly string[];
  /** The reasons why the merged revisions are no valid graph or manifest, a sentence each. */
  readonly problems: readonly string[];
  /** The heads, if the graph is valid. */
  readonly heads: readonly RevisionId[];
}

/**
 * Merges the texts of two manifests with that of their common ancestor.
 *
 * @param path The manifest's name for messages.
 * @throws {AludelError} An error of the area `manifest` if one of them is not a manifest.
 */
export function mergeManifestTexts(
  texts: { readonly base: string; readonly ours: string; readonly theirs: string },
  path: string,
): MergedManifest {
  const read = (text: string, side: string): Manifest =>
    // If both branches added the file, there is no common ancestor, and git gives an empty file.
    text.trim() === "" ? { revisions: [] } : parseManifest(text, `${path} (${side})`);
  const base = read(texts.base, "base");
  const ours = read(texts.ours, "ours");
  const theirs = read(texts.theirs, "theirs");
  const { manifest, conflicts } = mergeManifests(base, ours, theirs);
  if (conflicts.length > 0) {
    return {
      text: withMarkers(manifest, conflicts),
      conflicts: conflicts.map(describeConflict),
      problems: [],
      heads: [],
    };
  }
  const text = formatManifest(manifest);
  const { graph, problems } = buildGraph(inOrderOfCreation(manifest.revisions));
  return {
    text,
    conflicts: [],
    problems: [...(problems ?? []).map(describeProblem), ...sharedFolders(manifest)],
    heads: graph?.heads ?? [],
  };
}

function withMarkers({ revisions }: Manifest, conflicts: readonly MergeConflict[]): string {
  const line = (revision: ManifestRevision | undefined) =>
    revision === undefined ? "" : `${formatRevision(revision)},\n`;
  const parts = [
    ...revisions.map((revision) => ({ id: revision.id, text: line(revision) })),
    ...conflicts.map(({ id, ours, theirs }) => ({
      id,
      text: `<<<<<<< ours\n${line(ours)}=======\n${line(theirs)}>>>>>>> theirs\n`,
    })),
  ].sort((a, b) => a.id < b.id ? -1 : 1);
  const sides = conflicts.flatMap(({ ours, theirs }) => [ours ?? [], theirs ?? []].flat());
  return `${firstLine({ revisions: [...revisions, ...sides] })}\n${
    parts.map(({ text }) => text).join("")
  }${LAST_LINE}\n`;
}

function describeConflict({ id, ours, theirs }: MergeConflict): string {
  if (ours === undefined) return `Revision "${id}" was removed by us and changed by them`;
  if (theirs === undefined) return `Revision "${id}" was changed by us and removed by them`;
  const keys = (Object.keys(ours) as (keyof ManifestRevision)[])
    .filter((key) => JSON.stringify(ours[key]) !== JSON.stringify(theirs[key]));
  return `Revision "${id}" was changed on both sides, which differ in ${keys.join(", ")}`;
}

/** Finds two revisions that both sides put into folders of the same name. */
function sharedFolders({ revisions }: Manifest): string[] {
  const owners = new Map<string, RevisionId>();
  return revisions.flatMap(({ id, dir }) => {
    const folded = foldDirName(dir);
    const owner = owners.get(folded);
    owners.set(folded, id);
    return owner === undefined
      ? []
      : [`The folder "${dir}" belongs to two revisions, "${owner}" and "${id}"`];
  });
}
