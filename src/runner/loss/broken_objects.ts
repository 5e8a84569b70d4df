import { type Connection, SqlError } from "../../db/connection.ts";
import { mentionedNames } from "../../schema/model/model.ts";
import { foldName, quoteName, unquote } from "../../sql/identifier.ts";
import { Tokenizer } from "../../sql/tokenizer.ts";
import type { TableFates } from "../table_fates.ts";
import type { OldReader } from "./old_state.ts";
import type { LossVerdict, UndeclaredLoss } from "./verdict.ts";

/** The folded names of objects that a segment dropped or created. */
export interface NamedObjects {
  /** The tables, views and columns that were dropped. */
  readonly dropped: ReadonlySet<string>;
  /** The columns that a rebuilt table no longer has under their old names. */
  readonly absent: ReadonlySet<string>;
  /** The views and triggers that were created. */
  readonly created: ReadonlySet<string>;
}

/**
 * Finds the objects that a segment broke by a DROP or a rename: views and triggers that no longer compile, virtual
 * tables that can no longer be read, and foreign keys whose parent is gone. The loss is declared if the object refers,
 * as it did before, to something that a DROP names, or if a CREATE gave it another text. This includes objects that
 * depend on such a view.
 */
export async function findBrokenObjects(
  fresh: Connection,
  old: OldReader,
  fates: TableFates,
  named: NamedObjects,
): Promise<LossVerdict> {
  const left = [
    ...withWhatRestsOnViews(await findUncompilable(fresh, old, fates, named)),
    ...await findOrphanedKeys(fresh, old, fates, named.dropped),
  ];
  return {
    lost: { tables: [], objects: left.filter(({ declared }) => declared).map(({ fact }) => fact) },
    undeclared: left.filter(({ declared }) => !declared),
  };
}

interface BrokenObject extends UndeclaredLoss {
  readonly declared: boolean;
}

/** An object that no longer compiles. */
interface Uncompilable extends BrokenObject {
  readonly object: Compiled;
  readonly refusal: string;
}

interface Compiled {
  /** A table is always a virtual one, which may read the rows of another table, as FTS5 does. */
  readonly type: "view" | "trigger" | "table";
  readonly name: string;
  readonly table: string;
  readonly sql: string;
}

async function findUncompilable(
  fresh: Connection,
  old: OldReader,
  fates: TableFates,
  { dropped, absent, created }: NamedObjects,
): Promise<Uncompilable[]> {
  const losses: Uncompilable[] = [];
  const rows = await fresh.query(
    `SELECT type, name, tbl_name, sql FROM main.sqlite_schema
     WHERE (type IN ('view', 'trigger') OR type = 'table' AND sql LIKE 'CREATE VIRTUAL %')
     AND name NOT LIKE 'aludel\\_%' ESCAPE '\\' ORDER BY name`,
  );
  for (const row of rows) {
    const object: Compiled = {
      type: row["type"] as Compiled["type"],
      name: String(row["name"]),
      table: String(row["tbl_name"]),
      sql: String(row["sql"]),
    };
    const now = await refusalOf(fresh, object);
    if (now === undefined) continue;
    const before = await objectOf(await old(), withOldName(object, fates));
    // The object is new, or did not compile before either.
    if (before === undefined) continue;
    const was = await refusalOf(await old(), before);
    if (was !== undefined && (was === now || !STRING.test(was))) continue;
    const names = missingNames(now);
    const isCreated = created.has(foldName(object.name));
    const isDeclared = object.type === "table" || before.sql === object.sql
      ? names.some((name) => dropped.has(name) || isCreated && absent.has(name))
      : isCreated;
    losses.push({
      object,
      refusal: now,
      declared: isDeclared,
      name: object.name,
      fact: object.type === "table"
        ? `virtual table "${object.name}" can no longer be read: ${now}`
        : `${object.type} "${object.name}" no longer compiles: ${now}`,
    });
  }
  return losses;
}

