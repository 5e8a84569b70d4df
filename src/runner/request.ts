import type { Notice } from "../finding.ts";
import type { Connection, SqlValue } from "../db/connection.ts";
import type { Schema } from "../schema/model/model.ts";
import type { RevisionId } from "../graph/revision.ts";
import type { Script } from "../sql/script.ts";
import type { AppliedRevision, AppliedTexts, State, StateMark } from "../state/state.ts";
import type { TableLoss } from "./loss/verdict.ts";
import type { OnlinePhase } from "./online/progress.ts";

/** The clock of a run. Callers provide it, so that tests control time. */
export interface Clock {
  /** The wall clock. */
  now(): Date;
  /** Milliseconds since an arbitrary moment. Never decreases. */
  monotonicMs(): number;
  sleep(milliseconds: number): Promise<void>;
}

/** The record of a revision before it runs. The runner adds the time, the duration and who ran it. */
export type RevisionRecord = Omit<
  AppliedRevision,
  "kind" | "appliedAt" | "durationMs" | "appliedBy"
>;

/** An upgrade by one revision, whose file was read, hashed and split into statements. */
export interface CheckedUp {
  readonly direction: "up";
  readonly id: RevisionId;
  readonly message: string;
  readonly script: Script;
  readonly record: RevisionRecord;
  readonly texts: AppliedTexts;
  /** Whether it is a draft; left out if it is sealed. */
  readonly draft?: true;
  /** Whether it is SQL without a revision, which leaves an entry in the log but no record. */
  readonly unrecorded?: true;
}

/** A downgrade by one revision. */
export interface CheckedDown {
  readonly direction: "down";
  /** The source of its script: the text stored when the revision was applied, or the file. */
  readonly from: "database" | "disk";
  readonly id: RevisionId;
  readonly message: string;
  readonly script: Script;
}

/** A step whose script was read and checked. */
export type CheckedStep = CheckedUp | CheckedDown;

/** A record to update, because its revision or an ancestor of it was signed again. */
export interface Reseal {
  readonly id: RevisionId;
  readonly record: Pick<AppliedRevision, "up" | "down" | "lineage">;
  /** The new texts, if they have the same tokens as those that ran; otherwise null, and the record keeps its texts. */
  readonly texts: AppliedTexts | null;
}

/** A route whose files were all read and checked. The runner reads nothing from disk. */
export interface CheckedRoute {
  readonly steps: readonly CheckedStep[];
  readonly reseals: readonly Reseal[];
  readonly notices: readonly Notice[];
}

/**
 * How a segment runs. `transaction`: all its steps in one transaction, with foreign keys off · `foreign-keys`: in a
 * separate transaction with foreign keys on · `off`: outside any transaction · `online`: the rebuild of a table beside
 * writers.
 */
export type SegmentMode = "transaction" | "foreign-keys" | "off" | "online";

/** A part of a route. Except in mode `off`, all of it commits or none. */
export interface Segment {
  readonly mode: SegmentMode;
  readonly steps: readonly CheckedStep[];
}

/** Whether a route has one transaction for all revisions, or one for each. */
export type TransactionMode = "all" | "each";

/**
 * Splits a route into segments by the headers of its scripts and the transaction mode. Keeps the order.
 * @param online The steps that run beside writers; none for a script or a copy, which no other process uses.
 */
export function splitSegments(
  steps: readonly CheckedStep[],
  mode: TransactionMode,
  online: ReadonlySet<CheckedStep> = new Set(),
): Segment[] {
  const segments: { mode: SegmentMode; steps: CheckedStep[] }[] = [];
  for (const step of steps) {
    const wanted = online.has(step) ? "online" : segmentMode(step);
    const last = segments.at(-1);
    if (mode === "all" && wanted === "transaction" && last?.mode === "transaction") {
      last.steps.push(step);
    } else {
      segments.push({ mode: wanted, steps: [step] });
    }
  }
  return segments;
}

function segmentMode(step: CheckedStep): SegmentMode {
  if (step.script.header.transaction === "off") return "off";
  return step.script.header.foreignKeys === "on" ? "foreign-keys" : "transaction";
}

