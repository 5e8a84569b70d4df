const CHUNK_BYTES = 1024 * 1024;
/** Up to this size the file is read at once: the module that hashes in portions takes longer to load. */
const WHOLE_BYTES = 16 * 1024 * 1024;

/** The SHA-256 of a file of any size, in hex. Never of a file that SQLite has open in this process. */
export async function fileDigest(path: string): Promise<string> {
  using file = Deno.openSync(path, { read: true });
  if (file.statSync().size <= WHOLE_BYTES) {
    return new Uint8Array(await crypto.subtle.digest("SHA-256", Deno.readFileSync(path))).toHex();
  }
  const { createHash } = await import("node:crypto");
  const hash = createHash("sha256");
  const buffer = new Uint8Array(CHUNK_BYTES);
  for (;;) {
    const count = file.readSync(buffer);
    if (count === null) return hash.digest("hex");
    hash.update(buffer.subarray(0, count));
  }
}
