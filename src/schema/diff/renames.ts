import type { Place } from "../../errors.ts";
import { foldName, ROWID_NAMES, unquote } from "../../sql/identifier.ts";
import { Tokenizer } from "../../sql/tokenizer.ts";
import type { Schema, Table } from "../model/model.ts";
import type { NameScope } from "../model/normal_text.ts";
import { canRename } from "../model/virtual_table.ts";

/** The old names that a schema file states: `-- aludel: renamed from=old`. */
export interface RenameHints {
  readonly tables: readonly RenameHint[];
  readonly columns: readonly ColumnRenameHint[];
}

/** A table, virtual table or column that had another name. */
export interface RenameHint {
  readonly from: string;
  readonly to: string;
  /** Where a schema file says so. */
  readonly place?: Place;
}

/** A column that had another name. */
export interface ColumnRenameHint extends RenameHint {
  /** The table's name in the wanted schema. */
  readonly table: string;
}

/** No hints. */
export const NO_HINTS: RenameHints = { tables: [], columns: [] };

/** A schema as far as renames are concerned. */
type NamedTables = Pick<Schema, "tables" | "virtualTables">;

/** The renames that remain to be done. All names are folded. */
export class Renames {
  /** Present name → wanted name. */
  #tables: ReadonlyMap<string, string>;
  /** Wanted name → present name. */
  readonly #oldTables: ReadonlyMap<string, string>;
  /** Present table → present column → wanted column. */
  #columns: ReadonlyMap<string, ReadonlyMap<string, string>>;

  /** Hints that contradict the two schemas or one another. */
  readonly doubts: readonly RenameDoubt[];

  /** Selects the hints that were not applied yet between two schemas. */
  constructor(from: NamedTables, to: NamedTables, hints: RenameHints) {
    const tables = openRenames(hints.tables, from.tables, to.tables);
    const virtual = openRenames(hints.tables, from.virtualTables, to.virtualTables, canRename);
    const doubts: RenameDoubt[] = [...tables.doubts, ...virtual.doubts];
    this.#tables = new Map([...tables.open, ...virtual.open]);
    this.#oldTables = new Map([...this.#tables].map(([old, name]) => [name, old]));
    const columns = new Map<string, ReadonlyMap<string, string>>();
    for (const [key, table] of to.tables) {
      const ofTable = hints.columns.filter((hint) => foldName(hint.table) === key);
      const oldKey = this.oldTable(key);
      // The present table of that name may be another one, which is renamed.
      const old = ofTable.length === 0 || this.table(oldKey) !== key
        ? undefined
        : from.tables.get(oldKey);
      if (old === undefined) continue;
      const { open, doubts: inside } = openRenames(ofTable, columnKeys(old), columnKeys(table));
      if (open.size > 0) columns.set(oldKey, open);
      doubts.push(...inside);
    }
    this.#columns = columns;
    this.doubts = doubts;
  }

