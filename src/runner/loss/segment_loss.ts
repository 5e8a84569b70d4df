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

/** More rows than these are not few. */
const MOST_KEYS = 1_000_000;

/** Hears of every statement of a script: what SQLite's authorizer is asked, and whether the statement ran. */
export interface StatementWatch {
  see(action: AuthorizedAction): void;
  ran(script: Script, statement: Statement): void;
  failed(): void;
}

/**
 * What a segment loses: begun inside its transaction before the first statement, measured after the last one and
 * before COMMIT. A segment that writes to nothing that was there costs one query.
 */
export class SegmentLoss {
  readonly #connection: Connection;
  readonly #old: OldState;
  readonly #log: WriteLog;
  /** The folded names of tables that an INSERT can take rows from. */
  readonly #risky: ReadonlySet<string>;
  /** The folded name of a table whose rows are compared already. */
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
   * To be called with the write lock held and nothing changed.
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

  /**
   * Compares what was there with what is there, and judges the difference.
   * @throws {OldStateGone} Where the old state cannot be read any more: the segment has to run again behind a copy.
   */
  async judge(terms: LossTerms): Promise<LossVerdict> {
    const measures = await this.#measure();
    return joinVerdicts(
      [judgeLoss(measures, terms), ...await this.#objects(measures)],
      terms.allowed,
    );
  }

  /**
   * Has a batch measure the rows itself, and fail if one is lost that nothing says.
   * @param forbidsAll Whether it fails for any that is lost.
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
   * The rows that were lost, by their keys, after {@linkcode SegmentLoss.judge}. Reads the tables that lost something again.
   * @returns undefined if rows of ordinary tables are not all that was lost, nothing tells them apart, or they are many.
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
      // What is computed is no part of a row.
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

  /** The tables of before that can have lost something. */
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

/** The keys of the rows that have a value in any of some columns. */
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

/** A table that was there before, and takes the place of one that is dropped, does not replace it: DROP TABLE says it. */
function nameNow(before: string, fate: TableFate | undefined, isFilled: boolean): string | null {
  if (fate === undefined) return before;
  return fate.dropped && !isFilled ? null : fate.after;
}

function isOwn(name: string): boolean {
  return name.startsWith("sqlite_") || name.startsWith("aludel_");
}
