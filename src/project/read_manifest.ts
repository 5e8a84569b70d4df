import { AludelError } from "../errors.ts";
import {
  manifestTooLarge,
  MAX_MANIFEST_LENGTH,
  type ParsedManifest,
  parseManifest,
} from "../manifest/parse_manifest.ts";
import { decodeUtf8 } from "../text/utf8.ts";
import { MANIFEST_FILE, type RevisionFiles } from "./revision_files.ts";

/**
 * Reads the manifest of a migrations folder; null where there is none.
 *
 * @throws {AludelError} `manifest-encoding` (not UTF-8), whatever {@linkcode parseManifest} and the
 * files throw.
 */
export function readManifest(files: RevisionFiles): ParsedManifest | null {
  const file = `${files.name}/${MANIFEST_FILE}`;
  const bytes = files.read(MANIFEST_FILE);
  return bytes === null ? null : parseManifest(decode(bytes, file), file);
}

function decode(bytes: Uint8Array, file: string): string {
  // Before decoding: what is too large need not be UTF-8 either.
  if (bytes.length > MAX_MANIFEST_LENGTH) throw manifestTooLarge(file);
  try {
    return decodeUtf8(bytes);
  } catch (cause) {
    throw new AludelError("manifest-encoding", "The manifest is not UTF-8", {
      place: { file },
      next: [`See what changed: git diff -- ${file}`],
      cause,
    });
  }
}
