import { type Connection, LockLost, SqlError } from "../db/connection.ts";
import { databaseError } from "../db/sqlite_error.ts";
import { AludelError } from "../errors.ts";
import type { StateMark } from "../state/state.ts";
import {
  type CheckedRoute,
  type RunOutcome,
  type RunRequest,
  type Segment,
  splitSegments,
} from "./request.ts";
import { adviceFor, describeOutcome, logFailure, NOTHING_RUN } from "./failure.ts";
import { runOffTransaction } from "./run_off_transaction.ts";
import { runTransaction, type SegmentResult } from "./run_transaction.ts";
import { StepFailure } from "./step_failure.ts";
import { type DoubleQuotedStrings, StoredTextFailure } from "./double_quoted_strings.ts";
import { OldStateGone } from "./loss/old_state.ts";
import { type DeclaredLoss, isLoss } from "./loss/verdict.ts";
import { RestoreGuard } from "./restore_guard.ts";
import { unquote } from "../sql/identifier.ts";
import { type NextStep, shell } from "../text/next_step.ts";
import { patiently } from "./write_lock.ts";
import { cleanUp } from "./online/clean.ts";
import type { OnlineSwap } from "./online/exchange.ts";
import { onlineSteps } from "./online/rebuild.ts";
import { prepareOnline } from "./online/run_online.ts";

/** SQLite's messages for an object that exists already. */
const EXISTS =
  /^(?:(?:table|view|index|trigger) (?<name>.+) already exists|there is already an? \w+ named (?<other>.+))$/;

/** Errors that are no failure of a step, so they are not logged. */
const NOT_LOGGED = /^(?:interrupted|lock-timeout|copy-.*)$/;

/** The longest time between two calls of `breathe`, in milliseconds. */
const BREATH_MS = 100;

/**
 * Runs a checked route segment by segment. Each segment takes the write lock and reads the state again; if another
 * process moved the database, the rest of the route is planned again.
 *
 * @returns The steps that ran; none if another process already ran them all.
 * @throws {AludelError} Its `outcome` says what was rolled back; `committed` has the revisions of earlier segments,
 * which stay.
 */
export async function runRoute(request: RunRequest): Promise<RunOutcome> {
  const run = new RouteRun(request);
  try {
    await run.toEnd();
    return run.outcome;
  } finally {
    await run.close();
  }
}

interface Finished {
  readonly result: SegmentResult;
  readonly mark: StateMark;
}

class RouteRun {
  readonly #request: RunRequest;
  readonly #done: RunOutcome["steps"][number][] = [];
  readonly #resealed: string[] = [];
  readonly #guard: RestoreGuard;
  #route: CheckedRoute;
  #mark: StateMark;
  #connection: Connection | undefined;
  /** The connection of the previous try, until the next try has the lock. */
  #former: Connection | undefined;
  #strings: DoubleQuotedStrings;
  /** Whether the old state must be read from a copy, because the segment's changes do not fit into memory. */
  #isBehindCopy = false;
  #lost: DeclaredLoss | undefined;
  /** The time when a server first took the segment's lock away. */
  #lockLostAt: number | undefined;
  #lastBreath: number;

  constructor(request: RunRequest) {
    this.#request = request;
    this.#guard = new RestoreGuard(request.host);
    this.#route = request.route;
    this.#mark = request.assumed.mark;
    this.#strings = request.host.doubleQuotedStrings ? "scripts" : "off";
    this.#lastBreath = request.host.clock.monotonicMs();
  }

