import type { Connection, SqlValue } from "../db/connection.ts";
import { AludelError } from "../errors.ts";
import type { CheckedStep, KeptPoint, RestorePointMaker, RunHost } from "./request.ts";
import { findHazards } from "./hazard.ts";
import { NOTHING_RUN } from "./failure.ts";
import { standingHazards } from "./standing_hazards.ts";
import { again } from "../text/next_step.ts";

/** Where another try need not end better. Only a run can do without its copy; backups and rehearsals are copies. */
const COPY_FAILED = /^copy-(?:failed|space)$/;

/**
 * Makes the restore point of a run: before its first segment, and again before a later one where somebody else has
 * written in between.
 */
export class RestoreGuard {
  readonly #host: RunHost;
  readonly #points: KeptPoint[] = [];
  #seen: { readonly connection: Connection; readonly version: SqlValue } | undefined;

  constructor(host: RunHost) {
    this.#host = host;
  }

  /** The point to go back to before the run; undefined where none was made. */
  get first(): KeptPoint | undefined {
    return this.#points[0];
  }

  /**
   * To be called with the write lock held and nothing changed.
   * @param steps All that is left of the route.
   * @param former The connection of the try before, rolled back and open, where this is another one.
   * @throws {AludelError} as {@linkcode RestorePointMaker.make}.
   */
  async protect(
    connection: Connection,
    steps: readonly CheckedStep[],
    former?: Connection,
  ): Promise<void> {
    const maker = this.#host.restorePoints;
    if (maker === undefined || maker.policy === "never" || steps.length === 0) return;
    if (!await this.#isNew(connection, former) || !await hasTables(connection)) return;
    const hazards = await standingHazards(connection, findHazards(steps));
    if (hazards.length === 0 && maker.policy !== "always") return;
    const losses = [...new Set(hazards.map(({ revision, loses }) => `${revision} ${loses}`))];
    const started = this.#host.clock.monotonicMs();
    const point = await this.#make(maker, reasonOf(steps, losses));
    const durationMs = Math.round(this.#host.clock.monotonicMs() - started);
    const { name, path, bytes } = point;
    this.#host.emit({ type: "restore-point", name, path, bytes, durationMs, losses });
  }

  async #make(maker: RestorePointMaker, reason: string): Promise<KeptPoint> {
    try {
      const point = await maker.make(reason);
      this.#points.push(point);
      return point;
    } catch (error) {
      if (!(error instanceof AludelError)) throw error;
      throw error.with({
        outcome: NOTHING_RUN,
        ...(COPY_FAILED.test(error.code) &&
          { next: [...error.next, again`--restore-points never # go without a copy`] }),
      });
    }
  }

  /** Nothing came of the run, and the database is as the points have it. */
  discard(): void {
    for (const point of this.#points.splice(0)) {
      point.discard();
      this.#host.emit({ type: "restore-point-removed", name: point.name });
    }
  }

  /** The run is done. */
  settle(): void {
    this.#points.at(-1)?.settle();
  }

  /**
   * Whether the content has not been looked at yet: https://sqlite.org/pragma.html#pragma_data_version tells of others'
   * commits, and not of this connection's, whose own rows need no copy.
   */
  async #isNew(connection: Connection, former: Connection | undefined): Promise<boolean> {
    const before = this.#seen;
    this.#seen = { connection, version: await dataVersion(connection) };
    if (before === undefined) return true;
    // A version says something to the connection alone that has seen the one before.
    const now = before.connection === connection
      ? this.#seen.version
      : before.connection === former
      ? await dataVersion(former)
      : undefined;
    return now !== before.version;
  }
}

async function dataVersion(connection: Connection): Promise<SqlValue> {
  const [row] = await connection.query("PRAGMA main.data_version");
  return row?.["data_version"] ?? null;
}

/** Whether there is anything to keep besides our records. */
async function hasTables(connection: Connection): Promise<boolean> {
  const rows = await connection.query(
    "SELECT 1 FROM main.sqlite_schema WHERE name NOT LIKE 'aludel\\_%' ESCAPE '\\' LIMIT 1",
  );
  return rows.length > 0;
}

const NAMED = 3;

function reasonOf(steps: readonly CheckedStep[], losses: readonly string[]): string {
  const [first] = steps;
  const last = steps.at(-1);
  const way = first!.direction === "up"
    ? "upgrade"
    : last!.direction === "up"
    ? "redo"
    : "downgrade";
  const run = `before ${way} of ${new Set(steps.map((step) => step.id)).size} revisions`;
  if (losses.length === 0) return steps.length === 1 ? `before ${way} of ${first!.id}` : run;
  const more = losses.length > NAMED ? ` and ${losses.length - NAMED} more` : "";
  return `${way}: ${losses.slice(0, NAMED).join(", ")}${more}`;
}
