import { host } from "../host/mod.ts";
import { toHex } from "../text/sha256.ts";

/** Up to this size the file is read at once: what hashes in portions takes longer to load. */
const WHOLE_BYTES = 16 * 1024 * 1024;

/** The SHA-256 of a file of any size, in hex. Never of a file that SQLite has open in this process. */
export async function fileDigest(path: string): Promise<string> {
  if (host.files.stat(path).size > WHOLE_BYTES) return host.sha256OfFile(path);
  const bytes = host.files.read(path) as Uint8Array<ArrayBuffer>;
  return toHex(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)));
}
