import { displayName, foldName, quoteName, sameName } from "../../sql/identifier.ts";
import { Tokenizer } from "../../sql/tokenizer.ts";
import { describeColumn } from "../diff/describe.ts";
import { tableScope } from "../diff/renames.ts";
import { AS_IT_IS, checkSql, constraintKey, referencesSql } from "../model/constraint.ts";
import {
  type Check,
  type Column,
  type Constraint,
  type ForeignKey,
  mentionedNames,
  type Table,
} from "../model/model.ts";
import { hasDefaultValue, isRowidName } from "../model/row.ts";
import { readCreateTable, type TableText } from "../read/definition_text.ts";
import { type PlannedStatement, tightenHazard } from "./statement.ts";

/** New columns as ALTER TABLE statements, and the new constraints that they contain. */
export interface AddedColumns {
  readonly statements: readonly PlannedStatement[];
  readonly covered: ReadonlySet<Constraint>;
}

/**
 * Adds columns by ALTER TABLE … ADD COLUMN, with the foreign keys and checks that belong to them.
 *
 * The rules are at https://sqlite.org/lang_altertable.html#altertabaddcol. SQLite is stricter about a table with
 * rows than about an empty one; these are the rules for a table with rows.
 *
 * @param table The wanted table.
 * @param constraints The constraints that the present table lacks.
 * @returns undefined if one of the columns cannot be added this way.
 */
export function addColumns(
  table: Table,
  columns: readonly Column[],
  constraints: readonly Constraint[],
): AddedColumns | undefined {
  const text = { text: tableScope(table), ...AS_IT_IS };
  const keyed = new Map(constraints.map((one) => [constraintKey(one, table, text), one]));
  const covered = new Set<Constraint>();
  const additions: { readonly column: Column; readonly parts: string[]; checks: boolean }[] = [];
  for (const column of columns) {
    const inline = inlineConstraints(column);
    if (inline === undefined || !isAddable(column, inline)) return undefined;
    if (!table.withoutRowid && isRowidName(column.name)) return undefined;
    for (const constraint of [...inline.foreignKeys, ...inline.checks]) {
      const one = keyed.get(constraintKey(constraint, table, text));
      // The table already has such a constraint, and would get it twice.
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
    const added = additions.find(({ column }) => sameName(column.name, key.columns[0]!));
    if (added === undefined) return;
    added.parts.push(referencesSql(key));
    covered.add(key);
  }

  /** A CHECK may follow any column. After the last new one, every column that it names exists. */
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
  // The line break ends a comment at the end of the definition.
  return readCreateTable(`CREATE TABLE x(${column.definition}\n)`);
}

function isAddable(column: Column, inline: TableText): boolean {
  if (inline.primaryKey !== undefined || inline.uniques.length > 0) return false;
  if (column.generated !== undefined) {
    return !column.generated.stored && column.notNull === undefined;
  }
  if (column.default !== undefined && !isConstant(column.default)) return false;
  return column.notNull === undefined || hasDefaultValue(column);
}

/** A literal, with or without a sign: ADD COLUMN takes no other default, because existing rows get it. */
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
