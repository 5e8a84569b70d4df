import type { Connection } from "../../db/connection.ts";
import { AludelError } from "../../errors.ts";
import type { TableChange } from "../../schema/model/change.ts";
import { compareTables } from "../../schema/diff/compare_tables.ts";
import { describeConstraint } from "../../schema/diff/describe.ts";
import { introspect } from "../../schema/read/introspect.ts";
import type { ForeignKey, Schema, Table, VirtualTable } from "../../schema/model/model.ts";
import { Renames } from "../../schema/diff/renames.ts";
import { foldName, sameName } from "../../sql/identifier.ts";
import type { Mention } from "../../sql/mentions.ts";
import { readMentions } from "../../sql/mentions.ts";
import type { Script } from "../../sql/script.ts";
import { isEmptied, type TableFate, type TableFates, traceTables } from "../table_fates.ts";
import { type CopyStatement, readCopyStatement } from "./copy_statement.ts";
import { isCovered } from "./covered_index.ts";
import type { UndeclaredLoss } from "./verdict.ts";

/** An index, trigger or view. */
interface SideObject {
  readonly type: "index" | "trigger" | "view";
  readonly name: string;
  /** The folded name of its table; for a view its own name. */
  readonly table: string;
}

/** The parts of the schema before a script that may lose some of them. */
export interface ObjectsBefore {
  readonly mentions: readonly Mention[];
  readonly copies: readonly CopyStatement[];
  readonly fates: TableFates;
  readonly sides: ReadonlyMap<string, SideObject>;
  /** Undefined if no table is replaced, or the text of one cannot be parsed. */
  readonly schema: Schema | undefined;
  /** SQLite's texts of the tables by folded name; empty if no table is replaced. */
  readonly texts: ReadonlyMap<string, string>;
}

/** The parts of the schema that are gone after a script. */
export interface LostObjects {
  /** The parts that no statement of the script drops. */
  readonly undeclared: readonly UndeclaredLoss[];
  /** Descriptions of losses that may be intended, because the schema for which the script was written is unknown. */
  readonly unclear: readonly string[];
}

/** The verbs of statements that must be read. */
const CAN_LOSE: ReadonlySet<string> = new Set(
  ["ALTER", "CREATE", "DROP", "INSERT", "REPLACE", "WITH"],
);

const RECREATING: ReadonlySet<Mention["kind"]> = new Set([
  "drop-table",
  "drop-view",
  "rename-table",
]);

/**
 * Reads the schema before a script that drops or renames a table or view.
 * @returns undefined if the script replaces nothing that it drops: then its statements declare everything that goes.
 */
export async function readObjectsBefore(
  connection: Connection,
  { text, statements }: Script,
): Promise<ObjectsBefore | undefined> {
  const recreates = statements.some((statement) =>
    (statement.verb === "DROP" || statement.verb === "ALTER") &&
    readMentions(text, statement).some(({ kind }) => RECREATING.has(kind))
  );
  if (!recreates) return undefined;
  const relevant = statements.filter(({ verb }) => CAN_LOSE.has(verb));
  const mentions = relevant.flatMap((statement) => readMentions(text, statement));
  const fates = traceTables(mentions);
  const touched = [...fates.touched.values()];
  const staysSomething = mentions.some(({ kind }) => kind === "create-view") ||
    touched.some(({ after }) => after !== null);
  if (!staysSomething) return undefined;
  const isReplaced = touched.some(({ after, dropped }) => dropped && after !== null);
  const copies = isReplaced
    ? relevant.flatMap((statement) => readCopyStatement(text, statement) ?? [])
    : [];
  return {
    mentions,
    copies,
    fates,
    sides: await readSides(connection),
    schema: isReplaced ? await schemaOf(connection) : undefined,
    texts: isReplaced ? await readTexts(connection) : new Map(),
  };
}

/**
 * Finds the parts of the schema that a script lost without dropping them: indexes, triggers and views that no DROP
 * names; and columns, constraints and options of a replaced table that the revision's replayed ancestors do not have,
 * so that its author cannot have intended the loss.
 *
 * @param before The schema before the script, from {@linkcode readObjectsBefore}.
 * @param ancestors Replays the schema for which the revision was written; undefined if it is unknown.
 */
