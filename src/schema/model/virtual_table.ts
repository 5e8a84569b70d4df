import { foldName, unquote } from "../../sql/identifier.ts";
import { Tokenizer } from "../../sql/tokenizer.ts";
import type { VirtualTable } from "./model.ts";

/** Whether a virtual table is a full-text index: https://sqlite.org/fts5.html */
export function isFts5({ module }: VirtualTable): boolean {
  return foldName(module) === "fts5";
}

/** Whether a virtual table is an R*Tree, of floats or of integers: https://sqlite.org/rtree.html */
export function isRtree({ module }: VirtualTable): boolean {
  return /^rtree(?:_i32)?$/i.test(module);
}

/** Whether it is a full-text index of any kind: the older ones are at https://sqlite.org/fts3.html */
export function isFullText({ module }: VirtualTable): boolean {
  return /^fts[345]$/i.test(module);
}

/** The table whose rows an FTS5 table indexes; empty for a contentless one. */
export function externalContent(table: VirtualTable): string | undefined {
  return isFts5(table) ? contentOf(table) : undefined;
}

/** The option `content` of a full-text index. */
function contentOf(table: VirtualTable): string | undefined {
  for (const argument of table.arguments) {
    const match = /^content\s*=\s*(.*)$/is.exec(argument);
    if (match !== null) return foldName(unquote(match[1]!.trim()));
  }
  return undefined;
}

/** Whether an FTS5 table keeps its index and nothing else: https://sqlite.org/fts5.html#contentless_tables */
export function isContentless(table: VirtualTable): boolean {
  return externalContent(table) === "";
}

/** Whether rows, or their index, are lost with the virtual table: no other table has them. */
export function holdsRows(table: VirtualTable): boolean {
  return externalContent(table) === undefined || isContentless(table);
}

/** The columns in which a virtual table keeps rows of its own. */
export interface KeptColumns {
  /** A row needs a value in each of these. */
  readonly required: readonly string[];
  readonly others: readonly string[];
  /** Whether rows have a rowid as well. */
  readonly hasRowid: boolean;
}

/** The columns of rows that can be read from a virtual table and written into it; undefined if there are none. */
export function keptColumns(table: VirtualTable): KeptColumns | undefined {
  if (isFullText(table)) {
    if (contentOf(table) !== undefined) return undefined;
    const others = isFts5(table) ? fts5Columns(table) : fts4Columns(table);
    return { required: [], others, hasRowid: true };
  }
  if (!isRtree(table)) return undefined;
  const { box, others } = rtreeColumns(table);
  return { required: box, others, hasRowid: false };
}

/** The columns of an FTS5 table. Arguments with a `=` are options, all others columns. */
function fts5Columns(table: VirtualTable): string[] {
  return table.arguments.flatMap((argument) => {
    const tokenizer = new Tokenizer(argument);
    if (!tokenizer.nextSignificant()) return [];
    const name = unquote(tokenizer.current);
    return tokenizer.nextSignificant() && tokenizer.current === "=" ? [] : [name];
  });
}

/** The columns of an FTS3 or FTS4 table, which may have types. Without any it has one called content. */
function fts4Columns(table: VirtualTable): string[] {
  const columns = fts5Columns(table).filter((name) => foldName(name) !== "tokenize");
  return columns.length > 0 ? columns : ["content"];
}

/**
 * The columns of an R*Tree: its key and the sides of its box, and auxiliary columns
 * (https://sqlite.org/rtree.html#auxiliary_columns).
 */
export function rtreeColumns(table: VirtualTable): {
  readonly box: readonly string[];
  readonly others: readonly string[];
} {
  const box: string[] = [];
  const others: string[] = [];
  for (const argument of table.arguments) {
    const tokenizer = new Tokenizer(argument);
    if (!tokenizer.nextSignificant()) continue;
    const isOther = tokenizer.current === "+" && tokenizer.nextSignificant();
    (isOther ? others : box).push(unquote(tokenizer.current));
  }
  return { box, others };
}

/** Modules whose tables ALTER TABLE … RENAME TO can rename: they have an xRename method, which also renames their shadow tables. */
const RENAMING_MODULES: ReadonlySet<string> = new Set(
  ["fts3", "fts4", "fts5", "geopoly", "rtree", "rtree_i32"],
);

/** Whether a virtual table can become another one by a rename. */
export function canRename(from: VirtualTable, to: VirtualTable): boolean {
  const module = foldName(from.module);
  return module === foldName(to.module) && RENAMING_MODULES.has(module);
}

/**
 * The endings of shadow tables by module, folded. SQLite knows a shadow table only while its module is
 * loaded: https://sqlite.org/vtab.html#xshadowname.
 */
const SHADOW_ENDINGS: Readonly<Record<string, RegExp>> = {
  fts3: /^(?:content|segdir|segments|docsize|stat)$/,
  fts4: /^(?:content|segdir|segments|docsize|stat)$/,
  fts5: /^(?:config|content|data|docsize|idx)$/,
  rtree: /^(?:node|parent|rowid)$/,
  rtree_i32: /^(?:node|parent|rowid)$/,
  geopoly: /^(?:node|parent|rowid)$/,
  // sqlite-vec 0.1.9; SpatiaLite's indexes make no table of their own.
  vec0: /^(?:info|chunks|rowids|auxiliary|vector_chunks\d\d|metadata(?:chunks|text)\d\d)$/,
  virtualspatialindex: /^$/,
};

/** Whether a loaded module does not tell SQLite of all its shadow tables: sqlite-vec 0.1.9 omits the numbered ones. */
export function hidesShadowTables(module: string): boolean {
  return foldName(module) === "vec0";
}

/**
 * Whether a table may be a shadow table of a virtual table whose module is not loaded. For an unknown module, every
 * table whose name begins with the virtual table's name and `_` counts as one: leaving a table alone by mistake
 * loses nothing.
 *
 * @param name The table's name, folded.
 * @param owner The virtual table's name, folded.
 * @param module The module's name as written.
 */
export function isShadowName(name: string, owner: string, module: string): boolean {
  if (!name.startsWith(`${owner}_`)) return false;
  const endings = SHADOW_ENDINGS[foldName(module)];
  return endings === undefined || endings.test(name.slice(owner.length + 1));
}
