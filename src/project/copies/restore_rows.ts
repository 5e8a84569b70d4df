import { type Connection, SqlError, type SqlValue } from "../../db/connection.ts";
import { fileUri } from "../../db/open.ts";
import { AludelError } from "../../errors.ts";
import { type LostRows, type RunHost } from "../../runner/request.ts";
import { COMPARISON_MEMORY, keepPagesInMemory } from "../../runner/loss/old_state.ts";
import { executePatiently, patiently } from "../../runner/write_lock.ts";
import { foldName, quoteName, quoteText } from "../../sql/identifier.ts";
import { indexedContent } from "../../sql/token_reader.ts";
import { ensureStateTables, hasStateTables } from "../../state/state_format.ts";
import { appendLog } from "../../state/write_state.ts";
import { say, shell } from "../../text/next_step.ts";
import { requireWritable } from "../workspace/database_access.ts";
import type { Target } from "../workspace/target.ts";
import { CopySession } from "./copy_session.ts";
import { databaseBytes, realPath } from "./database_files.ts";
import { ROWS_FORMAT } from "./lost_rows.ts";
import { type MadePoint, makeRestorePoint, requireFile } from "./make_restore_point.ts";
import { makeRowsPoint } from "./run_points.ts";
import { type ReturnedTable, TableReturn } from "./table_return.ts";
import { copyPoint, damagedPoint, restoreFolderOf, type RestorePoint } from "./restore_points.ts";
import { prepareWorkFolder } from "./work_folder.ts";
import { toSecond } from "../../text/layout.ts";

/** A restore point with rows to put back. */
interface RestoreRowsRequest {
  readonly target: Target;
  readonly point: RestorePoint;
  /** Whether to roll everything back at the end. */
  readonly dryRun: boolean;
}

/** The rows that were put back. */
export interface RestoredRows {
  readonly point: RestorePoint;
  readonly tables: readonly ReturnedTable[];
  /** The restore point of replaced values; null if no values were replaced. */
  readonly kept: RestorePoint | null;
}

/**
 * Puts lost rows back into the present tables, in one transaction under the write lock.
 *
 * A deleted row is inserted if its key is free. A changed value is put back if the database still has the value that the
 * run wrote. So nothing that others wrote since is replaced. Constraints hold, and no trigger fires: the restore point
 * also has what triggers did. Replaced values become a restore point themselves.
 *
 * @throws {AludelError} `restore-point-whole`, `restore-point-damaged`, `lock-timeout`, `interrupted`, `sql-failed`;
 *   the database is unchanged.
 */
export async function restoreRows(
  request: RestoreRowsRequest,
  host: RunHost,
): Promise<RestoredRows> {
  const { target, point } = request;
  requireFile(target);
  requireWritable(target);
  requireRows(point);
  const folder = restoreFolderOf(realPath(target.path));
  using work = await prepareWorkFolder(folder, host);
  const session = new CopySession(host, point.bytes);
  const copy = `${work.path}/rows`;
  try {
    await copyPoint(point, { folder, copy, session }, NOTHING_CHANGED);
    const done = await putBack(request, copy, host);
    if (done !== "locked") return done;
    return await putBack(request, copy, host, true) as RestoredRows;
  } finally {
    await session.close();
  }
}

const NOTHING_CHANGED = "Nothing was changed";

function requireRows({ name, holds }: RestorePoint): void {
  if (holds === "rows") return;
  throw new AludelError("restore-point-whole", `Restore point "${name}" is a whole database`, {
    notes: ["It can replace the database, but not put back single rows"],
    outcome: NOTHING_CHANGED,
    next: [shell`aludel restore ${name}`],
  });
}

