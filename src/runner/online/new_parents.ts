import type { Connection } from "../../db/connection.ts";
import { AludelError } from "../../errors.ts";
import { foldName, quoteName } from "../../sql/identifier.ts";
import { say, shell } from "../../text/next_step.ts";
import { type ForeignKey, readForeignKeys } from "../foreign_key_mismatch.ts";
import { readShape } from "../loss/table_shape.ts";
import { NEW_TABLE } from "./progress.ts";
import type { Rebuild } from "./rebuild.ts";

/**
 * The foreign keys that only the new table has. Rows are copied with enforcement off, because existing violations of
 * old keys are allowed. The new keys must hold for every copied row.
 */
export class NewParents {
  readonly #table: string;
  /** For each key a condition that is true if a row `o` of the old table violates it. */
  readonly #violated: readonly string[];

  private constructor(table: string, violated: readonly string[]) {
    this.#table = table;
    this.#violated = violated;
  }

  /**
   * Reads the new keys.
   * @returns A sentence if a key cannot be checked, because its parent is missing or has no such key.
   */
  static async read(
    connection: Connection,
    { table, columns }: Rebuild,
  ): Promise<NewParents | string> {
    const keys = [...await readForeignKeys(connection)];
    const of = (name: string) =>
      keys.find(([child]) => foldName(child) === foldName(name))?.[1] ?? [];
    const textOf = ({ columns, parent }: ForeignKey) =>
      [...columns, parent].map(foldName).join("\0");
    const known = new Set(of(table).map(textOf));
    const violated: string[] = [];
    for (const key of of(NEW_TABLE)) {
      if (known.has(textOf(key))) continue;
      const parent = await readShape(connection, foldName(key.parent));
      const parentColumns = key.parentColumns.length > 0 ? key.parentColumns : parent?.key ?? [];
      if (parent === undefined || parentColumns.length !== key.columns.length) {
        return `The new foreign key refers to table ${
          quoteName(key.parent)
        }, which has no such key`;
      }
      const sources = key.columns.map((target) =>
        columns.find((one) => one.target === foldName(target))?.source
      );
      // A new column has its default in every row.
      if (sources.includes(undefined)) {
        return "The new foreign key has a column that is not copied, but gets its default";
      }
      const isSet = sources.map((source) => `o.${quoteName(source!)} IS NOT NULL`);
      const isParent = sources.map((source, at) =>
        `p.${quoteName(parentColumns[at]!)} = o.${quoteName(source!)}`
      );
      violated.push(
        `${isSet.join(" AND ")} AND NOT EXISTS (SELECT 1 FROM main.${
          quoteName(key.parent)
        } AS p WHERE ${isParent.join(" AND ")})`,
      );
    }
    return new NewParents(quoteName(table), violated);
  }

  /**
   * Refuses to copy rows that violate a new key.
   * @param key The quoted columns of the key, for the message.
   * @param from A FROM clause with the rows `o` that are to be copied.
   * @param rows A condition on these rows.
   * @throws {AludelError} `foreign-key-violations`
   */
  async refuseOrphans(
    connection: Connection,
    key: readonly string[],
    from: string,
    rows: string,
  ): Promise<void> {
    for (const violated of this.#violated) {
      const list = key.map((column) => `quote(o.${column})`).join(" || ', ' || ");
      const [row] = await connection.query(
        `SELECT ${list} AS key FROM ${from} WHERE ${rows} AND ${violated} LIMIT 1`,
      );
      if (row === undefined) continue;
      throw new AludelError(
        "foreign-key-violations",
        `A row of table ${this.#table} would violate a foreign key of the new table`,
        {
          notes: [`Its key is ${row["key"]}`],
          outcome: "The table is as it was; the rows copied so far stay copied",
          next: [
            say("Correct the row, then repeat the command: it goes on where it stopped"),
            shell`aludel upgrade --abort-online # give it up, and remove the copy`,
          ],
        },
      );
    }
  }
}
