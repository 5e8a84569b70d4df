import { foldName } from "../sql/identifier.ts";
import type { Schema, Table } from "./model.ts";

/** What a schema file says about names of old: `-- aludel: renamed from=old`. */
export interface RenameHints {
  readonly tables: readonly RenameHint[];
  readonly columns: readonly ColumnRenameHint[];
}

/** A table or column that had another name. */
export interface RenameHint {
  readonly from: string;
  readonly to: string;
}

/** A column that had another name. */
export interface ColumnRenameHint extends RenameHint {
  /** The table's name in the wanted schema. */
  readonly table: string;
}

/** No hints. */
export const NO_HINTS: RenameHints = { tables: [], columns: [] };

/** The renames that are still to be done. All names are folded. */
export class Renames {
  /** Present name → wanted name. */
  readonly #tables: ReadonlyMap<string, string>;
  /** Wanted name → present name. */
  readonly #oldTables: ReadonlyMap<string, string>;
  /** Present table → present column → wanted column. */
  readonly #columns: ReadonlyMap<string, ReadonlyMap<string, string>>;

  /** Takes the hints that are not yet applied between two schemas; the others are inert. */
  constructor(from: Schema, to: Schema, hints: RenameHints) {
    this.#tables = openRenames(hints.tables, from.tables, to.tables);
    this.#oldTables = new Map([...this.#tables].map(([old, name]) => [name, old]));
    const columns = new Map<string, ReadonlyMap<string, string>>();
    for (const [key, table] of to.tables) {
      const ofTable = hints.columns.filter((hint) => foldName(hint.table) === key);
      const oldKey = this.oldTable(key);
      const old = ofTable.length === 0 ? undefined : from.tables.get(oldKey);
      if (old === undefined) continue;
      const open = openRenames(ofTable, columnKeys(old), columnKeys(table));
      if (open.size > 0) columns.set(oldKey, open);
    }
    this.#columns = columns;
  }

  /** Whether nothing is renamed. */
  get isEmpty(): boolean {
    return this.#tables.size === 0 && this.#columns.size === 0;
  }

  /** The wanted name of a present table. */
  table(present: string): string {
    return this.#tables.get(present) ?? present;
  }

  /** The present name of a wanted table. */
  oldTable(wanted: string): string {
    return this.#oldTables.get(wanted) ?? wanted;
  }

  /** Whether the present table gets another name. */
  isRenamed(present: string): boolean {
    return this.#tables.has(present);
  }

  /** Present column → wanted column, for a present table. */
  columns(presentTable: string): ReadonlyMap<string, string> {
    return this.#columns.get(presentTable) ?? NONE;
  }
}

const NONE: ReadonlyMap<string, string> = new Map();

function columnKeys(table: Table): ReadonlySet<string> {
  return new Set(table.columns.map(({ name }) => foldName(name)));
}

/**
 * A rename is open while the old name is there and the new one is not. In a chain (b becomes c, a
 * becomes b) the new name may be there as long as its own rename is open. Names that change places
 * never are, since nothing would tell whether it has happened.
 */
function openRenames(
  hints: readonly RenameHint[],
  from: { has(name: string): boolean },
  to: { has(name: string): boolean },
): Map<string, string> {
  const byOld = new Map(hints.map((hint) => [foldName(hint.from), foldName(hint.to)]));
  const taken = new Set([...byOld].filter(([old]) => from.has(old)).map(([, name]) => name));
  const open = new Map<string, string>();
  for (const start of byOld.keys()) {
    const chain: string[] = [];
    let old = start;
    let name = byOld.get(old);
    while (name !== undefined && !open.has(old) && !chain.includes(old) && isPossible(old, name)) {
      chain.push(old);
      if (!from.has(name) || open.has(name)) {
        for (const link of chain) open.set(link, byOld.get(link)!);
        break;
      }
      old = name;
      name = byOld.get(old);
    }
  }
  return open;

  function isPossible(old: string, name: string): boolean {
    return old !== name && from.has(old) && to.has(name) && (!to.has(old) || taken.has(old));
  }
}
