import { displayName, foldName } from "../../sql/identifier.ts";
import type { ForeignKey, KeyColumn, Schema, Table } from "../model/model.ts";
import type { Plan, PlannedLoss } from "./statement.ts";

/**
 * A plan that says which foreign keys the wanted schema gives up: those whose parent columns nothing makes unique there,
 * though something did. A run would be rolled back for one that no statement names.
 */
export function sayBrokenKeys(plan: Plan, from: Schema, to: Schema): Plan {
  const losses = brokenKeys(from, to);
  const last = plan.statements.at(-1);
  if (losses.length === 0 || last === undefined) return plan;
  const said = { ...last, losses: [...last.losses ?? [], ...losses] };
  return { ...plan, statements: [...plan.statements.slice(0, -1), said] };
}

function brokenKeys(from: Schema, to: Schema): PlannedLoss[] {
  return [...to.tables].flatMap(([folded, child]) =>
    child.foreignKeys.filter((key) => {
      if (hasUniqueParent(to, key)) return false;
      const before = from.tables.get(folded)?.foreignKeys.find((one) => isSame(one, key));
      return before === undefined || hasUniqueParent(from, before);
    }).map(({ parent, parentColumns }) => ({
      name: child.name,
      reason: parentColumns.length === 0
        ? `its foreign key refers to the primary key of ${displayName(parent)}, which has none`
        : `its foreign key refers to ${displayName(parent)} (${
          parentColumns.map(displayName).join(", ")
        }), which is not unique any more`,
    }))
  );
}

function isSame(one: ForeignKey, other: ForeignKey): boolean {
  const textOf = ({ columns, parent, parentColumns }: ForeignKey) =>
    [columns.join("\0"), parent, parentColumns.join("\0")].map(foldName).join("\n");
  return textOf(one) === textOf(other);
}

/** Whether SQLite can look the key up: https://sqlite.org/foreignkeys.html#fk_indexes. A missing parent is another matter. */
function hasUniqueParent(schema: Schema, { columns, parent, parentColumns }: ForeignKey): boolean {
  const table = schema.tables.get(foldName(parent));
  if (table === undefined) return !schema.views.has(foldName(parent));
  if (parentColumns.length === 0) return table.primaryKey?.columns.length === columns.length;
  const wanted = parentColumns.map(foldName).sort().join("\0");
  const fits = (key: readonly KeyColumn[]) =>
    key.map(({ name }) => foldName(name)).sort().join("\0") === wanted &&
    key.every((column) => hasOwnCollation(table, column.name, column.collation));
  if (table.primaryKey !== undefined && fits(table.primaryKey.columns)) return true;
  if (table.uniques.some((unique) => fits(unique.columns))) return true;
  return [...schema.indexes.values()].some((index) =>
    index.unique && index.where === undefined && foldName(index.table) === foldName(parent) &&
    index.terms.every(({ column }) => column !== undefined) &&
    fits(index.terms.map((term) => ({ ...term, name: term.column ?? "" })))
  );
}

function hasOwnCollation(table: Table, name: string, collation: string | undefined): boolean {
  const column = table.columns.find((one) => foldName(one.name) === foldName(name));
  return collation === undefined ||
    foldName(collation) === foldName(column?.collation ?? "BINARY");
}
