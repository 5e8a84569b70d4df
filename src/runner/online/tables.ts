import type { Connection } from "../../db/connection.ts";
import { foldName, quoteName } from "../../sql/identifier.ts";
import { blockValues, literalOf } from "../loss/same_value.ts";
import { readShape, type TableShape } from "../loss/table_shape.ts";
import { NewParents } from "./new_parents.ts";
import { AT_TABLE, LOG_TABLE, NEW_TABLE } from "./progress.ts";
import type { Rebuild } from "./rebuild.ts";

/** A pass over all rows. The position of `copy` is stored in the database, that of `compare` in a temporary table. */
type Pass = "copy" | "compare";
const PLACES: Readonly<Record<Pass, string>> = {
  copy: `main.${AT_TABLE}`,
  compare: "temp.aludel_online_compared",
};
const END = "temp.aludel_online_end";

/** Runs the SQL of a rebuild beside writers on the old and the new table. */
export class OnlineTables {
  /** The old table, quoted. */
  readonly old: string;

  /** The quoted columns of the key in each table. */
  readonly oldKey: readonly string[];
  readonly newKey: readonly string[];
  readonly #unique: readonly UniqueKey[];
  readonly #targets: string;
  readonly #sources: string;
  readonly #same: string;
  readonly #parents: NewParents;

