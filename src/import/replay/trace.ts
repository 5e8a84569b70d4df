/** The statements that a tool ran to take a step, as a trace has them. */
import { isToolTable } from "../../schema/model/foreign_objects.ts";
import { mentionedNames } from "../../schema/model/model.ts";
import { splitStatements } from "../../sql/script.ts";

/** What a tool ran to take a step; null if that is not known. */
export type OwnStatements = readonly string[] | null;

/**
 * A trace without what only looks, and without what is for the tool's own tables.
 * @param table The tool's table, folded.
 */
export function ownStatements(trace: readonly string[] | null, table: string): OwnStatements {
  const isOwn = (sql: string) =>
    mentionedNames(sql).values().some((name) => name === table || isToolTable(name));
  return trace?.filter((sql) => isChange(sql) && !isOwn(sql)) ?? null;
}

/** The statements that write rows, of every trial. */
export function writesOf(run: readonly OwnStatements[]): readonly string[] {
  return [...new Set(run.flatMap((list) => list?.filter(isRowStatement) ?? []))];
}

/** What ran in every trial; null if it depends on the rows that are there, or is not known. */
export function sameStatements([first, ...others]: readonly OwnStatements[]): OwnStatements {
  if (first === undefined || first === null || first.length === 0) return null;
  // Knex gives its temporary tables names by chance.
  const spelled = (list: OwnStatements) =>
    list?.join("\n").replace(/_knex_temp_alter\d+/g, "_knex_temp_alter");
  return others.every((list) => spelled(list) === spelled(first)) ? first : null;
}

export function verbOf(sql: string): string | undefined {
  return splitStatements(sql)[0]?.verb;
}

const LOOKING: ReadonlySet<string> = new Set(
  ["SELECT", "EXPLAIN", "PRAGMA", "BEGIN", "COMMIT", "END", "SAVEPOINT", "RELEASE", "ANALYZE"],
);

/** Whether a statement that was traced changes something; those inside of triggers are comments in a trace. */
function isChange(sql: string): boolean {
  const verb = verbOf(sql);
  return verb !== undefined && !LOOKING.has(verb);
}

/** Whether a statement writes rows otherwise than as the copy of a rebuild. */
export function isRowStatement(sql: string): boolean {
  const verb = verbOf(sql);
  if (verb === "UPDATE" || verb === "DELETE" || verb === "REPLACE") return true;
  return (verb === "INSERT" || verb === "WITH") &&
    !/^\s*INSERT\s+INTO\s+\S*(?:_alembic_tmp_|new__|_knex_temp_|temporary_|_backup)/i.test(sql);
}

export function ended(statements: readonly string[]): string {
  return statements.map((sql) => `${sql.trim().replace(/;$/, "")};\n`).join("");
}
