import type { CanonicalTexts, ManifestRevision } from "../manifest/manifest.ts";
import { readAppliedTexts } from "../project/migrate/stamp.ts";
import type { CommandContext } from "./arguments/command.ts";
import { type CatalogueFlags, openCatalogueWithDatabase } from "./session/catalogue.ts";

/** The texts that a revision was sealed with, if the database ran just those; undefined otherwise. */
export async function recordedTexts(
  context: CommandContext,
  flags: CatalogueFlags,
  entry: ManifestRevision,
): Promise<CanonicalTexts | undefined> {
  const { database } = await openCatalogueWithDatabase(context, flags, false);
  const record = database?.catalogue.records.get(entry.id);
  if (database === undefined || record?.up !== entry.up || record.down !== entry.down) {
    return undefined;
  }
  return await readAppliedTexts(database.access, entry.id);
}
