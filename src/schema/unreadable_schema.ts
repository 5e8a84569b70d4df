import { AludelError } from "../errors.ts";

/**
 * The error for stored SQL that SQLite accepts and Aludel cannot read, or reads differently.
 *
 * @param notes The statement, shortened where it is long.
 */
export function unreadableSchema(message: string, notes: readonly string[]): AludelError {
  return new AludelError("schema-unreadable", message, {
    notes,
    next: [
      'sqlite3 FILE "PRAGMA integrity_check", to see whether SQLite still reads the schema',
      "If it does, please report the statement",
    ],
  });
}
