import { D1Database } from "../../db/server/d1.ts";
import { ServerFault, SqlError } from "../../db/connection.ts";
import { databaseError } from "../../db/sqlite_error.ts";
import { AludelError } from "../../errors.ts";
import type { KeptPoint } from "../../runner/request.ts";
import { again, say } from "../../text/next_step.ts";
import type { Target } from "../workspace/target.ts";
import type { RestorePoint } from "./restore_points.ts";

/** The name of a moment in Time Travel: https://developers.cloudflare.com/d1/reference/time-travel/ */
const BOOKMARK = /^[0-9a-f]+(?:-[0-9a-f]+)+$/i;

/** Whether the database is one of Cloudflare's D1, which keeps its own past states. */
export function hasTimeTravel({ server }: Target): boolean {
  return server?.engine === "d1";
}

/**
 * The bookmark of the moment before a run, which Cloudflare keeps for up to 30 days.
 * @throws {AludelError} `server-failed`.
 */
export async function markMoment(target: Target): Promise<KeptPoint> {
  return {
    name: await asking(target, (database) => database.bookmark()),
    path: "",
    bytes: 0,
    holds: "database",
    open: () => Promise.reject(new Error("a bookmark cannot be opened")),
    discard() {},
    settle() {},
  };
}

/**
 * The moment of a bookmark that a user types.
 * @throws {AludelError} `restore-point-missing` if it is missing or not a bookmark.
 */
export function momentNamed({ name }: Target, bookmark: string | undefined): RestorePoint {
  if (bookmark !== undefined && BOOKMARK.test(bookmark)) return momentAt(bookmark);
  throw new AludelError(
    "restore-point-missing",
    bookmark === undefined
      ? `Restoring "${name}" needs a bookmark of Time Travel`
      : `"${bookmark}" is not a bookmark of Time Travel`,
    {
      notes: ["A run that loses something prints the bookmark of the moment before it"],
      next: [
        again`00000001-00000002-00004e2f-0a83ea2fceebc654de0640c422be4653 # for example`,
        say("npx wrangler d1 time-travel info NAME prints the bookmark of a time"),
      ],
    },
  );
}

/**
 * Restores a D1 database to a moment. Cloudflare restores all of it, including its log.
 * @throws {AludelError} `server-failed`.
 */
export async function returnTo(
  target: Target,
  point: RestorePoint,
): Promise<{ readonly point: RestorePoint; readonly kept: RestorePoint }> {
  const kept = momentAt(await asking(target, (database) => database.bookmark()));
  await asking(target, (database) => database.restore(point.name));
  return { point, kept };
}

function momentAt(bookmark: string): RestorePoint {
  return {
    name: bookmark,
    kind: "run",
    holds: "database",
    sequence: 0,
    created: "",
    reason: "a bookmark of Time Travel",
    file: "",
    heads: [],
    bytes: 0,
    sha256: "",
    mode: null,
    madeBy: "Cloudflare",
  };
}

async function asking<T>(target: Target, ask: (database: D1Database) => Promise<T>): Promise<T> {
  const { name, server } = target;
  try {
    return await ask(new D1Database({ name, url: await server!.url(), token: server!.token() }));
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    const fault = error instanceof ServerFault
      ? error
      : new ServerFault(error.sqlite, { database: name, cause: error });
    throw databaseError(fault, name) ?? error;
  }
}
