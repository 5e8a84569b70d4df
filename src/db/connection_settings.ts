import type { Connection } from "./connection.ts";

/**
 * What a script inside a transaction can leave changed on the connection: of the pragmas that a revision may use, these
 * two are neither content of the database nor without effect afterwards. `foreign_keys` is the runner's.
 */
export const KNOWN_VALUES: readonly string[] = [
  "PRAGMA legacy_alter_table = OFF",
  "PRAGMA defer_foreign_keys = OFF",
];

/**
 * Whether a script could leave a setting of the connection changed. Errs towards yes, and costs next to
 * nothing: no script changes a setting without the word PRAGMA.
 */
export function mayChangeSettings(sql: string): boolean {
  return /pragma/i.test(sql);
}

/**
 * Puts the connection's settings back to what every revision may count on, inside a transaction or outside.
 * @throws {SqlError}
 */
export async function restoreSettings(connection: Connection): Promise<void> {
  for (const pragma of KNOWN_VALUES) await connection.execute(pragma);
}
