import type { RevisionTexts } from "../manifest/actual_files.ts";
import type { ManifestRevision } from "../manifest/manifest.ts";
import { readAppliedTexts } from "../project/look_at_texts.ts";
import type { CommandContext } from "./command.ts";
import type { CatalogueFlags } from "./find_in_catalogue.ts";
import { openCatalogueWithDatabase } from "./open_catalogue_with_database.ts";

/** The texts that a revision was sealed with, if the database ran just those; undefined otherwise. */
export async function recordedTexts(
  context: CommandContext,
  flags: CatalogueFlags,
  entry: ManifestRevision,
): Promise<RevisionTexts | undefined> {
  const { database } = await openCatalogueWithDatabase(context, flags, false);
  const record = database?.catalogue.records.get(entry.id);
  if (database === undefined || record?.up !== entry.up || record.down !== entry.down) {
    return undefined;
  }
  return await readAppliedTexts(database.access, entry.id);
}
