import type { RevisionId } from "../graph/revision.ts";
import type { AnyStep } from "../text/next_step.ts";

/** Whether a revision is applied or undone. */
export type Direction = "up" | "down";

/**
 * What a run tells while it goes. Text on a terminal, JSON and a progress line are three consumers.
 *
 * Events are handed to a callback and not yielded: a consumer that stops reading must not be able to
 * keep a transaction open.
 */
export type RunEvent =
  /** Another connection holds the write lock; sent once after a second, then each ten seconds. */
  | {
    readonly type: "waiting";
    /** The process that holds the lock, such as `pid 4711 (python3)`, where it can be known. */
    readonly holder: string | undefined;
    readonly elapsedMs: number;
  }
  /** Another process moved the database while this one waited; the route was made again. */
  | { readonly type: "replanned"; readonly steps: number }
  /** A database is being copied; sent several times a second, with the bytes that are there so far. */
  | {
    readonly type: "copying";
    readonly what: string;
    readonly bytes: number;
    readonly of: number;
  }
  /** A folder that is removed when the work is over; whoever ends the process before that should remove it. */
  | { readonly type: "temporary"; readonly path: string }
  /** The database was copied before anything was changed, because the run takes something away. */
  | {
    readonly type: "restore-point";
    readonly name: string;
    /** The path of its folder. */
    readonly path: string;
    readonly bytes: number;
    readonly durationMs: number;
    /** Which revision loses what; empty where the policy is to make one always. */
    readonly losses: readonly string[];
  }
  /** A restore point of this run is gone again, because the run was rolled back as a whole. */
  | { readonly type: "restore-point-removed"; readonly name: string }
  | {
    readonly type: "step-started";
    readonly direction: Direction;
    readonly id: RevisionId;
    readonly message: string;
    /** Counted from 1 over the whole route. */
    readonly position: number;
    readonly of: number;
    readonly statements: number;
  }
  /** A statement is about to run; sent for each, so consumers must be quick. */
  | {
    readonly type: "statement";
    readonly id: RevisionId;
    readonly position: number;
    readonly of: number;
    readonly verb: string;
  }
  | {
    readonly type: "step-done";
    readonly direction: Direction;
    readonly id: RevisionId;
    readonly durationMs: number;
  }
  /** The record of a re-signed revision was brought up to date. */
  | { readonly type: "resealed"; readonly id: RevisionId }
  | { readonly type: "committed"; readonly ids: readonly RevisionId[] }
  | { readonly type: "rolled-back"; readonly ids: readonly RevisionId[] }
  | Notice;

/** Something worth knowing that stops nothing. */
export interface Notice {
  /** Tells it from the other events. */
  readonly type: "notice";
  /** Stable, such as `foreign-key-violations-before`. */
  readonly code: string;
  /** One sentence. */
  readonly message: string;
  /** Further facts, a line each. */
  readonly notes?: readonly string[];
  /** What to do about it, if anything. */
  readonly next?: readonly AnyStep[];
}
