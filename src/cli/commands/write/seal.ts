import { AludelError } from "../../../errors.ts";
import { textsInHistory } from "../../../git/base.ts";
import type { CanonicalTexts, ManifestRevision } from "../../../manifest/manifest.ts";
import { sealRevisions } from "../../../project/author/seal.ts";
import { defineCommand } from "../../arguments/command.ts";
import { DATABASE_FLAG } from "../../arguments/flag.ts";
import { Session } from "../../session/session.ts";
import { waitingFor } from "../../render/draft.ts";
import { again, shell } from "../../../text/next_step.ts";

export const command = defineCommand({
  name: "seal",
  description: [
    "Records the hashes of a revision's files in the manifest, so that later edits are noticed. Without REF it seals all drafts.",
    "A sealed revision that was edited is refused. --cosmetic seals it again if only white space and comments changed, --force in any case; databases that ran the earlier text still accept it. The sealed text to compare with is looked up in git's history and in the database.",
  ],
  flags: {
    cosmetic: { kind: "switch", help: "seal again if only white space and comments changed" },
    force: { kind: "switch", help: "seal again in any case: needs REF" },
    ...DATABASE_FLAG,
  },
  positional: [
    { name: "REF", help: "revisions to seal (default: all drafts)", optional: true, many: true },
  ],
  examples: [
    { command: "aludel seal", says: "seals all drafts" },
    { command: "aludel seal --cosmetic", says: "after the files were formatted" },
    { command: "aludel seal --force 3f9c", says: "after an intended change" },
  ],
  async run(context, flags, refs) {
    const { ui } = context;
    if (flags.cosmetic && flags.force) {
      throw new AludelError("usage", '"--cosmetic" and "--force" exclude each other', {
        next: [shell`aludel seal --help`],
      });
    }
    if (flags.force && refs.length === 0) {
      throw new AludelError("usage", '"--force" needs the revisions to seal', {
        notes: ["It accepts any change, so it does not work on all of them at once"],
        next: [again`REV`],
      });
    }
    const session = new Session(context, flags);
    const { project } = session;
    const inHistory = textsInHistory(project.migrations);
    const result = await sealRevisions(project, {
      refs,
      mode: flags.force ? "force" : flags.cosmetic ? "cosmetic" : "drafts",
      sealedTexts: async (entry) => inHistory(entry) ?? await recordedTexts(session, entry),
      onWait: waitingFor(ui, project),
    });
    const { sealed, resealed, unchanged, emptyDowns, edited } = result;
    ui.json({ sealed, resealed, unchanged, emptyDowns, edited });
    for (const id of sealed) ui.data(`sealed    ${ui.style.yellow(id)}`);
    for (const id of resealed) ui.data(`resealed  ${ui.style.yellow(id)}`);
    for (const id of emptyDowns) {
      ui.notice(
        `The down.sql of ${id} has no statement, so ${id} cannot be undone: write it, delete it, or let it say why (aludel lint ${id}).`,
      );
    }
    if (sealed.length + resealed.length > 0) return;
    ui.notice(
      refs.length > 0 || flags.cosmetic
        ? "Nothing to seal: all of them are sealed and unchanged."
        : "Nothing to seal: there is no draft.",
    );
    if (edited.length === 0) return;
    ui.warning(
      edited.length === 1
        ? `${edited[0]} is sealed, but its files were edited`
        : `${edited.join(", ")} are sealed, but their files were edited`,
    );
    ui.hint(shell`aludel verify`);
  },
});

/** The texts with which a revision was sealed, if the database ran exactly those; undefined otherwise. */
async function recordedTexts(
  session: Session,
  entry: ManifestRevision,
): Promise<CanonicalTexts | undefined> {
  const { openDatabaseIfPossible } = await import("../../session/database.ts");
  const { database } = await openDatabaseIfPossible(session, false);
  const record = database?.catalogue.records.get(entry.id);
  if (database === undefined || record?.up !== entry.up || record.down !== entry.down) {
    return undefined;
  }
  const { readAppliedTexts } = await import("../../../project/migrate/stamp.ts");
  return await readAppliedTexts(database.access, entry.id);
}
