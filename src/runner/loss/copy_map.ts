import type { CopyStatement } from "./copy_statement.ts";
import type { ShapeColumn, TableShape } from "./table_shape.ts";

/** The effect of a copy on the columns of a table, read from its tokens. */
export interface CopyMap {
  /** The new columns, by the folded names of the old columns whose values they have. */
  readonly columns: ReadonlyMap<string, ShapeColumn>;
  /** The folded old columns whose values the copy takes unchanged. */
  readonly taken: ReadonlySet<string>;
  /** The folded old columns that the copy converts by an expression. */
  readonly converted: ReadonlySet<string>;
  /** Whether the copy takes the rowid, for a table without INTEGER PRIMARY KEY. */
  readonly takesRowid: boolean;
}

const ROWID_NAMES: ReadonlySet<string> = new Set(["rowid", "_rowid_", "oid"]);

/**
 * Pairs the columns of a table with those of its replacement by name, or by the copy if it copies a column into one
 * with another name. If the copy lists the columns on both sides, the new name may have belonged to another old column,
 * and the old name may belong to a new column. Two columns that swap names are not renamed.
 *
 * @param copy Undefined unless one statement copies the rows.
 * @param renamed Maps a folded old column to its folded present name.
 * @param columnThen Maps a folded present column to its folded name when the new table was created; undefined if it was
 * added later in place of a dropped one.
 */
export function mapCopy(
  before: TableShape,
  now: TableShape,
  copy: CopyStatement | undefined,
  renamed: (column: string) => string | undefined,
  columnThen: (column: string) => string | undefined,
): CopyMap {
  const present = new Map<string, ShapeColumn>();
  for (const column of now.columns) {
    const then = columnThen(column.folded);
    if (then !== undefined) present.set(then, column);
  }
  const byName = new Map([...present.values()].map((column) => [column.folded, column]));
  const thenOf = new Map([...present].map(([then, column]) => [column, then]));
  const old = new Set(before.columns.map(({ folded }) => folded));
  const columns = new Map<string, ShapeColumn>();
  const taken = new Set<string>();
  const converted = new Set<string>();
  let takesRowid = false;
  for (const { folded } of before.columns) {
    const column = byName.get(renamed(folded) ?? "");
    if (column !== undefined) columns.set(folded, column);
  }
  const pairs = copy === undefined ? [] : pairsOf(before, present, copy);
  if (copy?.columns !== undefined && copy.items.every(({ kind }) => kind !== "all")) {
    const moves = movesOf(pairs, old);
    for (const target of moves.values()) columns.delete(target);
    for (const [name, target] of moves) {
      const column = present.get(target);
      if (column !== undefined) columns.set(name, column);
    }
  }
  for (const [target, source] of pairs) {
    if (source.kind === "column") {
      const { name } = source;
      if (ROWID_NAMES.has(target) && !present.has(target) && ROWID_NAMES.has(name)) {
        takesRowid = !old.has(name);
      }
      const isRename = old.has(name) && !present.has(name) && !old.has(target) &&
        !columns.has(name);
      const column = present.get(target);
      if (isRename && column !== undefined) columns.set(name, column);
      if (isFrom(name, target) && old.has(name)) taken.add(name);
    } else if (source.kind === "expression") {
      for (const name of source.names) {
        if (isFrom(name, target)) converted.add(name);
      }
    }
  }
  return { columns, taken, converted, takesRowid };

  function isFrom(name: string, target: string): boolean {
    const column = columns.get(name);
    return column !== undefined && thenOf.get(column) === target;
  }
}

/** Finds the columns that a copy renames, also in a chain: folded old name → folded new name. */
function movesOf(
  pairs: readonly (readonly [target: string, source: Source])[],
  old: ReadonlySet<string>,
): ReadonlyMap<string, string> {
  const sources = new Map<string, string>();
  const uses = new Map<string, number>();
  for (const [target, source] of pairs) {
    for (const name of source.kind === "column" ? [source.name] : source.names) {
      uses.set(name, (uses.get(name) ?? 0) + 1);
    }
    if (source.kind === "column" && old.has(source.name)) sources.set(target, source.name);
  }
  const moves = new Map<string, string>();
  for (const last of sources.keys()) {
    if (old.has(last) && uses.has(last)) continue;
    let target = last;
    let name = sources.get(target);
    while (name !== undefined && name !== target && uses.get(name) === 1 && !moves.has(name)) {
      moves.set(name, target);
      target = name;
      name = sources.get(target);
    }
  }
  return moves;
}

type Source =
  | { readonly kind: "column"; readonly name: string }
  | { readonly kind: "expression"; readonly names: ReadonlySet<string> };

/** The folded target of each value that the copy writes, with its source. Empty if their numbers differ. */
function pairsOf(
  before: TableShape,
  present: ReadonlyMap<string, ShapeColumn>,
  copy: CopyStatement,
): [string, Source][] {
  const sources = copy.items.flatMap((item): (Source & { readonly as?: string | undefined })[] =>
    item.kind === "all"
      ? before.columns.map(({ folded }) => ({ kind: "column", name: folded }))
      : [item]
  );
  const targets = copy.creates
    ? sources.map((source) => source.as ?? (source.kind === "column" ? source.name : ""))
    : copy.columns ?? [...present].flatMap(([then, { generated }]) => generated ? [] : [then]);
  if (targets.length !== sources.length) return [];
  return targets.map((target, at) => [target, sources[at]!]);
}
