import type { Connection, SqlValue } from "../db/connection.ts";
import { AludelError } from "../errors.ts";
import { NOTHING_RUN } from "./failure.ts";
import { again } from "../text/next_step.ts";
import type { CheckedStep, KeptPoint, LostContent, RestorePointMaker, RunHost } from "./request.ts";
import { type DeclaredLoss, describeLoss } from "./loss/verdict.ts";

/** Where another try need not end better. Only a run can do without its copy; backups and rehearsals are copies. */
const COPY_FAILED = /^copy-(?:failed|space)$/;

/**
 * Makes the restore point of a run: when a segment that lost something is about to commit, and again in a later one only
 * if another process has written in between, since a point of this run has all other rows from before.
 */
export class RestoreGuard {
  readonly #host: RunHost;
  readonly #points: KeptPoint[] = [];
  #steps: readonly CheckedStep[] = [];
  /** Whether a point has the rows that were there before the run. */
  #isKept = false;
  #copy: KeptPoint | undefined;
  #seen: { readonly connection: Connection; readonly version: SqlValue } | undefined;

  constructor(host: RunHost) {
    this.#host = host;
  }

  /**
   * The points that bring back, one after the other, what was there before the run. A copy of the database has all of it
   * but the rows that were kept before it was made.
   */
  get wayBack(): readonly KeptPoint[] {
    const at = this.#points.findIndex(({ holds }) => holds === "database");
    return this.#points.slice(0, at < 0 ? undefined : at + 1).toReversed();
  }

  /** The point that has what the last segment lost. */
  get last(): KeptPoint | undefined {
    return this.#points.at(-1);
  }

  /**
   * To be called with the write lock held and nothing changed. Copies if the policy is to copy always, if `forced` says
   * that the old state must be readable from a copy, or if `ahead` says that a script outside a transaction may take
   * something.
   * @param steps All that is left of the route.
   * @param options `former`: the connection of the try before, rolled back and open, if this is another one.
   * @throws {AludelError} as {@linkcode RestorePointMaker.make}.
   */
  async protect(
    connection: Connection,
    steps: readonly CheckedStep[],
    { former, forced = false, ahead = false }: {
      readonly former?: Connection | undefined;
      readonly forced?: boolean;
      readonly ahead?: boolean;
    } = {},
  ): Promise<void> {
    this.#steps = steps;
    const isNew = await this.#isNew(connection, former);
    if (isNew) this.#isKept = false;
    this.#copy = undefined;
    const maker = this.#host.restorePoints;
    if (maker === undefined || steps.length === 0) return;
    const isAlways = maker.policy === "always";
    const isWanted = (isAlways || ahead && maker.policy !== "never") && !this.#isKept;
    if (!(isWanted || forced) || !await hasTables(connection)) return;
    const started = this.#host.clock.monotonicMs();
    const point = await this.#make(maker, reasonOf(steps, []));
    if (forced || ahead) this.#copy = point;
    if (isAlways) this.#keeps(point, started, []);
  }

  /** The copy that the old state is read from, if the database itself may not be. */
  get copy(): KeptPoint | undefined {
    return this.#copy;
  }

  /**
   * To be called before COMMIT, while a second connection still reads the old state: keeps that state, unless a point
   * of this run has it already.
   * @throws {AludelError} as {@linkcode RestorePointMaker.make}.
   */
  async keep({ tables, objects }: DeclaredLoss, content: LostContent): Promise<void> {
    const maker = this.#host.restorePoints;
    const losses = [...tables.map(describeLoss), ...objects];
    if (maker !== undefined && maker.policy !== "never" && !this.#isKept) {
      const started = this.#host.clock.monotonicMs();
      const point = this.#copy ?? await this.#make(maker, reasonOf(this.#steps, losses), content);
      this.#keeps(point, started, losses);
    }
  }

  /** The segment is committed: a copy that only served to compare is removed. */
  committed(): void {
    const copy = this.#copy;
    this.#copy = undefined;
    if (copy !== undefined && !this.#points.includes(copy)) copy.discard();
  }

  #keeps(point: KeptPoint, started: number, losses: readonly string[]): void {
    // Rows alone say nothing of what a later segment takes.
    this.#isKept = point.holds === "database";
    this.#points.push(point);
    const durationMs = Math.round(this.#host.clock.monotonicMs() - started);
    const { name, path, bytes, holds } = point;
    this.#host.emit({ type: "restore-point", name, path, bytes, holds, durationMs, losses });
  }

  async #make(
    maker: RestorePointMaker,
    reason: string,
    lost?: LostContent,
  ): Promise<KeptPoint> {
    try {
      return await maker.make(reason, lost);
    } catch (error) {
      if (!(error instanceof AludelError)) throw error;
      throw error.with({
        ...(this.#steps.length > 0 && { outcome: NOTHING_RUN }),
        ...(COPY_FAILED.test(error.code) &&
          { next: [...error.next, again`--restore-points never # go without a copy`] }),
      });
    }
  }

  /** Nothing came of the run, and the database is as the points have it. */
  discard(): void {
    this.committed();
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

/** Whether there is anything to keep but our own records. */
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
