import { quoteName } from "../sql/identifier.ts";
import type { Check, ForeignKey } from "./model.ts";

/** A CHECK in SQL. Its expression may end in a comment, which would swallow the parenthesis. */
export function checkSql({ name, expression }: Check): string {
  const end = expression.includes("--") ? "\n" : "";
  return `${constraintName(name)}CHECK (${expression}${end})`;
}

/** A foreign key of one column in SQL, as it stands behind the column. */
export function referencesSql(key: ForeignKey): string {
  const columns = key.parentColumns.length === 0
    ? ""
    : ` (${key.parentColumns.map(quoteName).join(", ")})`;
  return [
    `${constraintName(key.name)}REFERENCES ${quoteName(key.parent)}${columns}`,
    key.onDelete === "NO ACTION" ? "" : `ON DELETE ${key.onDelete}`,
    key.onUpdate === "NO ACTION" ? "" : `ON UPDATE ${key.onUpdate}`,
    key.match === undefined ? "" : `MATCH ${quoteName(key.match)}`,
    key.deferred ? "DEFERRABLE INITIALLY DEFERRED" : "",
  ].filter((part) => part !== "").join(" ");
}

function constraintName(name: string | undefined): string {
  return name === undefined ? "" : `CONSTRAINT ${quoteName(name)} `;
}
