import type { PlanHazard } from "../../finding.ts";
import { displayName, foldName, quoteName, sameName } from "../../sql/identifier.ts";
import type { AlterTable } from "../model/change.ts";
import type { Column, Table } from "../model/model.ts";
import { normalDefault } from "../model/normal_text.ts";
import {
  converts,
  hasDefaultValue,
  implicitRowid,
  isRequired,
  rowidColumn,
  standIn,
  storageOf,
} from "../model/row.ts";
import {
  chooseHazard,
  convertHazard,
  dropColumnHazard,
  type FillValue,
  placeholderHazard,
  type PlannedStatement,
  rowidKeyHazard,
} from "./statement.ts";

/** A copy of rows from the present table into its replacement. */
export interface CopyRequest {
  readonly change: AlterTable;
  /** The name of the replacement. */
  readonly into: string;
  /** The current name of a column of the present table, which is given folded. */
  readonly presentName: (folded: string) => string;
  readonly missingValues: "choose" | "placeholder";
  readonly fill: FillValue | undefined;
}

/** A column of the replacement and the expression of its values, both as SQL. */
interface Source {
  readonly target: string;
  readonly expression: string;
}

/**
 * The statement that copies the rows of a table into its replacement: the values of all columns that stay, and
 * the rowid even if it is not a column. Generated columns are omitted, because SQLite computes them, and so are
 * new columns with a default.
 */
export function copyRows(request: CopyRequest): PlannedStatement {
  const { change: { from, to }, into } = request;
  const { sources, hazards, choices } = copySources(request);
  // OR ABORT overrides ON CONFLICT clauses of the table, which could omit rows from the copy.
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

/** A value to try the copy with. Those of the rowid must differ from row to row. */
function trialValue(to: Table, column: Column): string {
  return isRowid(to, column) ? "row_number() OVER ()" : standIn(to, column);
}

/** The expressions, followed by one line for each value that a person must choose. */
function withChoices(expressions: readonly string[], choices: readonly Column[]): string {
  const open = choices.map(({ name }, at) => {
    const comma = at < choices.length - 1 ? "," : "";
    return `\n  NULL${comma} -- aludel: choose=${displayName(name.replace(/[\r\n\0]/g, "?"))}`;
  });
  return expressions.length === 0 ? open.join("") : `${expressions.join(", ")},${open.join("")}`;
}

function copySources(request: CopyRequest): {
  readonly sources: readonly Source[];
  readonly hazards: readonly PlanHazard[];
  /** New columns that need a value which only a person knows. They come last. */
  readonly choices: readonly Column[];
} {
  const { change, presentName } = request;
  const { from, to } = change;
  const origins = originsOf(change);
  const hazards: PlanHazard[] = [];
  const choices: Column[] = [];
  const sources: Source[] = [];
  const rowid = presentRowid(from, presentName);
  const hidden = implicitRowid(to);
  if (hidden !== undefined && rowid !== undefined) {
    sources.push({ target: hidden, expression: rowid });
  }
  for (const column of to.columns) {
    if (column.generated !== undefined) continue;
    const origin = origins.get(foldName(column.name));
    const target = quoteName(column.name);
    if (origin !== undefined) {
      sources.push({ target, expression: quoteName(presentName(foldName(origin.name))) });
      hazards.push(...copyHazards(change, origin, column));
      continue;
    }
    const value = newValue(request, column, rowid);
    if (value === undefined) choices.push(column);
    else if (value !== null) {
      sources.push({ target, expression: value });
      if (!isRowid(to, column)) hazards.push(placeholderHazard(to, column.name, value));
    }
  }
  if (sources.length + choices.length === 0) {
    // The tables share no column and none needs a value, but every row must be copied.
    const column = to.columns.find(({ generated }) => generated === undefined)!;
    const expression = `(${normalDefault(column.default ?? "NULL")})`;
    sources.push({ target: quoteName(column.name), expression });
  }
  if (choices.length > 0) hazards.push(chooseHazard(to, choices.map(({ name }) => name)));
  hazards.push(...lostColumns(change, origins).map((column) => dropColumnHazard(to, column)));
  return { sources, hazards, choices };
}

/** The rowid of the present table by its current name; undefined if none can be had. */
function presentRowid(from: Table, presentName: (folded: string) => string): string | undefined {
  const column = rowidColumn(from);
  return column === undefined
    ? implicitRowid(from, from.columns.map(({ name }) => presentName(foldName(name))))
    : quoteName(presentName(foldName(column)));
}

/** What may happen to values that are copied from one column to another. */
function copyHazards({ from, to }: AlterTable, origin: Column, column: Column): PlanHazard[] {
  const hazards: PlanHazard[] = [];
  if (converts([from, origin], [to, column])) {
    hazards.push(convertHazard(to, column, [storageOf(from, origin), storageOf(to, column)]));
  }
  if (isRowid(to, column) && !isRowid(from, origin)) hazards.push(rowidKeyHazard(from, origin));
  return hazards;
}

/**
 * The value of a column that the present table lacks.
 *
 * @returns null if the column can be left out, undefined if a person must choose.
 */
function newValue(
  { change: { to }, missingValues, fill }: CopyRequest,
  column: Column,
  rowid: string | undefined,
): string | null | undefined {
  // A reference must not lead to whichever parent happens to have the same number.
  if (isRowid(to, column)) return isReference(to, column) ? undefined : rowid ?? null;
  if (missingValues === "placeholder" && fill !== undefined) return fill(to, column, rowid);
  if (!isRequired(to, column) || hasDefaultValue(column)) return null;
  return missingValues === "choose" ? undefined : standIn(to, column);
}

/** The columns whose values are lost: those that are dropped, and those that are generated from now on. */
function lostColumns(
  { to, changes }: AlterTable,
  origins: ReadonlyMap<string, Column>,
): Column[] {
  const dropped = changes.filter((change) => change.kind === "drop-column")
    .map(({ column }) => column)
    .filter(({ generated }) => generated === undefined);
  const generated = to.columns.filter(({ name, generated }) => {
    const origin = origins.get(foldName(name));
    return generated !== undefined && origin !== undefined && origin.generated === undefined;
  });
  return [...dropped, ...generated];
}

/** Wanted column, folded → the present column whose values it gets. */
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

function isRowid(table: Table, { name }: Column): boolean {
  return sameName(rowidColumn(table) ?? "", name);
}

function isReference({ foreignKeys }: Table, { name }: Column): boolean {
  return foreignKeys.some(({ columns }) => columns.some((one) => sameName(one, name)));
}

function hasConflictClause({ primaryKey, uniques, columns }: Table): boolean {
  return primaryKey?.conflict !== undefined ||
    uniques.some(({ conflict }) => conflict !== undefined) ||
    columns.some(({ notNull }) => notNull?.conflict !== undefined);
}
