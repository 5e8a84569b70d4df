import type { RevisionId } from "../graph/revision.ts";
import type { ManifestRevision } from "../manifest/manifest.ts";
import type { Finding } from "../project/finding.ts";
import type { GitBase } from "./git_base.ts";
import { shellWord } from "./shell_word.ts";

/** What a cure depends on. */
export interface CureContext {
  /** The migrations folder's name for messages. */
  readonly folder: string;
  readonly source: "index" | "HEAD";
  readonly base: GitBase;
  readonly entries: ReadonlyMap<RevisionId, ManifestRevision>;
  /** The revisions that the base has. */
  readonly inBase: ReadonlySet<RevisionId>;
}

/**
 * The finding with the commands that mend it in git. Those of a finding about the disk are not enough here: what is mended
 * on disk must be staged as well.
 */
export function withGitCure(finding: Finding, context: CureContext): Finding {
  const next = cureOf(finding, context);
  return next === undefined ? finding : { ...finding, next };
}

function cureOf(finding: Finding, context: CureContext): readonly string[] | undefined {
  const { folder, source, base, entries, inBase } = context;
  const id = finding.revision ?? "";
  const manifest = shellWord(`${folder}/manifest.json`);
  const dir = shellWord(`${folder}/${entries.get(id)?.dir ?? ""}`);
  const commit = base.commit === "HEAD" ? base.commit : base.commit.slice(0, 10);
  const add = `git add -- ${dir} ${manifest}`;
  switch (finding.code) {
    case "revision-unsealed":
      return [
        `aludel seal ${id} && ${add}`,
        ...(source === "index"
          ? [`aludel seal --staged ${id}, to sign what is staged where the file has gone on`]
          : []),
      ];
    case "revision-edited-cosmetic":
      return [`aludel seal --cosmetic ${id} && ${add}`];
    case "revision-edited": {
      const force = `aludel seal --force ${id} && ${add}`;
      if (!inBase.has(id)) return [force];
      return [
        `git checkout ${commit} -- ${dir}, to have the sealed text back`,
        "aludel revision -m MESSAGE, to make the change in a new revision",
        `${force}, to sign the edited text although databases may have run the old one`,
      ];
    }
    case "revision-file-missing":
      return inBase.has(id) ? [`git checkout ${commit} -- ${dir}`] : [`git add -- ${dir}`];
    case "folder-without-revision":
      return [
        `git add -- ${manifest}`,
        "aludel verify --fix, if the manifest on disk has no line for it either",
      ];
    case "manifest-layout":
      return [`aludel verify --fix && git add -- ${manifest}`];
    default:
      return undefined;
  }
}
