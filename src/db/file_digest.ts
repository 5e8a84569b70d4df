import { createHash } from "node:crypto";

const CHUNK_BYTES = 1024 * 1024;

/** The SHA-256 of a file of any size, in hex. Never of a file that SQLite has open in this process. */
export function fileDigest(path: string): string {
  const hash = createHash("sha256");
  const buffer = new Uint8Array(CHUNK_BYTES);
  using file = Deno.openSync(path, { read: true });
  for (;;) {
    const count = file.readSync(buffer);
    if (count === null) return hash.digest("hex");
    hash.update(buffer.subarray(0, count));
  }
}
