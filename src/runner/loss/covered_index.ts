import { indexKey } from "../../schema/model/constraint.ts";
import {
  type Index,
  type KeyColumn,
  mentionedNames,
  type Schema,
  type Table,
} from "../../schema/model/model.ts";
import { tableScope } from "../../schema/diff/renames.ts";
import { foldName, quoteName } from "../../sql/identifier.ts";

/** A table before a script and what has its place afterwards. */
export interface Replacement {
  readonly from: Table;
  readonly to: Table;
  /** The columns that have other names now: old name → new name, folded. */
  readonly columns: ReadonlyMap<string, string>;
}

/**
 * Whether an index that went needs no other: a column that it is made of went too, or an index, UNIQUE or primary key
 * of the new table does the same. Their names do not count, but collations, order and condition do, and a UNIQUE one
 * is covered by a UNIQUE one alone.
 *
 * @param after The schema afterwards.
 */
export function isCovered(
  index: Index,
  { from, to, columns }: Replacement,
  after: Schema,
): boolean {
  const columnAfter = (folded: string) => columns.get(folded) ?? folded;
  const present = new Set(to.columns.map(({ name }) => foldName(name)));
  const named = mentionedNames(
    [...index.terms.map(({ expression }) => expression), index.where ?? ""].join(" "),
  );
  const isWithoutColumn = from.columns.map(({ name }) => foldName(name)).some((name) =>
    named.has(name) && !present.has(columnAfter(name))
  );
  if (isWithoutColumn) return true;

  const owner = foldName(to.name);
  const wanted = indexKey({ ...index, unique: false }, from, {
    text: tableScope(from, columns, owner),
    table: () => owner,
    column: columnAfter,
  });
  const candidates = [
    ...[...after.indexes.values()].filter(({ table }) => foldName(table) === owner),
    ...[...to.uniques, ...(to.primaryKey ? [to.primaryKey] : [])].map((key) =>
      indexOf(key.columns, to)
    ),
  ];
  const scope = {
    text: tableScope(to),
    table: (folded: string) => folded,
    column: (folded: string) => folded,
  };
  return candidates.some((candidate) =>
    (candidate.unique || !index.unique) &&
    indexKey({ ...candidate, unique: false }, to, scope) === wanted
  );
}

/** The index that SQLite makes for a key. */
function indexOf(columns: readonly KeyColumn[], { name, sql }: Table): Index {
  return {
    kind: "index",
    name: "",
    table: name,
    sql,
    unique: true,
    terms: columns.map(({ name, collation, descending }) => ({
      column: name,
      expression: quoteName(name),
      collation,
      descending,
    })),
    where: undefined,
  };
}
