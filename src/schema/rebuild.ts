import { displayName, quoteName, quoteText } from "../sql/identifier.ts";
import type { AlterTable } from "./change.ts";
import { copyRows } from "./copy_rows.ts";
import { describeConstraint } from "./describe.ts";
import type { Constraint, Index, Table } from "./model.ts";
import { tightenHazard } from "./plan_hazard.ts";
import type { CostClass, PlanHazard, PlannedLoss, PlannedStatement } from "./planned_statement.ts";
import { qualifiesItself, withTableName, withTableNameThroughout } from "./table_sql.ts";

/** A table to be built anew. */
export interface RebuildRequest {
  readonly change: AlterTable;
  /** The name by now of a column of the present table, which is given folded. */
  readonly presentName: (folded: string) => string;
  readonly missingValues: "choose" | "placeholder";
  /** Indexes of the wanted table that the present one has too. */
  readonly indexes: readonly Index[];
  /** Gives a name that nothing has, made from the one given. */
  readonly freeName: (name: string) => string;
}

/** The statements of a rebuild. */
export interface Rebuild {
  readonly statements: readonly PlannedStatement[];
  /** Whether its rename compiles all views and triggers. */
  readonly compiles: boolean;
}

/**
 * Builds a table anew as the wanted one, whatever differs, and keeps all the rest: docs/rebuild.md has the
 * recipe with its reasons. The table has its wanted name already. Its triggers go with it and are not
 * made again here.
 */
export function rebuildTable(request: RebuildRequest): Rebuild {
  const { change: { from, to } } = request;
  const isQualified = qualifiesItself(from.sql, from.name) || qualifiesItself(to.sql, to.name);
  const into = request.freeName(`${to.name}__new`);
  const statements = [
    create(request, into, isQualified),
    ...keepSequence(from, to, into),
    copyRows({ ...request, into }),
    ...(isQualified ? replace(to, into) : exchange(to, into, request.freeName)),
    ...request.indexes.map((index): PlannedStatement => ({
      sql: index.sql,
      cost: "scan",
      comment: `create index ${displayName(index.name)} again`,
      hazards: [],
    })),
  ];
  return { statements, compiles: isQualified };
}

function create(
  { change }: RebuildRequest,
  into: string,
  isQualified: boolean,
): PlannedStatement {
  const { to } = change;
  return {
    sql: isQualified ? withTableNameThroughout(to.sql, into, to.name) : withTableName(to.sql, into),
    cost: "metadata",
    comment: `rebuild table ${displayName(to.name)}`,
    hazards: tightenings(change),
    losses: losses(change),
  };
}

/** What rows may not be like any more: the copy fails at the first that is. */
function tightenings({ to, changes }: AlterTable): PlanHazard[] {
  return changes.flatMap((change): PlanHazard[] => {
    switch (change.kind) {
      case "alter-column":
        return change.facets.includes("not-null") && change.to.notNull !== undefined &&
            change.from.notNull === undefined
          ? [tightenHazard("set-not-null", to, `has NULL in ${displayName(change.to.name)}`)]
          : [];
      case "add-constraint":
        return [tightening(to, change.constraint)];
      case "set-option":
        return change.option === "strict" && change.value
          ? [tightenHazard("make-strict", to, "has a value of another type than its column")]
          : [];
      default:
        return [];
    }
  });
}

function tightening(table: Table, constraint: Constraint): PlanHazard {
  const codes = {
    "check": "add-check",
    "unique": "add-unique",
    "primary-key": "add-primary-key",
    "foreign-key": "add-foreign-key",
  } as const;
  return tightenHazard(
    codes[constraint.kind],
    table,
    `violates ${describeConstraint(constraint)}`,
  );
}

/** What the runner would take for a loss, and the wanted schema asks for. */
function losses({ from, to }: AlterTable): PlannedLoss[] {
  return from.autoincrement && !to.autoincrement
    ? [{ name: to.name, reason: "no longer AUTOINCREMENT" }]
    : [];
}

/** Written before the copy, so that the copy can only raise it: ids of deleted rows stay used. */
function keepSequence(from: Table, to: Table, into: string): PlannedStatement[] {
  if (!from.autoincrement || !to.autoincrement) return [];
  return [{
    sql: `INSERT INTO sqlite_sequence (name, seq)\nSELECT ${quoteText(into)}, seq ` +
      `FROM sqlite_sequence WHERE name = ${quoteText(to.name)}`,
    cost: "metadata",
    comment: "keep its AUTOINCREMENT sequence",
    hazards: [],
  }];
}

/**
 * Puts the new table into the old one's place by two renames that leave all other texts alone, so that views,
 * triggers and foreign keys that name it mean the new one; the old one goes under another name, so
 * that DROP TABLE does not take the rows of sqlite_stat1 and sqlite_stat4 along.
 */
function exchange(
  { name }: Table,
  into: string,
  freeName: (name: string) => string,
): PlannedStatement[] {
  const away = freeName(`${name}__old`);
  return [
    step(
      "PRAGMA legacy_alter_table = on",
      "metadata",
      "put the new table into the old one's place",
    ),
    step(`ALTER TABLE ${quoteName(name)} RENAME TO ${quoteName(away)}`),
    step(`ALTER TABLE ${quoteName(into)} RENAME TO ${quoteName(name)}`),
    step("PRAGMA legacy_alter_table = off"),
    step(`DROP TABLE ${quoteName(away)}`, "scan"),
  ];
}

/**
 * The same for a table whose expressions qualify columns with its name. Only a rename that rewrites texts
 * changes them too; there must be no view or trigger then that names the table.
 */
function replace({ name }: Table, into: string): PlannedStatement[] {
  return [
    step(`DROP TABLE ${quoteName(name)}`, "scan", "put the new table into the old one's place"),
    step(`ALTER TABLE ${quoteName(into)} RENAME TO ${quoteName(name)}`),
  ];
}

function step(sql: string, cost: CostClass = "metadata", comment = ""): PlannedStatement {
  return { sql, cost, comment, hazards: [] };
}
