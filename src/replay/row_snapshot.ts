import type { Connection } from "../db/connection.ts";
import type { SurvivingTable } from "./rows/surviving.ts";
import { foldName, quoteName } from "../sql/identifier.ts";
import { type LiteralRow, readLiterals } from "./rows/literals.ts";

/** What must stay of each table, by the folded name of the present one. */
export type RowSnapshot = ReadonlyMap<string, TableSnapshot>;

/** The rows of one table, as far as a change must keep them. */
export interface TableSnapshot {
  readonly rows: readonly LiteralRow[];
  /** The value in sqlite_sequence; undefined where there is none. */
  readonly sequence: bigint | undefined;
}

/**
 * Reads what a change must keep: rowids, the values of kept columns, AUTOINCREMENT sequences.
 *
 * @param side Which of the two schemas the database has.
 */
export async function snapshotRows(
  connection: Connection,
  tables: readonly SurvivingTable[],
  side: "from" | "to",
): Promise<RowSnapshot> {
  const snapshot = new Map<string, TableSnapshot>();
  for (const { from, to, columns, rowids } of tables) {
    const rowid = rowids?.[side === "from" ? 0 : 1];
    const expressions = [
      ...(rowid === undefined ? [] : [rowid]),
      ...columns.filter(({ isKept }) => isKept).map((column) => quoteName(column[side].name)),
    ];
    const table = side === "from" ? from : to;
    snapshot.set(foldName(from.name), {
      rows: await readLiterals(connection, table.name, expressions),
      sequence: from.autoincrement && to.autoincrement
        ? await readSequence(connection, table.name)
        : undefined,
    });
  }
  return snapshot;
}

async function readSequence(connection: Connection, table: string): Promise<bigint | undefined> {
  const [row] = await connection.query(
    "SELECT max(seq) AS seq FROM main.sqlite_sequence WHERE name = ?",
    [table],
  );
  return typeof row?.seq === "bigint" ? row.seq : undefined;
}

/** What the second snapshot lacks, a sentence for each table. */
export function compareRows(before: RowSnapshot, after: RowSnapshot): string[] {
  const losses: string[] = [];
  for (const [key, { rows, sequence }] of before) {
    const name = quoteName(key);
    const now = after.get(key);
    if (now === undefined) continue;
    if (now.rows.length !== rows.length) {
      losses.push(`${name} had ${rows.length} rows, and has ${now.rows.length}`);
    } else if (JSON.stringify(now.rows) !== JSON.stringify(rows)) {
      const at = rows.findIndex((row, index) =>
        JSON.stringify(row) !== JSON.stringify(now.rows[index])
      );
      losses.push(
        `${name} had a row (${rows[at]?.join(", ")}), and has (${now.rows[at]?.join(", ")})`,
      );
    }
    if (sequence !== undefined && (now.sequence ?? -1n) < sequence) {
      losses.push(`${name} had the sequence ${sequence}, and has ${now.sequence ?? "none"}`);
    }
  }
  return losses;
}
