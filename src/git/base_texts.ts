import type { RevisionId } from "../graph/revision.ts";
import type { RevisionTexts } from "../manifest/actual_files.ts";
import type { ManifestRevision } from "../manifest/manifest.ts";
import { canonicalText } from "../sql/canonical_text.ts";
import { committedTexts } from "./committed_texts.ts";
import type { GitBase } from "./git_base.ts";
import { type GitFolder, pathIn } from "./git_folder.ts";
import { ObjectBatch } from "./object_batch.ts";

/** So many revisions are looked for in all of git's history, which takes a process for each commit. */
const SEARCHED = 10;

/** Where {@linkcode baseTexts} looks. */
export interface BaseTextSource {
  readonly folder: GitFolder;
  readonly base: GitBase;
  /** The base's lines: a revision's folder may have had another name then. */
  readonly inBase: ReadonlyMap<RevisionId, ManifestRevision>;
}

/**
 * The texts that revisions were sealed with, as far as git has them: in the base commit, all in one batch, or else, for the
 * first few, in the history of their files.
 */
export async function baseTexts(
  entries: readonly ManifestRevision[],
  { folder, base, inBase }: BaseTextSource,
): Promise<ReadonlyMap<RevisionId, RevisionTexts>> {
  const { digest } = await import("../project/digest.ts");
  const texts = new Map<RevisionId, RevisionTexts>();
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
    const hash = (text: string | null) => text === null ? "none" : digest(text);
    if (up !== null && hash(up) === entry.up && hash(down) === entry.down) {
      texts.set(entry.id, { up, down });
    } else if (searched++ < SEARCHED) {
      const found = committedTexts(folder, entry, digest);
      if (found) texts.set(entry.id, found);
    }
  });
  return texts;
}

function textOf(bytes: Uint8Array | null | undefined): string | null {
  return bytes ? canonicalText(new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes)) : null;
}
