import { foldName, quoteName } from "../sql/identifier.ts";
import { Tokenizer } from "../sql/tokenizer.ts";
import { AS_IT_IS, constraintKey } from "./constraint_key.ts";
import { checkSql, referencesSql } from "./constraint_sql.ts";
import { readCreateTable, type TableText } from "./create_table.ts";
import { describeColumn } from "./describe.ts";
import { mentionedNames } from "./mentioned_names.ts";
import type { Check, Column, Constraint, ForeignKey, Table } from "./model.ts";
import { tightenHazard } from "./plan_hazard.ts";
import type { PlannedStatement } from "./planned_statement.ts";
import { tableContext } from "./text_context.ts";
import { displayName } from "../sql/identifier.ts";

/** New columns as ALTER TABLE statements, and the new constraints that come with them. */
export interface AddedColumns {
  readonly statements: readonly PlannedStatement[];
  readonly covered: ReadonlySet<Constraint>;
}

/**
 * Adds columns by ALTER TABLE … ADD COLUMN, with the foreign keys and checks that belong to them.
 *
 * What SQLite allows is at https://sqlite.org/lang_altertable.html#altertabaddcol; it refuses more on a
 * table with rows than on an empty one, and what is judged here is the table with rows.
 *
 * @param table The wanted table.
 * @param constraints The constraints that the present table lacks.
 * @returns undefined where one of the columns cannot be added so.
 */
export function addColumns(
  table: Table,
  columns: readonly Column[],
  constraints: readonly Constraint[],
): AddedColumns | undefined {
  const text = { text: tableContext(table), ...AS_IT_IS };
  const keyed = new Map(constraints.map((one) => [constraintKey(one, table, text), one]));
  const covered = new Set<Constraint>();
  const additions: { readonly column: Column; readonly parts: string[]; checks: boolean }[] = [];
  for (const column of columns) {
    const inline = inlineConstraints(column);
    if (inline === undefined || !isAddable(column, inline)) return undefined;
    for (const constraint of [...inline.foreignKeys, ...inline.checks]) {
      const one = keyed.get(constraintKey(constraint, table, text));
      // One like it stands in the table already, so that it would be there twice.
      if (one === undefined || covered.has(one)) return undefined;
      covered.add(one);
    }
    additions.push({
      column,
      parts: [column.definition],
      checks: inline.checks.length > 0,
    });
  }
  for (const constraint of constraints) {
    if (covered.has(constraint)) continue;
    if (constraint.kind === "foreign-key" && constraint.columns.length === 1) {
      addReference(constraint);
    } else if (constraint.kind === "check") addCheck(constraint);
  }
  return {
    covered,
    statements: additions.map(({ column, parts, checks }) => ({
      sql: `ALTER TABLE ${quoteName(table.name)} ADD COLUMN ${parts.join(" ")}`,
      cost: checks || table.strict ? "scan" : "metadata",
      comment: `add column ${displayName(table.name)}.${describeColumn(column)}`,
      hazards: checks ? [tightenHazard("add-check", table, "violates the new CHECK")] : [],
    })),
  };

  function addReference(key: ForeignKey): void {
    const added = additions.find(({ column }) =>
      foldName(column.name) === foldName(key.columns[0]!)
    );
    if (added === undefined) return;
    added.parts.push(referencesSql(key));
    covered.add(key);
  }

  /** A CHECK may stand behind any column; behind the last new one all that it can name is there. */
  function addCheck(check: Check): void {
    const names = mentionedNames(check.expression);
    const last = additions.at(-1);
    if (!additions.some(({ column }) => names.has(foldName(column.name))) || !last) return;
    last.parts.push(checkSql(check));
    last.checks = true;
    covered.add(check);
  }
}

/** The constraints in a column's own definition. */
export function inlineConstraints(column: Column): TableText | undefined {
  // A definition that ends in a comment would take the parenthesis with it.
  return readCreateTable(`CREATE TABLE x(${column.definition}\n)`);
}

function isAddable(column: Column, inline: TableText): boolean {
  if (inline.primaryKey !== undefined || inline.uniques.length > 0) return false;
  if (column.generated !== undefined) {
    return !column.generated.stored && column.notNull === undefined;
  }
  if (column.default !== undefined && !isConstant(column.default)) return false;
  return column.notNull === undefined || isValue(column.default);
}

/** Whether there is a default other than NULL. */
export function isValue(text: string | undefined): boolean {
  return text !== undefined && foldName(text.replace(/[()\s]/g, "")) !== "null";
}

/** A literal, with or without a sign: what SQLite writes into rows that are there already. */
function isConstant(text: string): boolean {
  const tokenizer = new Tokenizer(text);
  if (!tokenizer.nextSignificant()) return false;
  if (tokenizer.current === "-" || tokenizer.current === "+") {
    if (!tokenizer.nextSignificant() || tokenizer.kind !== "number") return false;
  }
  const { kind, current } = tokenizer;
  const isLiteral = kind === "number" || kind === "string" || kind === "blob" ||
    kind === "quoted" || (kind === "word" && !/^current_/i.test(current));
  return isLiteral && !tokenizer.nextSignificant();
}
