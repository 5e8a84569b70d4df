import type { Digest, TextHash } from "../manifest/manifest.ts";

/** From so many texts on, `node:crypto` has made up for the time that it takes to load (docs/decisions/files-and-hashing.md). */
const MANY = 4_000;

/**
 * A digest for the given texts, and no others: hashed beforehand by `crypto.subtle`, which is there at once, or where
 * they are many by the quicker `node:crypto`.
 */
export async function digestAhead(texts: readonly string[]): Promise<Digest> {
  if (texts.length >= MANY) return (await import("./digest.ts")).digest;
  const encoder = new TextEncoder();
  const hashes = await Promise.all(
    texts.map((text) => crypto.subtle.digest("SHA-256", encoder.encode(text))),
  );
  const known = new Map<string, TextHash>();
  texts.forEach((text, at) => known.set(text, `sha256:${new Uint8Array(hashes[at]!).toHex()}`));
  return (text) => {
    const hash = known.get(text);
    if (hash === undefined) throw new Error("A text was to be hashed that was not announced");
    return hash;
  };
}
