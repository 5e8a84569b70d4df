import { type Connection, restoreSettings, SqlError } from "../../db/connection.ts";
import { databaseError } from "../../db/sqlite_error.ts";
import { AludelError, GO_ON } from "../../errors.ts";
import { displayName, foldName, quoteName } from "../../sql/identifier.ts";
import { readPolicies } from "../../state/policies.ts";
import { ensureStateTables } from "../../state/state_format.ts";
import type { StateMark } from "../../state/state.ts";
import { say, shell } from "../../text/next_step.ts";
import type { DoubleQuotedStrings } from "../double_quoted_strings.ts";
import { refuseForbidden } from "../policies.ts";
import type { CheckedStep, RunHost } from "../request.ts";
import { runStatement } from "../run_script.ts";
import { remedyFor } from "../run_step.ts";
import { type LockedOutcome, lockedTransaction, patiently } from "../write_lock.ts";
import {
  createProgress,
  NEW_TABLE,
  type OnlinePhase,
  type OnlineProgress,
  readProgress,
  schemaOf,
  writeProgress,
  writeSchema,
} from "./progress.ts";
import { indexAs, onlineRefused, readRebuild, type Rebuild } from "./rebuild.ts";
import { cleanUp } from "./clean.ts";
import { readShape } from "../loss/table_shape.ts";
import { changedMeanwhile, differs, underWay } from "./failure.ts";
import { exchange, newIndex, type OnlineSwap, renameTable } from "./exchange.ts";
import { Pace } from "./pace.ts";
import { OnlineTables } from "./tables.ts";

/** A revision that rebuilds a table beside writers. */
export interface OnlineRun {
  readonly connection: Connection;
  readonly doubleQuotedStrings: DoubleQuotedStrings;
  readonly host: RunHost;
  readonly step: CheckedStep;
  readonly assumed: StateMark;
  readonly interrupted: () => Promise<boolean>;
  /** Called when the lock is held and nothing was changed. */
  readonly protect: () => Promise<void>;
}

/** The largest number of changed rows that the exchange itself copies. */
const LAST_ROWS = 500;
/** The least number of rows that CREATE INDEX takes in a millisecond (measured: 2,000 to 4,000). */
const INDEXED_PER_MS = 1_000;
/** The maximum number of rows to count exactly. */
const COUNTED = 100_000;
const PHASES: readonly OnlinePhase[] = ["copy", "index", "compare", "swap", "clean"];
/** The number of tries to shorten the log before the exchange copies all of it. */
const MOST_ROUNDS = 50;

/**
 * Copies the rows of a table into its replacement in many short transactions while others write, and compares both
 * tables. Then only the exchange is left: a short transaction that runs the script with the returned functions.
 *
 * Every transaction reads the progress from the database, so that the work can be interrupted anywhere, and two
 * processes can share it.
 *
 * @throws {AludelError} `online-refused`, `online-changed`, `online-under-way`, `online-differs`, `interrupted`,
 * `lock-timeout`, and the errors of the script's CREATE TABLE.
 */
export async function prepareOnline(run: OnlineRun): Promise<LockedOutcome<OnlineSwap>> {
  return await new OnlineWork(run, readRebuild(run.step.script)).toSwap();
}

class OnlineWork {
  readonly #run: OnlineRun;
  readonly #rebuild: Rebuild;
  readonly #pace: Pace;
  #mark: StateMark;
  #tables!: OnlineTables;

  constructor(run: OnlineRun, rebuild: Rebuild) {
    this.#run = run;
    this.#rebuild = rebuild;
    this.#pace = new Pace(run.host);
    this.#mark = run.assumed;
  }

