import { type Connection, SqlError } from "../../db/connection.ts";
import { foldName, quoteName } from "../../sql/identifier.ts";
import { objectKey } from "../plan/statement.ts";

/** Beyond this number something else is wrong, and nothing more is learnt. */
const MOST = 10_000;

/**
 * The views and triggers of a database that SQLite cannot compile, because they name what is not there: the
 * same rename that would fail at them in a plan is tried until it fails no more. All of it is
 * rolled back.
 *
 * @param connection A database that may be written into, with no transaction open.
 * @returns Keys as {@linkcode objectKey} writes them.
 */
export async function findBroken(connection: Connection): Promise<Set<string>> {
  const broken = new Set<string>();
  await connection.execute("BEGIN");
  try {
    await connection.execute('CREATE TABLE "probe__1" (a)');
    for (let round = 0; round < MOST; round++) {
      const found = await tryRename(connection);
      if (found === undefined) break;
      const key = objectKey(found.kind, foldName(found.name));
      if (broken.has(key)) break;
      broken.add(key);
      await connection.execute(`DROP ${found.kind.toUpperCase()} ${quoteName(found.name)}`);
    }
  } finally {
    await connection.execute("ROLLBACK");
  }
  return broken;
}

async function tryRename(
  connection: Connection,
): Promise<{ readonly kind: "view" | "trigger"; readonly name: string } | undefined> {
  try {
    await connection.execute('ALTER TABLE "probe__1" RENAME TO "probe__2"');
    await connection.execute('ALTER TABLE "probe__2" RENAME TO "probe__1"');
    return undefined;
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    const objects = await connection.query(
      "SELECT type, name FROM main.sqlite_schema WHERE type IN ('view', 'trigger')",
    );
    // The message has the name without quotes, so only the schema shows where it ends.
    return objects
      .map((row) => ({ kind: row.type as "view" | "trigger", name: row.name as string }))
      .filter(({ kind, name }) => error.sqlite.startsWith(`error in ${kind} ${name}`))
      .toSorted((a, b) => b.name.length - a.name.length)[0];
  }
}