/** Marks objects as declared that SQLite refuses with the same message as a declared view which they name. */
function withWhatRestsOnViews(broken: readonly Uncompilable[]): Uncompilable[] {
  const declared = new Set(broken.filter((one) => one.declared));
  for (const cause of declared) {
    if (cause.object.type !== "view") continue;
    for (const one of broken) {
      if (one.refusal !== cause.refusal) continue;
      const names = mentionedNames(one.object.sql);
      // The iteration also visits views that are added during it, because views may depend on views.
      if (names.has(foldName(cause.object.name))) declared.add(one);
    }
  }
  return broken.map((one) => ({ ...one, declared: declared.has(one) }));
}

/** Gives an object the name that it had before. */
function withOldName(object: Compiled, fates: TableFates): Compiled {
  if (object.type !== "table") return object;
  const folded = foldName(object.name);
  const fate = [...fates.touched.values()].find(({ after, dropped }) =>
    after === folded && !dropped
  );
  return { ...object, name: fate?.before ?? object.name };
}

async function objectOf(
  connection: Connection,
  { type, name }: Compiled,
): Promise<Compiled | undefined> {
  const [row] = await connection.query(
    `SELECT tbl_name, sql FROM main.sqlite_schema WHERE type = ? AND name = ? COLLATE NOCASE`,
    [type, name],
  );
  return row === undefined
    ? undefined
    : { type, name, table: String(row["tbl_name"]), sql: String(row["sql"]) };
}

/** SQLite's error for an object, which EXPLAIN compiles without running it; undefined if it compiles. */
async function refusalOf(connection: Connection, object: Compiled): Promise<string | undefined> {
  const name = quoteName(object.name);
  try {
    if (object.type === "table") await connection.query(`SELECT * FROM main.${name} LIMIT 1`);
    else if (object.type === "view") await connection.query(`EXPLAIN SELECT * FROM main.${name}`);
    else {
      for (const sql of await firing(connection, object.sql, object.table)) {
        await connection.query(sql);
      }
    }
    return undefined;
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    // An object that needs a function of the application or a missing module cannot be judged.
    return FOREIGN.test(error.sqlite) ? undefined : error.sqlite;
  }
}

/**
 * The folded names that SQLite may not have found. `main.t`, `t.c` and a name with a dot look the same in its message,
 * and names are written with or without quotes.
 */
function missingNames(refusal: string): readonly string[] {
  const text = /^no such (?:table|column): (.*)$/s.exec(refusal.replace(STRING, ""))?.[1];
  if (text === undefined) return [];
  const written = [text, unquote(text)].flatMap((name) =>
    [...name.matchAll(/^|\./g)].map((dot) => name.slice(dot.index + dot[0].length))
  );
  return [...new Set(written.flatMap((name) => [foldName(name), foldName(unquote(name))]))];
}

/** SQLite's hint for an object that compiles if the connection allows double-quoted strings. */
const STRING = / - should this be a string literal in single-quotes\?$/;
const FOREIGN = /^(?:no such function|no such module|no such collation|wrong number of arguments)/;

/**
 * Returns statements that compile a trigger and its body without running anything.
 * @param sql The CREATE TRIGGER.
 * @param on The name of its table or view.
 */
export async function firing(
  connection: Connection,
  sql: string,
  on: string,
): Promise<readonly string[]> {
  const table = `main.${quoteName(on)}`;
  switch (eventOf(sql)) {
    case "INSERT":
      return [`EXPLAIN INSERT INTO ${table} DEFAULT VALUES`];
    case "DELETE":
      return [`EXPLAIN DELETE FROM ${table}`];
    case "UPDATE": {
      const columns = await connection.query(
        "SELECT name FROM pragma_table_xinfo(?, 'main') WHERE hidden = 0",
        [on],
      );
      const sets = columns.map((row) => quoteName(String(row["name"])))
        .map((column) => `${column} = ${column}`);
      return sets.length === 0 ? [] : [`EXPLAIN UPDATE ${table} SET ${sets.join(", ")}`];
    }
    default:
      return [];
  }
}

