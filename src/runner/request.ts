import type { Notice } from "../finding.ts";
import type { Connection, SqlValue } from "../db/connection.ts";
import type { Schema } from "../schema/model/model.ts";
import type { RevisionId } from "../graph/revision.ts";
import type { Script } from "../sql/script.ts";
import type { AppliedRevision, AppliedTexts, State, StateMark } from "../state/state.ts";
import type { TableLoss } from "./loss/verdict.ts";
import type { OnlinePhase } from "./online/progress.ts";

/** Time, given from outside so that the library reads none of its own. */
export interface Clock {
  /** The wall clock. */
  now(): Date;
  /** Milliseconds from an arbitrary start, never going back. */
  monotonicMs(): number;
  sleep(milliseconds: number): Promise<void>;
}

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
  /** Whether it is a draft; left out if it is sealed. */
  readonly draft?: true;
  /** Whether it is SQL of no revision: it leaves no record, and only the log tells of it. */
  readonly unrecorded?: true;
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
  /** New texts if they have the same tokens as the ones that ran; otherwise what ran is kept. */
  readonly texts: AppliedTexts | null;
}

/** A route of which every file has been checked: nothing is read from disk after this point. */
export interface CheckedRoute {
  readonly steps: readonly CheckedStep[];
  readonly reseals: readonly Reseal[];
  readonly notices: readonly Notice[];
}

/**
 * How a segment runs: `transaction`: all its steps in one transaction, foreign keys off ·
 * `foreign-keys`: a transaction of its own with enforcement on · `off`: outside any transaction · `online`: the rebuild of a table,
 * beside writers.
 */
export type SegmentMode = "transaction" | "foreign-keys" | "off" | "online";

/** A part of a route that happens entirely or, but for mode `off`, not at all. */
export interface Segment {
  readonly mode: SegmentMode;
  readonly steps: readonly CheckedStep[];
}

/** How a route is divided: one transaction for all, or one for each revision. */
export type TransactionMode = "all" | "each";

/**
 * Splits a route as the headers of its scripts and the transaction mode say. Order is kept.
 * @param online Which steps are done beside writers; none for a script or a copy, where nobody else writes.
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
 * What a run reports while it works. Text on a terminal, JSON and a progress line are three consumers.
 *
 * Events are handed to a callback and not yielded: a consumer that stops reading must not be able to
 * keep a transaction open.
 */
