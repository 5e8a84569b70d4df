import type { PlanHazard } from "../../finding.ts";
import { displayName, foldName, quoteName, quoteText, unquote } from "../../sql/identifier.ts";
import { Tokenizer } from "../../sql/tokenizer.ts";
import { describeObject } from "../diff/describe.ts";
import type { VirtualTable } from "../model/model.ts";
import type { PlannedStatement } from "./statement.ts";

/** Makes a virtual table; the full-text index of rows that are there already is built at once. */
export function createVirtualTable(table: VirtualTable): PlannedStatement[] {
  const create = statement(table.sql, "metadata", `create ${describeObject(table)}`);
  const content = externalContent(table);
  return content === undefined || content === "" ? [create] : [create, rebuildIndex(table)];
}

/** Drops a virtual table. What it holds of its own is lost. */
export function dropVirtualTable(table: VirtualTable): PlannedStatement {
  const drop = statement(
    `DROP TABLE ${quoteName(table.name)}`,
    "scan",
    `drop ${describeObject(table)}`,
  );
  return { ...drop, hazards: holdsRows(table) ? [lossHazard(table)] : [] };
}

/**
 * Creates a virtual table again. An FTS5 table with rows of its own keeps them, in the columns that it still
 * has; one with the rows of another table is built again from those. Both keep the options that were set for them. An
 * R*Tree keeps its boxes if they have as many sides as before. Other modules' rows are lost.
 */
export function replaceVirtualTable(
  from: VirtualTable,
  to: VirtualTable,
  freeName: (name: string) => string,
): PlannedStatement[] {
  const copied = copiedColumns(from, to);
  const hasLoss = copied.length === 0 && (holdsRows(from) || isContentless(to));
  const losses = hasLoss ? [{ name: to.name, reason: "created again with other arguments" }] : [];
  const hasOptions = isFts5(from) && isFts5(to);
  if (copied.length === 0 && !hasOptions) {
    const [create, ...others] = createVirtualTable(to);
    return [dropVirtualTable(from), { ...create!, losses }, ...others];
  }
  const into = freeName(`${to.name}__new`);
  const create = statement(
    renamedVirtualTable(to.sql, into),
    "metadata",
    `make ${displayName(to.name)} anew with other arguments`,
  );
  const content = externalContent(to);
  return [
    { ...create, ...(hasLoss && { losses, hazards: [lossHazard(from)] }) },
    ...(hasOptions ? [copyOptions(from.name, into)] : []),
    ...(copied.length > 0 ? [copyRows(from.name, into, copied)] : []),
    ...(content === undefined || content === "" ? [] : [rebuildIndex({ ...to, name: into })]),
    statement(`DROP TABLE ${quoteName(from.name)}`, "scan"),
    // In the normal mode a rename reads the views that name the table, which is not there at that moment.
    statement("PRAGMA legacy_alter_table = on", "metadata"),
    statement(`ALTER TABLE ${quoteName(into)} RENAME TO ${quoteName(to.name)}`, "metadata"),
    statement("PRAGMA legacy_alter_table = off", "metadata"),
  ];
}

function copyRows(
  from: string,
  into: string,
  columns: readonly (readonly [source: string, target: string])[],
): PlannedStatement {
  const targets = columns.map(([, target]) => target).join(", ");
  const sources = columns.map(([source]) => source).join(", ");
  return statement(
    `INSERT INTO ${quoteName(into)} (${targets})\nSELECT ${sources}\nFROM ${quoteName(from)}`,
    "rewrite",
    "copy its rows",
  );
}

/**
 * Takes over what was set by `INSERT INTO f(f, rank) VALUES('automerge', 8)`. FTS5 keeps it in a shadow table, beside the version of
 * its format: https://sqlite.org/fts5.html#special_insert_commands
 */
function copyOptions(from: string, into: string): PlannedStatement {
  return statement(
    `INSERT INTO ${quoteName(into)} (${quoteName(into)}, rank)\nSELECT k, v\nFROM ${
      quoteName(`${from}_config`)
    }\nWHERE k <> 'version'`,
    "metadata",
    "keep its options",
  );
}

/** The columns in which a virtual table keeps rows of its own. */
export interface KeptColumns {
  /** Without one of these a row is none. */
  readonly required: readonly string[];
  readonly others: readonly string[];
  /** Whether rows have a rowid as well. */
  readonly hasRowid: boolean;
}

