import type { AludelError } from "../errors.ts";
import type { TextHashes } from "../manifest/lineage.ts";
import type { ManifestRevision } from "../manifest/manifest.ts";
import { judgeFiles } from "../manifest/verdict.ts";
import type { AppliedTexts } from "../state/applied_revision.ts";
import type { RevisionTextPair } from "./revision_texts.ts";
import { fileError } from "./verdict_error.ts";

/**
 * The error for an applied revision whose files are not what was sealed, with the verdict that the text stored in
 * the database allows. Undefined where the files are as sealed, and only the record differs.
 *
 * @param applied The hashes that the database recorded, and the texts that it stored with them.
 * @param folder The migrations folder's name for messages.
 */
export function appliedEditError(
  entry: ManifestRevision,
  pair: RevisionTextPair,
  applied: { readonly hashes: TextHashes; readonly texts: AppliedTexts | undefined },
  folder: string,
): AludelError | undefined {
  const { hashes, texts } = applied;
  const ranAsSealed = hashes.up === entry.up && hashes.down === entry.down;
  const verdict = judgeFiles(
    entry,
    { up: pair.up?.hash ?? null, down: pair.down?.hash ?? null },
    {
      actual: () => ({ up: pair.up?.text ?? null, down: pair.down?.text ?? null }),
      sealed: () => ranAsSealed ? texts : undefined,
    },
  );
  return fileError(entry, verdict, folder);
}
