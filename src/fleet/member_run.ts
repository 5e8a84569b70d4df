import { makeRunPoint } from "../project/copies/run_points.ts";
import type { MigrationContext } from "../project/migrate/migration.ts";
import { accessTo, type LookPatience } from "../project/workspace/database_access.ts";
import type { TextsOf } from "../project/workspace/revision_texts.ts";
import { rowsOnlyFrom } from "../project/workspace/settings.ts";
import type { Target } from "../project/workspace/target.ts";
import type { Workspace } from "../project/workspace/workspace.ts";
import { describeLoss } from "../runner/loss/verdict.ts";
import type { Clock, LostContent, RunEvent, RunHost } from "../runner/request.ts";
import type { CrewSetup, Halt, PointName } from "./task.ts";

/** The data that all tasks of one thread share. */
export interface Bench {
  readonly setup: CrewSetup;
  readonly workspace: Workspace;
  readonly textsOf: TextsOf;
  readonly halt: Halt;
}

/** The work of a task on one database: its connections, and a record of losses and restore points. */
export class MemberRun {
  readonly bench: Bench;
  readonly target: Target;
  readonly lost: string[] = [];
  readonly #started = CLOCK.monotonicMs();
  #points: readonly PointName[] = [];

  constructor(bench: Bench, target: Target) {
    this.bench = bench;
    this.target = target;
  }

  /** The restore points that the task made and that still exist. */
  get points(): readonly PointName[] {
    return this.#points;
  }

  /** Milliseconds since the task began. */
  get durationMs(): number {
    return Math.round(CLOCK.monotonicMs() - this.#started);
  }

  get context(): MigrationContext {
    const { bench: { workspace, textsOf, setup, halt }, target } = this;
    return {
      workspace,
      textsOf,
      access: accessTo(target, patienceOf(halt, setup.options.lockTimeoutMs)),
      drafts: target.drafts,
      sealedTexts: () => undefined,
    };
  }

  get host(): RunHost {
    const { bench: { setup: { project: { settings }, options, appliedBy }, halt }, target } = this;
    const { connect, lockHolder } = accessTo(target);
    const host: RunHost = {
      clock: CLOCK,
      connect,
      lockHolder,
      emit: (event) => this.#see(event),
      interrupted: () => halt.isUrgent,
      lockTimeoutMs: options.lockTimeoutMs,
      comparisonMemory: settings.comparisonMemory,
      doubleQuotedStrings: target.doubleQuotedStrings,
      appliedBy,
    };
    const points = {
      target,
      kept: settings.restorePointsKept,
      rowsOnly: rowsOnlyFrom(settings),
      madeBy: appliedBy,
      watch: host,
      made: new Set<string>(),
    };
    const make = (reason: string, lost?: LostContent) => makeRunPoint(points, reason, lost);
    const policy = options.restorePoints ?? target.restorePoints;
    return { ...host, restorePoints: { policy, make } };
  }

  #see(event: RunEvent): void {
    switch (event.type) {
      case "restore-point":
        this.#points = [...this.#points, { name: event.name, holds: event.holds }];
        break;
      case "restore-point-removed":
        this.#points = this.#points.filter(({ name }) => name !== event.name);
        break;
      case "lost":
        this.lost.push(...event.tables.map(describeLoss), ...event.objects);
        break;
      default:
    }
  }
}

/** How to wait for a database that another process has locked. */
export function patienceOf(halt: Halt, lockTimeoutMs: number): LookPatience {
  return { clock: CLOCK, lockTimeoutMs, emit: () => {}, interrupted: () => halt.isUrgent };
}

const CLOCK: Clock = {
  now: () => new Date(),
  monotonicMs: () => performance.now(),
  sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
};
