import { displayName, foldName, quoteName, quoteText, unquote } from "../sql/identifier.ts";
import { Tokenizer } from "../sql/tokenizer.ts";
import { describeObject } from "./describe.ts";
import type { VirtualTable } from "./model.ts";
import type { PlanHazard, PlannedStatement } from "./planned_statement.ts";

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
 * Makes a virtual table anew. An FTS5 table with rows of its own keeps them, in the columns that it still
 * has; one with the rows of another table is built again from those. Other modules' rows are lost.
 */
export function replaceVirtualTable(
  from: VirtualTable,
  to: VirtualTable,
  freeName: (name: string) => string,
): PlannedStatement[] {
  const shared = isFts5(from) && isFts5(to) && holdsRows(from) && holdsRows(to) &&
      !isContentless(from) && !isContentless(to)
    ? sharedColumns(from, to)
    : [];
  if (shared.length === 0) {
    const losses = holdsRows(from) || isContentless(to)
      ? [{ name: to.name, reason: "made anew with other arguments" }]
      : [];
    const [create, ...others] = createVirtualTable(to);
    return [dropVirtualTable(from), { ...create!, losses }, ...others];
  }
  const into = freeName(`${to.name}__new`);
  const columns = ["rowid", ...shared.map(quoteName)].join(", ");
  return [
    statement(
      renamedVirtualTable(to.sql, into),
      "metadata",
      `make ${displayName(to.name)} anew with other arguments`,
    ),
    statement(
      `INSERT INTO ${quoteName(into)} (${columns})\nSELECT ${columns}\nFROM ${
        quoteName(from.name)
      }`,
      "rewrite",
      "copy its rows",
    ),
    statement(`DROP TABLE ${quoteName(from.name)}`, "scan"),
    statement(`ALTER TABLE ${quoteName(into)} RENAME TO ${quoteName(to.name)}`, "metadata"),
  ];
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
    message: `What ${displayName(name)} holds of its own is lost`,
  };
}

/** Arguments with a `=` are options, all others columns. */
function sharedColumns(from: VirtualTable, to: VirtualTable): string[] {
  const present = new Set(columnNames(from).map(foldName));
  return columnNames(to).filter((name) => present.has(foldName(name)));
}

function columnNames(table: VirtualTable): string[] {
  return table.arguments.flatMap((argument) => {
    const tokenizer = new Tokenizer(argument);
    if (!tokenizer.nextSignificant()) return [];
    const name = unquote(tokenizer.current);
    return tokenizer.nextSignificant() && tokenizer.current === "=" ? [] : [name];
  });
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
