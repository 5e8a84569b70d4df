import type { PlanHazard } from "../../finding.ts";
import { displayName, foldName, quoteName, quoteText } from "../../sql/identifier.ts";
import { Tokenizer } from "../../sql/tokenizer.ts";
import { describeObject } from "../diff/describe.ts";
import type { Table, VirtualTable } from "../model/model.ts";
import {
  hasDefaultValue,
  implicitRowid,
  isRequired,
  rowidColumn,
  rowidExpression,
} from "../model/row.ts";
import {
  holdsRows,
  isContentless,
  isFts5,
  isFullText,
  isRtree,
  type KeptColumns,
  keptColumns,
  rtreeColumns,
} from "../model/virtual_table.ts";
import {
  dropColumnHazard,
  dropTable,
  legacyRenames,
  type PlannedStatement,
  statement,
} from "./statement.ts";

/** A column's value in the old table, and the column of the new one that gets it. Both are SQL. */
type CopiedColumn = readonly [source: string, target: string];

/** Makes a virtual table; the full-text index of existing rows is built at once. */
export function createVirtualTable(table: VirtualTable): PlannedStatement[] {
  const create = statement(table.sql, "metadata", `create ${describeObject(table)}`);
  return holdsRows(table) ? [create] : [create, rebuildIndex(table)];
}

/** Drops a virtual table. What it holds of its own is lost. */
export function dropVirtualTable(table: VirtualTable): PlannedStatement {
  return {
    ...statement(`DROP TABLE ${quoteName(table.name)}`, "scan", `drop ${describeObject(table)}`),
    hazards: holdsRows(table) ? [lossHazard(table)] : [],
  };
}

/**
 * Creates a virtual table again. A full-text table with rows of its own keeps them, in the columns that it still
 * has, also if FTS5 takes the place of FTS4; one with the rows of another table is built again from those. Both keep the options that were set for them. An
 * R*Tree keeps its boxes if they have as many sides as before. Other modules' rows are lost.
 *
 * @param freeName Gives a name that nothing has, made from the one given.
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
  return [
    { ...create, ...(hasLoss && { losses, hazards: [lossHazard(from)] }) },
    ...(hasOptions ? [copyOptions(from.name, into)] : []),
    ...(copied.length > 0 ? [copyRows(from.name, into, copied, "copy its rows")] : []),
    ...(holdsRows(to) ? [] : [rebuildIndex({ ...to, name: into })]),
    statement(`DROP TABLE ${quoteName(from.name)}`, "scan"),
    // An ordinary rename reads the views that name the table, which does not exist at that moment.
    ...legacyRenames([{ from: into, to: to.name }]),
  ];
}

/**
 * Replaces a virtual table by a table of the same name, or the other way round. If the virtual table is an FTS5 table
 * with rows of its own, or an R*Tree whose sides the table has too, the rows are copied in the columns that both have; the
 * rowid of an FTS5 table is that of the table. Otherwise the rows are lost, and the statements say so.
 *
 * @param freeName Gives a name that nothing has, made from the one given.
 */
export function convertTable(
  from: Table | VirtualTable,
  to: Table | VirtualTable,
  freeName: (name: string) => string,
): PlannedStatement[] {
  const copied = convertedColumns(from, to);
  const [create, ...others] = to.kind === "virtual-table"
    ? createVirtualTable(to)
    : [statement(to.sql, "metadata", `create ${describeObject(to)}`)];
  if (copied.length === 0) {
    const losses = [{ name: to.name, reason: `becomes a ${to.kind.replace("-", " ")}` }];
    return [
      from.kind === "virtual-table" ? dropVirtualTable(from) : dropTable(from),
      { ...create!, losses },
      ...others,
    ];
  }
  const aside = freeName(`${from.name}__old`);
  return [
    // An ordinary rename would change the views and triggers that name the table.
    ...legacyRenames(
      [{ from: from.name, to: aside }],
      `make the ${describeObject(to)} of the ${describeObject(from)}`,
    ),
    create!,
    {
      ...copyRows(aside, to.name, copied, `copy the rows of ${displayName(from.name)}`),
      hazards: from.kind === "table" ? lostColumns(from, copied) : [],
    },
    statement(`DROP TABLE ${quoteName(aside)}`, "scan"),
  ];
}

function copyRows(
  from: string,
  into: string,
  columns: readonly CopiedColumn[],
  comment: string,
): PlannedStatement {
  const targets = columns.map(([, target]) => target).join(", ");
  const sources = columns.map(([source]) => source).join(", ");
  return statement(
    `INSERT INTO ${quoteName(into)} (${targets})\nSELECT ${sources}\nFROM ${quoteName(from)}`,
    "rewrite",
    comment,
  );
}

