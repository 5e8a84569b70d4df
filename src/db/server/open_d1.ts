import type { Connection } from "../connection.ts";
import { BatchStream } from "./batch_stream.ts";
import { D1Database } from "./d1.ts";
import { type ConnectionOptions, ServerConnection } from "./server_connection.ts";

/**
 * Opens a Cloudflare D1 database. What its URL is says {@linkcode D1Database}.
 * @param newName Gives a name that no other batch has.
 * @throws {ServerFault} if it cannot be reached, is not there, or the token does not open it.
 */
export async function openD1(
  options: ConnectionOptions,
  newName: () => string,
): Promise<Connection> {
  const database = new D1Database(options);
  await database.batch(["SELECT 1"]);
  const stream = new BatchStream(database, options.name, newName);
  // D1 does not tell its version, and refuses what came with 3.53. Everything before that was there when it was tried.
  const capabilities = { sqliteVersion: D1_SQLITE, ownCache: false };
  return new ServerConnection(stream, options, capabilities, stream);
}

/** What D1 takes, as the version of an SQLite that takes the same. */
const D1_SQLITE = "3.47.0";
