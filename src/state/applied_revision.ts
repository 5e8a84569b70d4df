import type { Revision } from "../graph/revision.ts";
import type { DownHash, TextHash } from "../manifest/manifest.ts";

/** How a revision came to be recorded: its up ran here, or the database was told that it has it. */
export type AppliedKind = "ran" | "stamped";

/** A row of `aludel_revision`, without the two texts. */
export interface AppliedRevision extends Revision {
  readonly message: string;
  /** The hash over the whole history that led here, see docs/formats.md. */
  readonly lineage: TextHash;
  readonly up: TextHash;
  readonly down: DownHash;
  readonly kind: AppliedKind;
  /** UTC to the second. */
  readonly appliedAt: string;
  /** How long `up` ran, in milliseconds; 0 for a stamped one. */
  readonly durationMs: number;
  /** The Aludel that applied it: `aludel 0.1.0`. */
  readonly appliedBy: string;
}

/** The texts that ran, from the same row. `down` is null for a revision that cannot be undone. */
export interface AppliedTexts {
  readonly up: string;
  readonly down: string | null;
}
