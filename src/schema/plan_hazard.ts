import { displayName } from "../sql/identifier.ts";
import type { Column, Table } from "./model.ts";
import type { PlanHazard } from "./planned_statement.ts";

/** A table goes with all its rows. */
export function dropTableHazard({ name }: { readonly name: string }): PlanHazard {
  return { code: "drop-table", message: `The rows of ${displayName(name)} are lost` };
}

/** A column goes with its values. */
export function dropColumnHazard(table: Table, column: Column): PlanHazard {
  return {
    code: "drop-column",
    message: `The values of ${displayName(table.name)}.${displayName(column.name)} are lost`,
  };
}

/** Rows that the wanted table does not allow make the statement fail; nothing changes then. */
export function tightenHazard(code: string, table: Table, what: string): PlanHazard {
  return { code, message: `Fails if a row of ${displayName(table.name)} ${what}` };
}

/** Values are converted to another affinity: https://sqlite.org/datatype3.html section 3. */
export function convertHazard(table: Table, from: Column, to: Column): PlanHazard {
  const column = `${displayName(table.name)}.${displayName(to.name)}`;
  return {
    code: "convert-values",
    message:
      `Values of ${column} that look like ${to.affinity} are converted from ${from.affinity}`,
  };
}

/** Nobody but the user knows the value. */
export function chooseHazard(table: Table, columns: readonly string[]): PlanHazard {
  const list = columns.map((name) => `${displayName(table.name)}.${displayName(name)}`);
  return {
    code: "choose-value",
    message: `The rows that are there need a value for ${list.join(", ")}`,
  };
}

/** The values are gone, and the rows get one that merely fits. */
export function placeholderHazard(table: Table, column: string, value: string): PlanHazard {
  return {
    code: "placeholder-value",
    message: `Rows get ${value} in ${displayName(table.name)}.${displayName(column)}, ` +
      "whose values are not known any more",
  };
}
