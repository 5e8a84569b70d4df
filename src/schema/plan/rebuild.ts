import type { PlanHazard } from "../../finding.ts";
import {
  type Affinity,
  displayName,
  foldName,
  quoteName,
  quoteText,
  sameName,
  unquote,
} from "../../sql/identifier.ts";
import { Tokenizer } from "../../sql/tokenizer.ts";
import { describeConstraint } from "../diff/describe.ts";
import type { AlterTable } from "../model/change.ts";
import type { Constraint, Index, Table } from "../model/model.ts";
import { copyRows } from "./copy_rows.ts";
import {
  type FillValue,
  legacyRenames,
  type PlannedLoss,
  type PlannedStatement,
  renameTable,
  statement,
  tightenHazard,
} from "./statement.ts";

/** A stored CREATE TABLE with another name after CREATE TABLE. */
function withTableName(sql: string, name: string): string {
  const tokenizer = new Tokenizer(sql);
  tokenizer.nextSignificant(); // CREATE
  tokenizer.nextSignificant(); // TABLE
  tokenizer.nextSignificant();
  return `CREATE TABLE ${quoteName(name)}${spaced(sql.slice(tokenizer.end))}`;
}

/** The same, with the name also replaced in expressions that qualify a column with it: `t.a > 0`. */
function withTableNameThroughout(sql: string, name: string, replaced: string): string {
  const renamed = withTableName(sql, name);
  const key = foldName(replaced);
  const pieces: string[] = [];
  let copied = 0;
  for (const { start, end, isQualifier } of names(renamed)) {
    if (!isQualifier || foldName(unquote(renamed.slice(start, end))) !== key) continue;
    pieces.push(renamed.slice(copied, start), quoteName(name));
    copied = end;
  }
  return pieces.join("") + renamed.slice(copied);
}

/** Whether an expression of a CREATE TABLE qualifies a column with the table's own name. */
export function qualifiesItself(sql: string, name: string): boolean {
  const key = foldName(name);
  for (const { start, end, isQualifier } of names(sql)) {
    if (isQualifier && foldName(unquote(sql.slice(start, end))) === key) return true;
  }
  return false;
}

/** The text after the name, which may begin with the parenthesis. */
function spaced(rest: string): string {
  return rest.startsWith("(") ? ` ${rest}` : rest;
}

interface NameToken {
  readonly start: number;
  readonly end: number;
  /** Whether a `.` follows. */
  readonly isQualifier: boolean;
}

function* names(sql: string): Generator<NameToken> {
  const tokenizer = new Tokenizer(sql);
  let last: { readonly start: number; readonly end: number } | undefined;
  while (tokenizer.nextSignificant()) {
    const { kind, start, end } = tokenizer;
    if (last !== undefined) {
      yield { ...last, isQualifier: kind === "operator" && sql.slice(start, end) === "." };
    }
    last = kind === "word" || kind === "quoted" ? { start, end } : undefined;
  }
}

/** A table to rebuild. */
export interface RebuildRequest {
  readonly change: AlterTable;
  /** The current name of a column of the present table, which is given folded. */
  readonly presentName: (folded: string) => string;
  readonly missingValues: "choose" | "placeholder";
  readonly fill: FillValue | undefined;
  /** Indexes of the table that are in both schemas. */
  readonly indexes: readonly Index[];
  /** Gives a name that nothing has, made from the one given. */
  readonly freeName: (name: string) => string;
}

/** The statements of a rebuild. */
export interface Rebuild {
  readonly statements: readonly PlannedStatement[];
  /** Whether its rename compiles all views and triggers. */
  readonly compiles: boolean;
}

/**
 * Rebuilds a table, whatever differs: docs/rebuild.md explains the recipe. The table already has its wanted name.
 * The caller drops its triggers before and creates them again.
 */
export function rebuildTable(request: RebuildRequest): Rebuild {
  const { change: { from, to } } = request;
  const isQualified = qualifiesItself(from.sql, from.name) || qualifiesItself(to.sql, to.name);
  const into = request.freeName(`${to.name}__new`);
  const statements = [
    create(request, into, isQualified),
    ...keepSequence(from, to, into),
    copyRows({ ...request, into }),
    ...(isQualified ? replace(to, into) : exchange(to, into, request.freeName)),
    ...request.indexes.map(({ name, sql }) =>
      statement(sql, "scan", `create index ${displayName(name)} again`)
    ),
  ];
  return { statements, compiles: isQualified };
}

function create(
  { change, indexes }: RebuildRequest,
  into: string,
  isQualified: boolean,
): PlannedStatement {
  const { to } = change;
  return {
    sql: isQualified ? withTableNameThroughout(to.sql, into, to.name) : withTableName(to.sql, into),
    cost: "metadata",
    comment: `rebuild table ${displayName(to.name)}`,
    hazards: [...tightenings(change), ...mergedKeys(change, indexes)],
    losses: losses(change),
  };
}

