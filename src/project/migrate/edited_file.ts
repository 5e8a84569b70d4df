import { AludelError } from "../../errors.ts";
import type { ManifestRevision } from "../../manifest/manifest.ts";
import { judgeFiles, type TextHashes, type Verdict } from "../../manifest/verdict.ts";
import type { AppliedTexts } from "../../state/state.ts";
import { say, shell } from "../../text/next_step.ts";
import type { RevisionTextPair } from "../workspace/revision_texts.ts";

/**
 * The error for a revision whose files are not what its line in the manifest says; undefined where they are.
 * @param folder The migrations folder's name for messages.
 */
export function fileError(
  entry: ManifestRevision,
  verdict: Verdict,
  folder: string,
): AludelError | undefined {
  const { id } = entry;
  const path = `${folder}/${entry.dir}`;
  switch (verdict.kind) {
    case "draft":
    case "sealed":
    case "was":
      return undefined;
    case "missing":
      return new AludelError(
        "revision-file-missing",
        `Revision "${id}" has no ${verdict.file}.sql`,
        {
          revision: id,
          place: { file: `${path}/${verdict.file}.sql` },
          next: [
            shell`git checkout -- ${path}`,
            entry.up === null
              ? say(`Or give up the draft: delete its line in ${folder}/manifest.json`)
              : shell`aludel verify`,
          ],
        },
      );
    case "unexpected":
      return new AludelError(
        "revision-edited",
        `Revision "${id}" was sealed without a down.sql and has one now`,
        {
          revision: id,
          place: { file: `${path}/${verdict.file}.sql` },
          next: [shell`aludel seal --force ${id}`, say(`Or remove "${path}/down.sql"`)],
        },
      );
    case "edited":
      return editedError(entry, verdict, path);
  }
}

function editedError(
  { id }: ManifestRevision,
  { files, change }: Verdict & { readonly kind: "edited" },
  path: string,
): AludelError {
  const names = files.map((file) => `${file}.sql`).join(" and ");
  const facts = { revision: id, place: { file: `${path}/${files[0]}.sql` } };
  if (change === "cosmetic") {
    return new AludelError(
      "revision-edited-cosmetic",
      `Sealed revision "${id}" was edited: ${names} differs in white space and comments only`,
      { ...facts, next: [shell`aludel seal --cosmetic ${id}`] },
    );
  }
  return new AludelError(
    "revision-edited",
    `Sealed revision "${id}" was edited: ${names} differs`,
    {
      ...facts,
      notes: change === "unknown"
        ? ["The sealed text is not at hand, so how much was changed cannot be said"]
        : [],
      next: [
        shell`git checkout -- ${path} # get the sealed text back`,
        shell`aludel revision -m MESSAGE # make the change in a new revision`,
        shell`aludel seal --force ${id} # sign the edited text, although databases may have run the old one`,
      ],
    },
  );
}

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
