import { libraryVersion } from "../db/node_connection.ts";
import type { RevisionId } from "../graph/revision.ts";
import { readScript } from "../sql/read_script.ts";
import { findRefusal } from "../sql/refused_text.ts";
import type { Script } from "../sql/script.ts";
import { requireSqlite } from "./sqlite_requirement.ts";

/**
 * Reads a script and makes sure that it may run.
 *
 * @param sqliteVersion The SQLite that will run it, such as `3.53.2`; this program's if left out.
 * @throws {AludelError} What {@linkcode readScript} and {@linkcode findRefusal} say, and `sqlite-too-old`.
 */
export function checkScript(
  file: string,
  text: string,
  id: RevisionId,
  sqliteVersion = libraryVersion(),
): Script {
  const script = readScript(file, text);
  const refusal = findRefusal(script);
  if (refusal) throw refusal.with({ revision: id });
  const needed = script.header.sqlite;
  if (needed) {
    requireSqlite(needed, sqliteVersion, {
      subject: `Revision "${id}"`,
      place: { file },
      revision: id,
    });
  }
  return script;
}