  private constructor(
    rebuild: Rebuild,
    before: TableShape,
    now: TableShape,
    keys: { readonly old: readonly string[]; readonly new: readonly string[] },
    unique: readonly UniqueKey[],
    parents: NewParents,
  ) {
    this.#parents = parents;
    this.#unique = unique;
    this.old = quoteName(rebuild.table);
    this.oldKey = keys.old;
    this.newKey = keys.new;
    this.#targets = rebuild.columns.map(({ target }) => quoteName(target)).join(", ");
    this.#sources = rebuild.columns.map(({ source }) => `o.${quoteName(source)}`).join(", ");
    this.#same = rebuild.columns.map(({ target, source }) => {
      const [left, right] = [`o.${quoteName(source)}`, `n.${quoteName(target)}`];
      const stored = before.columns.find(({ folded }) => folded === source)?.storage;
      const storage = now.columns.find(({ folded }) => folded === target)?.storage;
      if (stored === undefined || storage === undefined || stored === storage) {
        return `${left} IS ${right} COLLATE BINARY AND typeof(${left}) = typeof(${right})`;
      }
      const values = blockValues(left, right, stored, storage);
      return `(${left} IS NULL OR ${literalOf(values.before)} = ${literalOf(values.now)})`;
    }).join(" AND ");
  }

  /**
   * Reads both tables. The name of the new one is {@linkcode NEW_TABLE}.
   * @returns A sentence if the tables have no common key, or values would be lost.
   */
  static async of(connection: Connection, rebuild: Rebuild): Promise<OnlineTables | string> {
    const before = await readShape(connection, foldName(rebuild.table));
    const now = await readShape(connection, NEW_TABLE);
    const name = quoteName(rebuild.table);
    if (before === undefined || now === undefined) return `There is no table ${name}`;
    if (before.virtual || now.virtual) return `Table ${name} is a virtual table`;
    const keys = commonKey(rebuild, before, now);
    if (typeof keys === "string") return keys;
    const copied = new Set(rebuild.columns.map(({ source }) => source));
    const lost = before.columns.find(({ folded, generated }) => !generated && !copied.has(folded));
    if (lost !== undefined) return `The values of column ${quoteName(lost.name)} would be lost`;
    const unique = await uniqueKeys(connection, rebuild.table);
    if (unique === undefined) return `Table ${name} has a unique index on an expression`;
    const parents = await NewParents.read(connection, rebuild);
    if (typeof parents === "string") return parents;
    return new OnlineTables(rebuild, before, now, keys, unique, parents);
  }

  /** The key columns of the log and of the positions. */
  get #logged(): string {
    return this.oldKey.map((_, at) => `k${at}`).join(", ");
  }

  #key(alias: string, key: readonly string[]): string {
    const list = key.map((column) => `${alias}.${column}`).join(", ");
    return key.length === 1 ? list : `(${list})`;
  }

  /** A subquery for the key of the last row of a pass. */
  #place(pass: Pass): string {
    return `(SELECT ${this.#logged} FROM ${PLACES[pass]})`;
  }

  #after(alias: string, key: readonly string[], pass: Pass, begun: boolean): string {
    return begun ? `${this.#key(alias, key)} > ${this.#place(pass)}` : "1";
  }

  async #begun(connection: Connection, pass: Pass): Promise<boolean> {
    return (await connection.query(`SELECT 1 FROM ${PLACES[pass]} LIMIT 1`)).length > 0;
  }

  /** Creates the temporary tables of a connection. */
  async prepare(connection: Connection): Promise<void> {
    for (const table of [END, PLACES.compare]) {
      await connection.execute(`DROP TABLE IF EXISTS ${table}`);
      await connection.execute(`CREATE TABLE ${table} (${this.#logged})`);
    }
  }

  /**
   * Finds the end of the next block of rows in the old table.
   * @returns undefined if there are no more rows; `begun`: whether earlier rows were already passed.
   */
  async next(
    connection: Connection,
    pass: Pass,
    rows: number,
  ): Promise<{ readonly begun: boolean } | undefined> {
    const begun = await this.#begun(connection, pass);
    const list = this.oldKey.map((column) => `o.${column}`);
    const find = (order: string, offset: number) =>
      connection.execute(
        `INSERT INTO ${END} SELECT ${list.join(", ")} FROM main.${this.old} AS o
         WHERE ${this.#after("o", this.oldKey, pass, begun)}
         ORDER BY ${list.map((column) => column + order).join(", ")} LIMIT 1 OFFSET ${offset}`,
      );
    const found = async () => (await connection.query(`SELECT 1 FROM ${END} LIMIT 1`)).length > 0;
    await connection.execute(`DELETE FROM ${END}`);
    await find("", rows - 1);
    if (!await found()) await find(" DESC", 0);
    return await found() ? { begun } : undefined;
  }

  /** A condition for the rows between the position of a pass and the end that {@linkcode OnlineTables.next} found. */
  #between(alias: string, key: readonly string[], pass: Pass, begun: boolean): string {
    return `${this.#after(alias, key, pass, begun)} AND ${
      this.#key(alias, key)
    } <= (SELECT ${this.#logged} FROM ${END})`;
  }

  /** Moves the position of a pass to the end that {@linkcode OnlineTables.next} found. */
  async arrive(connection: Connection, pass: Pass): Promise<void> {
    await connection.execute(`DELETE FROM ${PLACES[pass]}`);
    await connection.execute(
      `INSERT INTO ${PLACES[pass]} SELECT ${this.#logged} FROM ${END}`,
    );
  }

  /**
   * Copies the rows up to the end that {@linkcode OnlineTables.next} found.
   * @returns The number of rows.
   * @throws {AludelError} `foreign-key-violations` if a row violates a new foreign key.
   */
  async copy(connection: Connection, begun: boolean): Promise<number> {
    const rows = this.#between("o", this.oldKey, "copy", begun);
    await this.#parents.refuseOrphans(connection, this.oldKey, `main.${this.old} AS o`, rows);
    await connection.execute(
      `INSERT OR ABORT INTO main.${NEW_TABLE} (${this.#targets}) SELECT ${this.#sources} FROM main.${this.old} AS o
       WHERE ${rows}
       ORDER BY ${this.oldKey.map((column) => `o.${column}`).join(", ")}`,
    );
    const [row] = await connection.query("SELECT changes() AS n");
    return Number(row?.["n"]);
  }

  /**
   * Copies changed rows again.
   * @param entries The maximum number of log entries to process.
   * @param all Whether all rows were copied already. If not, rows after the position are left to `copy`.
   * @returns The number of entries left.
   * @throws {AludelError} As {@linkcode OnlineTables.copy}.
   */
  async drain(connection: Connection, entries: number, all: boolean): Promise<number> {
    const [row] = await connection.query(
      `SELECT max(seq) AS last FROM (SELECT seq FROM main.${LOG_TABLE} ORDER BY seq LIMIT ${entries})`,
    );
    const last = row?.["last"] ?? null;
    if (last === null) return 0;
    const begun = all || await this.#begun(connection, "copy");
    if (begun) {
      // The rows are looked up by the keys of the log. A scan up to the position would read all rows each time.
      const changed = `main.${this.old} AS o ON ${
        this.oldKey.map((column, at) => `o.${column} = l.k${at}`).join(" AND ")
      }`;
      const log =
        `(SELECT DISTINCT ${this.#logged} FROM main.${LOG_TABLE} WHERE seq <= ${last}) AS l`;
      const from = `${log} CROSS JOIN ${changed}`;
      const reached = all ? "1" : `${this.#key("o", this.oldKey)} <= ${this.#place("copy")}`;
      await this.#parents.refuseOrphans(connection, this.oldKey, from, reached);
      await connection.execute(
        `INSERT OR ABORT INTO main.${NEW_TABLE} (${this.#targets}) SELECT ${this.#sources} FROM ${from}
         WHERE ${reached} AND NOT EXISTS (SELECT 1 FROM main.${NEW_TABLE} AS n WHERE ${
          this.#joined("n", "o")
        })`,
      );
    }
    await connection.execute(`DELETE FROM main.${LOG_TABLE} WHERE seq <= ${last}`);
    const [left] = await connection.query(`SELECT count(*) AS n FROM main.${LOG_TABLE}`);
    return Number(left?.["n"]);
  }

  #joined(now: string, old: string): string {
    return this.newKey.map((column, at) => `${now}.${column} = ${old}.${this.oldKey[at]}`).join(
      " AND ",
    );
  }

  /** Counts the rows up to the end that {@linkcode OnlineTables.next} found that differ and are not in the log. */
  async differences(connection: Connection, begun: boolean): Promise<number> {
    const [row] = await connection.query(
      `SELECT count(*) AS old, coalesce(sum(n.${
        this.newKey[0]
      } IS NOT NULL AND ${this.#same}), 0) AS same,
       (SELECT count(*) FROM main.${NEW_TABLE} AS n WHERE ${
        this.#between("n", this.newKey, "compare", begun)
      }) AS new
       FROM main.${this.old} AS o LEFT JOIN main.${NEW_TABLE} AS n ON ${this.#joined("n", "o")}
       WHERE ${this.#between("o", this.oldKey, "compare", begun)} AND NOT ${
        this.#key("o", this.oldKey)
      }
       IN (SELECT ${this.#logged} FROM main.${LOG_TABLE})`,
    );
    // Rows in the log are not in the new table.
    const same = Number(row?.["same"]);
    return Math.max(Number(row?.["old"]), Number(row?.["new"])) - same;
  }

  /** Returns triggers that log the changes of other connections, and delete the changed rows from the new table. */
  triggers(): readonly string[] {
    const forget = (row: string) =>
      `DELETE FROM ${NEW_TABLE} WHERE ${
        this.newKey.map((column, at) => `${column} = ${row}.${this.oldKey[at]}`).join(" AND ")
      };`;
    const note = (row: string) =>
      `INSERT INTO ${LOG_TABLE} (${this.#logged}) VALUES (${
        this.oldKey.map((column) => `${row}.${column}`).join(", ")
      });`;
    // REPLACE deletes conflicting rows without firing DELETE triggers, so they are logged before.
    const list = (alias: string, key: readonly string[]) =>
      key.map((column) => `${alias}.${column}`).join(", ");
    const inTheWay = this.#unique.map((columns) => {
      const rows = `SELECT ${list("o", this.oldKey)} FROM ${this.old} AS o WHERE ${
        columns.map(({ column, collation }) =>
          `o.${column} COLLATE ${quoteName(collation)} = NEW.${column}`
        ).join(" AND ")
      }`;
      return `INSERT INTO ${LOG_TABLE} (${this.#logged}) ${rows};
  DELETE FROM ${NEW_TABLE} WHERE ${this.#tuple(this.newKey)} IN (${rows});`;
    });
    const trigger = (name: string, event: string, body: readonly string[]) =>
      `CREATE TRIGGER main.aludel_online_${name} ${event} ON ${this.old} BEGIN\n  ${
        body.join("\n  ")
      }\nEND`;
    return [
      trigger("insert", "AFTER INSERT", [forget("NEW"), note("NEW")]),
      trigger("update", "AFTER UPDATE", [forget("OLD"), forget("NEW"), note("OLD"), note("NEW")]),
      trigger("delete", "AFTER DELETE", [forget("OLD")]),
      ...(inTheWay.length === 0 ? [] : [
        trigger("insert_over", "BEFORE INSERT", inTheWay),
        trigger("update_over", "BEFORE UPDATE", inTheWay),
      ]),
    ];
  }

  #tuple(key: readonly string[]): string {
    return key.length === 1 ? key[0]! : `(${key.join(", ")})`;
  }
}

