import type { Column, Constraint, Index, Table, Trigger, View, VirtualTable } from "./model.ts";

/** One difference between two schemas. A plan decides which statements remove it. */
export type Change =
  | CreateTable
  | DropTable
  | AlterTable
  | CreateObject
  | DropObject
  | ReplaceObject;

/** A table that only the wanted schema has. */
export interface CreateTable {
  readonly kind: "create-table";
  readonly table: Table;
}

/** A table that only the present schema has. */
export interface DropTable {
  readonly kind: "drop-table";
  readonly table: Table;
}

/**
 * A table that both schemas have, under one name or, when a hint says so, under two.
 *
 * One value for each table, with everything that differs, because a rebuild does all of it at once.
 */
export interface AlterTable {
  readonly kind: "alter-table";
  readonly from: Table;
  readonly to: Table;
  /** Never empty. */
  readonly changes: readonly TableChange[];
}

/** An object that is no table. Of these, only a virtual table may hold rows. */
export type SideObject = Index | View | Trigger | VirtualTable;

/** An index, view, trigger or virtual table that only the wanted schema has. */
export interface CreateObject {
  readonly kind: "create-object";
  readonly object: SideObject;
}

/** An index, view, trigger or virtual table that only the present schema has. */
export interface DropObject {
  readonly kind: "drop-object";
  readonly object: SideObject;
}

/** An index, view, trigger or virtual table of the same name that means something else. */
export interface ReplaceObject {
  readonly kind: "replace-object";
  readonly from: SideObject;
  readonly to: SideObject;
}

/** A difference inside a table. */
export type TableChange =
  | RenameTable
  | AddColumn
  | DropColumn
  | RenameColumn
  | AlterColumn
  | ReorderColumns
  | AddConstraint
  | DropConstraint
  | SetOption;

/** The table has another name, by a hint. */
export interface RenameTable {
  readonly kind: "rename-table";
  readonly from: string;
  readonly to: string;
}

/** A new column. Constraints that belong to it are changes of their own. */
export interface AddColumn {
  readonly kind: "add-column";
  readonly column: Column;
}

/** A dropped column, with its data. */
export interface DropColumn {
  readonly kind: "drop-column";
  readonly column: Column;
}

/** A column with another name, by a hint. */
export interface RenameColumn {
  readonly kind: "rename-column";
  readonly from: string;
  readonly to: string;
}

/** The parts of a column that can differ. */
export type ColumnFacet = "type" | "not-null" | "default" | "collation" | "generated";

/** A column that stays and differs. If it is renamed too, there is also a rename-column. */
export interface AlterColumn {
  readonly kind: "alter-column";
  readonly from: Column;
  readonly to: Column;
  /** Never empty, in the order of {@linkcode ColumnFacet}. */
  readonly facets: readonly ColumnFacet[];
}

/** Columns in another order; only if the caller compares the order. Names of the wanted table. */
export interface ReorderColumns {
  readonly kind: "reorder-columns";
  readonly from: readonly string[];
  readonly to: readonly string[];
}

/** A constraint that only the wanted table has. */
export interface AddConstraint {
  readonly kind: "add-constraint";
  readonly constraint: Constraint;
}

/** A constraint that only the present table has. A changed constraint is a drop and an add. */
export interface DropConstraint {
  readonly kind: "drop-constraint";
  readonly constraint: Constraint;
}

/** An option of a whole table. */
export type TableOption = "strict" | "without-rowid" | "autoincrement";

/** An option that the wanted table has (`value` is true) or no longer has. */
export interface SetOption {
  readonly kind: "set-option";
  readonly option: TableOption;
  readonly value: boolean;
}

/** A function for every kind of a union: without one for a new kind, the program does not compile. */
export type Visitor<T extends { readonly kind: string }, R> = {
  readonly [K in T["kind"]]: (value: Extract<T, { readonly kind: K }>) => R;
};

/** Calls the function of the change's kind. */
export function visitChange<R>(change: Change, visitor: Visitor<Change, R>): R {
  return (visitor[change.kind] as (value: Change) => R)(change);
}

/** Calls the function of the table change's kind. */
export function visitTableChange<R>(change: TableChange, visitor: Visitor<TableChange, R>): R {
  return (visitor[change.kind] as (value: TableChange) => R)(change);
}

const REVERSE: Visitor<Change, Change> = {
  "create-table": (change) => ({ kind: "drop-table", table: change.table }),
  "drop-table": (change) => ({ kind: "create-table", table: change.table }),
  "alter-table": (change) => ({
    kind: "alter-table",
    from: change.to,
    to: change.from,
    changes: change.changes.toReversed().map(reverseTableChange),
  }),
  "create-object": (change) => ({ kind: "drop-object", object: change.object }),
  "drop-object": (change) => ({ kind: "create-object", object: change.object }),
  "replace-object": (change) => ({ kind: "replace-object", from: change.to, to: change.from }),
};

const REVERSE_IN_TABLE: Visitor<TableChange, TableChange> = {
  "rename-table": (change) => ({ kind: "rename-table", from: change.to, to: change.from }),
  "add-column": (change) => ({ kind: "drop-column", column: change.column }),
  "drop-column": (change) => ({ kind: "add-column", column: change.column }),
  "rename-column": (change) => ({ kind: "rename-column", from: change.to, to: change.from }),
  "alter-column": (change) => ({ ...change, from: change.to, to: change.from }),
  "reorder-columns": (change) => ({ kind: "reorder-columns", from: change.to, to: change.from }),
  "add-constraint": (change) => ({ kind: "drop-constraint", constraint: change.constraint }),
  "drop-constraint": (change) => ({ kind: "add-constraint", constraint: change.constraint }),
  "set-option": (change) => ({ ...change, value: !change.value }),
};

/** The change that undoes this one in the schema; it does not restore rows. */
function reverseChange(change: Change): Change {
  return visitChange(change, REVERSE);
}

/** The change inside a table that undoes this one. */
function reverseTableChange(change: TableChange): TableChange {
  return visitTableChange(change, REVERSE_IN_TABLE);
}

/** All changes undone, last one first. `reverseChanges(reverseChanges(x))` is x. */
export function reverseChanges(changes: readonly Change[]): Change[] {
  return changes.toReversed().map(reverseChange);
}