/** @param isCopied Whether to copy the whole database before the change, because it cannot be read afterwards. */
async function putBack(
  request: RestoreRowsRequest,
  copy: string,
  host: RunHost,
  isCopied = false,
): Promise<RestoredRows | "locked"> {
  const { target, point, dryRun } = request;
  // Old triggers, which are created again below, may have strings in double quotes.
  await using live = await patiently(
    target.name,
    host,
    () => host.connect({ doubleQuotedStrings: true }),
  );
  let kept: MadePoint | undefined;
  let isDone = false;
  try {
    await attach(live, copy, point);
    await keepPagesInMemory(live, host.comparisonMemory ?? COMPARISON_MEMORY);
    await executePatiently(live, "BEGIN IMMEDIATE", host);
    if (isCopied) kept = await keepReplaced(request, undefined, host);
    const { tables, replaced } = await returnTables(live);
    if (dryRun) return { point, tables, kept: null };
    if (replaced.length > 0 && !isCopied) {
      try {
        kept = await keepReplaced(request, { fresh: live, tables: replaced }, host);
      } catch (error) {
        // More changed than fits in memory, so changes are already in the file, and other connections cannot read it.
        if (error instanceof AludelError && error.code === "database-busy") return "locked";
        throw error;
      }
    }
    await writeLog(live, request, tables, kept, host);
    if (host.interrupted()) {
      throw new AludelError("interrupted", "Interrupted before COMMIT", { next: [] });
    }
    await executePatiently(live, "COMMIT", host);
    isDone = true;
    return { point, tables, kept: kept?.point ?? null };
  } catch (error) {
    throw explained(error, target);
  } finally {
    if (!isDone) kept?.discard();
    if (live.inTransaction()) await live.execute("ROLLBACK");
  }
}

async function attach(live: Connection, copy: string, point: RestorePoint): Promise<void> {
  try {
    await live.execute(`ATTACH ${quoteText(fileUri(copy, "mode=ro"))} AS kept`);
    const [found] = await live.query("SELECT value FROM kept.aludel_point WHERE key = 'format'");
    if (Number(found?.["value"]) === ROWS_FORMAT) return;
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    throw damagedPoint(point, [error.sqlite], NOTHING_CHANGED, error);
  }
  throw damagedPoint(point, ["It was written by a newer Aludel"], NOTHING_CHANGED);
}

async function returnTables(
  live: Connection,
): Promise<{ readonly tables: readonly ReturnedTable[]; readonly replaced: readonly LostRows[] }> {
  const rows = await live.query("SELECT name, now, key FROM kept.aludel_table ORDER BY name");
  const returns: TableReturn[] = [];
  for (const row of rows) {
    const names = {
      table: String(row["name"]),
      now: row["now"] === null ? null : String(row["now"]),
    };
    const key: readonly string[] = JSON.parse(String(row["key"]));
    returns.push(await TableReturn.begin(live, names, key));
  }
  const into = new Set(returns.flatMap(({ into }) => into === null ? [] : [foldName(into)]));
  const triggers = await takeTriggers(live, into);
  const violations = await countViolations(live, into);
  for (const table of returns) await table.run();
  await takeOutOrphans(live, returns, into, violations);
  for (const sql of triggers) await live.execute(sql);
  await indexAgain(live, into);
  return {
    tables: returns.map((table) => table.result()),
    replaced: returns.flatMap((table) => table.replaced() ?? []),
  };
}

/** Drops the triggers on tables, so that none fires. @returns The statements that create them again, in order. */
async function takeTriggers(
  live: Connection,
  into: ReadonlySet<string>,
): Promise<readonly string[]> {
  const rows = await live.query(
    "SELECT name, tbl_name, sql FROM main.sqlite_schema WHERE type = 'trigger' ORDER BY rowid",
  );
  const ours = rows.filter((row) => into.has(foldName(String(row["tbl_name"]))));
  for (const row of ours) await live.execute(`DROP TRIGGER main.${quoteName(String(row["name"]))}`);
  return ours.map((row) => String(row["sql"]));
}

/** Rebuilds FTS5 tables that index these tables: the triggers that keep them up to date did not fire. */
async function indexAgain(live: Connection, into: ReadonlySet<string>): Promise<void> {
  const rows = await live.query(
    "SELECT name, sql FROM main.sqlite_schema WHERE type = 'table' AND sql LIKE 'CREATE VIRTUAL %'",
  );
  for (const row of rows) {
    const content = indexedContent(String(row["sql"]));
    if (content === undefined || !into.has(foldName(content))) continue;
    const name = quoteName(String(row["name"]));
    await live.execute(`INSERT INTO main.${name} (${name}) VALUES ('rebuild')`);
  }
}

