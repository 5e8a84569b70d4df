import type { PlanHazard } from "../../finding.ts";
import {
  type Affinity,
  displayName,
  foldName,
  freeRowidName,
  quoteName,
  sameName,
} from "../../sql/identifier.ts";
import type { AlterTable } from "../model/change.ts";
import type { Column, Table } from "../model/model.ts";
import { normalDefault, normalType } from "../model/normal_text.ts";
import { isValue } from "./add_column.ts";
import {
  chooseHazard,
  convertHazard,
  dropColumnHazard,
  type FillValue,
  placeholderHazard,
  type PlannedStatement,
  rowidKeyHazard,
} from "./statement.ts";

/**
 * A name for the rowid if no column is it: `rowid`, `_rowid_` or `oid`, whichever no column has taken.
 *
 * @param names The names of the columns, if they are not the table's own.
 * @returns undefined for a table without rowids, with a column for it, or whose columns hide it
 * (https://sqlite.org/rowidtable.html).
 */
export function implicitRowid(
  table: Table,
  names: readonly string[] = table.columns.map(({ name }) => name),
): string | undefined {
  if (table.withoutRowid || rowidColumn(table) !== undefined) return undefined;
  return freeRowidName(names);
}

/** The name of the column that is the rowid: INTEGER PRIMARY KEY. */
export function rowidColumn({ primaryKey }: Table): string | undefined {
  return primaryKey?.rowid === true ? primaryKey.columns[0]?.name : undefined;
}

/** The rowid as an expression, by whatever name it can be had. */
export function rowidExpression(table: Table): string | undefined {
  const column = rowidColumn(table);
  return column === undefined ? implicitRowid(table) : quoteName(column);
}

/** Whether a value that is copied from one column to another may come out as another value. */
export function converts(
  [fromTable, from]: readonly [Table, Column],
  [toTable, to]: readonly [Table, Column],
): boolean {
  const target = storage(toTable, to);
  return target !== "BLOB" && target !== storage(fromTable, from);
}

/**
 * How a column stores values: INTEGER does it as NUMERIC (https://sqlite.org/datatype3.html section 3.1), and
 * ANY of a STRICT table takes everything as it is (https://sqlite.org/stricttables.html).
 */
function storage({ strict }: Table, { affinity, type }: Column): Affinity {
  if (strict && normalType(type) === "ANY") return "BLOB";
  return affinity === "INTEGER" ? "NUMERIC" : affinity;
}

/** A literal that fits a column's type, for rows whose real value is unknown. */
export function standIn(table: Table, column: Column): string {
  const type = normalType(column.type);
  if (table.strict && type === "ANY") return "''";
  switch (column.affinity) {
    case "TEXT":
      return "''";
    case "BLOB":
      return table.strict || type === "BLOB" ? "x''" : "''";
    default:
      return "0";
  }
}

/** What a copy of rows from the present table into its replacement needs to know. */
export interface CopyRequest {
  readonly change: AlterTable;
  /** The name of the replacement. */
  readonly into: string;
  /** The current name of a column of the present table, which is given folded. */
  readonly presentName: (folded: string) => string;
  readonly missingValues: "choose" | "placeholder";
  readonly fill: FillValue | undefined;
}

/** A column of the replacement, and where its values come from. */
interface Source {
  readonly target: string;
  readonly expression: string;
}

/**
 * The statement that copies the rows of a table into its replacement: every value of a column that stays, and
 * the rowid even if no column shows it. Generated columns are left out, since SQLite computes them; new
 * columns are, if they have a default.
 */
export function copyRows(request: CopyRequest): PlannedStatement {
  const { change: { from, to }, into } = request;
  const { sources, hazards, choices } = copySources(request);
  // OR ABORT overrules ON CONFLICT clauses of the table, which could leave rows out of the copy.
  const insert = hasConflictClause(to) ? "INSERT OR ABORT INTO" : "INSERT INTO";
  const columns = [
    ...sources.map(({ target }) => target),
    ...choices.map(({ name }) => quoteName(name)),
  ].join(", ");
  const statement = (list: string) =>
    `${insert} ${quoteName(into)} (${columns})\nSELECT ${list}\nFROM ${quoteName(to.name)}`;
  const expressions = sources.map(({ expression }) => expression);
  const planned = {
    cost: "rewrite",
    comment: `copy the rows of ${displayName(from.name)}`,
    hazards,
  } as const;
  if (choices.length === 0) return { ...planned, sql: statement(expressions.join(", ")) };
  return {
    ...planned,
    sql: statement(withChoices(expressions, choices)),
    choice: {
      columns: choices.map(({ name }) => name),
      trial: statement([...expressions, ...choices.map((one) => trialValue(to, one))].join(", ")),
    },
  };
}

/** A value to try the copy with. Those of the rowid must differ from row to row, and 0 in each would fit no table. */
function trialValue(to: Table, column: Column): string {
  const isRowid = sameName(rowidColumn(to) ?? "", column.name);
  return isRowid ? "row_number() OVER ()" : standIn(to, column);
}

