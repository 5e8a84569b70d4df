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

/** A table before a script, and its replacement afterwards. */
export interface Replacement {
  readonly from: Table;
  readonly to: Table;
  /** The renamed columns: folded old name → folded new name. */
  readonly columns: ReadonlyMap<string, string>;
}

/**
 * Whether the loss of an index needs no report: one of its columns is gone too, or an index, UNIQUE or primary key of
 * the new table does the same. The name does not matter, but collations, directions and condition do, and only a unique
 * index covers a unique one.
 *
 * @param after The schema after the script.
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

/** The index that SQLite creates for a key. */
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