export type RunEvent =
  /** Another connection holds the write lock; sent once after a second, then each ten seconds. */
  | {
    readonly type: "waiting";
    /** The process that holds the lock, such as `pid 4711 (python3)`, if it can be known. */
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
  /** A table is rebuilt beside writers; sent after each of many short transactions. */
  | {
    readonly type: "online";
    readonly table: string;
    readonly phase: OnlinePhase;
    /** Rows. */
    readonly done: number;
    readonly of: number;
  }
  /** A folder that is removed when the work is over; a process that ends before that should remove it. */
  | { readonly type: "temporary"; readonly path: string }
  /** The database was copied before anything was changed, because the run takes something away. */
  | {
    readonly type: "restore-point";
    readonly name: string;
    /** The path of its folder. */
    readonly path: string;
    readonly bytes: number;
    /** `rows`: only what was lost, for `restore --rows`. */
    readonly holds: "database" | "rows";
    readonly durationMs: number;
    /** Which revision loses what; empty if the policy is to make one always. */
    readonly losses: readonly string[];
  }
  /** A committed segment lost something that existed before it. */
  | {
    readonly type: "lost";
    readonly tables: readonly TableLoss[];
    /** Facts about other objects. */
    readonly objects: readonly string[];
    /** The point that has it; null if none was to be made. */
    readonly restorePoint: string | null;
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

/**
 * When a run makes a restore point first. `hazard`: when it takes rows, columns or tables away on purpose ·
 * `always`: whenever there is something to keep · `never`.
 */
export type RestorePolicy = "hazard" | "always" | "never";

/** A copy of the database that a run made before it changed anything. */
export interface KeptPoint {
  /** What `aludel restore` takes. */
  readonly name: string;
  /** The path of its folder. */
  readonly path: string;
  readonly bytes: number;
  /** `rows`: it has only what was lost, so that what a later transaction of the run takes needs a point of its own. */
  readonly holds: "database" | "rows";
  /** Opens the copy for reading; with double-quoted strings if asked. */
  open(options: { readonly doubleQuotedStrings: boolean }): Promise<Connection>;
  /** Removes it, because nothing came of the run. */
  discard(): void;
  /** Removes older ones beyond the number to keep, because the run is done. */
  settle(): void;
}

/** The rows of one table that a run deleted or changed. */
export interface LostRows {
  /** The table's name before the run. */
  readonly table: string;
  /** The name now of it or of its replacement; null if it is gone. */
  readonly now: string | null;
  /** Folded name of a column before → its name now, for columns that have another one. */
  readonly renamed?: ReadonlyMap<string, string>;
  /**
   * The keys before of its rows: the value of the rowid, or the values of the primary key of a WITHOUT ROWID table.
   * Left out if all of its rows are gone.
   */
  readonly rows?: Iterable<readonly SqlValue[]> | AsyncIterable<readonly SqlValue[]>;
}

/** What a run lost. */
export interface LostContent {
  /** The run's own connection, in its transaction: it has what was written instead. */
  readonly fresh: Connection;
  /** Finds the rows that were lost; undefined if it is more than rows of ordinary tables, or nothing distinguishes them. */
  readonly read: () => Promise<readonly LostRows[] | undefined>;
}

/** Makes restore points for a run. */
export interface RestorePointMaker {
  readonly policy: RestorePolicy;
  /**
   * Copies the database as it was before the run's open transaction, over a connection of its own. Called while the run
   * holds the write lock, and what it has changed so far is in its own memory or log alone.
   * @param reason For the list of restore points.
   * @param lost What is lost. If it is small beside a large database, it is kept instead of a copy.
   * @throws {AludelError} `copy-failed`, `copy-space`, `copy-stalled`, `interrupted`.
   */
  make(reason: string, lost?: LostContent): Promise<KeptPoint>;
}

/** What the runner needs from its caller: a command, or an application at start-up. */
export interface RunHost {
  readonly clock: Clock;
  /** Opens a new connection to the target that may write; with double-quoted strings if asked. */
  readonly connect: (options: { readonly doubleQuotedStrings: boolean }) => Promise<Connection>;
  /** Who holds the target's lock, if the system tells: `pid 4711 (python3)`. */
  readonly lockHolder: () => string | undefined;
  readonly emit: (event: RunEvent) => void;
  /** Whether the user asked to stop; asked between statements. */
  readonly interrupted: () => boolean;
  /**
   * Lets other work of the host happen. Called now and then between statements, for a host that hears of the wish to stop
   * by an event of its own thread.
   */
  readonly breathe?: () => Promise<void>;
  readonly lockTimeoutMs: number;
  /** How many megabytes of changed pages a run may keep in memory to compare with what was there; 256 if left out. */
  readonly comparisonMemory?: number;
  /**
   * Which rebuilds are done beside writers: those that ask for it, and those of tables with at least so many rows. Left
   * out: none, since nobody else writes.
   */
  readonly online?: { readonly rows: number | undefined };
  /** How long a rebuild beside writers may keep another connection waiting, in milliseconds; 100 if left out. */
  readonly maxWaitMs?: number | undefined;
  /** Whether the target's settings allow double-quoted strings. */
  readonly doubleQuotedStrings: boolean;
  /** Written into the records: `aludel 0.1.0`. */
  readonly appliedBy: string;
  /** Left out if no copy can or need be made. */
  readonly restorePoints?: RestorePointMaker;
}

/**
 * The schema that a step's script was written for: of an up that of its ancestors, replayed; of a down with its own
 * revision on top. Undefined if it is unknown. Asked only if a step lost something that no statement names.
 */
export type Ancestors = (step: CheckedStep) => Promise<Schema | undefined>;

/** How to go on with a script that runs outside a transaction and was interrupted in a statement. */
export type ResumeChoice = "again" | "skip";

/** A checked route, and how to make it again. */
export interface RunRequest {
  readonly host: RunHost;
  /** The state that the route was made from. */
  readonly assumed: State;
  readonly route: CheckedRoute;
  /** Makes the route to the same revisions from the state as it is now; called when another process moved it. */
  readonly replan: (
    connection: Connection,
  ) => Promise<{ readonly route: CheckedRoute; readonly mark: StateMark }>;
  readonly transaction: TransactionMode;
  readonly ancestors: Ancestors;
  readonly resume?: ResumeChoice;
}

/** What a run did, in the order it did it. */
export interface RunOutcome {
  readonly steps: readonly {
    readonly direction: "up" | "down";
    readonly id: string;
    readonly durationMs: number;
  }[];
  readonly resealed: readonly string[];
}
