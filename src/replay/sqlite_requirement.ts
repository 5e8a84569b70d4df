import { AludelError, type Place } from "../errors.ts";
import { readDirectives } from "../sql/read_script.ts";
import type { SchemaFile } from "../schema/source/statements.ts";
import { placeOf } from "../text/position.ts";

/** What says `-- aludel: sqlite>=…`. */
export interface Requiring {
  /** For the message: `Revision "3f9c"`. */
  readonly what: string;
  readonly place: Place;
  readonly revision?: string;
}

/**
 * Makes sure that an SQLite is new enough.
 *
 * @param needed Such as `[3, 53]`. @param actual Such as `3.53.2`.
 * @throws {AludelError} `sqlite-too-old`.
 */
export function requireSqlite(
  needed: readonly number[],
  actual: string,
  { what, place, revision }: Requiring,
): void {
  if (!isOlder(actual, needed)) return;
  throw new AludelError(
    "sqlite-too-old",
    `${what} needs SQLite ${needed.join(".")}, and this one is ${actual}`,
    {
      place,
      ...(revision !== undefined && { revision }),
      next: ["Run it with an Aludel of a newer SQLite: aludel --version tells which one this has"],
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
    const requiring = { what: "The schema", place: placeOf(file, text, start) };
    requireSqlite(value.split(".").map(Number), actual, requiring);
  }
}

function isOlder(actual: string, needed: readonly number[]): boolean {
  const parts = actual.split(".").map(Number);
  for (const [index, number] of needed.entries()) {
    const have = parts[index] ?? 0;
    if (have !== number) return have < number;
  }
  return false;
}
