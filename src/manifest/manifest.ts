import type { Revision } from "../graph/revision.ts";

/** The hash of a canonical text: `sha256:` and 64 lower-case hex digits. */
export type TextHash = `sha256:${string}`;

/** Hashes a text's UTF-8 bytes. Given from outside, so that this folder stays pure. */
export type Digest = (text: string) => TextHash;

/** A sealed down: its hash, or `"none"` for a revision that cannot be undone. */
export type DownHash = TextHash | "none";

/** One line of the manifest. Arrays are sorted. */
export interface ManifestRevision extends Revision {
  /** The folder's name inside the migrations folder. */
  readonly dir: string;
  readonly message: string;
  /** UTC to the second: `2026-11-23T10:15:00Z`. */
  readonly created: string;
  /** `null` in a draft. */
  readonly up: TextHash | null;
  /** `null` in a draft. */
  readonly down: DownHash | null;
  /** Earlier `[up, down]` pairs that a re-signing replaced, oldest first. */
  readonly was: readonly (readonly [TextHash, DownHash])[];
}

/** The content of `manifest.json`: revisions sorted by id. */
export interface Manifest {
  readonly revisions: readonly ManifestRevision[];
}
