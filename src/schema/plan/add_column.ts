import { displayName, foldName, quoteName, sameName, unquote } from "../../sql/identifier.ts";
import { Tokenizer } from "../../sql/tokenizer.ts";
import { describeColumn } from "../diff/describe.ts";
import { tableScope } from "../diff/renames.ts";
import { AS_IT_IS, checkSql, constraintKey, referencesSql } from "../model/constraint.ts";
import {
  type Check,
  type Column,
  type Constraint,
  type ForeignKey,
  isRowidName,
  mentionedNames,
  type Table,
} from "../model/model.ts";
import { readCreateTable, type TableText } from "../read/definition_text.ts";
import { type PlannedStatement, tightenHazard } from "./statement.ts";

/** Functions that give NULL only for NULL. */
const SOUND = new Set([
  "abs",
  "instr",
  "length",
  "lower",
  "ltrim",
  "rtrim",
  "trim",
  "typeof",
  "upper",
]);

/** Operators that can give NULL for values that are none: division by zero, missing JSON. */
const UNSOUND = new Set(["/", "%", "->", "->>"]);

/** Words that can precede a parenthesis and call nothing. */
const NO_CALLS = new Set(["and", "or", "not", "in", "is", "between", "like", "glob", "escape"]);

/**
 * Whether an expression of a CHECK is surely TRUE or FALSE in every row. A CHECK holds if it is NULL, but
 * SQLite 3.53's ALTER TABLE … ADD CONSTRAINT refuses such rows (measured), so that it is right only here.
 *
 * Columns must be NOT NULL, or ruled out as in `a IS NULL OR a > 0`. When in doubt, the answer is no.
 */
export function isNeverNull(expression: string, table: Table): boolean {
  const tokens = readTokens(expression);
  const required = new Map(
    table.columns.map(({ name, notNull }) => [foldName(name), notNull !== undefined]),
  );
  const guarded = guardedNames(tokens);
  for (const [at, { kind, name, text }] of tokens.entries()) {
    if (kind === "operator" && UNSOUND.has(text)) return false;
    if (kind !== "name") continue;
    const next = tokens[at + 1]?.text;
    if (next === "(" && !NO_CALLS.has(name) && !SOUND.has(name)) return false;
    if (name === "null") {
      const before = tokens[at - 1]?.name;
      const isTest = before === "is" || (before === "not" && tokens[at - 2]?.name === "is");
      if (!isTest) return false;
    }
    if (name === "case" || name === "select" || name === "cast" || name === "raise") return false;
    if (required.get(name) === false && !guarded.has(name)) return false;
  }
  return true;
}

interface ReadToken {
  readonly kind: "name" | "operator" | "other";
  /** Folded; empty for anything but a name. */
  readonly name: string;
  readonly text: string;
}

function readTokens(expression: string): ReadToken[] {
  const tokens: ReadToken[] = [];
  const tokenizer = new Tokenizer(expression);
  while (tokenizer.nextSignificant()) {
    const { kind, current } = tokenizer;
    const isName = kind === "word" || kind === "quoted";
    tokens.push({
      kind: isName ? "name" : kind === "operator" ? "operator" : "other",
      name: isName ? foldName(unquote(current)) : "",
      text: current,
    });
  }
  return tokens;
}

/** The columns of the parts `x IS NULL` of an expression whose parts are joined by OR. */
function guardedNames(tokens: readonly ReadToken[]): ReadonlySet<string> {
  const guarded = new Set<string>();
  let depth = 0;
  let first = 0;
  for (let at = 0; at <= tokens.length; at++) {
    const token = tokens[at];
    if (token?.text === "(") depth++;
    if (token?.text === ")") depth--;
    if (depth === 0 && token?.name === "and") return new Set();
    if (token !== undefined && !(depth === 0 && token.name === "or")) continue;
    const [name, is, nothing] = tokens.slice(first, at);
    if (
      at - first === 3 && name?.kind === "name" && is?.name === "is" && nothing?.name === "null"
    ) {
      guarded.add(name.name);
    }
    first = at + 1;
  }
  return guarded;
}

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
 * @returns undefined if one of the columns cannot be added so.
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
      // The table has one like it already, so it would be there twice.
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

  /** A CHECK may follow any column; after the last new one, all that it can name exists. */
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