export async function findLostObjects(
  connection: Connection,
  before: ObjectsBefore,
  ancestors: () => Promise<Schema | undefined>,
): Promise<LostObjects> {
  const { mentions, fates } = before;
  const sides = await readSides(connection);
  const after = before.schema && await schemaOf(connection, before.schema);
  const dropped = new Set(
    mentions.filter(({ inTrigger }) => !inTrigger).map(({ kind, name }) =>
      `${kind} ${foldName(name)}`
    ),
  );
  const losses: UndeclaredLoss[] = [];
  const unclear: string[] = [];
  if (before.schema === undefined || after === undefined) {
    unclear.push(...await otherDefinitions(connection, before));
  }
  let known: Schema | undefined | null = null;
  for (const fate of fates.touched.values()) {
    const lost = after && before.schema ? lostParts(before, fate, before.schema, after) : undefined;
    if (lost === undefined || lost.parts.size === 0) continue;
    known = known === null ? await ancestors() : known;
    if (known === undefined) {
      for (const fact of lost.parts.values()) {
        unclear.push(`table "${lost.name}": ${fact} is gone`);
      }
      continue;
    }
    const isKnown = known.tables.has(fate.before) || known.virtualTables.has(fate.before);
    const meant = !isKnown || after === undefined
      ? new Map<string, string>()
      : lostParts(before, fate, known, after)?.parts ?? new Map();
    for (const [key, fact] of lost.parts) {
      if (meant.has(key)) continue;
      losses.push({
        name: lost.name,
        fact: `table "${lost.name}": ${fact} is gone, and no statement names it`,
      });
    }
  }
  for (const side of before.sides.values()) {
    const key = `${side.type} ${foldName(side.name)}`;
    if (dropped.has(`drop-${key}`)) continue;
    const owner = ownerNow(side, sides, before);
    if (owner === undefined) continue;
    const found = sides.get(key);
    if (found !== undefined && (side.type === "view" || found.table === owner)) continue;
    if (side.type === "index" && after && isCoveredAfter(side, owner, before, after)) continue;
    losses.push({ name: side.name, fact: `${side.type} "${side.name}" is gone` });
  }
  return { undeclared: losses, unclear };
}

/** Describes the replaced tables whose text has changed, for a schema that cannot be parsed. */
async function otherDefinitions(
  connection: Connection,
  { fates, copies, texts }: ObjectsBefore,
): Promise<string[]> {
  const now = await readTexts(connection);
  const partsOf = (text: string | undefined) => text?.slice(text.indexOf("("));
  return [...fates.touched.values()].filter((fate) =>
    fate.dropped && fate.after !== null && !isEmptied(fate, copies) &&
    partsOf(texts.get(fate.before)) !== partsOf(now.get(fate.after))
  ).map(({ after }) => `table "${after}" has another definition`);
}

async function readTexts(connection: Connection): Promise<ReadonlyMap<string, string>> {
  const rows = await connection.query(
    "SELECT name, sql FROM main.sqlite_schema WHERE type = 'table' AND sql IS NOT NULL",
  );
  return new Map(rows.map((row) => [foldName(String(row["name"])), String(row["sql"])]));
}

async function readSides(connection: Connection): Promise<ReadonlyMap<string, SideObject>> {
  const rows = await connection.query(
    `SELECT type, name, tbl_name FROM main.sqlite_schema
     WHERE type IN ('index', 'trigger', 'view') AND sql IS NOT NULL AND name NOT LIKE 'aludel\\_%' ESCAPE '\\'
     ORDER BY name`,
  );
  return new Map(rows.map((row) => {
    const side = {
      type: row["type"] as SideObject["type"],
      name: String(row["name"]),
      table: foldName(String(row["tbl_name"])),
    };
    return [`${side.type} ${foldName(side.name)}`, side];
  }));
}

async function schemaOf(connection: Connection, known?: Schema): Promise<Schema | undefined> {
  try {
    return await introspect(connection, known ? [known] : []);
  } catch (error) {
    // Only another version of SQLite can read the text, so only the rows of its tables are compared.
    if (error instanceof AludelError && error.code === "schema-unreadable") return undefined;
    throw error;
  }
}

/** The folded present name of the owner of an index or trigger; undefined if a statement dropped the owner. */
function ownerNow(
  side: SideObject,
  sides: ReadonlyMap<string, SideObject>,
  { fates, copies }: ObjectsBefore,
): string | undefined {
  if (side.type === "view" || sides.has(`view ${side.table}`)) return side.table;
  const fate = fates.touched.get(side.table);
  if (fate === undefined) return side.table;
  return fate.after === null || isEmptied(fate, copies) ? undefined : fate.after;
}

