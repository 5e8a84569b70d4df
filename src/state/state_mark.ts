import type { Connection } from "../db/connection.ts";
import { readFormat } from "./state_format.ts";

/**
 * Stands for one state of a database: two equal marks mean that nothing was recorded in between. Only to be
 * compared.
 */
export type StateMark = string;

/** The mark of a database without state tables. */
export const ABSENT_MARK: StateMark = "absent";

/**
 * Reads the mark of the state as it is now. Every change of a record also writes to the log; the rows are counted
 * as well, for changes made by hand.
 *
 * @throws {AludelError} `state-newer-format`, `state-foreign-tables`.
 * @throws {SqlError}
 */
export async function readMark(connection: Connection): Promise<StateMark> {
  const format = await readFormat(connection);
  return format === "absent" ? ABSENT_MARK : await readPresentMark(connection, format.number);
}

/** {@linkcode readMark} for a database whose format is known. */
export async function readPresentMark(
  connection: Connection,
  format: number | "absent",
): Promise<StateMark> {
  if (format === "absent") return ABSENT_MARK;
  const [row] = await connection.query(
    "SELECT (SELECT count(*) FROM main.aludel_revision) AS revisions, " +
      "(SELECT max(position) FROM main.aludel_revision) AS last, " +
      "(SELECT max(entry) FROM main.aludel_log) AS entry",
  );
  return `${format}:${row?.["revisions"]}:${row?.["last"]}:${row?.["entry"]}`;
}
