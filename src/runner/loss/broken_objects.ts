import { type Connection, SqlError } from "../../db/connection.ts";
import { mentionedNames } from "../../schema/model/model.ts";
import { foldName, quoteName, unquote } from "../../sql/identifier.ts";
import { Tokenizer } from "../../sql/tokenizer.ts";
import type { TableFates } from "../table_fates.ts";
import type { OldReader } from "./old_state.ts";
import type { LossVerdict, UndeclaredLoss } from "./verdict.ts";

/** What the statements of a segment name, folded. */
export interface NamedObjects {
  /** The tables, views and columns that are dropped. */
  readonly dropped: ReadonlySet<string>;
  /** The columns that a rebuilt table does not have under their names any more. */
  readonly absent: ReadonlySet<string>;
  /** The views and triggers that are created. */
  readonly created: ReadonlySet<string>;
}

/**
 * What a segment that dropped or renamed something has broken: views and triggers that compiled before and no
 * longer do, virtual tables that could be read and no longer can, and foreign keys of tables from before whose parent was
 * there and is gone. If the object refers, as it did before, to what a DROP names, or a CREATE gives it another text, it
 * is broken as the script says, and so is what rests on such a view.
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
  /** A table is a virtual one here: of FTS5, it may read the rows of another table. */
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
    // It came with this run, or did not compile before either.
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

/** A view or trigger that SQLite refuses with the words of a view that it names is broken by that view. */
function withWhatRestsOnViews(broken: readonly Uncompilable[]): Uncompilable[] {
  const declared = new Set(broken.filter((one) => one.declared));
  for (const cause of declared) {
    if (cause.object.type !== "view") continue;
    for (const one of broken) {
      if (one.refusal !== cause.refusal) continue;
      const names = mentionedNames(one.object.sql);
      // A Set visits what is added while it is read: views stand on views.
      if (names.has(foldName(cause.object.name))) declared.add(one);
    }
  }
  return broken.map((one) => ({ ...one, declared: declared.has(one) }));
}

/** The object by its name before. */
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

/** What SQLite says when it compiles the object, which EXPLAIN does without running anything. */
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
    // A function of the application, or a module that is not built in, says nothing of the run.
    return FOREIGN.test(error.sqlite) ? undefined : error.sqlite;
  }
}

/**
 * What SQLite may mean by what it does not find, folded: `main.t`, `t.c` and a name with a dot in it look alike, and it
 * writes a name with its quotes or without them.
 */
function missingNames(refusal: string): readonly string[] {
  const text = /^no such (?:table|column): (.*)$/s.exec(refusal.replace(STRING, ""))?.[1];
  if (text === undefined) return [];
  const written = [text, unquote(text)].flatMap((name) =>
    [...name.matchAll(/^|\./g)].map((dot) => name.slice(dot.index + dot[0].length))
  );
  return [...new Set(written.flatMap((name) => [foldName(name), foldName(unquote(name))]))];
}

/** Connections that allow strings in double quotes compile it. */
const STRING = / - should this be a string literal in single-quotes\?$/;
const FOREIGN = /^(?:no such function|no such module|no such collation|wrong number of arguments)/;

/**
 * What compiles a trigger with its body, and runs nothing.
 * @param sql Its CREATE TRIGGER.
 * @param on Its table or view.
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

/** The first of these words outside names: a trigger's event comes before ON. */
function eventOf(sql: string): string | undefined {
  const tokens = new Tokenizer(sql);
  let words = 0;
  while (tokens.nextSignificant()) {
    if (tokens.kind !== "word") continue;
    const word = tokens.current.toUpperCase();
    // CREATE TRIGGER insert …: SQLite takes the word for a name there.
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
  /** By child and columns now: the parents of before, with whether the key dangled then. */
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
    // A parent that no table was ever called is missing because the script says so.
    if (childBefore === undefined || !names.has(parent)) continue;
    const parents = known.get(keyOf(foldName(child), foldName(columns)));
    const dangled = parents?.get(parent);
    if (dangled === true) continue;
    const isDropped = had.has(parent) && dropped.has(parent);
    // A key that is new, and written when its parent was to be dropped.
    const isWritten = parents === undefined || fates.touched.get(childBefore)?.dropped === true;
    if (dangled === undefined && isDropped && isWritten) continue;
    losses.push({
      // The key points where it did, and a DROP took that.
      declared: dangled === false && isDropped,
      name: child,
      fact: `foreign key (${columns}) of table "${child}" points at table "${
        String(row["parent"])
      }", which is gone`,
    });
  }
  return losses;
}
