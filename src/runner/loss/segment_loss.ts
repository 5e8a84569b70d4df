import type {
  AuthorizedAction,
  BatchTransaction,
  Connection,
  SqlValue,
} from "../../db/connection.ts";
import { BatchLoss } from "./batch_loss.ts";
import { foldName, quoteName } from "../../sql/identifier.ts";
import type { Script, Statement } from "../../sql/script.ts";
import type { LostRows } from "../request.ts";
import type { TableFate } from "../table_fates.ts";
import { measureTable, type TableMeasure, type TouchedTable } from "./measure_table.ts";
import { findBrokenObjects } from "./broken_objects.ts";
import type { OldState } from "./old_state.ts";
import { findFallenSequences, findLoweredSequences } from "./sequences.ts";
import { joinVerdicts, judgeLoss, lossOf, type LossTerms, type LossVerdict } from "./verdict.ts";
import { readShape, type TableShape } from "./table_shape.ts";
import { WriteLog } from "./write_log.ts";

/** The maximum number of lost rows whose keys are read. */
const MOST_KEYS = 1_000_000;

/** Observes the statements of a script: the authorizer's calls while a statement is compiled, and whether it ran. */
export interface StatementWatch {
  see(action: AuthorizedAction): void;
  ran(script: Script, statement: Statement): void;
  failed(): void;
}

/**
 * Measures what a segment loses. It begins in the segment's transaction before the first statement, and measures after
 * the last one and before COMMIT. A segment that writes to no existing table costs one query.
 */
export class SegmentLoss {
  readonly #connection: Connection;
  readonly #old: OldState;
  readonly #log: WriteLog;
  /** The folded names of tables in which an INSERT may replace rows. */
  readonly #risky: ReadonlySet<string>;
  /** The folded name of a table whose rows were already compared. */
  readonly #compared: string | undefined;
  #measured: { readonly touched: TouchedTable; readonly measure: TableMeasure }[] = [];

  private constructor(
    connection: Connection,
    old: OldState,
    log: WriteLog,
    risky: ReadonlySet<string>,
    compared: string | undefined,
  ) {
    this.#compared = compared;
    this.#connection = connection;
    this.#old = old;
    this.#log = log;
    this.#risky = risky;
  }

  /**
   * Begins. To be called when the write lock is held and nothing was changed.
   * @param compared The folded name of a table whose rows need not be compared.
   */
  static async begin(
    connection: Connection,
    old: OldState,
    compared?: string,
  ): Promise<SegmentLoss> {
    const rows = await connection.query(
      `SELECT name, type, instr(upper(sql), 'REPLACE') > 0 OR sql LIKE 'CREATE VIRTUAL %' AS risky
       FROM main.sqlite_schema WHERE type = 'table' OR type = 'trigger'`,
    );
    const tables = new Set<string>();
    const risky = new Set<string>();
    let triggersReplace = false;
    for (const row of rows) {
      const name = foldName(String(row["name"]));
      const isRisky = Number(row["risky"]) === 1;
      if (row["type"] === "trigger") triggersReplace ||= isRisky;
      else {
        tables.add(name);
        if (isRisky) risky.add(name);
      }
    }
    return new SegmentLoss(connection, old, new WriteLog(tables, triggersReplace), risky, compared);
  }

  get watch(): StatementWatch {
    return this.#log;
  }

  /** All folded names of the tables that were created, or got rows. */
  get filledTables(): ReadonlySet<string> {
    return this.#log.filledTables;
  }

