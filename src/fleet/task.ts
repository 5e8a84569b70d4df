import type { RevisionId } from "../graph/revision.ts";
import type { RestorePolicy, TransactionMode } from "../runner/request.ts";
import type { FrozenProject } from "./frozen_project.ts";
import type { Member } from "./member.ts";
import type { MemberError } from "./member_error.ts";
import type { Sight } from "./survey.ts";

/** How a run works on each database. Plain data for workers and the journal. */
export interface RunOptions {
  readonly transaction: TransactionMode;
  /** The target's own policy if left out. */
  readonly restorePoints?: RestorePolicy;
  readonly lockTimeoutMs: number;
  readonly foreign: boolean;
}

/** What every thread of a crew needs to know before its first task. */
export interface CrewSetup {
  readonly project: FrozenProject;
  readonly options: RunOptions;
  /** Written into the records and restore points of the run: what it did can be told from the databases alone. */
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

/** What is to be done with one database. */
export type Work =
  | { readonly kind: "look"; readonly groups: boolean }
  | { readonly kind: "rehearse" }
  | { readonly kind: "upgrade" }
  | UndoWork;

/** Sizes and times of a database's files: equal as long as nobody has written to it. */
export type FileStamp = readonly (string | null)[];

/** What is known of what a run did to a database that it is to be taken back from. */
export interface UndoWork {
  readonly kind: "undo";
  readonly run: string;
  /** The revisions that it was at; null if nobody looked. */
  readonly before: readonly RevisionId[] | null;
  /** Whether the journal has an outcome; if not, the database tells what was done. */
  readonly isKnown: boolean;
  readonly applied: readonly RevisionId[];
  readonly points: readonly PointName[];
  readonly lost: readonly string[];
  readonly stamp: FileStamp | null;
  /** Whether a restore point is put back also if the database was written to since. */
  readonly discardWrites: boolean;
}

/** A restore point of a database. */
export interface PointName {
  readonly name: string;
  readonly holds: "database" | "rows";
}

/** What an upgrade of one database did. */
export interface UpgradeOutcome {
  /** `done`: the run applied something, now or before it was stopped · `idle`: there was nothing to do · `failed`. */
  readonly result: "done" | "idle" | "failed";
  /** What this run applied, in order. */
  readonly applied: readonly RevisionId[];
  /** The revisions that the database is at now; null if it could not be read. */
  readonly heads: readonly RevisionId[] | null;
  readonly points: readonly PointName[];
  /** What was lost as the scripts say, a sentence each. */
  readonly lost: readonly string[];
  readonly durationMs: number;
  readonly stamp: FileStamp | null;
  readonly error?: MemberError;
}

/** What an upgrade of a copy of one database did. */
export interface RehearsalOutcome {
  /** What the upgrade will take as the scripts say, a sentence each. */
  readonly lost: readonly string[];
  readonly durationMs: number;
  readonly error?: MemberError;
}

/** What came of taking back what a run did. */
export interface UndoOutcome {
  /** `undone`: the database is where it was · `untouched`: the run did nothing to it · `failed`. */
  readonly result: "undone" | "untouched" | "failed";
  /** The revisions that were undone. */
  readonly ids: readonly RevisionId[];
  /** The revisions that it is at now; null if that is not known. */
  readonly heads: readonly RevisionId[] | null;
  /** The restore points of what was there before the undoing, if that loses something. */
  readonly points: readonly PointName[];
  readonly durationMs: number;
  readonly error?: MemberError;
}

/** What came of a task. `skipped`: nothing was done, since the crew was halted or a task before it failed. */
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

/** How a crew is told to stop while its threads are busy: memory that all of them share. */
export class Halt {
  readonly #flag: Int32Array;

  constructor(readonly shared: SharedArrayBuffer = new SharedArrayBuffer(4)) {
    this.#flag = new Int32Array(shared);
  }

  /** No task begins any more; those that have begun end. */
  afterTask(): void {
    Atomics.compareExchange(this.#flag, 0, 0, 1);
  }

  /** What has begun is rolled back between two statements. */
  now(): void {
    Atomics.store(this.#flag, 0, 2);
  }

  /** Tasks may begin again. */
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
