import type { CopyStatement } from "./copy_statement.ts";
import type { ShapeColumn, TableShape } from "./table_shape.ts";

/** What a copy, by its tokens, does to the columns of a table. */
export interface CopyMap {
  /** Folded column before → the column now that has its values. */
  readonly columns: ReadonlyMap<string, ShapeColumn>;
  /** The folded columns before whose values the copy takes as they are. */
  readonly taken: ReadonlySet<string>;
  /** The folded columns before that an expression over themselves converts. */
  readonly converted: ReadonlySet<string>;
  /** Whether the copy takes the rowid, where no column is it. */
  readonly takesRowid: boolean;
}

const ROWID_NAMES: ReadonlySet<string> = new Set(["rowid", "_rowid_", "oid"]);

/**
 * Pairs the columns of a table with those of the one that replaces it: by name and, where a column is copied into one of
 * another name and neither name is in both tables, by the copy.
 *
 * @param copy Undefined where no one statement copies the rows.
 * @param renamed Folded column before → folded column now, from ALTER TABLE.
 */
export function mapCopy(
  before: TableShape,
  now: TableShape,
  copy: CopyStatement | undefined,
  renamed: (column: string) => string,
): CopyMap {
  const present = new Map(now.columns.map((column) => [column.folded, column]));
  const old = new Set(before.columns.map(({ folded }) => folded));
  const columns = new Map<string, ShapeColumn>();
  const taken = new Set<string>();
  const converted = new Set<string>();
  let takesRowid = false;
  for (const { folded } of before.columns) {
    const column = present.get(renamed(folded));
    if (column !== undefined) columns.set(folded, column);
  }
  for (const [target, source] of copy === undefined ? [] : pairsOf(before, now, copy)) {
    if (source.kind === "column") {
      const { name } = source;
      if (ROWID_NAMES.has(target) && !present.has(target) && ROWID_NAMES.has(name)) {
        takesRowid = !old.has(name);
      }
      const isRename = old.has(name) && !present.has(name) && !old.has(target) &&
        !columns.has(name);
      const column = present.get(target);
      if (isRename && column !== undefined) columns.set(name, column);
      if (columns.get(name)?.folded === target && old.has(name)) taken.add(name);
    } else if (source.kind === "expression") {
      for (const name of source.names) {
        if (columns.get(name)?.folded === target) converted.add(name);
      }
    }
  }
  return { columns, taken, converted, takesRowid };
}

type Source =
  | { readonly kind: "column"; readonly name: string }
  | { readonly kind: "expression"; readonly names: ReadonlySet<string> };

/** The target of each value that the copy writes, folded, with its source. Empty where they do not fit together. */
function pairsOf(before: TableShape, now: TableShape, copy: CopyStatement): [string, Source][] {
  const sources = copy.items.flatMap((item): (Source & { readonly as?: string | undefined })[] =>
    item.kind === "all"
      ? before.columns.map(({ folded }) => ({ kind: "column", name: folded }))
      : [item]
  );
  const targets = copy.creates
    ? sources.map((source) => source.as ?? (source.kind === "column" ? source.name : ""))
    : copy.columns ?? now.columns.filter(({ generated }) => !generated).map(({ folded }) => folded);
  if (targets.length !== sources.length) return [];
  return targets.map((target, at) => [target, sources[at]!]);
}
