/** The statements that a tool ran to take a step, from a trace. */
import { isToolTable } from "../../schema/model/foreign_objects.ts";
import { mentionedNames, type Schema } from "../../schema/model/model.ts";
import { foldName } from "../../sql/identifier.ts";
import { splitStatements } from "../../sql/script.ts";
import { TokenReader } from "../../sql/token_reader.ts";

/** The statements of a step; null if they are unknown. */
export type OwnStatements = readonly string[] | null;

/**
 * Removes from a trace the statements that only read, and those on the tool's own tables.
 * @param table The folded name of the tool's table.
 */
export function ownStatements(trace: readonly string[] | null, table: string): OwnStatements {
  const isOwn = (sql: string) =>
    mentionedNames(sql).values().some((name) => name === table || isToolTable(name));
  return trace?.filter((sql) => isChange(sql) && !isOwn(sql)) ?? null;
}

/**
 * Selects the statements of all trials that write rows, except those that copy rows for a rebuild: from or into a table
 * that the step creates and drops.
 *
 * @param to The schema after the step.
 */
export function writesOf(run: readonly OwnStatements[], { tables }: Schema): readonly string[] {
  const writes = run.flatMap((list) => {
    const made = new Set(list?.flatMap((sql) => createdTable(sql) ?? []).map(foldName));
    const passing = [...made].filter((name) => !tables.has(name));
    const copies = (sql: string) =>
      verbOf(sql) === "INSERT" &&
      mentionedNames(sql).values().some((name) => passing.includes(name));
    return list?.filter((sql) => writesRows(sql) && !copies(sql)) ?? [];
  });
  return [...new Set(writes)];
}

/** The name of the table that a statement creates; undefined if it creates none. */
function createdTable(sql: string): string | undefined {
  const [statement] = splitStatements(sql);
  if (statement === undefined) return undefined;
  const reader = new TokenReader(sql, statement);
  if (!reader.accept("CREATE")) return undefined;
  if (!reader.accept("TEMP")) reader.accept("TEMPORARY");
  if (!reader.accept("TABLE")) return undefined;
  reader.accept("IF", "NOT", "EXISTS");
  return reader.qualifiedName()?.name;
}

/** The statements if they are the same in every trial; null if they depend on rows, or are unknown. */
export function sameStatements([first, ...others]: readonly OwnStatements[]): OwnStatements {
  if (first === undefined || first === null || first.length === 0) return null;
  // Knex gives its temporary tables random names.
  const spelled = (list: OwnStatements) =>
    list?.join("\n").replace(/_knex_temp_alter\d+/g, "_knex_temp_alter");
  return others.every((list) => spelled(list) === spelled(first)) ? first : null;
}

/** The first word of a statement, in capitals. */
export function verbOf(sql: string): string | undefined {
  return splitStatements(sql)[0]?.verb;
}

const LOOKING: ReadonlySet<string> = new Set(
  ["SELECT", "EXPLAIN", "PRAGMA", "BEGIN", "COMMIT", "END", "SAVEPOINT", "RELEASE", "ANALYZE"],
);

/** Whether a traced statement changes something. Statements of triggers are comments in a trace. */
function isChange(sql: string): boolean {
  const verb = verbOf(sql);
  return verb === "WITH" ? writesRows(sql) : verb !== undefined && !LOOKING.has(verb);
}

const WRITING: ReadonlySet<string> = new Set(["INSERT", "UPDATE", "DELETE", "REPLACE"]);

/** Whether a statement writes rows. */
export function writesRows(sql: string): boolean {
  const verb = verbOf(sql) ?? "";
  return WRITING.has(verb) ||
    (verb === "WITH" && /\b(?:insert|update|delete|replace)\s/i.test(sql));
}

/** Joins statements to a script. */
export function ended(statements: readonly string[]): string {
  return statements.map((sql) => `${sql.trim().replace(/;$/, "")};\n`).join("");
}

/** Whether a statement that writes rows may also delete some, judged by its words. */
export function mayRemoveRows(sql: string): boolean {
  const verb = verbOf(sql);
  return (verb !== "INSERT" && verb !== "UPDATE") || /\bREPLACE\b/i.test(sql);
}
