import { host } from "../../host/mod.ts";
import { textsInHistory } from "../../git/base.ts";
import type { MigrationContext } from "../../project/migrate/migration.ts";
import { rowsOnlyFrom } from "../../project/workspace/settings.ts";
import type { LostContent, RestorePolicy, RunEvent, RunHost } from "../../runner/request.ts";
import { PROGRAM, RELEASE } from "../../text/program.ts";
import { RunWatch } from "../terminal/run_watch.ts";
import type { OpenTarget } from "./database.ts";
import type { Session } from "./session.ts";

/** The host of a run on the command line. It must be disposed when the run is over. */
export interface CommandRunHost extends RunHost, Disposable {}

/** The options of a command's run. */
export interface RunHostOptions {
  /** When to make restore points; by default according to the target's policy. */
  readonly restorePoints?: RestorePolicy | undefined;
  /** The time that a rebuild beside writers may keep others waiting, in milliseconds. */
  readonly maxWaitMs?: number | undefined;
  /** Whether copies would be left behind if Ctrl-C ended the process, so that interruptions must be handled. */
  readonly leavesCopies?: boolean;
}

/** The part of a session that a run needs. */
export type RunSession = Pick<Session, "runtime" | "ui" | "settings" | "lockTimeoutMs">;

/**
 * Makes the runner's view of the command line: clock, connections, events, interruption.
 * @param emit Receives every event.
 */
export function runHost(
  { runtime, ui, settings, lockTimeoutMs }: RunSession,
  { target, access }: OpenTarget,
  emit: (event: RunEvent) => void,
  { restorePoints = target.restorePoints, leavesCopies = false, maxWaitMs }: RunHostOptions = {},
): CommandRunHost {
  const size = target.kind === "file" ? sizeOf(target.path) : 0;
  const watch = new RunWatch(runtime, leavesCopies ? Infinity : size, ui.wantsProgress);
  if (ui.wantsProgress) ui.drawing = watch;
  const host: CommandRunHost = {
    clock: runtime,
    connect: access.connect,
    lockHolder: access.lockHolder,
    emit(event) {
      watch.see(event);
      emit(event);
    },
    interrupted: watch.interrupted,
    lockTimeoutMs,
    comparisonMemory: settings.comparisonMemory,
    online: { rows: settings.online?.rows },
    maxWaitMs,
    doubleQuotedStrings: target.doubleQuotedStrings,
    appliedBy: `${PROGRAM} ${RELEASE}`,
    [Symbol.dispose]() {
      watch[Symbol.dispose]();
      ui.drawing = undefined;
    },
  };
  if (target.kind === "memory") return host;
  const kept = settings.restorePointsKept;
  const made = new Set<string>();
  const rowsOnly = rowsOnlyFrom(settings);
  const make = async (reason: string, lost?: LostContent) => {
    const { makeRunPoint } = await import("../../project/copies/run_points.ts");
    const { appliedBy: madeBy } = host;
    return await makeRunPoint({ target, kept, rowsOnly, madeBy, watch: host, made }, reason, lost);
  };
  return { ...host, restorePoints: { policy: restorePoints, make } };
}

function sizeOf(path: string): number {
  try {
    return host.files.stat(path).size;
  } catch {
    return 0;
  }
}

/** The context of the use cases that change a database. */
export function migrationContext(
  session: Session,
  { target, access }: OpenTarget,
): MigrationContext {
  return {
    workspace: session.workspaceIfAny,
    access,
    drafts: target.drafts,
    sealedTexts: textsInHistory(session.project.migrations),
  };
}
