import { foldName, quoteName } from "../../sql/identifier.ts";
import type { Check, Column, Constraint, ForeignKey, Index, KeyColumn, Table } from "./model.ts";
import { type NameScope, normalExpression } from "./normal_text.ts";

/** Gives the names in a table's constraints: as they are, or as they will be after renames. */
export interface ConstraintScope {
  readonly text: NameScope;
  /** The name of any table → itself or its new name, folded. */
  readonly table: (folded: string) => string;
  /** A column of the table that the second argument names, folded. */
  readonly column: (folded: string, table: string) => string;
}

/** Leaves names as they are. */
export const AS_IT_IS = {
  table: (folded: string) => folded,
  column: (folded: string) => folded,
} as const;

/**
 * A text that is the same for two constraints of a table exactly if they mean the same. It contains the
 * constraint's name: SQLite reports it, and ALTER TABLE … DROP CONSTRAINT uses it.
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

/** A text that is the same for two indexes of one name exactly if they mean the same. */
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
      // A COLLATE that repeats the column's own collation has no effect.
      const isOwn = collation === foldName(columns.get(name)?.collation ?? "binary");
      return [null, scope.column(name, own), isOwn ? "" : collation, term.descending];
    }),
    index.where === undefined ? null : normalExpression(index.where, scope.text),
  ]);
}

/** A CHECK in SQL, with a line break before the parenthesis if the expression may end in a comment. */
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
