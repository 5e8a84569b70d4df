import { AludelError } from "../errors.ts";
import { megabytes } from "../text/megabytes.ts";

/** More than what is copied: room for the file system's own bookkeeping, in bytes. */
const SLACK_BYTES = 256 * 1024;
/** For less it is not worth asking: the answer takes longer than the copy, which undoes itself where it does not fit. */
const ASK_FROM_BYTES = 1024 * 1024;

/**
 * Makes sure that a disk has room, before anything is touched.
 *
 * @param folder A folder on the disk.
 * @param bytes How much will be written.
 * @param what For the message: `A restore point of "app.db"`.
 * @throws {AludelError} `copy-space`.
 */
export async function requireSpace(folder: string, bytes: number, what: string): Promise<void> {
  if (bytes < ASK_FROM_BYTES) return;
  const free = await freeBytes(folder);
  const needed = bytes + SLACK_BYTES;
  if (free === undefined || free >= needed) return;
  throw new AludelError(
    "copy-space",
    `${what} needs ${megabytes(needed)}, and the disk has ${megabytes(free)} left`,
    {
      notes: [`It would be written to "${folder}"`],
      next: [
        "Free some space, or remove restore points that are not needed: `aludel backup list`",
      ],
    },
  );
}

async function freeBytes(folder: string): Promise<number | undefined> {
  const { statfsSync } = await import("node:fs");
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  } catch {
    // A system that does not tell: the copying itself will say what is wrong.
    return undefined;
  }
}

/** The bytes that a database takes on disk, its write-ahead log included; 0 where it does not exist. */
export function databaseBytes(path: string): number {
  return sizeOf(path) + sizeOf(`${path}-wal`);
}

function sizeOf(path: string): number {
  try {
    return Deno.statSync(path).size;
  } catch {
    return 0;
  }
}
