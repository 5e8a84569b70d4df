import type { Definition, OtherStatement } from "./schema_statement.ts";

/** From how many statements on several small databases are faster than one. */
const MANY = 300;
const ROOTS_OF_BATCH = 100;

/**
 * SQLite searches its whole schema after each CREATE, so a thousand tables in one database take a
 * quarter of a second, and in ten databases half of that. Statements stay with what they need: an
 * index or trigger with its table or view. Where that is not plain, everything is one batch.
 */
export function batchDefinitions(
  statements: readonly (Definition | OtherStatement)[],
): (readonly (Definition | OtherStatement)[])[] {
  if (statements.length < MANY) return [statements];
  const owners = new Map<string, number>();
  const virtual = statements.filter(({ kind }) => kind === "virtual-table") as Definition[];
  for (const statement of statements) {
    if (statement.kind === "other" || statement.isFilled) return [statements];
    if (statement.kind === "index" || statement.kind === "trigger") continue;
    // Virtual tables may read one another when they are made, and a dump writes out their shadow
    // tables, which exist by then: they share the first database.
    const isFirst = virtual.some(({ owner }) =>
      statement.owner === owner || statement.owner.startsWith(`${owner}_`)
    );
    const batch = isFirst ? 0 : Math.floor(owners.size / ROOTS_OF_BATCH);
    owners.set(statement.owner, batch);
  }
  const found: Definition[][] = [];
  for (const statement of statements) {
    const batch = statement.kind === "other" ? undefined : owners.get(statement.owner);
    if (batch === undefined) return [statements];
    (found[batch] ??= []).push(statement as Definition);
  }
  return found.filter((batch) => batch !== undefined);
}
