import { type Connection, SqlError, type SqlValue } from "../db/connection.ts";
import { tryFileLock } from "../db/file_lock.ts";
import { openDatabase } from "../db/open.ts";
import { AludelError, FIX_ACCESS } from "../errors.ts";
import { makeCacheFolder, pathExists } from "../project/workspace/files.ts";
import { again, shell } from "../text/next_step.ts";
import type { Member } from "./member.ts";
import { journalFolder, journalPath, listRuns, runMissing } from "./journal_folder.ts";
import {
  CHOSEN,
  FORMAT,
  type JournalMember,
  MEMBER_COLUMNS,
  type MemberState,
  type RunFacts,
  TABLES,
  toMember,
} from "./journal_format.ts";
import { errorKind, type MemberError } from "./member_error.ts";
import type { Sight } from "./survey.ts";
import type { RehearsalOutcome, UndoOutcome, UpgradeOutcome } from "./task.ts";

/** The number of rows read at a time, which bounds the memory for large fleets. */
const PAGE = 256;

/** The journal of one run: an SQLite file that lists the run's databases and their outcomes. */
export class Journal implements AsyncDisposable {
  readonly #connection: Connection;
  readonly #lock: Disposable | undefined;
  readonly facts: RunFacts;

  private constructor(connection: Connection, lock: Disposable | undefined, facts: RunFacts) {
    this.#connection = connection;
    this.#lock = lock;
    this.facts = facts;
  }

  /**
   * Starts the journal of a new run.
   * @throws {AludelError} `file-unwritable`.
   */
  static async create(root: string, facts: RunFacts, members: readonly Member[]): Promise<Journal> {
    const path = journalPath(root, facts.run);
    try {
      makeCacheFolder(`${root}/.aludel`, journalFolder(root));
      const lock = tryFileLock(`${path}.lock`);
      const connection = await openDatabase({ path, mode: "create" });
      await tune(connection);
      await connection.execute("BEGIN IMMEDIATE");
      for (const table of TABLES) await connection.execute(table);
      for (const [key, value] of Object.entries({ format: FORMAT, ...facts })) {
        await connection.query("INSERT INTO fleet_run (key, value) VALUES (?, ?)", [
          key,
          JSON.stringify(value),
        ]);
      }
      for (const [index, { name, database }] of members.entries()) {
        await connection.query(
          "INSERT INTO fleet_member (position, name, database, state) VALUES (?, ?, ?, 'planned')",
          [index + 1, name, JSON.stringify(database)],
        );
      }
      await connection.execute("COMMIT");
      return new Journal(connection, lock, facts);
    } catch (cause) {
      if (cause instanceof AludelError) throw cause;
      throw new AludelError("file-unwritable", `The journal "${path}" cannot be written`, {
        notes: [cause instanceof Error ? cause.message : String(cause)],
        outcome: "Nothing was run",
        next: [FIX_ACCESS],
        cause,
      });
    }
  }

  /**
   * Opens the journal of a run.
   *
   * @param purpose `write` to continue or undo the run, which takes a lock: only one process at a time may do so.
   * @throws {AludelError} `fleet-run-missing`, `fleet-run-busy`, `fleet-journal`.
   */
  static async open(root: string, run: string, purpose: "look" | "write"): Promise<Journal> {
    const path = journalPath(root, run);
    if (!pathExists(path)) throw runMissing(run, listRuns(root));
    const lock = purpose === "look" ? undefined : tryFileLock(`${path}.lock`);
    if (purpose === "write" && lock === undefined) {
      throw new AludelError("fleet-run-busy", `Another process works on the run "${run}"`, {
        outcome: "Nothing was run",
        next: [again` # when it has ended`],
      });
    }
    const connection = await openDatabase({ path, mode: "write" });
    try {
      if (purpose === "write") await tune(connection);
      return new Journal(connection, lock, await readFacts(connection, run));
    } catch (error) {
      lock?.[Symbol.dispose]();
      await connection.close();
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#connection.close();
    this.#lock?.[Symbol.dispose]();
  }

  /** Runs `work` in one transaction, and rolls it back if `work` throws. */
  async together(work: () => Promise<void>): Promise<void> {
    await this.#connection.execute("BEGIN IMMEDIATE");
    try {
      await work();
    } catch (error) {
      await this.#connection.execute("ROLLBACK");
      throw error;
    }
    await this.#connection.execute("COMMIT");
  }

  /** Records a look at a database. A database that needs nothing is `idle`, one that cannot be upgraded `failed`. */
  async setSight(position: number, sight: Sight, at: string): Promise<void> {
    const { standing, pending, bytes, group = null, heads, error } = sight;
    const isRefused = error !== undefined && standing !== "locked";
    const isIdle = standing === "current" || standing === "ahead";
    await this.#connection.query(
      "UPDATE fleet_member SET standing = ?, pending = ?, bytes = ?, member_group = ?, " +
        "before = coalesce(before, ?), " +
        "error = ?, error_kind = ?, state = ?, after = ?, ended_at = ? WHERE position = ?",
      [
        standing,
        pending,
        bytes,
        group,
        error !== undefined && heads.length === 0 ? null : JSON.stringify(heads),
        ...(isRefused ? errorValues(error) : [null, null]),
        isRefused ? "failed" : isIdle ? "idle" : "planned",
        isIdle ? JSON.stringify(heads) : null,
        isRefused || isIdle ? at : null,
        position,
      ],
    );
  }