/** The number of violations in one table by rowid; under null for a table without rowids. */
type Violations = ReadonlyMap<SqlValue, number>;

async function countViolations(
  live: Connection,
  tables: ReadonlySet<string>,
): Promise<ReadonlyMap<string, Violations>> {
  const found = new Map<string, Violations>();
  for (const table of tables) {
    try {
      const rows = await live.query(
        "SELECT rowid AS id, count(*) AS n FROM pragma_foreign_key_check(?) GROUP BY rowid",
        [table],
      );
      found.set(table, new Map(rows.map((row) => [row["id"] ?? null, Number(row["n"])])));
    } catch (error) {
      // SQLite cannot check a key that does not match its parent.
      if (!(error instanceof SqlError)) throw error;
    }
  }
  return found;
}

/** Deletes inserted rows whose parents are missing. Those may be parents too, so this repeats until none is found. */
async function takeOutOrphans(
  live: Connection,
  returns: readonly TableReturn[],
  into: ReadonlySet<string>,
  before: ReadonlyMap<string, Violations>,
): Promise<void> {
  for (;;) {
    const now = await countViolations(live, into);
    let isNew = false;
    for (const [table, violations] of now) {
      for (const [id, count] of violations) {
        if (count <= (before.get(table)?.get(id) ?? 0)) continue;
        isNew = true;
        const owner = returns.find((each) => each.into !== null && foldName(each.into) === table);
        if (id === null || owner === undefined || !await owner.takeOut(id)) throw orphaned(table);
      }
    }
    if (!isNew) return;
  }
}

function orphaned(table: string): AludelError {
  return new AludelError(
    "foreign-key-violations",
    `Rows of "${table}" would refer to missing rows`,
    {
      outcome: NOTHING_CHANGED,
      next: [
        say(
          "Insert the rows that they refer to first; sqlite3 can open the restore point",
        ),
      ],
    },
  );
}

/**
 * Keeps the replaced values in a restore point.
 * @param lost undefined to copy the whole database.
 */
async function keepReplaced(
  { target, point }: RestoreRowsRequest,
  lost: { readonly fresh: Connection; readonly tables: readonly LostRows[] } | undefined,
  host: RunHost,
): Promise<MadePoint> {
  const session = new CopySession(host, lost === undefined ? databaseBytes(target.path) : 0);
  const request = {
    database: target.path,
    name: target.name,
    kind: "restore",
    reason: `before rows of ${point.name} were put back`,
    madeBy: host.appliedBy,
  } as const;
  try {
    return lost === undefined
      ? await makeRestorePoint(request, session, host)
      : await makeRowsPoint(request, { ...lost, limit: Infinity }, session, host);
  } finally {
    await session.close();
  }
}

async function writeLog(
  live: Connection,
  { point }: RestoreRowsRequest,
  tables: readonly ReturnedTable[],
  kept: MadePoint | undefined,
  host: RunHost,
): Promise<void> {
  const rows = tables.reduce((sum, { inserted, changed }) => sum + inserted + changed, 0);
  if (rows === 0 || !await hasStateTables(live)) return;
  await ensureStateTables(live);
  await appendLog(live, {
    at: toSecond(host.clock.now()),
    by: host.appliedBy,
    event: "restore",
    revision: null,
    details: { point: point.name, rows, ...(kept && { kept: kept.point.name }) },
  });
}

function explained(error: unknown, target: Target): unknown {
  if (error instanceof AludelError) return error.with({ outcome: NOTHING_CHANGED });
  if (!(error instanceof SqlError)) return error;
  return new AludelError("sql-failed", `The rows could not be put back into "${target.name}"`, {
    sqlite: error.sqlite,
    outcome: NOTHING_CHANGED,
    next: [say("Open the restore point with sqlite3, and put back the rows that you need by hand")],
    cause: error,
  });
}
