import type { Connection } from "../db/connection.ts";
import type { State } from "../state/read_state.ts";
import type { StateMark } from "../state/state_mark.ts";
import type { CheckedRoute } from "./checked_route.ts";
import type { Clock } from "./clock.ts";
import type { RestorePointMaker } from "./restore_policy.ts";
import type { RunEvent } from "./run_event.ts";
import type { TransactionMode } from "./segments.ts";

/** What the runner needs from whoever runs it: a command, or an application at start-up. */
export interface RunHost {
  readonly clock: Clock;
  /** Opens a new connection to the target that may write; with double-quoted strings where asked. */
  readonly connect: (options: { readonly doubleQuotedStrings: boolean }) => Promise<Connection>;
  /** Who holds the target's lock, where the system tells: `pid 4711 (python3)`. */
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
  /** Whether the target's settings allow double-quoted strings. */
  readonly doubleQuotedStrings: boolean;
  /** Written into the records: `aludel 0.1.0`. */
  readonly appliedBy: string;
  /** Left out where no copy can or need be made. */
  readonly restorePoints?: RestorePointMaker;
}

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
