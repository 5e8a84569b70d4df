import type { SqlFunctions } from "../db/connection.ts";
import { AludelError, inFull } from "../errors.ts";
import { parseRef } from "../graph/ref.ts";
import { accessTo } from "../project/workspace/database_access.ts";
import {
  type MigrationRequest,
  planMigration,
  runMigration,
} from "../project/migrate/migration.ts";
import { type DraftPolicy, SETTING_TABLE } from "../project/workspace/setting_table.ts";
import { defaultSettings, rowsOnlyFrom } from "../project/workspace/settings.ts";
import type { Target } from "../project/workspace/target.ts";
import type {
  LostContent,
  RestorePolicy,
  RunEvent,
  RunHost,
  TransactionMode,
} from "../runner/request.ts";
import { NOTHING_RUN } from "../runner/failure.ts";
import { PROGRAM, RELEASE } from "../text/program.ts";
import { type Migrations, openMigrations } from "./migrations.ts";
import { LOCK_TIMEOUT_MS, SYSTEM_CLOCK, targetAt } from "./target_at.ts";
import { say } from "../text/next_step.ts";

/** What {@linkcode upgrade} is told. Only the first two are needed. */
export interface UpgradeOptions {
  /** The database: a path, relative to the working folder, or a URL such as `sqlite:app.db`. Created if missing. */
  readonly database: string | URL;
  /** Where the revisions are: a folder, or embedded texts. */
  readonly migrations: Migrations;
  /** Where to go: a ref, such as `heads` or `billing@head`. `head` if left out: an error where there are several. */
  readonly to?: string;
  /** Whether revisions that are not sealed may run; `allow` if left out. */
  readonly drafts?: DraftPolicy;
  /** One transaction for the whole route (`all`, the default), or one for each revision (`each`). */
  readonly transaction?: TransactionMode;
  /** When to copy the database first: before revisions that lose data (`hazard`, the default), `always` or `never`. */
  readonly restorePoints?: RestorePolicy;
  /** How many copies of earlier upgrades to keep; 10 if left out. */
  readonly restorePointsKept?: number;
  /** How long to wait for another process that holds the database's lock, in milliseconds; 60,000 if left out. */
  readonly lockTimeoutMs?: number;
  /** How many megabytes of changed pages may be kept in memory to compare with what was there; 256 if left out. */
  readonly comparisonMemory?: number;
  /** Whether SQLite may read `"text"` as a string if no column has that name; not if left out. */
  readonly doubleQuotedStrings?: boolean;
  /** Loadable extensions that revisions need, such as sqlite-vec: by path, or by a name that the system's loader finds. */
  readonly extensions?: readonly string[];
  /**
   * The application's functions that revisions call, by their names in SQL. Each is called with any number of values,
   * integers as `bigint`, and must give the same value for the same ones.
   */
  readonly functions?: SqlFunctions;
  /** Whether a database that has records of another project only may be upgraded; not if left out. */
  readonly foreign?: boolean;
  /** Stops the upgrade between two statements, or while it waits for the lock: it is rolled back. */
  readonly signal?: AbortSignal;
  /** Called for everything that happens, in order and before it goes on. What it throws stops the upgrade. */
  readonly onEvent?: (event: RunEvent) => void;
}

/** What {@linkcode upgrade} did. */
export interface UpgradeResult {
  /** The ids of the revisions that were applied, in order; empty if nothing was left to do. */
  readonly applied: readonly string[];
  /** The revisions that the database stands at now: one for each branch. */
  readonly current: readonly string[];
}

/**
 * Brings the application's database to its revisions, with the guarantees of `aludel upgrade`: one writer at a time,
 * everything checked before the first statement runs, all or nothing. Processes that start at once wait for each other,
 * and all but one find nothing left to do.
 *
 * Open your own connection after it. SQLite works on the calling thread; call it from a worker to keep yours free.
 *
 * ```ts
 * import { embedded, upgrade } from "aludel";
 *
 * const folder = await Deno.makeTempDir();
 * const { applied } = await upgrade({
 *   database: `${folder}/app.db`,
 *   migrations: embedded({
 *     "manifest.json": { format: 1, revisions: [null] },
 *   }),
 *   onEvent: (event) => event.type === "step-done" && console.log(event.id, event.durationMs),
 * });
 * console.log(applied.length, "revisions were applied");
 * ```
 *
 * @throws {AludelError} With a code of docs/errors.md, with `outcome` saying what became of the work, and with what to
 * do in `next`. `interrupted` if the signal stopped it, with the signal's reason as `cause`.
 */
export async function upgrade(options: UpgradeOptions): Promise<UpgradeResult> {
  const { signal } = options;
  if (signal?.aborted) {
    throw new AludelError("interrupted", "The upgrade was stopped before it began", {
      outcome: NOTHING_RUN,
      next: [say("Call upgrade() again with a signal that is not aborted")],
      cause: signal.reason,
    });
  }
  try {
    return await upgradeTarget(targetAt(options.database, options), options);
  } catch (error) {
    throw inFull(
      error instanceof AludelError && error.code === "interrupted" && signal?.aborted
        ? error.with({ cause: signal.reason })
        : error,
    );
  }
}

async function upgradeTarget(target: Target, options: UpgradeOptions): Promise<UpgradeResult> {
  const workspace = openMigrations(options.migrations);
  const host = hostOf(target, options);
  const access = accessTo(target, host);
  const context = {
    workspace,
    access,
    drafts: target.drafts,
    sealedTexts: () => undefined,
  };
  const request: MigrationRequest = {
    goal: { kind: "upgrade", refs: [parseRef(options.to ?? "head")] },
    downFrom: "database",
    foreign: options.foreign ?? false,
  };
  const planned = await planMigration(context, request);
  const { graph, applied } = planned.catalogue;
  for (const notice of planned.route.notices) host.emit(notice);
  const { steps } = await runMigration(context, request, planned, host, {
    transaction: options.transaction ?? "all",
  });
  const ids = steps.map((step) => step.id);
  return { applied: ids, current: graph.headsOf(new Set([...applied, ...ids]), "parents") };
}

function hostOf(target: Target, options: UpgradeOptions): RunHost {
  const access = accessTo(target);
  const host: RunHost = {
    clock: SYSTEM_CLOCK,
    connect: access.connect,
    lockHolder: access.lockHolder,
    emit: options.onEvent ?? (() => {}),
    interrupted: () => options.signal?.aborted === true,
    breathe: () => SYSTEM_CLOCK.sleep(0),
    lockTimeoutMs: options.lockTimeoutMs ?? LOCK_TIMEOUT_MS,
    online: { rows: undefined },
    comparisonMemory: options.comparisonMemory ?? SETTING_TABLE.comparisonMemory.fallback,
    doubleQuotedStrings: target.doubleQuotedStrings,
    appliedBy: `${PROGRAM} ${RELEASE}`,
  };
  const made = new Set<string>();
  const rowsOnly = rowsOnlyFrom(defaultSettings(""));
  const make = async (reason: string, lost?: LostContent) => {
    const { makeRunPoint } = await import("../project/copies/run_points.ts");
    const kept = options.restorePointsKept ?? SETTING_TABLE.restorePointsKept.fallback;
    const { appliedBy: madeBy } = host;
    return await makeRunPoint({ target, kept, rowsOnly, madeBy, watch: host, made }, reason, lost);
  };
  return { ...host, restorePoints: { policy: target.restorePoints, make } };
}
