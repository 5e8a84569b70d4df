import type { Connection } from "../connection.ts";
import { foldName, freeRowidName, quoteName } from "../../sql/identifier.ts";

/** A table whose rows are set aside in another table. */
interface AsideTable {
  readonly name: string;
  /** The name of its rowid; undefined for a table without rowids. */
  readonly rowid: string | undefined;
  /** The stored columns. */
  readonly columns: readonly string[];
  readonly triggers: readonly { readonly name: string; readonly sql: string }[];
}

/** The rows of other tables that a DROP TABLE would delete or change, because foreign keys are enforced. */
export interface Aside {
  /** The table that is dropped, folded. */
  readonly parent: string;
  /** The tables that refer to it, also through others. Parents come before children. */
  readonly tables: readonly AsideTable[];
  /** The tables that refer to it directly, with the columns of each key. */
  readonly direct: readonly { readonly table: string; readonly columns: readonly string[] }[];
}

const FOREIGN_KEYS = `SELECT m.name AS child, f."table" AS parent, f.id AS id, f."from" AS "column"
  FROM main.sqlite_schema AS m, pragma_foreign_key_list(m.name) AS f
  WHERE m.type = 'table' ORDER BY 1, 3, f.seq`;

/**
 * Finds the tables that a DROP TABLE affects: it first deletes all rows, which causes the actions of foreign keys
 * (https://sqlite.org/foreignkeys.html#fk_schemacommands).
 * @param schema A database with the schema right before the DROP.
 * @returns undefined if no other table refers to the table.
 */
export async function findAside(schema: Connection, dropped: string): Promise<Aside | undefined> {
  const parent = foldName(dropped);
  const keys = (await schema.query(FOREIGN_KEYS)).map((row) => ({
    child: String(row["child"]),
    parent: foldName(String(row["parent"])),
    id: `${row["child"]} ${row["id"]}`,
    column: String(row["column"]),
  }));
  const reached = new Set([parent]);
  const names: string[] = [];
  const visit = (name: string) => {
    for (const { child } of keys.filter((key) => key.parent === name)) {
      if (reached.has(foldName(child))) continue;
      reached.add(foldName(child));
      visit(foldName(child));
      // All tables that refer to it are in the list already.
      names.unshift(child);
    }
  };
  visit(parent);
  if (names.length === 0) return undefined;
  const tables = await Promise.all(names.map((name) => readTable(schema, name)));
  const direct = new Map<string, { table: string; columns: string[] }>();
  for (const { child, parent: to, id, column } of keys) {
    if (to !== parent || foldName(child) === parent) continue;
    const key = direct.get(id) ?? { table: child, columns: [] };
    key.columns.push(column);
    direct.set(id, key);
  }
  return { parent, tables, direct: [...direct.values()] };
}

async function readTable(schema: Connection, name: string): Promise<AsideTable> {
  const columns = await schema.query(
    "SELECT name, hidden FROM pragma_table_xinfo(?, 'main') ORDER BY cid",
    [name],
  );
  const [listed] = await schema.query(
    "SELECT wr FROM pragma_table_list(?) WHERE schema = 'main'",
    [name],
  );
  const triggers = await schema.query(
    "SELECT name, sql FROM main.sqlite_schema WHERE type = 'trigger' AND tbl_name = ? COLLATE NOCASE ORDER BY rowid",
    [name],
  );
  return {
    name,
    rowid: listed?.["wr"] ? undefined : freeRowidName(columns.map((row) => String(row["name"]))),
    columns: columns.filter(({ hidden }) => hidden === 0n).map((row) => String(row["name"])),
    triggers: triggers.map((row) => ({ name: String(row["name"]), sql: String(row["sql"]) })),
  };
}

/**
 * The statements that set the rows aside. They drop the triggers of the tables, so that none of them fires.
 * `defer_foreign_keys` must be on, because RESTRICT would otherwise fail.
 * @param number Distinguishes the tables for the rows of one DROP from those of another.
 */
export function setAsideText({ tables }: Aside, number: number): readonly string[] {
  return [
    ...tables.flatMap(({ triggers }) =>
      triggers.map(({ name }) => `DROP TRIGGER main.${quoteName(name)}`)
    ),
    ...tables.flatMap((table, at) => {
      const keep = keepName(number, at);
      const { into, from } = columnsOf(table);
      // The columns have no types, so that values are not converted. Rowids are copied.
      const names = table.columns.map((_, column) => `c${column}`).join(", ");
      return [
        `CREATE TABLE main.${keep} (${names})`,
        `INSERT INTO main.${keep} (${into}) SELECT ${from} FROM main.${quoteName(table.name)}`,
      ];
    }),
    // Children come first, so that no action of a foreign key finds a row.
    ...tables.toReversed().map(({ name }) => `DELETE FROM main.${quoteName(name)}`),
  ];
}

/**
 * The statements that put the rows back under their rowids, and the triggers.
 * @param nameNow The present name of a table.
 * @param fail SQL that fails unless a condition holds.
 */
export function putBackText(
  { tables }: Aside,
  number: number,
  nameNow: (name: string) => string,
  fail: (condition: string) => string,
): readonly string[] {
  return [
    ...tables.flatMap((table, at) => {
      const keep = keepName(number, at);
      const now = quoteName(nameNow(table.name));
      const { into, from } = columnsOf(table);
      return [
        // OR ABORT overrides ON CONFLICT clauses of the table.
        `INSERT OR ABORT INTO main.${now} (${from}) SELECT ${into} FROM main.${keep}`,
        fail(`(SELECT count(*) FROM main.${now}) = (SELECT count(*) FROM main.${keep})`),
        `DROP TABLE main.${keep}`,
      ];
    }),
    ...tables.flatMap(({ triggers }) => triggers.map(({ sql }) => sql)),
  ];
}

/** SQL that is true if no row refers to the table. */
export function unreferredCondition({ direct }: Aside): string {
  return direct.map(({ table, columns }) => {
    const isKey = columns.map((column) => `${quoteName(column)} IS NOT NULL`).join(" AND ");
    return `NOT EXISTS (SELECT 1 FROM main.${quoteName(table)} WHERE ${isKey})`;
  }).join(" AND ");
}

function keepName(number: number, at: number): string {
  return `aludel_keep_${number}_${at + 1}`;
}

function columnsOf(
  { rowid, columns }: AsideTable,
): { readonly into: string; readonly from: string } {
  const row = rowid === undefined ? [] : [rowid];
  return {
    into: [...rowid === undefined ? [] : ["rowid"], ...columns.map((_, at) => `c${at}`)].join(", "),
    from: [...row, ...columns.map(quoteName)].join(", "),
  };
}