/** The names of the triggers of {@linkcode OnlineTables.triggers}. */
export const TRIGGERS: readonly string[] = [
  "insert",
  "update",
  "delete",
  "insert_over",
  "update_over",
].map((name) => `aludel_online_${name}`);

/**
 * Finds the key by which rows are found in both tables, with the column names of each.
 * @returns A sentence if there is none.
 */
function commonKey(
  { table, columns }: Rebuild,
  before: TableShape,
  now: TableShape,
): { readonly old: readonly string[]; readonly new: readonly string[] } | string {
  const name = quoteName(table);
  const targetOf = (source: string) => columns.find((one) => one.source === source)?.target;
  if (before.rowid !== undefined && now.rowid !== undefined) {
    const source = before.rowidColumn === undefined
      ? foldName(before.rowid)
      : foldName(before.rowidColumn);
    const wanted = now.rowidColumn === undefined ? foldName(now.rowid) : foldName(now.rowidColumn);
    return targetOf(source) === wanted
      ? { old: [before.rowid], new: [now.rowid] }
      : `The rows of table ${name} would get other rowids`;
  }
  if (before.rowid !== undefined || now.rowid !== undefined) {
    return before.key.length === 0 || now.key.length === 0
      ? `Table ${name} has no rowid and no key by which its rows can be found`
      : `Table ${name} would be ordered by another key`;
  }
  const targets = before.key.map(targetOf);
  const isSame = targets.length === now.key.length && before.keyOrder === now.keyOrder &&
    targets.every((target, at) => target === now.key[at]);
  if (!isSame) return `The primary key of table ${name} would change`;
  if (/1(?:,|$)/.test(before.keyOrder)) {
    return `The primary key of table ${name} is in descending order`;
  }
  return { old: before.key.map(quoteName), new: now.key.map(quoteName) };
}

type UniqueKey = readonly { readonly column: string; readonly collation: string }[];

/** The columns of each unique index; undefined if one is on an expression. */
async function uniqueKeys(
  connection: Connection,
  table: string,
): Promise<readonly UniqueKey[] | undefined> {
  const rows = await connection.query(
    `SELECT l.seq AS key, x.name, x.coll FROM pragma_index_list(?, 'main') AS l, pragma_index_xinfo(l.name, 'main') AS x
     WHERE l."unique" AND x.key ORDER BY l.seq, x.seqno`,
    [table],
  );
  const keys = new Map<bigint, { column: string; collation: string }[]>();
  for (const row of rows) {
    const key = row["key"] as bigint;
    const columns = keys.get(key) ?? [];
    if (columns.length === 0) keys.set(key, columns);
    if (row["name"] === null) return undefined;
    columns.push({ column: quoteName(String(row["name"])), collation: String(row["coll"]) });
  }
  return [...keys.values()];
}