/** The columns of rows that can be read from a virtual table and written into it; undefined if there are none. */
export function keptColumns(table: VirtualTable): KeptColumns | undefined {
  if (isFts5(table)) {
    if (externalContent(table) !== undefined) return undefined;
    return { required: [], others: fts5Columns(table), hasRowid: true };
  }
  if (!isRtree(table)) return undefined;
  const { box, others } = rtreeColumns(table);
  return { required: box, others, hasRowid: false };
}

/** The table whose rows an FTS5 table indexes; empty for a contentless one. */
export function externalContent(table: VirtualTable): string | undefined {
  if (!isFts5(table)) return undefined;
  for (const argument of table.arguments) {
    const match = /^content\s*=\s*(.*)$/is.exec(argument);
    if (match !== null) return foldName(unquote(match[1]!.trim()));
  }
  return undefined;
}

/** https://sqlite.org/fts5.html#the_rebuild_command */
function rebuildIndex({ name }: VirtualTable): PlannedStatement {
  return statement(
    `INSERT INTO ${quoteName(name)} (${quoteName(name)}) VALUES (${quoteText("rebuild")})`,
    "rewrite",
    `index the rows that are there in ${displayName(name)}`,
  );
}

function isFts5({ module }: VirtualTable): boolean {
  return foldName(module) === "fts5";
}

function isContentless(table: VirtualTable): boolean {
  return externalContent(table) === "";
}

function holdsRows(table: VirtualTable): boolean {
  const content = externalContent(table);
  return content === undefined || content === "";
}

function lossHazard({ name }: VirtualTable): PlanHazard {
  return {
    code: "drop-virtual-table",
    message: `The content of ${displayName(name)} is lost`,
  };
}

/** What a new table can take over from an old one, as names of columns; empty: no row fits. */
function copiedColumns(
  from: VirtualTable,
  to: VirtualTable,
): readonly (readonly [source: string, target: string])[] {
  if (isFts5(from) && isFts5(to)) {
    const isKept = [from, to].every((table) => holdsRows(table) && !isContentless(table));
    const names = isKept ? sharedNames(fts5Columns(from), fts5Columns(to)) : [];
    return names.length === 0 ? [] : [["rowid", "rowid"], ...names];
  }
  if (!isRtree(from) || foldName(from.module) !== foldName(to.module)) return [];
  const [old, wanted] = [rtreeColumns(from), rtreeColumns(to)];
  // Without one of its sides a box is another box.
  if (old.box.length !== wanted.box.length) return [];
  const box = old.box.map((name, at) => [quoteName(name), quoteName(wanted.box[at]!)] as const);
  return [...box, ...sharedNames(old.others, wanted.others)];
}

function sharedNames(
  from: readonly string[],
  to: readonly string[],
): readonly (readonly [source: string, target: string])[] {
  const present = new Set(from.map(foldName));
  return to.filter((name) => present.has(foldName(name)))
    .map((name) => [quoteName(name), quoteName(name)]);
}

/** Arguments with a `=` are options, all others columns. */
function fts5Columns(table: VirtualTable): string[] {
  return table.arguments.flatMap((argument) => {
    const tokenizer = new Tokenizer(argument);
    if (!tokenizer.nextSignificant()) return [];
    const name = unquote(tokenizer.current);
    return tokenizer.nextSignificant() && tokenizer.current === "=" ? [] : [name];
  });
}

function isRtree({ module }: VirtualTable): boolean {
  return /^rtree(?:_i32)?$/i.test(module);
}

/** The key and the sides of the box, and auxiliary columns: https://sqlite.org/rtree.html#auxiliary_columns */
function rtreeColumns(table: VirtualTable): {
  readonly box: readonly string[];
  readonly others: readonly string[];
} {
  const box: string[] = [];
  const others: string[] = [];
  for (const argument of table.arguments) {
    const tokenizer = new Tokenizer(argument);
    if (!tokenizer.nextSignificant()) continue;
    const isOther = tokenizer.current === "+" && tokenizer.nextSignificant();
    (isOther ? others : box).push(unquote(tokenizer.current));
  }
  return { box, others };
}

function renamedVirtualTable(sql: string, name: string): string {
  const tokenizer = new Tokenizer(sql);
  for (let word = 0; word < 4; word++) tokenizer.nextSignificant(); // CREATE VIRTUAL TABLE name
  return `CREATE VIRTUAL TABLE ${quoteName(name)}${sql.slice(tokenizer.end)}`;
}

function statement(
  sql: string,
  cost: PlannedStatement["cost"],
  comment = "",
): PlannedStatement {
  return { sql, cost, comment, hazards: [] };
}
