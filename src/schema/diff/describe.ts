import { displayName, sameName } from "../../sql/identifier.ts";
import { tokenize } from "../../sql/tokenizer.ts";
import {
  type Change,
  type TableChange,
  visitChange,
  type Visitor,
  visitTableChange,
} from "../model/change.ts";
import type { Column, Constraint, KeyColumn, SchemaObject } from "../model/model.ts";

/**
 * A change as lines for people, one for each thing that differs: `add column users.email TEXT NOT NULL`.
 */
export function describeChange(change: Change): string[] {
  return visitChange(change, LINES);
}

const LINES: Visitor<Change, string[]> = {
  "create-table": ({ table }) => [`create ${describeObject(table)}`],
  "drop-table": ({ table }) => [`drop ${describeObject(table)}`],
  "alter-table": ({ to, changes }) => changes.map((change) => describeTableChange(to.name, change)),
  "create-object": ({ object }) => [`create ${describeObject(object)}`],
  "drop-object": ({ object }) => [`drop ${describeObject(object)}`],
  "replace-object": ({ from, to }) => [
    sameName(from.name, to.name)
      ? `replace ${describeObject(to)}${
        "table" in from && "table" in to && !sameName(from.table, to.table)
          ? `, before on ${displayName(from.table)}`
          : ""
      }`
      : `rename ${describeObject(from)} to ${displayName(to.name)}`,
  ],
};

/** An object as people call it: `index users_email on users`. */
export function describeObject(object: SchemaObject): string {
  const name = displayName(object.name);
  switch (object.kind) {
    case "table":
    case "view":
      return `${object.kind} ${name}`;
    case "virtual-table":
      return `virtual table ${name} using ${displayName(object.module)}`;
    case "index":
      return `${object.unique ? "unique " : ""}index ${name} on ${displayName(object.table)}`;
    case "trigger":
      return `trigger ${name} on ${displayName(object.table)}`;
  }
}

/**
 * A change inside a table as one line.
 *
 * @param table The table's name in the wanted schema.
 */
export function describeTableChange(table: string, change: TableChange): string {
  const owner = displayName(table);
  const column = (name: string) => `${owner}.${displayName(name)}`;
  return visitTableChange(change, {
    "rename-table": ({ from, to }) => `rename table ${displayName(from)} to ${displayName(to)}`,
    "add-column": ({ column: added }) => `add column ${owner}.${describeColumn(added)}`,
    "drop-column": ({ column: dropped }) => `drop column ${column(dropped.name)}`,
    "rename-column": ({ from, to }) => `rename column ${column(from)} to ${displayName(to)}`,
    "alter-column": ({ from, to, facets }) =>
      `alter column ${column(to.name)}: ${
        facets.map((facet) => `${FACETS[facet](from)} becomes ${FACETS[facet](to)}`).join(", ")
      }`,
    "reorder-columns": ({ to }) => `reorder columns of ${owner} to ${list(to)}`,
    "add-constraint": ({ constraint }) => `add to ${owner}: ${describeConstraint(constraint)}`,
    "drop-constraint": ({ constraint }) => `drop from ${owner}: ${describeConstraint(constraint)}`,
    "set-option": ({ option, value }) =>
      `${value ? "make" : "no longer make"} ${owner} ${OPTIONS[option]}`,
  });
}

const OPTIONS = {
  "strict": "STRICT",
  "without-rowid": "WITHOUT ROWID",
  "autoincrement": "AUTOINCREMENT",
} as const;

const FACETS = {
  "type": ({ type }: Column) => type === "" ? "no type" : oneLine(type),
  "not-null": (column: Column) => describeNotNull(column) || "NULL allowed",
  "default": (column: Column) =>
    column.default === undefined ? "no DEFAULT" : `DEFAULT ${oneLine(column.default)}`,
  "collation": ({ collation }: Column) => `COLLATE ${displayName(collation ?? "BINARY")}`,
  "generated": ({ generated }: Column) =>
    generated === undefined
      ? "a plain column"
      : `AS (${oneLine(generated.expression)}) ${generated.stored ? "STORED" : "VIRTUAL"}`,
} as const;

/** A column with its type and what else it declares. */
export function describeColumn(column: Column): string {
  return [
    displayName(column.name),
    oneLine(column.type),
    describeNotNull(column),
    column.default === undefined ? "" : FACETS.default(column),
    column.collation === undefined ? "" : FACETS.collation(column),
    column.generated === undefined ? "" : FACETS.generated(column),
  ].filter((part) => part !== "").join(" ");
}

function describeNotNull({ notNull }: Column): string {
  if (notNull === undefined) return "";
  return `${named(notNull.name)}NOT NULL${onConflict(notNull.conflict)}`;
}

/** A constraint in SQL, on one line. */
export function describeConstraint(constraint: Constraint): string {
  const name = named(constraint.name);
  switch (constraint.kind) {
    case "primary-key":
      return `${name}PRIMARY KEY (${keyList(constraint.columns)})${
        onConflict(constraint.conflict)
      }`;
    case "unique":
      return `${name}UNIQUE (${keyList(constraint.columns)})${onConflict(constraint.conflict)}`;
    case "check":
      return `${name}CHECK (${oneLine(constraint.expression)})`;
    case "foreign-key":
      return [
        `${name}FOREIGN KEY (${list(constraint.columns)}) REFERENCES`,
        displayName(constraint.parent) +
        (constraint.parentColumns.length === 0 ? "" : `(${list(constraint.parentColumns)})`),
        constraint.onDelete === "NO ACTION" ? "" : `ON DELETE ${constraint.onDelete}`,
        constraint.onUpdate === "NO ACTION" ? "" : `ON UPDATE ${constraint.onUpdate}`,
        constraint.match === undefined ? "" : `MATCH ${constraint.match}`,
        constraint.deferred ? "DEFERRABLE INITIALLY DEFERRED" : "",
      ].filter((part) => part !== "").join(" ");
  }
}

function named(name: string | undefined): string {
  return name === undefined ? "" : `CONSTRAINT ${displayName(name)} `;
}

function onConflict(conflict: string | undefined): string {
  return conflict === undefined ? "" : ` ON CONFLICT ${conflict}`;
}

function list(names: readonly string[]): string {
  return names.map(displayName).join(", ");
}

function keyList(columns: readonly KeyColumn[]): string {
  return columns.map(({ name, collation, descending }) =>
    displayName(name) + (collation === undefined ? "" : ` COLLATE ${displayName(collation)}`) +
    (descending ? " DESC" : "")
  ).join(", ");
}

/** SQL as written, without line ends and comments. */
function oneLine(sql: string): string {
  if (!sql.includes("\n") && !sql.includes("--")) return sql;
  const words: string[] = [];
  let isGap = false;
  for (const { kind, start, end } of tokenize(sql)) {
    if (kind === "space" || kind === "comment") {
      isGap = true;
      continue;
    }
    words.push(isGap && words.length > 0 ? " " : "", sql.slice(start, end));
    isGap = false;
  }
  return words.join("");
}
