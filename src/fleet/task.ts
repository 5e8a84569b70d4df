import type { RevisionId } from "../graph/revision.ts";
import type { RestorePolicy, TransactionMode } from "../runner/request.ts";
import type { FrozenProject } from "./frozen_project.ts";
import type { Member } from "./member.ts";
import type { MemberError } from "./member_error.ts";
import type { Sight } from "./survey.ts";

/** The options of a run, as plain data for workers and the journal. */
export interface RunOptions {
  readonly transaction: TransactionMode;
  /** The target's own policy if left out. */
  readonly restorePoints?: RestorePolicy;
  readonly lockTimeoutMs: number;
  readonly foreign: boolean;
}

/** The data that each thread of a crew gets before its first task. */
export interface CrewSetup {
  readonly project: FrozenProject;
  readonly options: RunOptions;
  /** Written into the records and restore points of the run, so that the databases alone tell what it did. */
  readonly appliedBy: string;
  /** See {@linkcode Halt}. */
  readonly halt: SharedArrayBuffer;
}

/** Work on one database. */
export interface Task {
  /** The member's place in the fleet. */
  readonly position: number;
  readonly member: Member;
  readonly work: Work;
}

/** The work of a task. */
export type Work =
  | { readonly kind: "look"; readonly groups: boolean }
  | { readonly kind: "rehearse" }
  | { readonly kind: "upgrade" }
  | UndoWork;

/** Sizes and times of a database's files. They are equal if nobody has written to it. */
export type FileStamp = readonly (string | null)[];

/** The undoing of a run on one database, with the journal's record of it. */
export interface UndoWork {
  readonly kind: "undo";
  readonly run: string;
  /** The heads before the run; null if they are unknown. */
  readonly before: readonly RevisionId[] | null;
  /** Whether the journal has an outcome; if not, it is read from the database. */
  readonly isKnown: boolean;
  readonly applied: readonly RevisionId[];
  readonly points: readonly PointName[];
  readonly lost: readonly string[];
  readonly stamp: FileStamp | null;
  /** Whether to restore a restore point even if the database was written to since. */
  readonly discardWrites: boolean;
}

/** A restore point of a database. */
export interface PointName {
  readonly name: string;
  readonly holds: "database" | "rows";
}

/** The outcome of the upgrade of one database. */
export interface UpgradeOutcome {
  /** `done`: the run applied something, now or before it was stopped · `idle`: there was nothing to do · `failed`. */
  readonly result: "done" | "idle" | "failed";
  /** The revisions that this run applied, in order. */
  readonly applied: readonly RevisionId[];
  /** The heads of the database after it; null if they could not be read. */
  readonly heads: readonly RevisionId[] | null;
  readonly points: readonly PointName[];
  /** A sentence for each loss that the scripts declare. */
  readonly lost: readonly string[];
  readonly durationMs: number;
  readonly stamp: FileStamp | null;
  readonly error?: MemberError;
}

/** The outcome of an upgrade of a copy of one database. */
export interface RehearsalOutcome {
  /** A sentence for each loss that the scripts declare. */
  readonly lost: readonly string[];
  readonly durationMs: number;
  readonly error?: MemberError;
}

/** The outcome of undoing a run on one database. */
export interface UndoOutcome {
  /** `undone`: the database is as before the run · `untouched`: the run did not change it · `failed`. */
  readonly result: "undone" | "untouched" | "failed";
  /** The revisions that were undone. */
  readonly ids: readonly RevisionId[];
  /** The heads of the database after it; null if they are unknown. */
  readonly heads: readonly RevisionId[] | null;
  /** The restore points that were made before undoing, if that loses something. */
  readonly points: readonly PointName[];
  readonly durationMs: number;
  readonly error?: MemberError;
}

/**
 * The result of a task. `skipped`: it did not run, because the crew was halted or an earlier task of the order failed.
 */
export type TaskResult =
  | { readonly kind: "look"; readonly sight: Sight }
  | { readonly kind: "rehearse"; readonly outcome: RehearsalOutcome }
  | { readonly kind: "upgrade"; readonly outcome: UpgradeOutcome }
  | { readonly kind: "undo"; readonly outcome: UndoOutcome }
  | { readonly kind: "skipped" };

/** The result of a task, with the member's place. */
export interface TaskReply {
  readonly position: number;
  readonly result: TaskResult;
}

/** Tells a crew to stop while its threads are busy, by memory that all of them share. */
export class Halt {
  readonly #flag: Int32Array;

  constructor(readonly shared: SharedArrayBuffer = new SharedArrayBuffer(4)) {
    this.#flag = new Int32Array(shared);
  }

  /** Lets running tasks end, but starts no other. */
  afterTask(): void {
    Atomics.compareExchange(this.#flag, 0, 0, 1);
  }

  /** Rolls back running tasks after their current statement. */
  now(): void {
    Atomics.store(this.#flag, 0, 2);
  }

  /** Ends {@linkcode afterTask}: tasks may start again. */
  lift(): void {
    Atomics.compareExchange(this.#flag, 0, 1, 0);
  }

  get isAsked(): boolean {
    return Atomics.load(this.#flag, 0) !== 0;
  }

  get isUrgent(): boolean {
    return Atomics.load(this.#flag, 0) === 2;
  }
}
