import { AludelError } from "../errors.ts";
import type { RevisionId } from "../graph/revision.ts";
import { readScript } from "../sql/read_script.ts";
import { findRefusal } from "../sql/refusal.ts";
import type { Script } from "../sql/script.ts";

/**
 * Reads a script and makes sure that it may run.
 *
 * @param sqliteVersion The SQLite that will run it, such as `3.53.2`.
 * @throws {AludelError} What {@linkcode readScript} and {@linkcode findRefusal} say, and `sqlite-too-old`.
 */
export function checkScript(
  file: string,
  text: string,
  id: RevisionId,
  sqliteVersion: string,
): Script {
  const script = readScript(file, text);
  const refusal = findRefusal(script);
  if (refusal) throw refusal.with({ revision: id });
  const needed = script.header.sqlite;
  if (needed && isOlder(sqliteVersion, needed)) {
    throw new AludelError(
      "sqlite-too-old",
      `Revision "${id}" needs SQLite ${needed.join(".")}, and this one is ${sqliteVersion}`,
      {
        revision: id,
        place: { file },
        next: [
          "Run it with an Aludel of a newer SQLite: aludel --version tells which one this has",
        ],
      },
    );
  }
  return script;
}

function isOlder(actual: string, needed: readonly number[]): boolean {
  const parts = actual.split(".").map(Number);
  for (const [index, number] of needed.entries()) {
    const have = parts[index] ?? 0;
    if (have !== number) return have < number;
  }
  return false;
}
