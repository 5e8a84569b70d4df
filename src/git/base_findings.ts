import type { ErrorCode } from "../errors.ts";
import {
  compareManifests,
  type SealedChange,
  type SealedChangeKind,
} from "../manifest/compare_manifests.ts";
import type { Manifest } from "../manifest/manifest.ts";
import type { ParsedManifest } from "../manifest/parse_manifest.ts";
import type { Finding } from "../project/finding.ts";
import type { GitBase } from "./git_base.ts";
import { shellWord } from "./shell_word.ts";

const CODES: Readonly<Record<SealedChangeKind, ErrorCode | "sealed-retold">> = {
  removed: "sealed-removed",
  unsealed: "sealed-changed",
  resigned: "sealed-changed",
  forgotten: "sealed-changed",
  moved: "sealed-moved",
  retold: "sealed-retold",
};

/**
 * What happened to the sealed revisions that a commit has: others may have run them.
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

function nextOf({ kind, id, before }: SealedChange, base: GitBase, folder: string): string[] {
  const commit = base.commit === "HEAD" ? base.commit : base.commit.slice(0, 10);
  const manifest = shellWord(`${folder}/manifest.json`);
  const line = `git checkout -p ${commit} -- ${manifest}, and take its line back`;
  if (kind === "removed") {
    return [line, `git checkout ${commit} -- ${shellWord(`${folder}/${before.dir}`)}`];
  }
  return kind === "resigned" ? [line, `aludel seal --force ${id}, if the change is meant`] : [line];
}
