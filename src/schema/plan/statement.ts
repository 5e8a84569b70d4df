import type { PlanHazard } from "../../finding.ts";
import { type Affinity, displayName, quoteName, sameName } from "../../sql/identifier.ts";
import { CLAUSES, type Release } from "../../sql/sqlite_releases.ts";
import type { Change } from "../model/change.ts";
import { describeObject } from "../diff/describe.ts";
import type { Column, Table } from "../model/model.ts";
import { terminated } from "../source/write_schema.ts";

/**
 * What a statement costs on a table with rows.
 *
 * `metadata`: SQLite edits its schema text alone · `scan`: every row is read, or an index is built ·
 * `rewrite`: every row is written again.
 */
export type CostClass = "metadata" | "scan" | "rewrite";

/** A statement of a plan. */
export interface PlannedStatement {
  /** Without the final `;`. */
  readonly sql: string;
  readonly cost: CostClass;
  /** What it does, in one line: the comment above the statement. */
  readonly comment: string;
  readonly hazards: readonly PlanHazard[];
  /** What it loses on purpose, for `allow-loss` directives: without them the runner would roll it back. */
  readonly losses?: readonly PlannedLoss[];
  /** Values that only a person can choose, each written as NULL before a `choose` directive. */
  readonly choice?: PlannedChoice;
}

/** An object whose rows, rowids or sequence a statement gives up, as the wanted schema asks. */
export interface PlannedLoss {
  readonly name: string;
  readonly reason: string;
}

/** Columns that need a value in existing rows. */
export interface PlannedChoice {
  /** Column names, as written. */
  readonly columns: readonly string[];
  /** The statement with values that only fit the types, to try the rest of the plan. */
  readonly trial: string;
}

/** The statements for a schema difference, in the order in which they run. */
export interface Plan {
  readonly changes: readonly Change[];
  readonly statements: readonly PlannedStatement[];
  /** The oldest SQLite that can run them, such as `[3, 53]`; undefined: any that Aludel knows. */
  readonly sqlite: readonly number[] | undefined;
}

export { isAtLeast, type Release } from "../../sql/sqlite_releases.ts";

/** What a plan is made for. */
export interface PlanOptions {
  /** The oldest SQLite that will run it. */
  readonly sqlite: Release;
  /**
   * Views and triggers that SQLite cannot compile as they are, as {@linkcode objectKey} writes them. A rename
   * or a DROP COLUMN compiles all of them and would fail, so the plan drops these first and creates them again.
   */
  readonly broken?: ReadonlySet<string>;
  /**
   * `needed`: sets a view or trigger aside if a statement would fail at it, as far as its
   * tokens tell · `all`: sets all of them aside, for schemas in which the tokens do not tell enough.
   */
  readonly aside?: "needed" | "all";
  /**
   * The value of existing rows in a new NOT NULL column without a default. `choose`: a person must write it ·
   * `placeholder`: one that fits the type, for a down whose up has dropped the real values.
   */
  readonly missingValues?: "choose" | "placeholder";
  /** With `placeholder`: gives the value. By default, it is one that fits the type. */
  readonly fill?: FillValue;
}

/**
 * Gives the value for a column whose real values are unknown, as an expression over the row that is copied.
 *
 * @param table The table with the column.
 * @param rowid The rowid of that row; undefined if none can be had.
 * @returns null if the column can be left out, undefined if a person must choose.
 */
export type FillValue = (
  table: Table,
  column: Column,
  rowid: string | undefined,
) => string | null | undefined;

/** The release that can alter NOT NULL and CHECK: https://sqlite.org/releaselog/3_53_0.html */
export const ALTERS_CONSTRAINTS: Release = [3, CLAUSES["ADD CONSTRAINT"]];

/** The release that can drop a column: https://sqlite.org/releaselog/3_35_5.html */
export const DROPS_COLUMNS: Release = [3, CLAUSES["DROP COLUMN"]];

/**
 * The release whose renames change every text that names the table or column. Columns can be renamed since 3.25.
 * Since 3.26, foreign keys also follow a renamed table while they are not enforced.
 */
export const RENAMES: Release = [3, 26];

/** A view or trigger as {@linkcode PlanOptions.broken} names it. */
export function objectKey(kind: "view" | "trigger", folded: string): string {
  return `${kind} ${folded}`;
}

/** A statement that endangers nothing. */
export function statement(
  sql: string,
  cost: CostClass = "metadata",
  comment = "",
): PlannedStatement {
  return { sql, cost, comment, hazards: [] };
}

/** Drops a table with all its rows. */
export function dropTable(table: Table): PlannedStatement {
  return {
    ...statement(`DROP TABLE ${quoteName(table.name)}`, "scan", `drop ${describeObject(table)}`),
    hazards: [{ code: "drop-table", message: `The rows of ${displayName(table.name)} are lost` }],
  };
}

/** A name that becomes another one. */
export interface Rename {
  readonly from: string;
  readonly to: string;
}

/** Renames a table. All texts that name it follow, as far as its SQLite can: see {@linkcode RENAMES}. */
export function renameTable({ from, to }: Rename, comment = ""): PlannedStatement {
  return statement(
    `ALTER TABLE ${quoteName(from)} RENAME TO ${quoteName(to)}`,
    "metadata",
    comment,
  );
}

