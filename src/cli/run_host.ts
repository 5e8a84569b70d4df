import type { Project } from "../project/project.ts";
import type { RunEvent } from "../runner/run_event.ts";
import type { RunHost } from "../runner/run_request.ts";
import type { Waiting } from "../runner/write_lock.ts";
import { PROGRAM, RELEASE } from "../text/program.ts";
import type { CommandContext } from "./command.ts";
import type { OpenTarget } from "./open_target.ts";
import { RunWatch } from "./run_watch.ts";

/** The host of a run on the command line; to be disposed when the run is over. */
export interface CommandRunHost extends RunHost, Disposable {}

/**
 * Makes what the runner needs from the command line's world.
 * @param lockTimeout Seconds, from the flag; the settings' where it was not given.
 * @param emit Receives every event.
 */
export function runHost(
  { runtime, ui }: CommandContext,
  project: Project,
  { target, access }: OpenTarget,
  lockTimeout: number | undefined,
  emit: (event: RunEvent) => void,
): CommandRunHost {
  const watch = new RunWatch(
    runtime,
    target.kind === "file" ? sizeOf(target.path) : 0,
    ui.wantsProgress,
  );
  return {
    clock: runtime,
    connect: access.connect,
    lockHolder: access.lockHolder,
    emit(event) {
      watch.see(event);
      emit(event);
    },
    interrupted: watch.interrupted,
    lockTimeoutMs: (lockTimeout ?? project.settings.lockTimeout) * 1_000,
    doubleQuotedStrings: target.doubleQuotedStrings,
    appliedBy: `${PROGRAM} ${RELEASE}`,
    [Symbol.dispose]: () => watch[Symbol.dispose](),
  };
}

/** How a command waits while another process keeps it from reading: Ctrl-C ends it as it ends any program. */
export function lookPatience(
  { runtime }: CommandContext,
  project: Project,
  { access }: OpenTarget,
  lockTimeout: number | undefined,
  emit: (event: RunEvent) => void,
): Waiting {
  return {
    clock: runtime,
    lockTimeoutMs: (lockTimeout ?? project.settings.lockTimeout) * 1_000,
    lockHolder: access.lockHolder,
    emit,
    interrupted: () => false,
  };
}

function sizeOf(path: string): number {
  try {
    return Deno.statSync(path).size;
  } catch {
    return 0;
  }
}