/**
 * Copies what `INSERT INTO f(f, rank) VALUES('automerge', 8)` has set. FTS5 keeps it in a shadow table, beside the version of
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

/** https://sqlite.org/fts5.html#the_rebuild_command */
function rebuildIndex({ name }: VirtualTable): PlannedStatement {
  return statement(
    `INSERT INTO ${quoteName(name)} (${quoteName(name)}) VALUES (${quoteText("rebuild")})`,
    "rewrite",
    `index the rows that are there in ${displayName(name)}`,
  );
}

function lossHazard({ name }: VirtualTable): PlanHazard {
  return {
    code: "drop-virtual-table",
    message: `The content of ${displayName(name)} is lost`,
  };
}

/** What one virtual table can take over from another; empty if no row fits. */
function copiedColumns(from: VirtualTable, to: VirtualTable): CopiedColumn[] {
  if (isFullText(from) && isFullText(to)) {
    const [old, wanted] = [keptColumns(from), keptColumns(to)];
    const names = old && wanted ? sharedColumns(old.others, wanted.others) : [];
    return names.length === 0 ? [] : [["rowid", "rowid"], ...names];
  }
  if (!isRtree(from) || foldName(from.module) !== foldName(to.module)) return [];
  const [old, wanted] = [rtreeColumns(from), rtreeColumns(to)];
  // A box with fewer or more sides is another box.
  if (old.box.length !== wanted.box.length) return [];
  const box = old.box.map((name, at) => [quoteName(name), quoteName(wanted.box[at]!)] as const);
  return [...box, ...sharedColumns(old.others, wanted.others)];
}

/** What a table can take over from a virtual table, or the other way round; empty if no row fits. */
function convertedColumns(from: Table | VirtualTable, to: Table | VirtualTable): CopiedColumn[] {
  if (from.kind === "table" && to.kind === "virtual-table") {
    const kept = keptColumns(to);
    if (kept === undefined) return [];
    const shared = keptIn(kept, from.columns.map(({ name }) => name));
    const rowid = rowidExpression(from);
    if (shared.length === 0 || !kept.hasRowid) return shared;
    return rowid === undefined ? shared : [[rowid, "rowid"], ...shared];
  }
  if (from.kind !== "virtual-table" || to.kind !== "table") return [];
  const kept = keptColumns(from);
  if (kept === undefined) return [];
  const writable = to.columns.filter(({ generated }) => generated === undefined);
  const shared = keptIn(kept, writable.map(({ name }) => name));
  if (shared.length === 0) return [];
  const key = rowidColumn(to);
  const isFree = key !== undefined && !shared.some(([, target]) => target === quoteName(key));
  const rowid = implicitRowid(to) ?? (isFree ? quoteName(key) : undefined);
  const copied: CopiedColumn[] = kept.hasRowid && rowid !== undefined
    ? [["rowid", rowid], ...shared]
    : shared;
  const targets = new Set(copied.map(([, target]) => target));
  const isMissing = writable.some((column) =>
    isRequired(to, column) && !hasDefaultValue(column) && !targets.has(quoteName(column.name))
  );
  return isMissing ? [] : copied;
}

/** The kept columns of a virtual table that a table has too; none if it lacks a required one. */
function keptIn({ required, others }: KeptColumns, names: readonly string[]): CopiedColumn[] {
  const box = sharedColumns(names, required);
  return box.length < required.length ? [] : [...box, ...sharedColumns(names, others)];
}

/** The columns that both have, named as in the new one. */
function sharedColumns(from: readonly string[], to: readonly string[]): CopiedColumn[] {
  const present = new Set(from.map(foldName));
  return to.filter((name) => present.has(foldName(name)))
    .map((name) => [quoteName(name), quoteName(name)]);
}

function lostColumns(from: Table, copied: readonly CopiedColumn[]): PlanHazard[] {
  const sources = new Set(copied.map(([source]) => source));
  return from.columns
    .filter((column) => column.generated === undefined && !sources.has(quoteName(column.name)))
    .map((column) => dropColumnHazard(from, column));
}

function renamedVirtualTable(sql: string, name: string): string {
  const tokenizer = new Tokenizer(sql);
  for (let word = 0; word < 4; word++) tokenizer.nextSignificant(); // CREATE VIRTUAL TABLE name
  return `CREATE VIRTUAL TABLE ${quoteName(name)}${sql.slice(tokenizer.end)}`;
}
