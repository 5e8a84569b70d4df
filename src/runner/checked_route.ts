import type { RevisionId } from "../graph/revision.ts";
import type { Script } from "../sql/script.ts";
import type { AppliedRevision, AppliedTexts } from "../state/applied_revision.ts";
import type { Notice } from "./run_event.ts";

/** What is known of a revision before it runs; the runner adds when, how long and by whom. */
export type RevisionRecord = Omit<
  AppliedRevision,
  "kind" | "appliedAt" | "durationMs" | "appliedBy"
>;

/** A step up whose file has been read, decoded, hashed, tokenized and split. */
export interface CheckedUp {
  readonly direction: "up";
  readonly id: RevisionId;
  readonly message: string;
  readonly script: Script;
  readonly record: RevisionRecord;
  readonly texts: AppliedTexts;
}

/** A step down. */
export interface CheckedDown {
  readonly direction: "down";
  /** Where its script comes from: the text stored when the revision was applied, or the file. */
  readonly from: "database" | "disk";
  readonly id: RevisionId;
  readonly message: string;
  readonly script: Script;
}

/** A step whose script was read and judged. */
export type CheckedStep = CheckedUp | CheckedDown;

/** A record that must be brought up to date because its revision was re-signed, or follows one. */
export interface Reseal {
  readonly id: RevisionId;
  readonly record: Pick<AppliedRevision, "up" | "down" | "lineage">;
  /** New texts where they have the same tokens as the ones that ran; otherwise what ran is kept. */
  readonly texts: AppliedTexts | null;
}

/** A route of which every file has been checked: nothing is read from disk after this point. */
export interface CheckedRoute {
  readonly steps: readonly CheckedStep[];
  readonly reseals: readonly Reseal[];
  readonly notices: readonly Notice[];
}