/** Describes the parts that a table's replacement lacks, by keys that can be compared between schemas. */
function lostParts(
  { fates, copies }: ObjectsBefore,
  fate: TableFate,
  from: Schema,
  to: Schema,
): { readonly name: string; readonly parts: Map<string, string> } | undefined {
  if (!fate.dropped || fate.after === null || isEmptied(fate, copies)) return undefined;
  const virtual = from.virtualTables.get(fate.before);
  const virtualNow = to.virtualTables.get(fate.after);
  if (virtual && virtualNow) {
    return { name: virtualNow.name, parts: lostArguments(virtual, virtualNow) };
  }
  const old = from.tables.get(fate.before);
  const now = to.tables.get(fate.after);
  if (old === undefined || now === undefined) return undefined;
  const columns = new Map([[fate.before, renamedColumns(old, now, fate, fates, copies)]]);
  for (const key of old.foreignKeys) {
    const parent = foldName(key.parent);
    if (parent === fate.before) continue;
    columns.set(parent, new Map([...columns.get(parent) ?? [], ...columnsAfter(key, fates)]));
  }
  const renames = Renames.done(tablesAfter(fates), columns);
  const parts = new Map<string, string>();
  for (const change of compareTables(old, now, renames, false)) {
    for (const [key, fact] of partsOf(change)) parts.set(key, fact);
  }
  return { name: now.name, parts };
}

/** The lost arguments of a CREATE VIRTUAL TABLE: settings such as `tokenize = porter`, and column options. */
function lostArguments(old: VirtualTable, now: VirtualTable): Map<string, string> {
  const textOf = (argument: string) => argument.replaceAll(/["'\s]+/g, " ").trim().toLowerCase();
  const kept = new Set(now.arguments.map(textOf));
  const lost = old.arguments.filter((each) => /[=\s]/.test(each) && !kept.has(textOf(each)));
  return new Map(lost.map((each) => [`argument ${textOf(each)}`, `"${each}"`]));
}

/** The tables that have another name now. */
function tablesAfter({ touched }: TableFates): ReadonlyMap<string, string> {
  return new Map(
    [...touched.values()].flatMap(({ before, after }): [string, string][] =>
      after === null || after === before ? [] : [[before, after]]
    ),
  );
}

/** The columns of a parent that a key refers to and that have another name now. */
function columnsAfter({ parent, parentColumns }: ForeignKey, fates: TableFates) {
  return parentColumns.map((name): [string, string] => [
    foldName(name),
    fates.columnAfter(parent, name),
  ]);
}

function renamedColumns(
  old: Table,
  now: Table,
  fate: TableFate,
  fates: TableFates,
  copies: readonly CopyStatement[],
): ReadonlyMap<string, string> {
  const renamed = new Map<string, string>();
  for (const { name } of old.columns) {
    const to = fates.columnAfter(fate.before, name);
    if (to !== foldName(name)) renamed.set(foldName(name), to);
  }
  const own = copies.filter(({ into }) => fate.aliases.has(into));
  for (const { columns, items } of own) {
    if (columns?.length !== items.length) continue;
    for (const [at, item] of items.entries()) {
      const target = columns[at]!;
      if (item.kind !== "column" || item.name === target) continue;
      const isRename = !now.columns.some(({ name }) => sameName(name, item.name)) &&
        !old.columns.some(({ name }) => sameName(name, target));
      if (isRename) renamed.set(item.name, target);
    }
  }
  return renamed;
}

/** The parts that a change removes. */
function partsOf(change: TableChange): [key: string, fact: string][] {
  switch (change.kind) {
    case "drop-column": {
      const { name } = change.column;
      return [[`column ${foldName(name)}`, `column "${name}"`]];
    }
    case "drop-constraint": {
      const text = describeConstraint(change.constraint);
      return [[`constraint ${text}`, text]];
    }
    case "alter-column": {
      const { from, to } = change;
      const { name } = from;
      const lost: [string, string | undefined, string | undefined][] = [
        ["NOT NULL", from.notNull && "", to.notNull && ""],
        ["DEFAULT", from.default, to.default],
        ["COLLATE", from.collation, to.collation],
        ["GENERATED", from.generated?.expression, to.generated?.expression],
      ];
      // The key has the old text, because the database may differ from the revisions.
      return lost.filter(([, was, is]) => was !== undefined && was !== is).map(([what, was]) => [
        `${what} ${foldName(name)} ${was}`,
        `${[what, was].join(" ").trimEnd()} of column "${name}"`,
      ]);
    }
    case "set-option":
      // findFallenSequences reports AUTOINCREMENT.
      if (change.value || change.option === "autoincrement") return [];
      return [[change.option, OPTIONS[change.option]]];
    default:
      return [];
  }
}

const OPTIONS = {
  "strict": "STRICT",
  "without-rowid": "WITHOUT ROWID",
} as const;

function isCoveredAfter(
  side: SideObject,
  owner: string,
  { schema, fates, copies }: ObjectsBefore,
  after: Schema,
): boolean {
  const index = schema?.indexes.get(foldName(side.name));
  const from = schema?.tables.get(side.table);
  const to = after.tables.get(owner);
  if (index === undefined || from === undefined || to === undefined) return false;
  const fate = fates.touched.get(side.table);
  const columns = fate && renamedColumns(from, to, fate, fates, copies);
  return isCovered(index, { from, to, columns: columns ?? new Map() }, after);
}