  get outcome(): RunOutcome {
    return { steps: this.#done, resealed: this.#resealed };
  }

  async toEnd(): Promise<void> {
    const { host, transaction } = this.#request;
    for (;;) {
      const online = await onlineSteps(() => this.#open(), host, this.#route.steps);
      const [segment] = splitSegments(this.#route.steps, transaction, online);
      if (segment === undefined && this.#route.reseals.length === 0) return this.#guard.settle();
      await this.#runSegment(segment ?? { mode: "transaction", steps: [] });
    }
  }

  async close(): Promise<void> {
    await this.#closeFormer();
    await this.#connection?.close();
    this.#connection = undefined;
  }

  async #closeFormer(): Promise<void> {
    await this.#former?.close();
    this.#former = undefined;
  }

  async #runSegment(segment: Segment): Promise<void> {
    try {
      const outcome = segment.mode === "off"
        ? await this.#runOff(segment)
        : segment.mode === "online"
        ? await this.#runOnline(segment)
        : await this.#runTransaction(segment);
      if (outcome.moved) return await this.#replan();
      this.#finish(segment, outcome);
      if (segment.mode === "online") await this.#cleanUp();
    } catch (error) {
      if (error instanceof OldStateGone && !this.#isBehindCopy && segment.mode !== "off") {
        this.#isBehindCopy = true;
        return;
      }
      const cause = error instanceof StepFailure ? error.cause : error;
      if (cause instanceof LockLost && segment.mode !== "off" && this.#mayTryAgain()) {
        // A new connection, so that the restore point is made again: the other connection has written.
        await this.close();
        return await this.#replan();
      }
      if (!(cause instanceof StoredTextFailure)) throw await this.#failed(segment, error);
      await this.#allowStoredText(cause.cause);
    }
  }

  /** Copies the rows beside writers, then exchanges the tables in an ordinary transaction. */
  async #runOnline(segment: Segment) {
    const connection = await this.#openForSegment();
    const [step] = segment.steps;
    const ready = await prepareOnline({
      connection,
      doubleQuotedStrings: this.#strings,
      host: this.#request.host,
      step: step!,
      assumed: this.#mark,
      interrupted: this.#interrupted,
      protect: () => this.#protectOnline(connection),
    });
    if (ready.moved) return ready;
    this.#mark = ready.mark;
    return await this.#runTransaction(segment, ready.result);
  }

  /** A rebuild beside writers loses nothing, so a restore point is made only if the policy is to make one always. */
  async #protectOnline(connection: Connection): Promise<void> {
    if (this.#request.host.restorePoints?.policy !== "always") return;
    await this.#guard.protect(connection, this.#route.steps, {});
  }

  /** Removes what the rebuild left. The revision is already applied, so an error names it as committed. */
  async #cleanUp(): Promise<void> {
    const { host } = this.#request;
    try {
      await cleanUp(await this.#open(), host);
    } catch (error) {
      throw error instanceof AludelError
        ? error.with({ committed: this.#done.map(({ id }) => id) })
        : error;
    }
  }

  async #runTransaction(segment: Segment, swap?: OnlineSwap) {
    const connection = await this.#openForSegment();
    return await runTransaction({
      connection,
      doubleQuotedStrings: this.#strings,
      host: this.#request.host,
      segment,
      reseals: this.#route.reseals,
      assumed: this.#mark,
      done: this.#done.length,
      of: this.#done.length + this.#route.steps.length,
      interrupted: this.#interrupted,
      ...(swap !== undefined && { swap }),
      protect: async () => {
        if (swap !== undefined) return;
        await this.#guard.protect(connection, this.#route.steps, {
          former: this.#former,
          forced: this.#isBehindCopy,
        });
      },
      openOld: () => this.#openOld(),
      ancestors: this.#request.ancestors,
      keep: async (lost, content) => {
        await this.#guard.keep(lost, content);
        this.#lost = lost;
      },
      filled: (tables) => this.#guard.filled(tables),
      lost: (lost) => void (this.#lost = isLoss(lost) ? lost : undefined),
    }).finally(() => this.#closeFormer());
  }

  /** Whether to try a segment again whose lock a server took away: until the lock timeout has passed. */
  #mayTryAgain(): boolean {
    const { clock, lockTimeoutMs, emit, interrupted } = this.#request.host;
    const now = clock.monotonicMs();
    this.#lockLostAt ??= now;
    if (interrupted() || now - this.#lockLostAt >= lockTimeoutMs) return false;
    emit({
      type: "notice",
      code: "lock-lost",
      message: "The server gave the lock to another connection; the transaction begins again",
    });
    return true;
  }

  /** Uses a separate connection, because the script locks the file and may change its journal mode. */
  async #runOff(segment: Segment) {
    await this.close();
    const [step] = segment.steps;
    const connection = await this.#openForSegment();
    return await runOffTransaction({
      connection,
      doubleQuotedStrings: this.#strings,
      host: this.#request.host,
      step: step!,
      assumed: this.#mark,
      position: this.#done.length + 1,
      of: this.#done.length + this.#route.steps.length,
      interrupted: this.#interrupted,
      protect: (ahead) => this.#guard.protect(connection, this.#route.steps, { ahead }),
      keep: async (lost) => {
        if (!isLoss(lost)) return this.#guard.committed();
        await this.#guard.keep(lost, { fresh: connection, read: () => Promise.resolve(undefined) });
        this.#lost = lost;
      },
      resume: this.#request.resume,
    }).finally(() => this.close());
  }

  #finish(segment: Segment, { result, mark }: Finished): void {
    const { host } = this.#request;
    this.#mark = mark;
    this.#lockLostAt = undefined;
    for (const { step, durationMs } of result) {
      this.#done.push({ direction: step.direction, id: step.id, durationMs });
    }
    const reseals = segment.mode === "off" ? [] : this.#route.reseals;
    this.#resealed.push(...reseals.map((reseal) => reseal.id));
    this.#guard.committed();
    this.#isBehindCopy = false;
    host.emit({ type: "committed", ids: segment.steps.map((step) => step.id) });
    if (this.#lost !== undefined) {
      host.emit({
        type: "lost",
        ...this.#lost,
        restorePoint: this.#guard.last?.name ?? null,
      });
    }
    this.#lost = undefined;
    this.#route = {
      ...this.#route,
      steps: this.#route.steps.slice(segment.steps.length),
      reseals: segment.mode === "off" ? this.#route.reseals : [],
    };
  }

  async #replan(): Promise<void> {
    await this.#plan();
    this.#request.host.emit({ type: "replanned", steps: this.#route.steps.length });
  }

  async #plan(): Promise<void> {
    const connection = await this.#open();
    const { host, replan } = this.#request;
    // Another process may be committing.
    await patiently(connection.name, host, async () => {
      ({ route: this.#route, mark: this.#mark } = await replan(connection));
    });
  }

  /** Allows double-quoted strings in the stored schema, which an old database may need, and plans the segment again. */
  async #allowStoredText({ sqlite }: AludelError): Promise<void> {
    // It stays open, because only this connection can tell whether another process writes in between.
    this.#former = this.#connection;
    this.#connection = undefined;
    this.#strings = "stored";
    this.#request.host.emit({
      type: "notice",
      code: "double-quoted-strings",
      message:
        "The database's own schema uses double quotes for text; they were allowed for it in this run",
      notes: [sqlite ?? "", "The statements of revisions were compiled without them"],
    });
    // The statements that a script outside a transaction has run have changed the mark.
    await this.#plan();
  }

  async #failed(segment: Segment, error: unknown): Promise<unknown> {
    const step = error instanceof StepFailure ? error.step : undefined;
    const thrown = error instanceof StepFailure ? error.cause : error;
    const { host } = this.#request;
    const cause = thrown instanceof SqlError ? this.#refused(thrown) : thrown;
    if (!(cause instanceof AludelError)) return cause;
    if (segment.mode !== "off" && cause.outcome === undefined) {
      host.emit({ type: "rolled-back", ids: segment.steps.map((one) => one.id) });
    }
    const before = await this.#stepsBefore(cause);
    if (!NOT_LOGGED.test(cause.code)) {
      await logFailure(() => this.#open(), host, step, cause);
    }
    const committed = this.#done.map((one) => one.id);
    if (committed.length === 0 && (segment.mode !== "off" || cause.outcome === NOTHING_RUN)) {
      this.#guard.discard();
    }
    const back = this.#guard.wayBack.map(({ name, holds }) =>
      holds === "rows"
        ? shell`aludel restore ${name} --rows # put back the rows that were taken`
        : shell`aludel restore ${name} # restore the state before the run`
    );
    return cause.with({
      committed,
      outcome: describeOutcome(segment, this.#done, cause.outcome),
      next: [...before, ...cause.next, ...back],
    });
  }

  /**
   * The advice if the first run on a database fails because a table exists: the database has a schema, but no records.
   */
  async #stepsBefore({ sqlite = "" }: AludelError): Promise<readonly NextStep[]> {
    const groups = EXISTS.exec(sqlite)?.groups;
    const name = groups?.["name"] ?? groups?.["other"];
    const applied = this.#request.assumed.applied.length + this.#done.length;
    if (name === undefined || applied > 0) return [];
    try {
      const connection = await this.#open();
      const found = connection.inTransaction() ? [] : await connection.query(
        "SELECT 1 FROM main.sqlite_schema WHERE name = ? COLLATE NOCASE",
        [unquote(name)],
      );
      return found.length === 0 ? [] : [
        shell`aludel locate # find the revision whose schema the database has`,
        shell`aludel stamp head # record all revisions, if it has the schema of the last one`,
      ];
    } catch {
      // The user needs the error of the statement.
      return [];
    }
  }

  /** The error for a failure of the runner's own statements: BEGIN, COMMIT, the records. */
  #refused(error: SqlError): AludelError {
    const name = this.#connection?.name ?? "";
    const advice = adviceFor(error.sqlite);
    return databaseError(error, name) ??
      new AludelError("sql-failed", `Database "${name}" refused to record the run`, {
        sqlite: error.sqlite,
        next: [advice ?? shell`aludel status # see what the records say`],
        cause: error,
      });
  }

  /** Opens a connection to the state before the segment: to the database, or to its copy. */
  async #openOld(): Promise<Connection> {
    const { host } = this.#request;
    const { copy } = this.#guard;
    // As strict as the run's connection, so that both compile the same objects.
    const options = { doubleQuotedStrings: this.#strings !== "off" };
    return copy === undefined ? await host.connect(options) : await copy.open(options);
  }

  async #open(): Promise<Connection> {
    this.#connection ??= await this.#request.host.connect({
      doubleQuotedStrings: this.#strings !== "off",
    });
    return this.#connection;
  }

  /** Opens the connection for a segment. An error has the outcome that nothing was run. */
  async #openForSegment(): Promise<Connection> {
    try {
      return await this.#open();
    } catch (error) {
      throw error instanceof AludelError ? error.with({ outcome: NOTHING_RUN }) : error;
    }
  }

  readonly #interrupted = async (): Promise<boolean> => {
    const { clock, interrupted, breathe } = this.#request.host;
    if (breathe && clock.monotonicMs() - this.#lastBreath > BREATH_MS) {
      await breathe();
      this.#lastBreath = clock.monotonicMs();
    }
    return interrupted();
  };
}