/** The expressions, and on lines of their own those that a person must write. */
function withChoices(expressions: readonly string[], choices: readonly Column[]): string {
  const open = choices.map(({ name }, at) => {
    const comma = at < choices.length - 1 ? "," : "";
    return `\n  NULL${comma} -- aludel: choose=${displayName(name.replace(/[\r\n\0]/g, "?"))}`;
  });
  return expressions.length === 0 ? open.join("") : `${expressions.join(", ")},${open.join("")}`;
}

function copySources({ change, presentName, missingValues, fill }: CopyRequest): {
  readonly sources: readonly Source[];
  readonly hazards: readonly PlanHazard[];
  /** New columns that need a value which only a person knows. They come last. */
  readonly choices: readonly Column[];
} {
  const { from, to } = change;
  const origins = originsOf(change);
  const hazards: PlanHazard[] = [];
  const choices: Column[] = [];
  const sources: Source[] = [];
  const add = (target: string, expression: string) => sources.push({ target, expression });

  const presentNames = from.columns.map(({ name }) => presentName(foldName(name)));
  const rowid = rowidColumn(from) === undefined
    ? implicitRowid(from, presentNames)
    : quoteName(presentName(foldName(rowidColumn(from)!)));
  const hidden = implicitRowid(to);
  if (hidden !== undefined && rowid !== undefined) add(hidden, rowid);
  const isRowid = (column: Column) => foldName(rowidColumn(to) ?? "") === foldName(column.name);

  const missingValue = (column: Column) => {
    if (missingValues === "placeholder" && fill !== undefined) return fill(to, column, rowid);
    if (!isRequired(to, column) || isValue(column.default)) return null;
    return missingValues === "choose" ? undefined : standIn(to, column);
  };

  for (const column of to.columns) {
    if (column.generated !== undefined) continue;
    const origin = origins.get(foldName(column.name));
    const target = quoteName(column.name);
    if (origin !== undefined) {
      add(target, quoteName(presentName(foldName(origin.name))));
      if (converts([from, origin], [to, column])) {
        const storages = [storage(from, origin), storage(to, column)] as const;
        hazards.push(convertHazard(to, column, storages));
      }
      const was = foldName(rowidColumn(from) ?? "");
      if (isRowid(column) && was !== foldName(origin.name)) {
        hazards.push(rowidKeyHazard(from, origin));
      }
    } else if (isRowid(column)) {
      // No number of ours may tie a row to a parent.
      if (isReference(to, column)) choices.push(column);
      else if (rowid !== undefined) add(target, rowid);
    } else {
      const value = missingValue(column);
      if (value === undefined) choices.push(column);
      else if (value !== null) {
        hazards.push(placeholderHazard(to, column.name, value));
        add(target, value);
      }
    }
  }
  if (sources.length + choices.length === 0) {
    // Nothing is shared and nothing is asked for, and still each row stays a row.
    const column = to.columns.find(({ generated }) => generated === undefined)!;
    add(quoteName(column.name), `(${normalDefault(column.default ?? "NULL")})`);
  }
  if (choices.length > 0) hazards.push(chooseHazard(to, choices.map(({ name }) => name)));
  for (const { kind, ...rest } of change.changes) {
    if (kind !== "drop-column") continue;
    const { column } = rest as { readonly column: Column };
    if (column.generated === undefined) hazards.push(dropColumnHazard(to, column));
  }
  for (const column of to.columns) {
    const origin = origins.get(foldName(column.name));
    if (column.generated === undefined || origin === undefined || origin.generated) continue;
    hazards.push(dropColumnHazard(to, column));
  }
  return { sources, hazards, choices };
}

/** Wanted column → the present one that it comes from. */
function originsOf({ from, changes }: AlterTable): ReadonlyMap<string, Column> {
  const origins = new Map(from.columns.map((column) => [foldName(column.name), column]));
  const present = new Map(origins);
  for (const change of changes) {
    if (change.kind === "drop-column") origins.delete(foldName(change.column.name));
    if (change.kind === "rename-column") origins.delete(foldName(change.from));
  }
  for (const change of changes) {
    if (change.kind !== "rename-column") continue;
    const origin = present.get(foldName(change.from));
    if (origin !== undefined) origins.set(foldName(change.to), origin);
  }
  return origins;
}

/** NOT NULL, or in the key of a table that is WITHOUT ROWID or STRICT, if that is understood. */
export function isRequired(table: Table, column: Column): boolean {
  if (column.notNull !== undefined) return true;
  const key = foldName(column.name);
  return (table.withoutRowid || table.strict) &&
    (table.primaryKey?.columns.some(({ name }) => foldName(name) === key) ?? false);
}

function isReference({ foreignKeys }: Table, { name }: Column): boolean {
  return foreignKeys.some(({ columns }) => columns.some((one) => sameName(one, name)));
}

function hasConflictClause({ primaryKey, uniques, columns }: Table): boolean {
  return primaryKey?.conflict !== undefined ||
    uniques.some(({ conflict }) => conflict !== undefined) ||
    columns.some(({ notNull }) => notNull?.conflict !== undefined);
}
