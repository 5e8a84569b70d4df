import { host } from "../../host/mod.ts";
import { committedTexts } from "../../git/base.ts";
import { gitFolder } from "../../git/git.ts";
import type { MigrationContext } from "../../project/migrate/migration.ts";
import type { Project } from "../../project/workspace/project.ts";
import { rowsOnlyFrom } from "../../project/workspace/settings.ts";
import type { Workspace } from "../../project/workspace/workspace.ts";
import type { LostContent, RestorePolicy, RunEvent, RunHost } from "../../runner/request.ts";
import type { Waiting } from "../../runner/write_lock.ts";
import { PROGRAM, RELEASE } from "../../text/program.ts";
import type { CommandContext } from "../arguments/command.ts";
import { RunWatch } from "../terminal/run_watch.ts";
import type { OpenTarget } from "./target.ts";

/** The host of a run on the command line; to be disposed when the run is over. */
export interface CommandRunHost extends RunHost, Disposable {}

/** What a command may say differently. */
export interface RunHostOptions {
  /** When to make restore points; the target's policy where it is left out. */
  readonly restorePoints?: RestorePolicy | undefined;
  /** Whether a copy would stay if Ctrl-C ended the process: then the interruption is always listened for. */
  readonly leavesCopies?: boolean;
}

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
  { restorePoints = target.restorePoints, leavesCopies = false }: RunHostOptions = {},
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
    lockTimeoutMs: (lockTimeout ?? project.settings.lockTimeout) * 1_000,
    comparisonMemory: project.settings.comparisonMemory,
    doubleQuotedStrings: target.doubleQuotedStrings,
    appliedBy: `${PROGRAM} ${RELEASE}`,
    [Symbol.dispose]() {
      watch[Symbol.dispose]();
      ui.drawing = undefined;
    },
  };
  if (target.kind !== "file") return host;
  const kept = project.settings.restorePointsKept;
  const made = new Set<string>();
  const rowsOnly = rowsOnlyFrom(project.settings);
  const make = async (reason: string, lost?: LostContent) => {
    const { makeRunPoint } = await import("../../project/copies/run_points.ts");
    const { appliedBy: madeBy } = host;
    return await makeRunPoint({ target, kept, rowsOnly, madeBy, watch: host, made }, reason, lost);
  };
  return { ...host, restorePoints: { policy: restorePoints, make } };
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
    return host.files.stat(path).size;
  } catch {
    return 0;
  }
}

/** What the use cases that change a database need, from what the command line opened. */
export function migrationContext(
  project: Project,
  workspace: Workspace | null,
  { target, access }: OpenTarget,
): MigrationContext {
  return {
    workspace,
    access,
    drafts: target.drafts,
    sealedTexts: (entry) => committedTexts(gitFolder(project.migrations), entry),
  };
}