  /**
   * Renames that were done, swapped names included: folded name before → now.
   * @param columns By the table's name before.
   */
  static done(
    tables: ReadonlyMap<string, string>,
    columns: ReadonlyMap<string, ReadonlyMap<string, string>>,
  ): Renames {
    const nothing = { tables: new Map(), virtualTables: new Map() };
    const renames = new Renames(nothing, nothing, NO_HINTS);
    renames.#tables = tables;
    renames.#columns = columns;
    return renames;
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

function columnKeys(table: Table): ReadonlyMap<string, string> {
  return new Map(table.columns.map(({ name }) => [foldName(name), name]));
}

/** A hint, names folded. */
interface Link {
  readonly hint: RenameHint;
  readonly old: string;
  readonly name: string;
}

/** Why it is unclear whether hints were applied. */
export interface RenameDoubt {
  /**
   * `circle`: names are swapped, which leaves no trace · `stays`: the old name is wanted too, and the new one exists,
   * but is itself renamed · `fork`: one object is renamed to two names.
   */
  readonly kind: "circle" | "stays" | "fork";
  /** All hints that are part of it. */
  readonly hints: readonly RenameHint[];
}

/**
 * A rename is open while the old name exists and the new one does not, even if another object gets the old name. In a
 * chain (b becomes c, a becomes b) the new name exists as long as its own rename is open.
 */
function openRenames<T>(
  hints: readonly RenameHint[],
  from: ReadonlyMap<string, T>,
  to: ReadonlyMap<string, T>,
  canBecome: (from: T, to: T) => boolean = () => true,
): { readonly open: ReadonlyMap<string, string>; readonly doubts: readonly RenameDoubt[] } {
  const byName = new Map<string, Link>();
  for (const hint of hints) {
    const [old, name] = [foldName(hint.from), foldName(hint.to)];
    const [present, wanted] = [from.get(old), to.get(name)];
    if (old === name || present === undefined || wanted === undefined) continue;
    if (canBecome(present, wanted)) byName.set(name, { hint, old, name });
  }
  const open = new Map<string, Link>();
  const doubts: RenameDoubt[] = [];
  for (const last of byName.values()) {
    if (from.has(last.name)) continue;
    const chain: Link[] = [];
    let link: Link | undefined = last;
    while (link !== undefined && !chain.includes(link)) {
      chain.push(link);
      link = byName.get(link.old);
    }
    const first = chain.at(-1)!;
    if (chain.length > 1 && to.has(first.old)) {
      doubts.push({ kind: "stays", hints: chain.map(({ hint }) => hint) });
    }
    for (const link of chain) {
      const other = open.get(link.old);
      if (other === undefined) open.set(link.old, link);
      else if (other !== link) doubts.push({ kind: "fork", hints: [other.hint, link.hint] });
    }
  }
  doubts.push(...circles(byName));
  return { open: new Map([...open].map(([old, { name }]) => [old, name])), doubts };
}

/** Hints that lead from a name back to itself. */
function circles(byName: ReadonlyMap<string, Link>): RenameDoubt[] {
  const found: RenameDoubt[] = [];
  const seen = new Set<Link>();
  for (const start of byName.values()) {
    const chain: Link[] = [];
    let link: Link | undefined = start;
    while (link !== undefined && !seen.has(link)) {
      seen.add(link);
      chain.push(link);
      link = byName.get(link.old);
    }
    const at = link === undefined ? -1 : chain.indexOf(link);
    if (at >= 0) found.push({ kind: "circle", hints: chain.slice(at).map(({ hint }) => hint) });
  }
  return found;
}

/**
 * The scope of a table's own expressions, which can name only its columns.
 *
 * @param wanted What the table becomes.
 */
export function tableScope(
  table: Table,
  renamedColumns: ReadonlyMap<string, string> = new Map(),
  renamedTable?: string,
  wanted?: Table,
): NameScope {
  const key = foldName(table.name);
  // The table's own name is left out: it is a name only before a ".".
  const names = new Set([...ROWID_NAMES, ...table.columns.map(({ name }) => foldName(name))]);
  // Before it gives a column another name, SQLite writes '…' for "…".
  const targets = new Set(renamedColumns.values());
  const added = new Set((wanted?.columns ?? []).map(({ name }) => foldName(name)));
  const isUnchanged = renamedColumns.size === 0 && (renamedTable ?? key) === key;
  // In an expression, a name means the column rather than the table.
  const isColumn = table.columns.some(({ name }) => foldName(name) === key);
  return {
    isName: (folded) => names.has(folded),
    becomesName: (folded) => added.has(folded) && !targets.has(folded),
    // SQLite refuses unknown names in a table, so they must be strings.
    hasStrings: true,
    rename: isUnchanged
      ? undefined
      : (folded) =>
        renamedColumns.get(folded) ?? (folded === key && !isColumn ? renamedTable : undefined) ??
          folded,
  };
}

/**
 * The scope of a view or trigger, which can name anything in the schema.
 *
 * @param hasStrings Whether connections allow strings in double quotes. If they do not, a view with such strings is
 * broken, unlike one with single quotes.
 */
export function objectScope(
  sql: string,
  schema: Schema,
  hasStrings: boolean = false,
): NameScope {
  const names = new Set<string>(ROWID_NAMES);
  const read = new Set<string>();
  const queue = [sql];
  for (let text = queue.pop(); text !== undefined; text = queue.pop()) {
    for (const name of namesIn(text)) {
      if (name.isBare) names.add(name.folded);
      if (read.has(name.folded)) continue;
      read.add(name.folded);
      const table = schema.tables.get(name.folded);
      const other = schema.views.get(name.folded) ?? schema.virtualTables.get(name.folded) ??
        (text === sql ? schema.triggers.get(name.folded) : undefined);
      if (table === undefined && other === undefined) continue;
      names.add(name.folded);
      for (const column of table?.columns ?? []) names.add(foldName(column.name));
      // The columns of a view are names in its own text.
      if (other !== undefined && other.sql !== sql) queue.push(other.sql);
    }
  }
  return { isName: (folded) => names.has(folded), hasStrings };
}

/**
 * The scope of a present view or trigger under renames, for its text after ALTER TABLE … RENAME has
 * rewritten it.
 *
 * @returns undefined if tokens alone do not tell which of two objects a name means.
 */
export function renamedScope(
  sql: string,
  schema: Schema,
  renames: Renames,
  hasStrings: boolean = false,
): NameScope | undefined {
  const scope = objectScope(sql, schema, hasStrings);
  const substitutes = new Map<string, string>();
  const tables: [key: string, table: Table][] = [];
  for (const { folded } of namesIn(sql)) {
    const table = schema.tables.get(folded);
    if (table !== undefined) tables.push([folded, table]);
    else if (schema.virtualTables.has(folded)) {
      if (!substitute(folded, renames.table(folded))) return undefined;
    }
  }
  for (const [key, table] of new Map(tables)) {
    const columns = renames.columns(key);
    if (renames.isRenamed(key) && !substitute(key, renames.table(key))) return undefined;
    for (const column of table.columns) {
      const name = foldName(column.name);
      if (!substitute(name, columns.get(name) ?? name)) return undefined;
    }
  }
  return { ...scope, rename: (folded) => substitutes.get(folded) ?? folded };

  function substitute(old: string, name: string): boolean {
    const earlier = substitutes.get(old);
    substitutes.set(old, name);
    return earlier === undefined || earlier === name;
  }
}

function* namesIn(
  sql: string,
): Generator<{ readonly folded: string; readonly isBare: boolean }> {
  const tokenizer = new Tokenizer(sql);
  while (tokenizer.nextSignificant()) {
    if (tokenizer.kind === "word") yield { folded: foldName(tokenizer.current), isBare: true };
    if (tokenizer.kind === "quoted") {
      const { current } = tokenizer;
      yield { folded: foldName(unquote(current)), isBare: current[0] !== '"' };
    }
  }
}
