import type { SqlValue } from "../../db/connection.ts";
import type { Affinity } from "../../sql/identifier.ts";
import { keepsValue } from "./same_value.ts";

/** A column that both tables have. `before` and `now` are SQL expressions. */
export interface ComparedColumn {
  readonly name: string;
  readonly before: string;
  readonly now: string;
  /** The affinity of the old column; `storage` is that of the new one. */
  readonly stored: Affinity;
  readonly storage: Affinity;
  /** Whether the script declares a change of the values, so that a row with another value may still be the same row. */
  readonly mayDiffer: boolean;
  /** The literals of its DEFAULT, which a copy leaves in the column if it does not take it; undefined if it does. */
  readonly unfilled?: ReadonlySet<string> | undefined;
}

/** How an old row is found among the new ones. */
export interface RowIdentity {
  /**
   * `key`: by expressions that order both tables in the same way, the rowid or the primary key of WITHOUT ROWID ·
   * `content`: by all values.
   */
  readonly kind: "key" | "content";
  /** The expressions that order each table; empty if the table is read as one block. */
  readonly before: readonly string[];
  readonly now: readonly string[];
}

/** A comparison of two tables, or of one table at two times. */
export interface RowComparison {
  /** The schemas of the tables; `main` if left out. */
  readonly schemas?: { readonly before?: string; readonly now?: string };
  /** The names of the tables. */
  readonly before: string;
  readonly now: string;
  readonly columns: readonly ComparedColumn[];
  readonly identity: RowIdentity;
  /** The indexes in `columns` of the primary key, which identifies rows whose rowids changed. */
  readonly primary: readonly number[];
  /** Whether to search for a row with another key. */
  readonly mayMove: boolean;
}

/** The difference between the rows of two tables. */
export interface RowDifference {
  /** The number of rows that were not found. */
  gone: number;
  /** The number of changed values by column. */
  readonly changed: Map<string, number>;
  /** The number of these values by column that have the DEFAULT, because the copy did not take the column. */
  readonly forgotten: Map<string, number>;
  /** The number of rows that were found with another key. */
  moved: number;
  /** Whether the rows were compared by content, so that no keys are known. */
  keyless?: boolean;
}

/** The difference between equal tables. */
export function noDifference(): RowDifference {
  return { gone: 0, changed: new Map(), forgotten: new Map(), moved: 0 };
}

/** Called with the old key of each row that is gone or changed. */
export type LostKey = (key: readonly SqlValue[]) => void;

/** A row with its key, and its values as literals. */
export interface ReadRow {
  readonly key: readonly SqlValue[];
  /** The key as a literal. */
  readonly id: string;
  readonly values: readonly string[];
}

/** The maximum number of rows kept to search for rows with another key. */
const KEPT = 100_000;

/** An old row, and the new row with the same key. */
interface Pair {
  readonly before: ReadRow;
  readonly now: ReadRow | undefined;
}

/**
 * Matches the rows of blocks that differ by their keys; then, if rows may have moved, by primary key and by content.
 */
export class RowMatch {
  readonly #comparison: RowComparison;
  readonly #lost: LostKey;
  readonly #difference = noDifference();
  readonly #pairs: Pair[] = [];
  readonly #fresh: ReadRow[] = [];

  constructor(comparison: RowComparison, lost: LostKey) {
    this.#comparison = comparison;
    this.#lost = lost;
  }

  /** Whether it searches for rows that may be in any block. */
  get searches(): boolean {
    return this.#pairs.length > 0;
  }

  get hasRoom(): boolean {
    return this.#fresh.length < KEPT;
  }

  /** Takes the rows of one block, before and now. */
  block(before: readonly ReadRow[], now: readonly ReadRow[]): void {
    const { mayMove } = this.#comparison;
    const byId = new Map(now.map((row) => [row.id, row]));
    for (const row of before) {
      const found = byId.get(row.id);
      byId.delete(row.id);
      if (found !== undefined && this.#changes(row, found).length === 0) continue;
      const pair = { before: row, now: found };
      if (mayMove && this.#pairs.length < KEPT) this.#pairs.push(pair);
      else this.#count(pair);
    }
    if (!mayMove) return;
    for (const row of byId.values()) if (this.hasRoom) this.#fresh.push(row);
  }

  result(): RowDifference {
    const { primary } = this.#comparison;
    const candidates = [...this.#fresh, ...this.#pairs.flatMap(({ now }) => now ?? [])];
    const taken = new Set<ReadRow>();
    const finder = (textOf: (row: ReadRow) => string) => {
      const found = new Map<string, ReadRow[]>();
      for (const row of candidates) {
        const text = textOf(row);
        const same = found.get(text);
        if (same === undefined) found.set(text, [row]);
        else same.push(row);
      }
      return (row: ReadRow) => {
        const same = found.get(textOf(row)) ?? [];
        while (same.length > 0) {
          const candidate = same.pop()!;
          if (!taken.has(candidate)) return candidate;
        }
        return undefined;
      };
    };
    const byKey = primary.length === 0
      ? () => undefined
      : finder((row) => primary.map((at) => row.values[at]).join());
    let open = this.#pairs;
    for (const find of [byKey, finder((row) => row.values.join())]) {
      const left: Pair[] = [];
      for (const pair of open) {
        const found = find(pair.before);
        if (found === undefined || found === pair.now) {
          left.push(pair);
          continue;
        }
        taken.add(found);
        this.#difference.moved++;
        if (this.#changes(pair.before, found).length > 0) this.#countChanges(pair.before, found);
        this.#lost(pair.before.key);
      }
      open = left;
    }
    for (const pair of open) {
      this.#count(
        pair.now !== undefined && taken.has(pair.now) ? { ...pair, now: undefined } : pair,
      );
    }
    return this.#difference;
  }

  #count({ before, now }: Pair): void {
    this.#lost(before.key);
    if (now === undefined) this.#difference.gone++;
    else this.#countChanges(before, now);
  }

  #countChanges(before: ReadRow, now: ReadRow): void {
    const { changed, forgotten } = this.#difference;
    for (const at of this.#changes(before, now)) {
      const { name, unfilled } = this.#comparison.columns[at]!;
      changed.set(name, (changed.get(name) ?? 0) + 1);
      if (unfilled?.has(now.values[at]!)) forgotten.set(name, (forgotten.get(name) ?? 0) + 1);
    }
  }

  /** The indexes of the columns whose old value is lost. */
  #changes(before: ReadRow, now: ReadRow): number[] {
    const found: number[] = [];
    for (const [at, { storage }] of this.#comparison.columns.entries()) {
      const old = before.values[at]!;
      const value = now.values[at]!;
      if (old !== value && !keepsValue(old, value, storage)) found.push(at);
    }
    return found;
  }
}