  async toSwap(): Promise<LockedOutcome<OnlineSwap>> {
    const { connection, step } = this.#run;
    if (!connection.capabilities.ownCache || connection.rewriteSchema === undefined) {
      throw onlineRefused(step.script, `"${connection.name}" is not a database file`, {
        revision: step.id,
      });
    }
    await cleanUp(connection, this.#run.host);
    await connection.execute("PRAGMA foreign_keys = OFF");
    return await this.#pace.during(connection, () => this.#toSwap());
  }

  async #toSwap(): Promise<LockedOutcome<OnlineSwap>> {
    const { connection } = this.#run;
    let progress = await this.#transaction(() => this.#begin());
    if (progress === "moved") return { moved: true };
    await this.#patiently(() => this.#tables.prepare(connection));
    while (progress.phase === "copy") {
      const next = await this.#transaction(() => this.#copy());
      if (next === "moved") return { moved: true };
      progress = next;
      await this.#pause(progress);
    }
    if (progress.phase === "index") {
      for (const at of this.#rebuild.indexes.keys()) {
        const made = await this.#transaction(async () => {
          await this.#current();
          if (!await this.#hasIndex(at)) await this.#createIndex(at);
        });
        if (made === "moved") return { moved: true };
        await this.#pause(progress);
      }
      const next = await this.#transaction(() => this.#enter("compare"));
      if (next === "moved") return { moved: true };
      progress = next;
    }
    if (progress.phase === "compare") {
      await this.#compare(progress);
      const next = await this.#transaction(() => this.#enter("swap"));
      if (next === "moved") return { moved: true };
    }
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const left = await this.#transaction(async () => {
        await this.#current();
        return await this.#tables.drain(connection, this.#pace.rows, true);
      });
      if (left === "moved") return { moved: true };
      if (left <= LAST_ROWS) break;
      await this.#pause(progress);
    }
    return {
      moved: false,
      result: exchange(this.#run.connection, this.#rebuild, this.#tables, () => this.#current()),
      mark: this.#mark,
    };
  }

  /** Runs `work` in a short write transaction. @returns `moved` if another process changed the state. */
  async #transaction<T>(work: () => Promise<T>): Promise<T | "moved"> {
    const { connection, host, step, interrupted } = this.#run;
    if (await interrupted()) throw this.#interrupted();
    try {
      const outcome = await lockedTransaction(connection, host, this.#mark, () => {
        this.#pace.begin();
        return work();
      });
      this.#pace.end();
      if (outcome.moved) return "moved";
      this.#mark = outcome.mark;
      return outcome.result;
    } catch (error) {
      if (error instanceof AludelError && error.code === "interrupted") throw this.#interrupted();
      throw error instanceof SqlError ? this.#failed(error, step) : error;
    }
  }

  #interrupted(): AludelError {
    return new AludelError("interrupted", "Interrupted", {
      revision: this.#run.step.id,
      outcome: "The rows that are copied stay copied, and the table is as it was",
      next: [GO_ON, shell`aludel upgrade --abort-online # give it up, and remove the copy`],
    });
  }

  /**
   * Makes the error for a row that does not fit the new table, or for a failure of the database, such as a full disk.
   */
  #failed(error: SqlError, { id, script }: CheckedStep): AludelError {
    const whole = databaseError(error, this.#run.connection.name);
    if (whole !== undefined) return whole.with({ revision: id });
    return new AludelError(
      "sql-failed",
      `A row of table ${displayName(this.#rebuild.table)} does not fit the new table`,
      {
        revision: id,
        place: { file: script.file },
        sqlite: error.sqlite,
        outcome: "The table is as it was; the rows copied so far stay copied",
        next: [
          say("Correct the row, then repeat the command: it goes on where it stopped"),
          shell`aludel upgrade --abort-online # give it up, and remove the copy`,
        ],
        cause: error,
      },
    );
  }

  /** Creates the new table and the triggers, or continues an unfinished rebuild. */
  async #begin(): Promise<OnlineProgress> {
    const { connection, step } = this.#run;
    const policies = await readPolicies(connection);
    refuseForbidden(policies, [step]);
    const known = await readProgress(connection);
    if (known !== undefined) {
      if (!isSame(known, step)) throw underWay(known);
      await this.#current();
      this.#tables = await this.#readTables();
      return known;
    }
    await this.#run.protect();
    await ensureStateTables(connection);
    const rows = await this.#create();
    this.#tables = await this.#readTables();
    const { table } = this.#rebuild;
    await createProgress(connection, {
      revision: step.id,
      direction: step.direction,
      table,
      phase: "copy",
      done: 0,
      rows,
      schema: "",
      script: step.script.text,
      keys: this.#tables.oldKey.length,
    });
    for (const trigger of this.#tables.triggers()) await connection.execute(trigger);
    await writeSchema(connection, await schemaOf(connection, table));
    return await this.#current();
  }

  /**
   * Creates the new table. Creates its indexes too if CREATE INDEX would later block writers for too long; otherwise
   * later, because maintaining them during the copy costs far more.
   * @returns The number of rows, as from `#countRows`.
   */
  async #create(): Promise<number> {
    const { connection, host, step } = this.#run;
    const { script } = step;
    const { create, into, indexes } = this.#rebuild;
    await restoreSettings(connection);
    await runStatement(
      {
        connection,
        revision: step.id,
        script,
        remedy: remedyFor(step),
        doubleQuotedStrings: this.#run.doubleQuotedStrings,
        emit: host.emit,
        watch: { see() {}, ran() {}, failed() {} },
        interrupted: this.#run.interrupted,
      },
      create,
      script.statements[create]!,
    );
    await renameTable(connection, into, NEW_TABLE);
    const rows = await this.#countRows();
    if (this.#pace.mayTake(rows / INDEXED_PER_MS)) return rows;
    for (const at of indexes.keys()) await this.#createIndex(at);
    return rows;
  }

  /** Counts the rows. For a large table it returns the range of the rowids, because counting is slow. */
  async #countRows(): Promise<number> {
    const { connection } = this.#run;
    const table = quoteName(this.#rebuild.table);
    const shape = await readShape(connection, foldName(this.#rebuild.table));
    if (shape?.rowid !== undefined) {
      const [row] = await connection.query(
        `SELECT max(${shape.rowid}) - min(${shape.rowid}) + 1 AS n FROM main.${table}`,
      );
      const most = Number(row?.["n"] ?? 0);
      if (most > COUNTED) return most;
    }
    const [row] = await connection.query(`SELECT count(*) AS n FROM main.${table}`);
    return Number(row?.["n"]);
  }

  async #createIndex(at: number): Promise<void> {
    const text = indexAs(this.#rebuild.indexes[at]!, newIndex(at), NEW_TABLE);
    await this.#run.connection.execute(text);
  }

  async #hasIndex(at: number): Promise<boolean> {
    const rows = await this.#run.connection.query(
      "SELECT 1 FROM main.sqlite_schema WHERE type = 'index' AND name = ?",
      [newIndex(at)],
    );
    return rows.length > 0;
  }

  /** Enters a phase, unless the work is already in a later one. */
  async #enter(phase: "compare" | "swap"): Promise<OnlineProgress> {
    const { done, phase: now } = await this.#current();
    if (PHASES.indexOf(now) < PHASES.indexOf(phase)) {
      await writeProgress(this.#run.connection, { phase, done });
    }
    return await this.#current();
  }

  async #readTables(): Promise<OnlineTables> {
    const { connection, step } = this.#run;
    const tables = await OnlineTables.of(connection, this.#rebuild);
    if (typeof tables !== "string") return tables;
    throw onlineRefused(step.script, tables, { revision: step.id });
  }

  /** Reads the progress. @throws {AludelError} `online-changed`, `online-under-way`. */
  async #current(): Promise<OnlineProgress> {
    const { connection, step } = this.#run;
    const progress = await readProgress(connection);
    if (progress === undefined || !isSame(progress, step)) throw underWay(progress);
    if (
      progress.phase !== "clean" && await schemaOf(connection, progress.table) !== progress.schema
    ) {
      throw changedMeanwhile(progress.table, step.id);
    }
    return progress;
  }

  async #copy(): Promise<OnlineProgress> {
    const { connection } = this.#run;
    const progress = await this.#current();
    if (progress.phase !== "copy") return progress;
    const tables = this.#tables;
    const rows = this.#pace.rows;
    if (await tables.drain(connection, LAST_ROWS, false) > 0) return progress;
    const next = await tables.next(connection, "copy", rows);
    const copied = next === undefined ? 0 : await tables.copy(connection, next.begun);
    if (next !== undefined) await tables.arrive(connection, "copy");
    const phase = next === undefined ? "index" : "copy";
    await writeProgress(connection, { phase, done: progress.done + copied });
    return { ...progress, phase, done: progress.done + copied };
  }

  /** Compares both tables in short read transactions, which do not block writers for long. */
  async #compare({ table, rows }: OnlineProgress): Promise<void> {
    const { connection, host, interrupted } = this.#run;
    for (let done = 0;;) {
      if (await interrupted()) throw this.#interrupted();
      const compared = await this.#patiently(() => this.#compareSome());
      if (compared === 0) return;
      done = Math.min(done + compared, rows);
      host.emit({ type: "online", table, phase: "compare", done, of: rows });
      await this.#pace.pause(connection);
    }
  }

  /** Compares the next rows. @returns The number of rows; 0 if there are no more. */
  async #compareSome(): Promise<number> {
    const { connection, step } = this.#run;
    await connection.execute("BEGIN");
    this.#pace.begin();
    try {
      const { table } = await this.#current();
      const { rows } = this.#pace;
      const next = await this.#tables.next(connection, "compare", rows);
      if (next === undefined) return 0;
      const differences = await this.#tables.differences(connection, next.begun);
      if (differences > 0) throw differs(table, step, differences);
      await this.#tables.arrive(connection, "compare");
      return rows;
    } finally {
      await connection.execute("COMMIT");
      this.#pace.end();
    }
  }

  /** Runs a function that only reads, and retries it while a writer holds the lock. */
  async #patiently<T>(work: () => Promise<T>): Promise<T> {
    const { connection, host } = this.#run;
    return await patiently(connection.name, host, work);
  }

  async #pause({ table, phase, done, rows }: OnlineProgress): Promise<void> {
    const { connection, host } = this.#run;
    host.emit({ type: "online", table, phase, done, of: Math.max(rows, done) });
    await this.#pace.pause(connection);
  }
}

function isSame(progress: OnlineProgress, { id, direction, script }: CheckedStep): boolean {
  return progress.revision === id && progress.direction === direction &&
    progress.script === script.text;
}
