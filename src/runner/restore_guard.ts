import type { Connection, SqlValue } from "../db/connection.ts";
import { AludelError } from "../errors.ts";
import { NOTHING_RUN } from "./failure.ts";
import { foldName } from "../sql/identifier.ts";
import { again } from "../text/next_step.ts";
import type { CheckedStep, KeptPoint, LostContent, RestorePointMaker, RunHost } from "./request.ts";
import { type DeclaredLoss, describeLoss } from "./loss/verdict.ts";

/** Errors after which a run is offered to go without a copy. */
const COPY_FAILED = /^copy-(?:failed|space)$/;

/**
 * Makes the restore points of a run, when a segment that lost something is about to commit. A later segment needs
 * another copy only if another process wrote in between, or if it lost something of a table that the run itself has
 * created or given rows to since: otherwise the first copy has all its rows, with their values from before the run.
 */
export class RestoreGuard {
  readonly #host: RunHost;
  readonly #points: KeptPoint[] = [];
  #steps: readonly CheckedStep[] = [];
  /** Whether a restore point has everything from before the run. */
  #isKept = false;
  #copy: KeptPoint | undefined;
  /** The folded names of the tables that the run has created or given rows to since its last copy. */
  readonly #filled = new Set<string>();
  #seen: { readonly connection: Connection; readonly version: SqlValue } | undefined;

  constructor(host: RunHost) {
    this.#host = host;
  }

  /**
   * The restore points that bring the state before the run back, in the order in which they are to be restored: a copy
   * of the database, then the rows that earlier segments lost.
   */
  get wayBack(): readonly KeptPoint[] {
    const at = this.#points.findIndex(({ holds }) => holds === "database");
    return this.#points.slice(0, at < 0 ? undefined : at + 1).toReversed();
  }

  /** The restore point that has what the last segment lost. */
  get last(): KeptPoint | undefined {
    return this.#points.at(-1);
  }

  /**
   * Copies the database if necessary. To be called when the write lock is held and nothing was changed.
   * @param steps The rest of the route.
   * @param options `former`: the open connection of the previous try, which was rolled back, if this is another one.
   * `forced`: the old state must be read from a copy. `ahead`: a script outside a transaction may lose something.
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

  /** The copy from which the old state is read; undefined if it is read from the database. */
  get copy(): KeptPoint | undefined {
    return this.#copy;
  }

  /**
   * Makes a restore point of the old state, unless this run has one with all that is lost. To be called before COMMIT, while a second
   * connection still reads the old state.
   * @throws {AludelError} as {@linkcode RestorePointMaker.make}.
   */
  async keep({ tables, objects }: DeclaredLoss, content: LostContent): Promise<void> {
    const maker = this.#host.restorePoints;
    const losses = [...tables.map(describeLoss), ...objects];
    const isKept = this.#isKept && !tables.some(({ table }) => this.#filled.has(foldName(table)));
    if (maker !== undefined && maker.policy !== "never" && !isKept) {
      const started = this.#host.clock.monotonicMs();
      const point = this.#copy ?? await this.#make(maker, reasonOf(this.#steps, losses), content);
      this.#keeps(point, started, losses);
    }
  }

  /** To be called when a segment has given rows to tables, after {@linkcode keep}. @param tables Their folded names. */
  filled(tables: Iterable<string>): void {
    for (const table of tables) this.#filled.add(table);
  }

  /** To be called after COMMIT. Removes a copy that was only needed to compare. */
  committed(): void {
    const copy = this.#copy;
    this.#copy = undefined;
    if (copy !== undefined && !this.#points.includes(copy)) copy.discard();
  }

  #keeps(point: KeptPoint, started: number, losses: readonly string[]): void {
    // A point that holds only rows does not have what a later segment loses.
    this.#isKept = point.holds === "database";
    if (this.#isKept) this.#filled.clear();
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

  /** To be called if the whole run was rolled back. Removes its restore points, which equal the database. */
  discard(): void {
    this.committed();
    for (const point of this.#points.splice(0)) {
      point.discard();
      this.#host.emit({ type: "restore-point-removed", name: point.name });
    }
  }

  /** To be called at the end of a successful run. Removes the oldest restore points beyond the number to keep. */
  settle(): void {
    this.#points.at(-1)?.settle();
  }

  /**
   * Whether another process wrote to the database since the last call. PRAGMA data_version counts the commits of other
   * connections, not of this one, whose rows need no copy: https://sqlite.org/pragma.html#pragma_data_version
   */
  async #isNew(connection: Connection, former: Connection | undefined): Promise<boolean> {
    const before = this.#seen;
    this.#seen = { connection, version: await dataVersion(connection) };
    if (before === undefined) return true;
    // Versions can be compared only if the same connection read both.
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

/** Whether the database has anything besides Aludel's tables. */
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
