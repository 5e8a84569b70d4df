import { displayName, foldName, quoteName, sameName } from "../../sql/identifier.ts";
import { describeTableChange } from "../diff/describe.ts";
import { tableScope } from "../diff/renames.ts";
import type { AlterColumn, AlterTable } from "../model/change.ts";
import { AS_IT_IS, checkSql, constraintKey } from "../model/constraint.ts";
import {
  type Check,
  type Column,
  type Constraint,
  mentionedNames,
  type Table,
} from "../model/model.ts";
import { addColumns, inlineConstraints } from "./add_column.ts";
import {
  ALTERS_CONSTRAINTS,
  dropColumnHazard,
  DROPS_COLUMNS,
  isAtLeast,
  type PlannedStatement,
  type Release,
  statement,
  tightenHazard,
} from "./statement.ts";
import { isRowidName } from "../model/row.ts";
import { isNeverNull } from "./check_expression.ts";

/** A table's changes, except renames, as ALTER TABLE statements. */
export interface Alteration {
  readonly statements: readonly PlannedStatement[];
  /** Columns that DROP COLUMN removes, folded: SQLite then compiles all views and triggers. */
  readonly drops: readonly string[];
  /** The oldest SQLite that can run them; undefined if any can. */
  readonly sqlite: Release | undefined;
}

/**
 * Alters a table if that works on a table with rows and is cheaper than a rebuild.
 *
 * @param change What differs. Renames were already done.
 * @param presentName The current name of a column of the present table, which is given folded.
 * @returns undefined if a rebuild is necessary or cheaper.
 */
export function alterTable(
  change: AlterTable,
  sqlite: Release,
  presentName: (folded: string) => string,
): Alteration | undefined {
  return new AlterationBuilder(change, sqlite, presentName).build();
}

class AlterationBuilder {
  readonly #change: AlterTable;
  readonly #to: Table;
  readonly #table: string;
  readonly #altersConstraints: boolean;
  readonly #dropsColumns: boolean;
  readonly #presentName: (folded: string) => string;
  readonly #statements: PlannedStatement[] = [];
  #needsNew = false;

  constructor(change: AlterTable, sqlite: Release, presentName: (folded: string) => string) {
    this.#change = change;
    this.#to = change.to;
    this.#table = `ALTER TABLE ${quoteName(change.to.name)}`;
    this.#altersConstraints = isAtLeast(sqlite, ALTERS_CONSTRAINTS);
    this.#dropsColumns = isAtLeast(sqlite, DROPS_COLUMNS);
    this.#presentName = presentName;
  }

