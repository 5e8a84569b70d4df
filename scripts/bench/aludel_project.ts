import { formatManifest, type ManifestRevision } from "../../src/manifest/manifest.ts";
import { folderName } from "../../src/manifest/folder_name.ts";
import { digest } from "../../src/digest.ts";
import { scriptOf, type WorkloadRevision } from "./workload.ts";

/** The database's file in every project. */
export const DATABASE = "app.db";

/**
 * Writes a project of Aludel with a chain of sealed revisions.
 * @param folder An empty folder.
 */
export function writeAludelProject(folder: string, revisions: readonly WorkloadRevision[]): void {
  const entries: ManifestRevision[] = [];
  for (const { number, message, up, down } of revisions) {
    const facts = { id: idOf(number), message, created: createdAt(number) };
    const dir = folderName("{date}_{id}_{slug}", facts);
    const texts = { up: scriptOf(up), down: scriptOf(down) };
    Deno.mkdirSync(`${folder}/migrations/${dir}`, { recursive: true });
    Deno.writeTextFileSync(`${folder}/migrations/${dir}/up.sql`, texts.up);
    Deno.writeTextFileSync(`${folder}/migrations/${dir}/down.sql`, texts.down);
    entries.push({
      ...facts,
      dir,
      parents: number === 1 ? [] : [idOf(number - 1)],
      dependsOn: [],
      labels: [],
      up: digest(texts.up),
      down: digest(texts.down),
      was: [],
    });
  }
  Deno.writeTextFileSync(
    `${folder}/migrations/manifest.json`,
    formatManifest({ revisions: entries }),
  );
  Deno.writeTextFileSync(`${folder}/aludel.json`, `{"database":"${DATABASE}"}\n`);
}

/** Twelve hex digits that look random and never repeat: an odd factor permutes the numbers below 2^48. */
export function idOf(number: number): string {
  const mixed = BigInt.asUintN(48, BigInt(number) * 0x9E37_79B9_7F4Bn);
  return mixed.toString(16).padStart(12, "0");
}

function createdAt(number: number): string {
  const start = Date.UTC(2020, 0, 1);
  return new Date(start + number * 3_600_000).toISOString().replace(".000Z", "Z");
}
