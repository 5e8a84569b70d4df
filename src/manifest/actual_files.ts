import type { TextHash } from "./manifest.ts";

/** What lies in a revision's folder now: the hashes of the canonical texts, null for no file. */
export interface ActualHashes {
  readonly up: TextHash | null;
  readonly down: TextHash | null;
}

/** The canonical texts themselves, or earlier ones; null where there is no file. */
export interface RevisionTexts {
  readonly up: string | null;
  readonly down: string | null;
}
