import type { SqlValue } from "../connection.ts";

/** What a statement answered. */
export interface Answer {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly SqlValue[])[];
}

/** The answer of a statement that gives no rows. */
export const NO_ROWS: Answer = { columns: [], rows: [] };

/** One connection to the database of a server, by whichever protocol. */
export interface ServerStream {
  /** Whether BEGIN is not yet followed by COMMIT or ROLLBACK. */
  readonly inTransaction: boolean;
  /**
   * Runs one statement to its end.
   * @throws {SqlError} What SQLite says.
   * @throws {LockLost} The transaction is gone.
   * @throws {ServerFault} The server cannot be reached, or gives no answer of the protocol.
   */
  run(sql: string, parameters: readonly SqlValue[]): Promise<Answer>;
  /** Reads the schema as it is at this point of the transaction. */
  readSchema(sql: string): Promise<Answer>;
  /** Switches the enforcement of foreign keys, outside of a transaction. */
  enforceKeys(isOn: boolean): Promise<void>;
  /**
   * Asks whether the server takes some statements at all; runs none of them.
   * @returns For each the server's words if it refuses the text, and otherwise undefined.
   */
  refusals(statements: readonly string[]): Promise<readonly (string | undefined)[]>;
  /** Ends the connection; what is not committed is rolled back. Later requests fail. */
  close(): Promise<void>;
}