  build(): Alteration | undefined {
    const { changes } = this.#change;
    const added: Column[] = [];
    const dropped: Column[] = [];
    const altered: AlterColumn[] = [];
    const addedConstraints: Constraint[] = [];
    const droppedConstraints: Constraint[] = [];
    for (const change of changes) {
      switch (change.kind) {
        case "add-column":
          added.push(change.column);
          break;
        case "drop-column":
          dropped.push(change.column);
          break;
        case "alter-column":
          altered.push(change);
          break;
        case "add-constraint":
          addedConstraints.push(change.constraint);
          break;
        case "drop-constraint":
          droppedConstraints.push(change.constraint);
          break;
        case "reorder-columns":
        case "set-option":
          return undefined;
      }
    }
    // Each DROP COLUMN rewrites every row; a rebuild drops several columns at once.
    if (dropped.length > (this.#dropsColumns ? 1 : 0)) return undefined;
    const droppedWithColumn = new Set(
      dropped.flatMap((column) => this.#constraintsIn(column, droppedConstraints)),
    );
    for (const constraint of droppedConstraints) {
      if (!droppedWithColumn.has(constraint) && !this.#dropConstraint(constraint)) return undefined;
    }
    for (const change of altered) {
      if (!this.#alterNotNull(change)) return undefined;
    }
    for (const column of dropped) {
      if (!this.#dropColumn(column, droppedConstraints)) return undefined;
    }
    const additions = addColumns(this.#to, added, addedConstraints);
    if (additions === undefined) return undefined;
    this.#statements.push(...additions.statements);
    for (const constraint of addedConstraints) {
      if (!additions.covered.has(constraint) && !this.#addConstraint(constraint)) return undefined;
    }
    return {
      statements: this.#statements,
      drops: dropped.map(({ name }) => foldName(name)),
      sqlite: this.#needsNew ? ALTERS_CONSTRAINTS : undefined,
    };
  }

  /** The constraints in the definition of a column, which are dropped with it. */
  #constraintsIn(column: Column, constraints: readonly Constraint[]): Constraint[] {
    const { from } = this.#change;
    const scope = { text: tableScope(from), ...AS_IT_IS };
    const inline = inlineConstraints(column);
    const keys = new Set(
      [...inline?.checks ?? [], ...inline?.foreignKeys ?? []]
        .map((constraint) => constraintKey(constraint, from, scope)),
    );
    return constraints.filter((constraint) => keys.has(constraintKey(constraint, from, scope)));
  }

  #dropConstraint(constraint: Constraint): boolean {
    if (!this.#altersConstraints || constraint.kind !== "check") return false;
    const { name } = constraint;
    if (name === undefined || this.#isAmbiguous(constraint)) return false;
    this.#needsNew = true;
    this.#push(
      `${this.#table} DROP CONSTRAINT ${quoteName(name)}`,
      describeTableChange(this.#to.name, { kind: "drop-constraint", constraint }),
    );
    return true;
  }

  #addConstraint(constraint: Constraint): boolean {
    if (!this.#altersConstraints || constraint.kind !== "check") return false;
    if (constraint.name !== undefined && this.#isAmbiguous(constraint)) return false;
    if (!isNeverNull(constraint.expression, this.#to)) return false;
    this.#needsNew = true;
    this.#statements.push({
      sql: `${this.#table} ADD ${checkSql(constraint)}`,
      cost: "scan",
      comment: describeTableChange(this.#to.name, { kind: "add-constraint", constraint }),
      hazards: [tightenHazard("add-check", this.#to, "violates the new CHECK")],
    });
    return true;
  }

  /** Whether other constraints have the same name: SQLite drops the first of them, and refuses to add a second. */
  #isAmbiguous({ name }: Check): boolean {
    const { from, to } = this.#change;
    return [from, to].some((table) => {
      const names = [
        table.primaryKey?.name,
        ...[...table.uniques, ...table.foreignKeys, ...table.checks].map((other) => other.name),
        ...table.columns.map((column) => column.notNull?.name),
      ];
      return names.filter((other) => sameName(other ?? "", name ?? "")).length > 1;
    });
  }

  #alterNotNull(change: AlterColumn): boolean {
    const { from, to, facets } = change;
    if (!this.#altersConstraints || facets.length !== 1 || facets[0] !== "not-null") return false;
    if (to.notNull?.name !== undefined || to.generated !== undefined) return false;
    this.#needsNew = true;
    const alter = `${this.#table} ALTER COLUMN ${quoteName(to.name)}`;
    const comment = describeTableChange(this.#to.name, change);
    if (from.notNull !== undefined) this.#push(`${alter} DROP NOT NULL`, comment);
    if (to.notNull !== undefined) {
      const { conflict } = to.notNull;
      this.#statements.push({
        sql: `${alter} SET NOT NULL${conflict === undefined ? "" : ` ON CONFLICT ${conflict}`}`,
        cost: "scan",
        comment,
        hazards: [tightenHazard("set-not-null", this.#to, `has NULL in ${displayName(to.name)}`)],
      });
    }
    return true;
  }

  /**
   * Drops a column if ALTER TABLE can: https://sqlite.org/lang_altertable.html#altertabdropcol
   *
   * @param dropped Constraints that were dropped already.
   */
  #dropColumn(column: Column, dropped: readonly Constraint[]): boolean {
    const { from } = this.#change;
    const key = foldName(column.name);
    // A table must have a column that is not generated at every moment, also before columns are added.
    const remains = from.columns.some(({ name, generated }) =>
      foldName(name) !== key && generated === undefined
    );
    if (!remains) return false;
    const inKey = [from.primaryKey, ...from.uniques].some((constraint) =>
      constraint?.columns.some(({ name }) => foldName(name) === key)
    );
    if (inKey || (!from.withoutRowid && isRowidName(column.name))) return false;
    const own = this.#constraintsIn(column, [...from.foreignKeys, ...from.checks]);
    const others: Constraint[] = [...from.foreignKeys, ...from.checks]
      .filter((constraint) => !own.includes(constraint) && !dropped.includes(constraint));
    const isUsed =
      others.some((constraint) =>
        constraint.kind === "foreign-key"
          ? constraint.columns.some((name) => foldName(name) === key)
          : constraint.kind === "check" && mentionedNames(constraint.expression).has(key)
      ) || from.columns.some(({ name, generated }) =>
        foldName(name) !== key && generated !== undefined &&
        mentionedNames(generated.expression).has(key)
      );
    if (isUsed) return false;
    this.#statements.push({
      sql: `${this.#table} DROP COLUMN ${quoteName(this.#presentName(key))}`,
      cost: "rewrite",
      comment: describeTableChange(this.#to.name, { kind: "drop-column", column }),
      hazards: column.generated === undefined ? [dropColumnHazard(this.#to, column)] : [],
    });
    return true;
  }

  #push(sql: string, comment: string): void {
    this.#statements.push(statement(sql, "metadata", comment));
  }
}
