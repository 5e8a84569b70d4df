import type { Row, SqlValue } from "../connection.ts";

/** The answer to a statement. */
export interface Answer {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly SqlValue[])[];
}

/** The answer of a statement that gives no rows. */
export const NO_ROWS: Answer = { columns: [], rows: [] };

/** The rows of an answer by column name; if columns share a name, the last one counts. */
export function toRows({ columns, rows }: Answer): Row[] {
  return rows.map((row) => Object.fromEntries(columns.map((name, at) => [name, row[at] ?? null])));
}

/** One connection to the database of a server, by any protocol. */
export interface ServerStream {
  /** Whether BEGIN is not yet followed by COMMIT or ROLLBACK. */
  readonly inTransaction: boolean;
  /**
   * Runs one statement to its end.
   * @throws {SqlError} SQLite refuses the statement.
   * @throws {LockLost} The transaction is gone.
   * @throws {ServerFault} The server cannot be reached, or its answer is malformed.
   */
  run(sql: string, parameters: readonly SqlValue[]): Promise<Answer>;
  /** Reads the schema as it is at this point of the transaction. */
  readSchema(sql: string): Promise<Answer>;
  /** Switches the enforcement of foreign keys, outside a transaction. */
  enforceKeys(isOn: boolean): Promise<void>;
  /**
   * Asks whether the server accepts some statements, without running them.
   * @returns For each statement the server's message if it refuses the text, otherwise undefined.
   */
  refusals(statements: readonly string[]): Promise<readonly (string | undefined)[]>;
  /** Ends the connection; what is not committed is rolled back. Later requests fail. */
  close(): Promise<void>;
}