  /** Records the upgrade of a database. */
  async setOutcome(position: number, outcome: UpgradeOutcome, at: string): Promise<void> {
    const { result, applied, heads, points, lost, durationMs, stamp, error } = outcome;
    await this.#connection.query(
      "UPDATE fleet_member SET state = ?, applied = ?, after = ?, points = ?, lost = ?, stamp = ?, " +
        "error = ?, error_kind = ?, ended_at = ?, duration_ms = ? WHERE position = ?",
      [
        result,
        JSON.stringify(applied),
        heads === null ? null : JSON.stringify(heads),
        JSON.stringify(points),
        JSON.stringify(lost),
        JSON.stringify(stamp),
        ...(error === undefined ? [null, null] : errorValues(error)),
        at,
        durationMs,
        position,
      ],
    );
  }

  /**
   * Orders the planned databases. The first of each group come first, so that the run begins with a sample of the
   * fleet; locked databases come last.
   */
  async setTurns(): Promise<void> {
    await this.#connection.execute(
      "UPDATE fleet_member SET turn = ordered.turn FROM (SELECT position, row_number() OVER (" +
        "ORDER BY standing = 'locked', (in_group > 1), position) AS turn FROM (" +
        "SELECT position, standing, row_number() OVER (PARTITION BY member_group ORDER BY position) " +
        "AS in_group FROM fleet_member WHERE state = 'planned')) AS ordered " +
        "WHERE ordered.position = fleet_member.position",
    );
  }

  /** One page of the planned databases whose turn comes after `afterTurn`, in order. */
  async planned(afterTurn: number): Promise<readonly { turn: number; member: JournalMember }[]> {
    const rows = await this.#connection.query(
      `SELECT turn, ${MEMBER_COLUMNS} FROM fleet_member WHERE state = 'planned' AND turn > ? ` +
        `ORDER BY turn LIMIT ${PAGE}`,
      [afterTurn],
    );
    return rows.map((row) => ({ turn: Number(row["turn"]), member: toMember(row) }));
  }

  /** The groups of at least two planned databases that were not rehearsed yet, with the largest database of each. */
  async unrehearsed(): Promise<
    readonly { group: string; members: number; largest: JournalMember }[]
  > {
    const rows = await this.#connection.query(
      `SELECT count, ${MEMBER_COLUMNS} FROM (SELECT *, count(*) OVER same AS count, ` +
        "row_number() OVER (PARTITION BY member_group ORDER BY bytes DESC, position) AS place " +
        "FROM fleet_member WHERE state = 'planned' AND member_group IS NOT NULL " +
        "WINDOW same AS (PARTITION BY member_group)) " +
        "WHERE place = 1 AND count > 1 AND member_group NOT IN (SELECT member_group FROM fleet_group) " +
        "ORDER BY position",
    );
    return rows.map((row) => ({
      group: String(row["member_group"]),
      members: Number(row["count"]),
      largest: toMember(row),
    }));
  }

  /** Records a rehearsal. If it failed, all planned databases of the group are `failed`. */
  async setRehearsal(
    { group, members, largest }: {
      readonly group: string;
      readonly members: number;
      readonly largest: JournalMember;
    },
    { lost, durationMs, error }: RehearsalOutcome,
    at: string,
  ): Promise<void> {
    await this.#connection.query(
      "INSERT INTO fleet_group (member_group, members, rehearsed, duration_ms, lost, error) " +
        "VALUES (?, ?, ?, ?, ?, ?)",
      [
        group,
        members,
        largest.member.name,
        durationMs,
        JSON.stringify(lost),
        error === undefined ? null : JSON.stringify(error),
      ],
    );
    if (error === undefined) return;
    await this.#connection.query(
      "UPDATE fleet_member SET state = 'failed', error = ?, error_kind = ?, ended_at = ? " +
        "WHERE state = 'planned' AND member_group = ?",
      [...errorValues(error), at, group],
    );
  }

  /** Records the undoing of a run on a database. */
  async setUndone(position: number, outcome: UndoOutcome, at: string): Promise<void> {
    const { result, heads, error } = outcome;
    if (result === "untouched") return;
    await this.#connection.query(
      "UPDATE fleet_member SET state = iif(?, 'undone', state), after = coalesce(?, after), " +
        "undo_error = ?, ended_at = ? WHERE position = ?",
      [
        result === "undone" ? 1 : 0,
        heads === null ? null : JSON.stringify(heads),
        error === undefined ? null : JSON.stringify(error),
        at,
        position,
      ],
    );
  }

  /** Records that the run is being undone, so that it cannot be continued. */
  async beginUndo(at: string): Promise<void> {
    await this.#connection.query(
      "INSERT INTO fleet_run (key, value) VALUES ('undone', ?) ON CONFLICT DO NOTHING",
      [JSON.stringify(at)],
    );
  }

  /** The databases that a condition of {@linkcode CHOSEN} selects, in the order of the fleet. */
  async *members(which: keyof typeof CHOSEN = "all"): AsyncGenerator<JournalMember> {
    for (let last = 0;;) {
      const rows = await this.#connection.query(
        `SELECT ${MEMBER_COLUMNS} FROM fleet_member WHERE position > ? AND (${CHOSEN[which]}) ` +
          `ORDER BY position LIMIT ${PAGE}`,
        [last],
      );
      for (const row of rows) yield toMember(row);
      if (rows.length < PAGE) return;
      last = Number(rows.at(-1)!["position"]);
    }
  }

  /** The number of databases in each state. */
  async counts(): Promise<Readonly<Record<MemberState, number>>> {
    const rows = await this.#connection.query(
      "SELECT state, count(*) AS n FROM fleet_member GROUP BY state",
    );
    const found = Object.fromEntries(rows.map((row) => [String(row["state"]), Number(row["n"])]));
    return { planned: 0, done: 0, idle: 0, failed: 0, undone: 0, ...found };
  }

  /** Plans the failed databases again. Keeps the kinds of their errors, so that these do not stop the run again. */
  async retryFailed(): Promise<void> {
    await this.#connection.execute(
      "UPDATE fleet_member SET state = 'planned', standing = NULL, turn = NULL, error = NULL, " +
        "ended_at = NULL WHERE state = 'failed'",
    );
  }

  /** The number of databases of the run. */
  async size(): Promise<number> {
    const [row] = await this.#connection.query("SELECT count(*) AS n FROM fleet_member");
    return Number(row?.["n"]);
  }

  /** One error of each kind with the number of databases that have it, the most frequent kind first. */
  async errors(): Promise<readonly (MemberError & { readonly count: number })[]> {
    const rows = await this.#connection.query(
      "SELECT error, count(*) AS n, min(position) FROM fleet_member WHERE state = 'failed' " +
        "GROUP BY error_kind ORDER BY n DESC, error_kind",
    );
    return rows.map((row) => ({ ...JSON.parse(String(row["error"])), count: Number(row["n"]) }));
  }

  /** The number of databases that were not looked at yet. */
  async unseen(): Promise<number> {
    const [row] = await this.#connection.query(
      "SELECT count(*) AS n FROM fleet_member WHERE standing IS NULL",
    );
    return Number(row?.["n"]);
  }

  /** The kinds of errors that the run has had so far. */
  async errorKinds(): Promise<ReadonlySet<string>> {
    const rows = await this.#connection.query(
      "SELECT DISTINCT error_kind FROM fleet_member WHERE error_kind IS NOT NULL",
    );
    return new Set(rows.map((row) => String(row["error_kind"])));
  }
}

function errorValues(error: MemberError): SqlValue[] {
  return [JSON.stringify(error), errorKind(error)];
}

/**
 * Makes commits fast. A power failure may take the last of them, which is safe: the databases have their own records,
 * and the journal stays consistent.
 */
async function tune(connection: Connection): Promise<void> {
  await connection.query("PRAGMA journal_mode = WAL");
  await connection.execute("PRAGMA synchronous = NORMAL");
}

async function readFacts(connection: Connection, run: string): Promise<RunFacts> {
  try {
    const rows = await connection.query("SELECT key, value FROM fleet_run");
    const { format, ...facts } = Object.fromEntries(
      rows.map(({ key, value }) => [String(key), JSON.parse(String(value))]),
    );
    if (format === FORMAT) return facts as RunFacts;
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
  }
  throw new AludelError("fleet-journal", `The journal of the run "${run}" cannot be read`, {
    notes: ["It was written by another release of Aludel, or is not a journal"],
    outcome: "Nothing was run",
    next: [shell`aludel fleet status # look at the databases themselves`],
  });
}