/** Whether a revision is applied or undone. */
export type Direction = "up" | "down";

/**
 * An event of a run. The terminal, JSON output and the progress line consume them.
 *
 * Events go to a callback instead of a generator, because a consumer that stops reading a generator would keep the
 * transaction open.
 */
export type RunEvent =
  /** Another connection holds the write lock. Sent after a second, then every ten seconds. */
  | {
    readonly type: "waiting";
    /** The process that holds the lock, such as `pid 4711 (python3)`; undefined if it is unknown. */
    readonly holder: string | undefined;
    readonly elapsedMs: number;
  }
  /** Another process moved the database while this one waited, so the route was planned again. */
  | { readonly type: "replanned"; readonly steps: number }
  /** A database is being copied. Sent several times a second, with the number of bytes copied so far. */
  | {
    readonly type: "copying";
    readonly what: string;
    readonly bytes: number;
    readonly of: number;
  }
  /** A table is rebuilt beside writers. Sent after each of many short transactions. */
  | {
    readonly type: "online";
    readonly table: string;
    readonly phase: OnlinePhase;
    /** The number of rows. */
    readonly done: number;
    readonly of: number;
  }
  /** A folder that is removed after the work. A process that is interrupted should remove it first. */
  | { readonly type: "temporary"; readonly path: string }
  /** A restore point was made, because the run loses something or the policy is to make one always. */
  | {
    readonly type: "restore-point";
    readonly name: string;
    /** The path of its folder. */
    readonly path: string;
    readonly bytes: number;
    /** `rows`: only what was lost, for `restore --rows`. */
    readonly holds: "database" | "rows";
    readonly durationMs: number;
    /** A description of each loss; empty if the policy is to make one always. */
    readonly losses: readonly string[];
  }
  /** A committed segment lost something that existed before it. */
  | {
    readonly type: "lost";
    readonly tables: readonly TableLoss[];
    /** Facts about other objects. */
    readonly objects: readonly string[];
    /** The restore point that has it; null if the policy is to make none. */
    readonly restorePoint: string | null;
  }
  /** A restore point of this run was removed, because the whole run was rolled back. */
  | { readonly type: "restore-point-removed"; readonly name: string }
  | {
    readonly type: "step-started";
    readonly direction: Direction;
    readonly id: RevisionId;
    readonly message: string;
    /** The number of the step in the whole route, from 1. */
    readonly position: number;
    readonly of: number;
    readonly statements: number;
  }
  /** A statement is about to run. Sent for each statement, so consumers must be fast. */
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
  /** The record of a revision that was signed again was updated. */
  | { readonly type: "resealed"; readonly id: RevisionId }
  | { readonly type: "committed"; readonly ids: readonly RevisionId[] }
  | { readonly type: "rolled-back"; readonly ids: readonly RevisionId[] }
  | Notice;

/**
 * When a run makes a restore point. `hazard`: if it loses rows, columns or tables · `always`: if the database is not
 * empty · `never`.
 */
export type RestorePolicy = "hazard" | "always" | "never";

/** A restore point that a run made. */
export interface KeptPoint {
  /** Its name for `aludel restore`. */
  readonly name: string;
  /** The path of its folder. */
  readonly path: string;
  readonly bytes: number;
  /** `rows`: it has only the lost rows, so that a later loss in the same run needs another restore point. */
  readonly holds: "database" | "rows";
  /** Opens the copy for reading. */
  open(options: { readonly doubleQuotedStrings: boolean }): Promise<Connection>;
  /** Removes it, because the run was rolled back. */
  discard(): void;
  /** Removes the oldest restore points beyond the number to keep, because the run succeeded. */
  settle(): void;
}

/** The rows of one table that a run deleted or changed. */
export interface LostRows {
  /** The table's name before the run. */
  readonly table: string;
  /** The present name of the table or its replacement; null if it is gone. */
  readonly now: string | null;
  /** The present names of renamed columns, by their folded names before. */
  readonly renamed?: ReadonlyMap<string, string>;
  /**
   * The keys of the rows before: the rowid, or the primary key of a WITHOUT ROWID table. Left out if all rows are gone.
   */
  readonly rows?: Iterable<readonly SqlValue[]> | AsyncIterable<readonly SqlValue[]>;
}

