import type { BatchNote, BatchTransaction, Connection } from "../../db/connection.ts";
import { quoteName, quoteText } from "../../sql/identifier.ts";
import {
  planTable,
  type TableMeasure,
  type TablePlan,
  type TouchedTable,
} from "./measure_table.ts";
import { type ComparedColumn, noDifference, type RowComparison } from "./row_match.ts";
import { readShape } from "./table_shape.ts";
import { judgeLoss, type LossTerms, type LossVerdict } from "./verdict.ts";

/** A number that the batch computes, and its place in a measure. */
interface Finding {
  readonly kind: "gone" | "of" | "changed" | "forgotten" | "dropped";
  /** The column; empty for rows. */
  readonly column: string;
  readonly note: BatchNote;
}

interface PlannedTable {
  readonly plan: TablePlan;
  readonly findings: readonly Finding[];
}

/**
 * The losses of a batch, which the batch itself computes, and the condition that fails it if an undeclared loss is
 * among them. If a DROP TABLE ends a rebuild, both tables are compared right before it; otherwise the columns that may
 * change are copied before the first statement.
 */
export class BatchLoss {
  readonly #tables: readonly PlannedTable[];
  readonly #terms: LossTerms;

  readonly #forbidsAll: boolean;

  private constructor(
    tables: readonly PlannedTable[],
    terms: LossTerms,
    forbidsAll: boolean,
  ) {
    this.#tables = tables;
    this.#terms = terms;
    this.#forbidsAll = forbidsAll;
  }

  /**
   * Adds the computations and the condition to a batch. To be called after the last statement.
   * @param sides `old` opens a connection to the schema before the batch.
   * @param forbidsAll Whether declared losses fail the batch too.
   */
  static async add(
    batch: BatchTransaction,
    { old, fresh }: { readonly old: () => Promise<Connection>; readonly fresh: Connection },
    touched: readonly TouchedTable[],
    terms: LossTerms,
    forbidsAll: boolean,
  ): Promise<BatchLoss> {
    const tables: PlannedTable[] = [];
    for (const one of touched) {
      const before = await readShape(await old(), one.before);
      if (before === undefined) continue;
      const now = one.now === null ? undefined : await readShape(fresh, one.now);
      const plan = await planTable(fresh, one, before, now);
      tables.push({ plan, findings: findingsOf(batch, one, plan) });
    }
    const loss = new BatchLoss(tables, terms, forbidsAll);
    const fatal = loss.#fatal();
    if (fatal.length > 0) {
      const all = tables.flatMap(({ findings }) => findings.map(({ note }) => note.sql));
      batch.guard({
        holds: fatal.map(({ note }) => `${note.sql} = 0`).join(" AND "),
        detail: `json_array(${all.join(", ")})`,
        origin: loss,
      });
    }
    return loss;
  }

  /** The tables that may have a declared loss, which is known only after COMMIT. */
  get mayLose(): readonly string[] {
    const fatal = new Set(this.#fatal());
    return this.#tables.filter(({ findings }) =>
      findings.some((finding) => finding.kind !== "of" && !fatal.has(finding))
    ).map(({ plan }) => plan.table);
  }

  /** Reads the losses from the detail of a failed condition. */
  explain(detail: string): LossVerdict {
    const numbers: unknown = JSON.parse(detail);
    let at = 0;
    return this.#judge(() => Number((numbers as readonly unknown[])[at++] ?? 0));
  }

  /** Reads the losses. To be called after COMMIT. */
  result(): LossVerdict {
    return this.#judge(({ note }) => Number(note.value() ?? 0));
  }

  #judge(numberOf: (finding: Finding) => number): LossVerdict {
    const measures = this.#tables.map(({ plan, findings }) =>
      measureOf(plan, findings.map((finding) => [finding, numberOf(finding)]))
    );
    return judgeLoss(measures, this.#terms);
  }

  /** The numbers that must be zero, because each alone would be an undeclared loss. */
  #fatal(): readonly Finding[] {
    return this.#tables.flatMap(({ plan, findings }) =>
      findings.filter((finding) => {
        if (finding.kind === "of" || this.#forbidsAll) return finding.kind !== "of";
        const measure = measureOf(plan, [[finding, 1]]);
        return judgeLoss([measure], this.#terms).undeclared.length > 0;
      })
    );
  }
}

function measureOf(
  plan: TablePlan,
  numbers: readonly (readonly [finding: Finding, number: number])[],
): TableMeasure {
  const { changed, forgotten } = noDifference();
  const dropped = new Map<string, number>();
  let gone = 0;
  let of = 0;
  for (const [{ kind, column }, number] of numbers) {
    if (kind === "gone") gone = number;
    else if (kind === "of") of = number;
    else if (number > 0 && kind === "dropped") dropped.set(column, number);
    else if (number > 0) {
      changed.set(column, Math.max(changed.get(column) ?? 0, number));
      if (kind === "forgotten") forgotten.set(column, number);
    }
  }
  return { ...plan, of, difference: { gone, changed, forgotten, moved: 0 }, dropped, options: [] };
}

