import { scriptOf, type WorkloadRevision } from "./workload.ts";

/**
 * Writes the statements for the limits: `up.json` and `down.json` for node:sqlite, `up.sql` and `down.sql`, each one
 * transaction, for the sqlite3 shell.
 */
export function writeStatements(folder: string, revisions: readonly WorkloadRevision[]): void {
  const ways = {
    up: revisions.flatMap(({ up }) => up),
    down: revisions.toReversed().flatMap(({ down }) => down),
  };
  for (const [way, statements] of Object.entries(ways)) {
    Deno.writeTextFileSync(`${folder}/${way}.json`, JSON.stringify(statements));
    Deno.writeTextFileSync(`${folder}/${way}.sql`, `BEGIN;\n${scriptOf(statements)}COMMIT;\n`);
  }
}
