import { AludelError } from "../errors.ts";

/**
 * Refuses two flags of which each says what to print instead of running.
 * @throws {AludelError} `usage`.
 */
export function refuseSqlWithDryRun(flags: {
  readonly sql: boolean;
  readonly dryRun: boolean;
}): void {
  if (!flags.sql || !flags.dryRun) return;
  throw new AludelError("usage", '"--dry-run" and "--sql" exclude each other', {
    next: ["Leave one of them out: --sql prints the statements, --dry-run the route"],
  });
}