  /**
   * Compares the old state with the present one, and judges the difference.
   * @throws {OldStateGone} If the old state can no longer be read: the segment must run again with a copy.
   */
  async judge(terms: LossTerms): Promise<LossVerdict> {
    const measures = await this.#measure();
    return joinVerdicts(
      [judgeLoss(measures, terms), ...await this.#objects(measures)],
      terms.allowed,
    );
  }

  /**
   * Makes a batch measure the rows itself, and fail if it has an undeclared loss.
   * @param forbidsAll Whether it fails for a declared loss too.
   */
  async addTo(
    batch: BatchTransaction,
    terms: LossTerms,
    forbidsAll: boolean,
  ): Promise<BatchLoss> {
    const sides = { old: () => this.#old.connection(), fresh: this.#connection };
    return await BatchLoss.add(batch, sides, this.#touched(), terms, forbidsAll);
  }

  async #measure(): Promise<TableMeasure[]> {
    const measures: TableMeasure[] = [];
    this.#measured = [];
    for (const touched of this.#touched()) {
      const old = await this.#old.connection();
      const measure = await measureTable(old, this.#connection, touched);
      if (measure === undefined) continue;
      measures.push(measure);
      this.#measured.push({ touched, measure });
    }
    return measures;
  }

  /**
   * Finds the keys of the lost rows. To be called after {@linkcode SegmentLoss.judge}. Reads the tables with losses
   * again.
   * @returns undefined if something other than rows of ordinary tables was lost, the rows have no keys, or they are too
   * many.
   */
  async rows(): Promise<readonly LostRows[] | undefined> {
    const found: LostRows[] = [];
    let room = MOST_KEYS;
    for (const { touched, measure } of this.#measured) {
      if (lossOf(measure) === undefined) continue;
      const { table, now, difference, options, emptied } = measure;
      if (difference.moved > 0 || difference.keyless || options.length > 0) return undefined;
      if (now === null || emptied) {
        found.push({ table, now });
        continue;
      }
      const old = await this.#old.connection();
      const shape = await readShape(old, touched.before);
      if (shape === undefined || shape.virtual) return undefined;
      // Values of generated columns cannot be stored for a restore.
      const { changed } = difference;
      if (shape.columns.some(({ name, generated }) => generated && changed.has(name))) {
        return undefined;
      }
      const keys = new Map<string, readonly SqlValue[]>();
      const add = (key: readonly SqlValue[]) => {
        if (keys.size <= room) {
          keys.set(key.map((value) => `${typeof value} ${value}`).join("\0"), key);
        }
      };
      const again = await measureTable(old, this.#connection, touched, add);
      if (again === undefined || again.difference.keyless || again.difference.moved > 0) {
        return undefined;
      }
      for await (const key of keysWith(old, shape, [...measure.dropped.keys()])) add(key);
      if (keys.size === 0 || keys.size > room) return undefined;
      room -= keys.size;
      const renamed = new Map(
        shape.columns.flatMap(({ folded }): [string, string][] => {
          const column = touched.columnNow(folded);
          return column === undefined ? [] : [[folded, column]];
        }),
      );
      found.push({ table, now, renamed, rows: [...keys.values()] });
    }
    return found;
  }

  /** The tables that may have lost something. */
  #touched(): TouchedTable[] {
    const { fates, written } = this.#log;
    const names = new Set(written.keys());
    for (const { before, dropped } of fates.touched.values()) if (dropped) names.add(before);
    return [...names].filter((name) => !isOwn(name) && name !== this.#compared).flatMap(
      (before) => {
        const fate = fates.touched.get(before);
        const writes = written.get(before);
        const filled = fate?.dropped && fate.after !== null
          ? this.#log.filled(fate.after)
          : undefined;
        if (!fate?.dropped && writes !== undefined && !canLose(writes, this.#risky.has(before))) {
          return [];
        }
        return [{
          before,
          now: nameNow(before, fate, filled !== undefined),
          writes,
          filled,
          replacements: fate?.dropped ? this.#log.replacements(before) : [],
          isSource: ({ from }) => this.#log.originOf(from) === before,
          columnNow: (column) =>
            writes?.droppedColumns.has(column) ? undefined : fates.columnAfter(before, column),
          columnThen: (column) => {
            const then = filled === undefined ? column : this.#log.columnThen(fate!.after!, column);
            return filled?.droppedColumns.has(then) ? undefined : then;
          },
        }];
      },
    );
  }

  async #objects(measures: readonly TableMeasure[]): Promise<LossVerdict[]> {
    const { fates, sequenceNamed, removes } = this.#log;
    const old = () => this.#old.connection();
    const verdicts: LossVerdict[] = [];
    if (sequenceNamed) {
      const objects = await findLoweredSequences(this.#connection, await old(), fates);
      verdicts.push({ lost: { tables: [], objects }, undeclared: [] });
    }
    if (!removes) return verdicts;
    const emptied = new Set(
      measures.filter((one) => one.emptied || one.now === null).map(({ table }) => foldName(table)),
    );
    const dropped = new Set([
      ...this.#log.dropped,
      ...measures.flatMap((one) => [...one.dropped.keys()].map(foldName)),
    ]);
    const absent = new Set(measures.flatMap((one) => [...one.absent]));
    const fallen = await findFallenSequences(this.#connection, old, fates, emptied);
    return [
      ...verdicts,
      { lost: { tables: [], objects: [] }, undeclared: fallen },
      await findBrokenObjects(this.#connection, old, fates, {
        dropped,
        absent,
        created: this.#log.created,
      }),
    ];
  }
}

/** Reads the keys of the rows that have a value in at least one of the columns. */
async function* keysWith(
  old: Connection,
  { name, key, rowid }: TableShape,
  columns: readonly string[],
): AsyncGenerator<readonly SqlValue[]> {
  if (columns.length === 0) return;
  const list = (rowid === undefined ? key.map(quoteName) : [rowid])
    .map((column, at) => `${column} AS k${at}`);
  const rows = await old.query(
    `SELECT ${list.join(", ")} FROM main.${quoteName(name)}
     WHERE ${columns.map((column) => `${quoteName(column)} IS NOT NULL`).join(" OR ")} LIMIT ${
      MOST_KEYS + 1
    }`,
  );
  for (const row of rows) yield list.map((_, at) => row[`k${at}`] ?? null);
}

function canLose(writes: NonNullable<TouchedTable["writes"]>, isRisky: boolean): boolean {
  return writes.droppedColumns.size > 0 || writes.deletesDirectly || writes.deletesIndirectly ||
    writes.mayReplace || writes.updated.size > 0 || isRisky && writes.inserts;
}

/**
 * The present name of a table. A dropped table that only another existing table replaced is gone, as DROP TABLE
 * declares.
 */
function nameNow(before: string, fate: TableFate | undefined, isFilled: boolean): string | null {
  if (fate === undefined) return before;
  return fate.dropped && !isFilled ? null : fate.after;
}

function isOwn(name: string): boolean {
  return name.startsWith("sqlite_") || name.startsWith("aludel_");
}
