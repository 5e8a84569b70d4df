import { foldName, quoteName } from "../../sql/identifier.ts";
import type { Check, Column, Constraint, ForeignKey, Index, KeyColumn, Table } from "./model.ts";
import { type NameScope, normalExpression } from "./normal_text.ts";

/** How the names in a table's constraints are read: as they are, or as they will be after renames. */
export interface ConstraintScope {
  readonly text: NameScope;
  /** The table's own name → itself or its new name, folded; any other table's likewise. */
  readonly table: (folded: string) => string;
  /** A column of the table that the second argument names, folded. */
  readonly column: (folded: string, table: string) => string;
}

/** Reads names as they are. */
export const AS_IT_IS = {
  table: (folded: string) => folded,
  column: (folded: string) => folded,
} as const;

/**
 * A text that two constraints of one table share exactly when they mean the same. A constraint's name
 * is part of it: SQLite reports it, and ALTER TABLE … DROP CONSTRAINT uses it.
 */
export function constraintKey(
  constraint: Constraint,
  table: Table,
  scope: ConstraintScope,
): string {
  const own = foldName(table.name);
  const named = constraint.name === undefined ? null : foldName(constraint.name);
  const column = (name: string) => scope.column(foldName(name), own);
  switch (constraint.kind) {
    case "primary-key":
      return JSON.stringify([
        "primary-key",
        named,
        constraint.columns.map((key) => keyColumn(key, column)),
        constraint.conflict ?? null,
        constraint.rowid,
      ]);
    case "unique":
      return JSON.stringify([
        "unique",
        named,
        constraint.columns.map((key) => keyColumn(key, column)),
        constraint.conflict ?? null,
      ]);
    case "check":
      return JSON.stringify([
        "check",
        named,
        normalExpression(constraint.expression, scope.text),
      ]);
    case "foreign-key": {
      const parent = foldName(constraint.parent);
      return JSON.stringify([
        "foreign-key",
        named,
        constraint.columns.map(column),
        scope.table(parent),
        constraint.parentColumns.map((name) => scope.column(foldName(name), parent)),
        constraint.onDelete,
        constraint.onUpdate,
        constraint.match ?? null,
        constraint.deferred,
      ]);
    }
  }
}

function keyColumn(key: KeyColumn, column: (name: string) => string): unknown[] {
  return [column(key.name), foldName(key.collation ?? ""), key.descending];
}

/** A text that two indexes of one name share exactly when they mean the same. */
export function indexKey(index: Index, table: Table | undefined, scope: ConstraintScope): string {
  const own = foldName(index.table);
  const columns = new Map(
    (table?.columns ?? []).map((column): [string, Column] => [foldName(column.name), column]),
  );
  return JSON.stringify([
    scope.table(own),
    index.unique,
    index.terms.map((term) => {
      if (term.column === undefined) {
        return [normalExpression(term.expression, scope.text), term.descending];
      }
      const name = foldName(term.column);
      const collation = foldName(term.collation ?? "");
      // The column's own collation, written out again, says nothing.
      const isOwn = collation === foldName(columns.get(name)?.collation ?? "binary");
      return [null, scope.column(name, own), isOwn ? "" : collation, term.descending];
    }),
    index.where === undefined ? null : normalExpression(index.where, scope.text),
  ]);
}

/** A CHECK in SQL. Its expression may end in a comment, which would swallow the parenthesis. */
export function checkSql({ name, expression }: Check): string {
  const end = expression.includes("--") ? "\n" : "";
  return `${constraintName(name)}CHECK (${expression}${end})`;
}

/** A foreign key of one column in SQL, as it is written after the column. */
export function referencesSql(key: ForeignKey): string {
  const columns = key.parentColumns.length === 0
    ? ""
    : ` (${key.parentColumns.map(quoteName).join(", ")})`;
  return [
    `${constraintName(key.name)}REFERENCES ${quoteName(key.parent)}${columns}`,
    key.onDelete === "NO ACTION" ? "" : `ON DELETE ${key.onDelete}`,
    key.onUpdate === "NO ACTION" ? "" : `ON UPDATE ${key.onUpdate}`,
    key.match === undefined ? "" : `MATCH ${quoteName(key.match)}`,
    key.deferred ? "DEFERRABLE INITIALLY DEFERRED" : "",
  ].filter((part) => part !== "").join(" ");
}

function constraintName(name: string | undefined): string {
  return name === undefined ? "" : `CONSTRAINT ${quoteName(name)} `;
}