/** The conditions that rows must meet from now on: the copy fails at the first row that does not. */
function tightenings({ to, changes }: AlterTable): PlanHazard[] {
  return changes.flatMap((change): PlanHazard[] => {
    switch (change.kind) {
      case "alter-column":
        return change.facets.includes("not-null") && change.to.notNull !== undefined &&
            change.from.notNull === undefined
          ? [tightenHazard("set-not-null", to, `has NULL in ${displayName(change.to.name)}`)]
          : [];
      case "add-constraint":
        return [tightening(to, change.constraint)];
      case "set-option":
        return change.option === "strict" && change.value
          ? [tightenHazard("make-strict", to, "has a value of another type than its column")]
          : [];
      default:
        return [];
    }
  });
}

/** The keys in which two values that were different become equal. */
function mergedKeys({ to, changes }: AlterTable, indexes: readonly Index[]): PlanHazard[] {
  return changes.flatMap((change): PlanHazard[] => {
    if (change.kind !== "alter-column") return [];
    const { from, to: column } = change;
    const collation = column.collation ?? "BINARY";
    const isLooser = change.facets.includes("collation") && !sameName(collation, "BINARY");
    const isConverted = from.affinity !== column.affinity && MERGING.has(from.affinity) &&
      column.affinity !== "BLOB";
    if (!isLooser && !isConverted) return [];
    const isOf = (names: readonly (string | undefined)[]) =>
      names.some((name) => name !== undefined && sameName(name, column.name));
    const isKey = to.primaryKey?.rowid === false &&
      isOf(to.primaryKey.columns.map(({ name }) => name));
    const isUnique = to.uniques.some(({ columns }) => isOf(columns.map(({ name }) => name))) ||
      indexes.some(({ unique, terms }) => unique && isOf(terms.map((term) => term.column)));
    if (!isKey && !isUnique) return [];
    const fault = `has the same ${displayName(column.name)} as another one ${
      isLooser ? `under COLLATE ${collation}` : `as ${column.type}`
    }`;
    return [tightenHazard(isKey ? "add-primary-key" : "add-unique", to, fault)];
  });
}

/** A column of these may hold 1 and '1', or '1' and '01'. */
const MERGING: ReadonlySet<Affinity> = new Set<Affinity>(["BLOB", "TEXT"]);

function tightening(table: Table, constraint: Constraint): PlanHazard {
  const codes = {
    "check": "add-check",
    "unique": "add-unique",
    "primary-key": "add-primary-key",
    "foreign-key": "add-foreign-key",
  } as const;
  return tightenHazard(
    codes[constraint.kind],
    table,
    `violates ${describeConstraint(constraint)}`,
  );
}

/** What the wanted schema gives up, and the runner would otherwise report as a loss. */
function losses({ from, to }: AlterTable): PlannedLoss[] {
  return from.autoincrement && !to.autoincrement
    ? [{ name: to.name, reason: "no longer AUTOINCREMENT" }]
    : [];
}

/** Copies the AUTOINCREMENT sequence before the rows, which can only raise it: ids of deleted rows stay used. */
function keepSequence(from: Table, to: Table, into: string): PlannedStatement[] {
  if (!from.autoincrement || !to.autoincrement) return [];
  return [statement(
    `INSERT INTO sqlite_sequence (name, seq)\nSELECT ${quoteText(into)}, seq ` +
      `FROM sqlite_sequence WHERE name = ${quoteText(to.name)}`,
    "metadata",
    "keep its AUTOINCREMENT sequence",
  )];
}

/**
 * Puts the new table into the old one's place by two renames that leave all other texts alone, so that views,
 * triggers and foreign keys that name it mean the new one. The old table has another name when it is dropped, because
 * DROP TABLE also deletes the rows of sqlite_stat1 and sqlite_stat4 that have its name.
 */
function exchange(
  { name }: Table,
  into: string,
  freeName: (name: string) => string,
): PlannedStatement[] {
  const aside = freeName(`${name}__old`);
  return [
    ...legacyRenames(
      [{ from: name, to: aside }, { from: into, to: name }],
      "put the new table into the old one's place",
    ),
    statement(`DROP TABLE ${quoteName(aside)}`, "scan"),
  ];
}

/**
 * The same for a table whose expressions qualify columns with its name. Only an ordinary rename changes those,
 * and it fails if a view or trigger names the table.
 */
function replace({ name }: Table, into: string): PlannedStatement[] {
  return [
    statement(
      `DROP TABLE ${quoteName(name)}`,
      "scan",
      "put the new table into the old one's place",
    ),
    renameTable({ from: into, to: name }),
  ];
}