/** The rows that a run lost, for a restore point that holds only these. */
export interface LostContent {
  /** The run's connection, in its transaction, which reads the new rows. */
  readonly fresh: Connection;
  /** Finds the lost rows; undefined if something else was lost too, or the rows have no key. */
  readonly read: () => Promise<readonly LostRows[] | undefined>;
}

/** Makes restore points for a run. */
export interface RestorePointMaker {
  readonly policy: RestorePolicy;
  /**
   * Copies the database as it was before the run's open transaction, by a separate connection. Called while the run
   * holds the write lock, and the changes of its transaction are not in the database file yet.
   * @param reason The text in the list of restore points.
   * @param lost The lost rows. If they are few and the database is large, only they are stored.
   * @throws {AludelError} `copy-failed`, `copy-space`, `copy-stalled`, `interrupted`.
   */
  make(reason: string, lost?: LostContent): Promise<KeptPoint>;
}

/** The caller of the runner: a command, or an application at start-up. */
export interface RunHost {
  readonly clock: Clock;
  /** Opens a new connection to the target that may write. */
  readonly connect: (options: { readonly doubleQuotedStrings: boolean }) => Promise<Connection>;
  /** The process that holds the target's lock, such as `pid 4711 (python3)`; undefined if it is unknown. */
  readonly lockHolder: () => string | undefined;
  readonly emit: (event: RunEvent) => void;
  /** Whether the user asked to stop. Called between statements. */
  readonly interrupted: () => boolean;
  /**
   * Lets the event loop run. Called from time to time between statements, for a host that gets signals as events of
   * this thread.
   */
  readonly breathe?: () => Promise<void>;
  readonly lockTimeoutMs: number;
  /**
   * The megabytes of changed pages that a run may keep in memory, so that the old state stays readable; 256 if left
   * out.
   */
  readonly comparisonMemory?: number;
  /**
   * Allows rebuilds beside writers: for scripts that ask for it, and for tables with at least `rows` rows. If left out,
   * no rebuild runs beside writers, because no other process writes.
   */
  readonly online?: { readonly rows: number | undefined };
  /** The longest time that a rebuild beside writers may block another connection, in milliseconds; 100 if left out. */
  readonly maxWaitMs?: number | undefined;
  /** Whether the target's settings allow double-quoted strings. */
  readonly doubleQuotedStrings: boolean;
  /** The name and version in the records: `aludel 0.1.0`. */
  readonly appliedBy: string;
  /** Left out if no copy can be made, or none is needed. */
  readonly restorePoints?: RestorePointMaker;
}

/**
 * Replays the schema for which a step's script was written: for an up the schema of its ancestors, for a down also with
 * its revision. Undefined if it is unknown. Called only if a step lost something that no statement names.
 */
export type Ancestors = (step: CheckedStep) => Promise<Schema | undefined>;

/** How to continue a script outside a transaction that was interrupted in a statement: run it again, or skip it. */
export type ResumeChoice = "again" | "skip";

/** A checked route, and how to plan it again. */
export interface RunRequest {
  readonly host: RunHost;
  /** The state for which the route was planned. */
  readonly assumed: State;
  readonly route: CheckedRoute;
  /** Plans the route to the same revisions from the present state. Called if another process moved the database. */
  readonly replan: (
    connection: Connection,
  ) => Promise<{ readonly route: CheckedRoute; readonly mark: StateMark }>;
  readonly transaction: TransactionMode;
  readonly ancestors: Ancestors;
  readonly resume?: ResumeChoice;
}

/** The steps of a run, in order. */
export interface RunOutcome {
  readonly steps: readonly {
    readonly direction: "up" | "down";
    readonly id: string;
    readonly durationMs: number;
  }[];
  readonly resealed: readonly string[];
}
