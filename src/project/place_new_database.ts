import { AludelError } from "../errors.ts";
import { splitPath } from "./make_restore_point.ts";
import { pathExists } from "./path_exists.ts";
import { flushFolder } from "./write_atomically.ts";

/**
 * Moves a finished database to a path where there is none.
 *
 * @param name The database for messages.
 * @param mode The permissions that it gets; null where the system has none.
 * @throws {AludelError} `restore-journal-left` where the journal or log of a database that was there is still beside the
 *   path: SQLite would play it back into the new one.
 */
export function placeNewDatabase(
  file: string,
  path: string,
  name: string,
  mode: number | null,
): void {
  const left = ["-wal", "-journal"].map((suffix) => path + suffix).filter(pathExists);
  if (left.length > 0) {
    throw new AludelError("restore-journal-left", `A journal of "${name}" is left without it`, {
      notes: left,
      outcome: "Nothing was changed",
      next: left.map((each) => `mv ${each} ${each}.old`),
    });
  }
  if (mode !== null && Deno.build.os !== "windows") Deno.chmodSync(file, mode);
  // An empty file is as good as none to SQLite; a link would fail on it.
  if (pathExists(path)) Deno.removeSync(path);
  // Unlike a rename, a link does not replace what somebody has put there meanwhile.
  Deno.linkSync(file, path);
  Deno.removeSync(file);
  flushFolder(splitPath(path).folder);
}