/** The event of a CREATE TRIGGER: the first word INSERT, DELETE or UPDATE that is not the trigger's name. */
function eventOf(sql: string): string | undefined {
  const tokens = new Tokenizer(sql);
  let words = 0;
  while (tokens.nextSignificant()) {
    if (tokens.kind !== "word") continue;
    const word = tokens.current.toUpperCase();
    // In CREATE TRIGGER insert … the word is the name.
    if (words++ > 1 && (word === "INSERT" || word === "DELETE" || word === "UPDATE")) return word;
  }
  return undefined;
}

const KEYS = `
SELECT m.name AS child, f."table" AS parent, f.id, json_group_array(f."from") AS columns,
  NOT EXISTS (SELECT 1 FROM main.sqlite_schema AS p WHERE p.type = 'table' AND p.name = f."table" COLLATE NOCASE) AS dangles
FROM main.sqlite_schema AS m, pragma_foreign_key_list(m.name, 'main') AS f
WHERE m.type = 'table' AND instr(upper(m.sql), 'REFERENCES') > 0
GROUP BY m.name, f.id`;
const DANGLING = `SELECT * FROM (${KEYS}) WHERE dangles ORDER BY child, id`;

async function findOrphanedKeys(
  fresh: Connection,
  old: OldReader,
  fates: TableFates,
  dropped: ReadonlySet<string>,
): Promise<BrokenObject[]> {
  const dangling = await fresh.query(DANGLING);
  if (dangling.length === 0) return [];
  const reader = await old();
  const tables = await reader.query("SELECT name FROM main.sqlite_schema WHERE type = 'table'");
  const before = new Map(
    tables.map((row): [string, string] => {
      const name = foldName(String(row["name"]));
      return [fates.tableAfter(name), name];
    }),
  );
  const had = new Set(before.values());
  const names = new Set(
    [...had, ...[...fates.touched.values()].flatMap(({ aliases }) => [...aliases])],
  );
  /** By present child and columns: the parents before, and whether the key dangled then. */
  const known = new Map<string, Map<string, boolean>>();
  const keyOf = (child: string, columns: string) => JSON.stringify([child, columns]);
  for (const row of await reader.query(KEYS)) {
    const child = foldName(String(row["child"]));
    const columns = (JSON.parse(String(row["columns"])) as string[])
      .map((column) => fates.columnAfter(child, column));
    const key = keyOf(fates.tableAfter(child), columns.join(", "));
    const parents = known.get(key) ?? new Map<string, boolean>();
    known.set(key, parents.set(foldName(String(row["parent"])), Number(row["dangles"]) === 1));
  }
  const losses: BrokenObject[] = [];
  for (const row of dangling) {
    const child = String(row["child"]);
    const childBefore = before.get(foldName(child));
    const columns = (JSON.parse(String(row["columns"])) as string[]).join(", ");
    const parent = foldName(String(row["parent"]));
    // If no table ever had the parent's name, the script itself refers to a missing table.
    if (childBefore === undefined || !names.has(parent)) continue;
    const parents = known.get(keyOf(foldName(child), foldName(columns)));
    const dangled = parents?.get(parent);
    if (dangled === true) continue;
    const isDropped = had.has(parent) && dropped.has(parent);
    // The key is new, so its author knew that the parent is dropped.
    const isWritten = parents === undefined || fates.touched.get(childBefore)?.dropped === true;
    if (dangled === undefined && isDropped && isWritten) continue;
    losses.push({
      // The key still refers to its old parent, which a DROP named.
      declared: dangled === false && isDropped,
      name: child,
      fact: `foreign key (${columns}) of table "${child}" points at table "${
        String(row["parent"])
      }", which is gone`,
    });
  }
  return losses;
}
