import type { RevisionId } from "../graph/revision.ts";
import { quoteName, quoteText } from "../sql/identifier.ts";
import { readMentions } from "../sql/mentions.ts";
import { createStatements } from "../state/state_format.ts";
import type { CheckedStep } from "./checked_route.ts";
import { type TableFates, traceTables } from "./table_fates.ts";

// What the runner asks a database in TypeScript, as SQL that fails where the answer is wrong.

/** Makes the state tables where they are missing, and stops at a format that is not ours. */
export function stateTablesText(): string {
  const statements = createStatements().map((sql) =>
    sql.replace(/^CREATE TABLE /, "CREATE TABLE IF NOT EXISTS ")
      .replace(/^INSERT /, "INSERT OR IGNORE ") + ";"
  );
  const format = /'(\d+)'\)$/.exec(createStatements().at(-1)!)![1]!;
  return [
    ...statements,
    guardText(
      "the state tables are of a format that this script does not know",
      `(SELECT value FROM main.aludel_meta WHERE key = 'format') IS '${format}'`,
    ),
  ].join("\n");
}

/** Stops unless exactly these revisions are applied. */
export function startGuardText(applied: ReadonlySet<RevisionId>): string {
  const wanted = applied.size === 0 ? "NULL" : quoteText([...applied].sort().join(" "));
  return guardText(
    "the database is not at the revisions that this script starts from",
    `(SELECT group_concat(id, ' ') FROM (SELECT id FROM main.aludel_revision ORDER BY id)) IS ${wanted}`,
  );
}

/** Stops where an earlier run of a script outside a transaction was interrupted: what has run of it only the records say. */
export function interruptedGuardText({ id }: CheckedStep): string {
  return guardText(
    "an earlier run of the next revision was interrupted, and aludel status says where",
    `NOT EXISTS (SELECT 1 FROM main.aludel_intent WHERE revision = ${quoteText(id)})`,
  );
}

/**
 * Counts the rows that violate foreign keys, before and after the steps: `before` goes first, `after` stops where there
 * are more. It counts by child and parent table under their names after the steps; the runner compares row by row.
 */
export function violationsText(
  steps: readonly CheckedStep[],
): { readonly before: string; readonly after: string } {
  const fates = traceTables(
    steps.flatMap(({ script }) =>
      script.statements.flatMap((statement) => readMentions(script.text, statement))
    ),
  );
  const old = countText(renamedText('"table"', fates), renamedText("parent", fates));
  const now = countText('lower("table")', "lower(parent)");
  return {
    before: `CREATE TEMP TABLE aludel_violations AS\n${old};`,
    after: guardText(
      "rows violate foreign keys that they did not violate before",
      `NOT EXISTS (
  SELECT 1 FROM (${now}) AS now
  WHERE n > coalesce((SELECT sum(old.n) FROM temp.aludel_violations AS old WHERE old.child = now.child AND old.parent = now.parent), 0)
)`,
    ) + "\nDROP TABLE temp.aludel_violations;",
  };
}

function countText(child: string, parent: string): string {
  return `SELECT ${child} AS child, ${parent} AS parent, count(*) AS n FROM pragma_foreign_key_check GROUP BY 1, 2`;
}

/** The name that a table of before has after. */
function renamedText(column: string, fates: TableFates): string {
  const renamed = [...fates.touched.values()].flatMap(({ before, after }) =>
    after === null || after === before ? [] : [[before, after] as const]
  );
  if (renamed.length === 0) return `lower(${column})`;
  const cases = renamed.map(([before, after]) =>
    `WHEN ${quoteText(before)} THEN ${quoteText(after)}`
  );
  return `CASE lower(${column}) ${cases.join(" ")} ELSE lower(${column}) END`;
}

/** A temporary table whose only constraint is named after the fact: the shell's error says which one does not hold. */
function guardText(fact: string, condition: string): string {
  return [
    `CREATE TEMP TABLE aludel_guard (holds CONSTRAINT ${quoteName(fact)} CHECK (holds));`,
    `INSERT INTO temp.aludel_guard SELECT ${condition};`,
    "DROP TABLE temp.aludel_guard;",
  ].join("\n");
}
