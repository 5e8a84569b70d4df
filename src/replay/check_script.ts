import { libraryVersion } from "../db/node_connection.ts";
import { AludelError, type Place } from "../errors.ts";
import type { RevisionId } from "../graph/revision.ts";
import type { SchemaFile } from "../schema/source/statements.ts";
import { readDirectives, readScript } from "../sql/read_script.ts";
import { findRefusal } from "../sql/refused_text.ts";
import { type Script, splitStatements } from "../sql/script.ts";
import { newerFeatures } from "../sql/sqlite_features.ts";
import { isAtLeast, type Release, releaseOf } from "../sql/sqlite_releases.ts";
import { say } from "../text/next_step.ts";
import { placeOf } from "../text/position.ts";
import { isOlderVersion } from "../text/program.ts";

/** What says `-- aludel: sqlite>=…`. */
export interface Requiring {
  /** For the message: `Revision "3f9c"`. */
  readonly subject: string;
  readonly place: Place;
  readonly revision?: string;
}

/**
 * Makes sure that an SQLite is new enough.
 *
 * @param needed Such as `[3, 53]`. @param actual Such as `3.53.2`.
 * @throws {AludelError} `sqlite-too-old`.
 */
function requireSqlite(
  needed: readonly number[],
  actual: string,
  { subject, place, revision }: Requiring,
): void {
  if (!isOlderVersion(actual, needed)) return;
  throw new AludelError(
    "sqlite-too-old",
    `${subject} needs SQLite ${needed.join(".")}, and this one is ${actual}`,
    {
      place,
      ...(revision !== undefined && { revision }),
      next: [
        actual === libraryVersion()
          ? say("Use an Aludel with a newer SQLite (aludel --version prints which one this has)")
          : say(
            `Set "sqlite": "${
              actual.split(".").slice(0, 2).join(".")
            }" in aludel.json and write the revision again: the server has SQLite ${actual}`,
          ),
      ],
    },
  );
}

/**
 * Makes sure that an SQLite is new enough for what a schema file says that it needs.
 * @throws {AludelError} `sqlite-too-old`; errors of the area `directive`.
 */
export function requireSqliteOfSchema({ file, text }: SchemaFile, actual: string): void {
  if (!/aludel/i.test(text)) return;
  for (const { name, value, start } of readDirectives(file, text, "schema")) {
    if (name !== "sqlite") continue;
    const requiring = { subject: "The schema", place: placeOf(file, text, start) };
    requireSqlite(value.split(".").map(Number), actual, requiring);
  }
}

/**
 * Makes sure that schema files have nothing in them that is newer than the oldest SQLite that they are for: that of the setting,
 * or that of the file's own directive if it is newer. Without both, SQLite itself judges.
 *
 * @throws {AludelError} `schema-sqlite` with the first place, and all others in its notes.
 */
export function refuseNewerFeatures(
  files: readonly SchemaFile[],
  setting: string | undefined,
): void {
  const found = files.flatMap(({ file, text }) => {
    const release = oldestSqlite(setting, sqliteOfSchema(file, text));
    if (release === undefined) return [];
    return splitStatements(text).flatMap((statement) => newerFeatures(text, statement, release))
      .map(({ name, since, start }) => ({
        name,
        since,
        release,
        place: placeOf(file, text, start),
      }));
  });
  const [first, ...others] = found;
  if (first === undefined) return;
  const newest = found.map(({ since }) => since).reduce((a, b) => isAtLeast(a, b) ? a : b);
  throw new AludelError(
    "schema-sqlite",
    `The schema uses ${first.name}, which SQLite has since ${
      first.since.join(".")
    }, and shall run on ${first.release.join(".")}`,
    {
      place: first.place,
      notes: others.map(({ name, since, place }) =>
        `${place.file}:${place.line}:${place.column}: ${name}, since ${since.join(".")}`
      ),
      next: [
        say("Write it without"),
        say(`If no older SQLite runs it, set "sqlite": "${newest.join(".")}" in aludel.json`),
      ],
    },
  );
}

/** The newer of what the settings and a file's directive say of the oldest SQLite. */
function oldestSqlite(
  setting: string | undefined,
  directive: readonly number[] | undefined,
): Release | undefined {
  const releases = [setting, directive?.join(".")].flatMap((one) =>
    one === undefined ? [] : [releaseOf(one)]
  );
  return releases.length === 0 ? undefined : releases.reduce((a, b) => isAtLeast(a, b) ? a : b);
}

function sqliteOfSchema(file: string, text: string): readonly number[] | undefined {
  if (!/aludel/i.test(text)) return undefined;
  const directive = readDirectives(file, text, "schema").find(({ name }) => name === "sqlite");
  return directive?.value.split(".").map(Number);
}

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