function findingsOf(
  batch: BatchTransaction,
  { before, now }: TouchedTable,
  { table, compared, droppedColumns, emptied, replaced, declared, whole }: TablePlan,
): readonly Finding[] {
  const from = `FROM main.${quoteName(table)}`;
  const rows = (kind: Finding["kind"], note: BatchNote): Finding => ({ kind, column: "", note });
  const count = batch.note(`(SELECT count(*) ${from})`, 0);
  const columns = droppedColumns.map(({ name }): Finding => ({
    kind: "dropped",
    column: name,
    note: batch.note(`(SELECT count(${quoteName(name)}) ${from})`, 0),
  }));
  if (whole === undefined || now === null || emptied) {
    return [rows("of", count), rows("gone", count)];
  }
  // If an UPDATE fills a column that was not copied, its values are compared at the end of the batch.
  const isLate = typeof compared === "object" &&
    compared.columns.some(({ name, unfilled }) =>
      unfilled !== undefined && declared.updated.has(name)
    );
  const place = replaced && !isLate ? batch.dropOf(before, now) : undefined;
  const fewer = batch.note(
    `max(${count.sql} - (SELECT count(*) FROM main.${quoteName(now)}), 0)`,
    Infinity,
  );
  if (compared === "nothing") return columns;
  if (compared === "count") return [rows("of", count), rows("gone", fewer), ...columns];
  if (place === undefined && compared.columns.length + 2 > MOST_COLUMNS) {
    return [rows("of", count), rows("gone", fewer), ...columns];
  }
  const sides = place === undefined
    ? keptSides(batch, table, now, compared)
    : droppedSides(place, compared);
  const at = place?.index ?? Infinity;
  const changed = compared.identity.kind === "content"
    ? []
    : compared.columns.flatMap((column, index): Finding[] => {
      const text = (unfilled?: ReadonlySet<string>) =>
        batch.note(changedText(sides, column, index, unfilled), at);
      const { name, unfilled } = column;
      return [
        { kind: "changed", column: name, note: text() },
        ...unfilled === undefined
          ? []
          : [{ kind: "forgotten", column: name, note: text(unfilled) } as const],
      ];
    });
  const gone = batch.note(goneText(sides, compared), at);
  return [rows("of", count), rows("gone", gone), ...changed, ...columns];
}

/** The limit of D1 for the columns of a table, which holds for the kept copies too. */
const MOST_COLUMNS = 100;

/** Subqueries for the rows before and now, with the columns k0, k1, … of the key and c0, c1, … */
interface Sides {
  readonly before: string;
  readonly now: string;
  readonly keys: number;
}

function expressions(
  { identity, columns }: RowComparison,
  side: "before" | "now",
): { readonly keys: readonly string[]; readonly values: readonly string[] } {
  const keys = identity.kind === "key" ? identity[side] : [];
  return { keys, values: columns.map((column) => column[side]) };
}

function selected(keys: readonly string[], values: readonly string[], from: string): string {
  const list = [
    ...keys.map((key, at) => `${key} AS k${at}`),
    ...values.map((value, at) => `${value} AS c${at}`),
  ];
  return `(SELECT ${list.join(", ") || "1"} FROM main.${quoteName(from)})`;
}

function droppedSides(
  place: { readonly before: string; readonly now: string },
  compared: RowComparison,
): Sides {
  const [before, now] = [expressions(compared, "before"), expressions(compared, "now")];
  return {
    before: selected(before.keys, before.values, place.before),
    now: selected(now.keys, now.values, place.now),
    keys: before.keys.length,
  };
}

function keptSides(
  batch: BatchTransaction,
  table: string,
  nowName: string,
  compared: RowComparison,
): Sides {
  const [before, now] = [expressions(compared, "before"), expressions(compared, "now")];
  const all = [...before.keys, ...before.values];
  const kept = batch.keep(table, all);
  const [keys, values] = [all.map((_, at) => `c${at}`), before.keys.length];
  return {
    before: selected(keys.slice(0, values), keys.slice(values), kept),
    now: selected(now.keys, now.values, nowName),
    keys: before.keys.length,
  };
}

function match(keys: number): string {
  return Array.from({ length: keys }, (_, at) => `n.k${at} = o.k${at}`).join(" AND ");
}

function goneText({ before, now, keys }: Sides, { columns }: RowComparison): string {
  if (keys > 0) {
    return `(SELECT count(*) FROM ${before} AS o WHERE NOT EXISTS ` +
      `(SELECT 1 FROM ${now} AS n WHERE ${match(keys)}))`;
  }
  // The rows have no common key, so they are identified by their content.
  const fewer = `max((SELECT count(*) FROM ${before}) - (SELECT count(*) FROM ${now}), 0)`;
  const list = columns.flatMap(({ mayDiffer }, at) => mayDiffer ? [] : [`c${at}`]).join(", ");
  return list === ""
    ? fewer
    : `max(${fewer}, (SELECT count(*) FROM (SELECT ${list} FROM ${before} EXCEPT SELECT ${list} FROM ${now})))`;
}

/** SQL for the number of changed values. An equal value of the type that the new column prefers is not a change. */
function changedText(
  { before, now, keys }: Sides,
  { stored, storage }: ComparedColumn,
  at: number,
  unfilled?: ReadonlySet<string>,
): string {
  const [was, is] = [`o.c${at}`, `n.c${at}`];
  // Text that becomes a number must be equal to the text of that number: '00742' is not.
  const same = stored === "TEXT" && storage !== "TEXT"
    ? `(${was} IS ${is} COLLATE BINARY AND (typeof(${is}) = 'text' OR CAST(${is} AS TEXT) = ${was}))`
    : `${was} IS ${is} COLLATE BINARY`;
  const among = unfilled === undefined
    ? ""
    : ` AND quote(${is}) IN (${[...unfilled].map(quoteText).join(", ")})`;
  return `(SELECT count(*) FROM ${before} AS o JOIN ${now} AS n ON ${match(keys)} ` +
    `WHERE ${was} IS NOT NULL AND NOT (${same})${among})`;
}
