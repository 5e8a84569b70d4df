import type { PlanHazard } from "../../finding.ts";
import { displayName, foldName, quoteName } from "../../sql/identifier.ts";
import { isValue } from "./add_column.ts";
import { implicitRowid, isRequired, rowidColumn, rowidExpression } from "./copy_rows.ts";
import { describeObject } from "../diff/describe.ts";
import type { Table, VirtualTable } from "../model/model.ts";
import { dropColumnHazard, dropTableHazard, type PlannedStatement } from "./statement.ts";
import {
  createVirtualTable,
  dropVirtualTable,
  type KeptColumns,
  keptColumns,
} from "./virtual_table.ts";

/** A column's value in the old table, and the column of the new one that gets it. Both are SQL. */
type Carried = readonly [source: string, target: string];

/**
 * Makes a table of a virtual table of the same name, or the other way round. The rows go along, in the columns that both
 * have, if the virtual table is an FTS5 table with rows of its own or an R*Tree whose sides are all there; the
 * rowid of an FTS5 table is that of the table. Else the rows are lost, which the statements say.
 *
 * @param freeName Gives a name that nothing has, made from the one given.
 */
export function convertTable(
  from: Table | VirtualTable,
  to: Table | VirtualTable,
  freeName: (name: string) => string,
): PlannedStatement[] {
  const carried = carriedColumns(from, to);
  if (carried.length === 0) {
    const [create, ...others] = creation(to);
    return [
      drop(from, from.name, from.kind === "table" ? [dropTableHazard(from)] : undefined),
      { ...create!, losses: [{ name: to.name, reason: `becomes a ${to.kind.replace("-", " ")}` }] },
      ...others,
    ];
  }
  const aside = freeName(`${from.name}__old`);
  const sources = carried.map(([source]) => source).join(", ");
  const targets = carried.map(([, target]) => target).join(", ");
  return [
    // In the normal mode a rename takes the views and triggers along that name the table.
    step(
      "PRAGMA legacy_alter_table = on",
      `make the ${describeObject(to)} of the ${describeObject(from)}`,
    ),
    step(`ALTER TABLE ${quoteName(from.name)} RENAME TO ${quoteName(aside)}`),
    step("PRAGMA legacy_alter_table = off"),
    ...creation(to).slice(0, 1),
    {
      sql: `INSERT INTO ${quoteName(to.name)} (${targets})\nSELECT ${sources}\nFROM ${
        quoteName(aside)
      }`,
      cost: "rewrite",
      comment: `copy the rows of ${displayName(from.name)}`,
      hazards: from.kind === "table" ? lostColumns(from, carried) : [],
    },
    drop(from, aside, []),
  ];
}

/** What of the rows of the one the other can hold; empty: no row fits. */
function carriedColumns(from: Table | VirtualTable, to: Table | VirtualTable): Carried[] {
  if (from.kind === "table" && to.kind === "virtual-table") {
    const kept = keptColumns(to);
    if (kept === undefined) return [];
    const names = new Set(from.columns.map(({ name }) => foldName(name)));
    const shared = sharedNames(kept, names);
    const rowid = rowidExpression(from);
    if (shared.length === 0 || !kept.hasRowid) return shared;
    return rowid === undefined ? shared : [[rowid, "rowid"], ...shared];
  }
  if (from.kind !== "virtual-table" || to.kind !== "table") return [];
  const kept = keptColumns(from);
  if (kept === undefined) return [];
  const names = new Set(
    to.columns.filter(({ generated }) => generated === undefined).map(({ name }) => foldName(name)),
  );
  const shared = sharedNames(kept, names);
  if (shared.length === 0) return [];
  const key = rowidColumn(to);
  const isFree = key !== undefined && !shared.some(([, target]) => target === quoteName(key));
  const rowid = implicitRowid(to) ?? (isFree ? quoteName(key) : undefined);
  const carried: Carried[] = kept.hasRowid && rowid !== undefined
    ? [["rowid", rowid], ...shared]
    : shared;
  const targets = new Set(carried.map(([, target]) => target));
  const isOpen = to.columns.some((column) =>
    column.generated === undefined && isRequired(to, column) && !isValue(column.default) &&
    !targets.has(quoteName(column.name))
  );
  return isOpen ? [] : carried;
}

/** Columns by their names. A box without one of its sides is no box. */
function sharedNames(kept: KeptColumns, names: ReadonlySet<string>): Carried[] {
  const isThere = (name: string) => names.has(foldName(name));
  if (!kept.required.every(isThere)) return [];
  return [...kept.required, ...kept.others].filter(isThere)
    .map((name) => [quoteName(name), quoteName(name)]);
}

function lostColumns(from: Table, carried: readonly Carried[]): PlanHazard[] {
  const sources = new Set(carried.map(([source]) => source));
  return from.columns
    .filter((column) => column.generated === undefined && !sources.has(quoteName(column.name)))
    .map((column) => dropColumnHazard(from, column));
}

function creation(object: Table | VirtualTable): PlannedStatement[] {
  return object.kind === "virtual-table"
    ? createVirtualTable(object)
    : [step(object.sql, `create ${describeObject(object)}`)];
}

function drop(
  object: Table | VirtualTable,
  name: string,
  hazards: readonly PlanHazard[] | undefined,
): PlannedStatement {
  if (object.kind === "virtual-table" && hazards === undefined) return dropVirtualTable(object);
  return {
    sql: `DROP TABLE ${quoteName(name)}`,
    cost: "scan",
    comment: name === object.name ? `drop ${describeObject(object)}` : "",
    hazards: hazards ?? [],
  };
}

function step(sql: string, comment = ""): PlannedStatement {
  return { sql, cost: "metadata", comment, hazards: [] };
}
