import { inFull } from "../errors.ts";
import { upgradeRoute } from "../graph/route.ts";
import { joinCatalogue } from "../project/workspace/catalogue.ts";
import { accessTo, lookAtState, type LookPatience } from "../project/workspace/database_access.ts";
import { type Migrations, openMigrations } from "./migrations.ts";
import { LOCK_TIMEOUT_MS, SYSTEM_CLOCK, targetAt } from "./target_at.ts";

/** Which database and which revisions to compare. */
export interface StatusOptions {
  /** The database: a path, relative to the working folder, or a URL such as `sqlite:app.db`. */
  readonly database: string | URL;
  /** Where the revisions are: a folder, or embedded texts. */
  readonly migrations: Migrations;
}

/** How a database stands to the application's revisions. All ids. */
export interface DatabaseStatus {
  /** The revisions that the database stands at: one for each branch, none at base or without a database. */
  readonly current: readonly string[];
  /** The revisions that nothing follows. */
  readonly heads: readonly string[];
  /** What `upgrade` to `heads` would apply, in its order. */
  readonly pending: readonly string[];
  /** Revisions of the database that the application does not have: a newer release, or another branch, was here. */
  readonly unknown: readonly string[];
}

/**
 * The revisions that a database stands at: one for each branch that was applied, none at base. Looks, and creates
 * nothing.
 *
 * ```ts
 * import { current } from "aludel";
 *
 * const revisions = await current("does-not-exist.db");
 * console.log(revisions); // []
 * ```
 *
 * @param database A path or a URL.
 * @throws {AludelError} An error of the areas `target`, `database` and `state`.
 */
export async function current(database: string | URL): Promise<readonly string[]> {
  try {
    const { applied } = await lookAtState(accessTo(targetAt(database), LOOK_PATIENCE));
    const catalogue = joinCatalogue(null, applied);
    return catalogue.graph.headsOf(catalogue.applied, "parents");
  } catch (error) {
    throw inFull(error);
  }
}

/**
 * Compares a database with the application's revisions, by their ids: reads no SQL, changes and creates nothing.
 *
 * @throws {AludelError} As {@linkcode current}, and of the areas `manifest` and `graph`.
 */
export async function status(options: StatusOptions): Promise<DatabaseStatus> {
  try {
    return await compare(options);
  } catch (error) {
    throw inFull(error);
  }
}

/** A writer is waited for as a run waits for it. */
const LOOK_PATIENCE: LookPatience = {
  clock: SYSTEM_CLOCK,
  lockTimeoutMs: LOCK_TIMEOUT_MS,
  emit: () => {},
  interrupted: () => false,
};

async function compare(options: StatusOptions): Promise<DatabaseStatus> {
  const workspace = openMigrations(options.migrations);
  const state = await lookAtState(accessTo(targetAt(options.database), LOOK_PATIENCE));
  const { graph, applied, onDisk } = joinCatalogue(workspace, state.applied);
  const heads = graph.headsOf(onDisk, "parents");
  return {
    current: graph.headsOf(applied, "parents"),
    heads,
    pending: upgradeRoute(graph, applied, heads).map((step) => step.id),
    unknown: graph.ids.filter((id) => applied.has(id) && !onDisk.has(id)),
  };
}
