import type { Connection } from "../../db/connection.ts";
import { quoteName } from "../../sql/identifier.ts";
import { virtualModule } from "../../sql/token_reader.ts";
import type { LostKey, RowComparison, RowDifference } from "./row_match.ts";
import { compareRows } from "./compare_rows.ts";
import type { TableShape } from "./table_shape.ts";

const COPY = "aludel_rows";

/** The modules that find the rows after a rowid without reading the rows before it. */
const SEEKING: ReadonlySet<string> = new Set(["fts3", "fts4", "fts5"]);

/**
 * Whether a virtual table, such as an R*Tree, can only be read from its first row, so that reading blocks is quadratic.
 */
export function isUnordered({ virtual, sql }: TableShape): boolean {
  return virtual && !SEEKING.has(virtualModule(sql) ?? "");
}

/**
 * Compares tables if one is unordered, by copying its rows into an ordered temporary table. Servers have no temporary
 * tables, so there the tables themselves are compared.
 *
 * @param unordered Which of the tables are unordered.
 * @param lost Called with the key of each row that is gone or changed.
 * @throws {SqlError}
 */
export async function compareUnordered(
  old: Connection,
  fresh: Connection,
  comparison: RowComparison,
  unordered: { readonly before: boolean; readonly now: boolean },
  lost?: LostKey,
): Promise<RowDifference> {
  if (!fresh.capabilities.ownCache) return await compareRows(old, fresh, comparison, lost);
  const sides = [["before", old], ["now", fresh]] as const;
  const copied = sides.filter(([which]) => unordered[which]);
  let compared = comparison;
  try {
    for (const [which, connection] of copied) {
      compared = await copyRows(connection, compared, which);
    }
    return await compareRows(old, fresh, compared, lost);
  } finally {
    for (const [, connection] of copied) {
      await connection.execute(`DROP TABLE IF EXISTS temp.${COPY}`);
    }
  }
}

/** Copies the rows of one table. @returns The comparison with the copy in the table's place. */
async function copyRows(
  connection: Connection,
  comparison: RowComparison,
  which: "before" | "now",
): Promise<RowComparison> {
  const { identity, columns, schemas } = comparison;
  const from = `${schemas?.[which] ?? "main"}.${quoteName(comparison[which])}`;
  const values = columns.map((column) => column[which]);
  const names = values.map((_, at) => `c${at}`);
  // Rows without a rowid are numbered.
  const [key = "NULL"] = identity[which];
  await connection.execute("PRAGMA query_only = OFF");
  await connection.execute(
    `CREATE TEMP TABLE ${COPY} (${["k INTEGER PRIMARY KEY", ...names].join(", ")})`,
  );
  await connection.execute(
    `INSERT INTO temp.${COPY} SELECT ${[key, ...values].join(", ")} FROM ${from}`,
  );
  return {
    ...comparison,
    [which]: COPY,
    schemas: { ...schemas, [which]: "temp" },
    columns: columns.map((column, at) => ({ ...column, [which]: names[at]! })),
    identity: { ...identity, [which]: ["k"] },
  };
}