/** Renames tables and leaves views, triggers and foreign keys as they are: they mean whatever gets the name. */
export function legacyRenames(renames: readonly Rename[], comment = ""): PlannedStatement[] {
  return [
    statement("PRAGMA legacy_alter_table = on", "metadata", comment),
    ...renames.map((rename) => renameTable(rename)),
    statement("PRAGMA legacy_alter_table = off"),
  ];
}

/** The values of a dropped column are lost. */
export function dropColumnHazard(table: Table, column: Column): PlanHazard {
  return {
    code: "drop-column",
    message: `The values of ${displayName(table.name)}.${displayName(column.name)} are lost`,
  };
}

/** The statement fails if a row violates the wanted table, and nothing changes then. */
export function tightenHazard(code: string, table: Table, fault: string): PlanHazard {
  return { code, message: `Fails if a row of ${displayName(table.name)} ${fault}` };
}

/**
 * Values are converted to another affinity: https://sqlite.org/datatype3.html section 3.
 *
 * @param storages How the two columns store values; BLOB stores everything as it is, and so does ANY of a STRICT table.
 */
export function convertHazard(
  table: Table,
  to: Column,
  [from, target]: readonly [from: Affinity, to: Affinity],
): PlanHazard {
  const column = `${displayName(table.name)}.${displayName(to.name)}`;
  return { code: "convert-values", message: conversion(column, from, target) };
}

function conversion(column: string, from: Affinity, to: Affinity): string {
  if (to === "TEXT") return `Numbers in ${column} become text`;
  if (to === "REAL" && (from === "NUMERIC" || from === "INTEGER")) {
    return `Integers in ${column} become floating-point numbers, and lose digits above 2^53`;
  }
  if (from === "REAL") return `Whole numbers in ${column} become integers`;
  return `Text in ${column} that looks like a number becomes one: '007' becomes 7`;
}

/**
 * A column becomes the rowid: https://sqlite.org/lang_createtable.html#rowid
 *
 * @param table The present table, with the column.
 */
export function rowidKeyHazard(table: Table, column: Column): PlanHazard {
  const { primaryKey, uniques } = table;
  const isUnique = [...(primaryKey ? [primaryKey] : []), ...uniques].some(({ columns }) =>
    columns.length === 1 && sameName(columns[0]!.name ?? "", column.name)
  );
  const name = displayName(column.name);
  const equal = isUnique ? "" : `two rows of ${displayName(table.name)} have the same ${name}, or `;
  const numbered = column.notNull === undefined ? "; a row with NULL there gets a new number" : "";
  return {
    code: "rowid-key",
    message: `Fails if ${equal}a row of ${
      displayName(table.name)
    } has a value in ${name} that is no integer${numbered}`,
  };
}

/** Only a person knows the value. */
export function chooseHazard(table: Table, columns: readonly string[]): PlanHazard {
  const list = columns.map((name) => `${displayName(table.name)}.${displayName(name)}`);
  return {
    code: "choose-value",
    message: `The existing rows need a value for ${list.join(", ")}`,
  };
}

/** The real values are lost, and the rows get one that only fits the type. */
export function placeholderHazard(table: Table, column: string, value: string): PlanHazard {
  return {
    code: "placeholder-value",
    message: `Rows get ${value} in ${displayName(table.name)}.${displayName(column)}, ` +
      "whose values are not known any more",
  };
}

/** What a file contains besides a plan's statements. */
export interface PlanScriptOptions {
  /** The first line, such as `Up: add users`; one line. */
  readonly title: string;
  /** More comment lines for the top. */
  readonly notes?: readonly string[];
  /**
   * `file`: values that a person must choose are marked · `trial`: they are replaced by values that fit
   * the types, so that the file can run.
   */
  readonly purpose: "file" | "trial";
}

/**
 * A plan as the canonical text of an up.sql or down.sql. Above each statement is a comment that says what it does, what
 * it costs and what it endangers.
 */
export function writePlan(plan: Plan, { title, notes, purpose }: PlanScriptOptions): string {
  const lines: string[] = [];
  if (plan.sqlite !== undefined) lines.push(`-- aludel: sqlite>=${plan.sqlite.join(".")}`);
  lines.push(...comment(title), ...(notes ?? []).flatMap(comment));
  for (const statement of plan.statements) {
    if (statement.comment !== "") lines.push("");
    lines.push(...statementLines(statement, purpose));
  }
  return `${lines.join("\n")}\n`;
}

function statementLines(statement: PlannedStatement, purpose: "file" | "trial"): string[] {
  const lines = statement.comment === "" ? [] : comment(`${statement.comment} (${statement.cost})`);
  for (const { code, message } of statement.hazards) lines.push(...comment(`${code}: ${message}`));
  for (const { name, reason } of statement.losses ?? []) {
    lines.push(`-- aludel: allow-loss=${displayName(name)} ${reason}`);
  }
  const sql = purpose === "trial" ? statement.choice?.trial ?? statement.sql : statement.sql;
  lines.push(terminated(sql));
  return lines;
}

/** A text as comment lines, none of which can be read as a directive. */
function comment(text: string): string[] {
  return text.replaceAll("\0", "").split(/\r\n|[\r\n]/)
    .map((line, at) => (at === 0 ? `-- ${line}` : `-- … ${line}`).trimEnd());
}
