import { quote } from "./contents.ts";

/** The parts of a CREATE TABLE, to write another from them. */
export interface Definition {
  /** Columns in their order, then constraints of the table. */
  readonly parts: readonly string[];
  /** `STRICT, WITHOUT ROWID`. */
  readonly options: string;
}

/** Splits a CREATE TABLE as SQLite stores it at the commas of its first level. */
export function readDefinition(sql: string): Definition {
  const parts: string[] = [];
  let depth = 0;
  let start = sql.indexOf("(", /^CREATE TABLE (?:"(?:[^"]|"")*"|\w+)/.exec(sql)?.[0].length ?? 0) +
    1;
  let at = start;
  for (; at < sql.length; at++) {
    const character = sql[at]!;
    if (character === '"' || character === "'") at = sql.indexOf(character, at + 1);
    else if (character === "(") depth++;
    else if (character === ")" && depth-- === 0) break;
    else if (character === "," && depth === 0) {
      parts.push(sql.slice(start, at).trim());
      start = at + 1;
    }
  }
  parts.push(sql.slice(start, at).trim());
  return { parts, options: sql.slice(at + 1).trim() };
}

/** The CREATE TABLE of the parts. */
export function writeDefinition(name: string, { parts, options }: Definition): string {
  return `CREATE TABLE ${quote(name)} (\n  ${parts.join(",\n  ")}\n) ${options}`.trimEnd();
}

const NAME_AND_TYPE =
  /^((?:"(?:[^"]|"")*"|[\p{L}_][\p{L}\d_]*))(?: (TEXT|INTEGER|REAL|BLOB|NUMERIC|ANY))?(?= |$)/u;

/** The column's definition with another type. */
export function withType(part: string, type: string): string {
  return part.replace(NAME_AND_TYPE, (_, name) => type === "" ? name : `${name} ${type}`);
}

/** The definition, of a column or of the table, without some constraint; the same text if it has none. */
export function withoutConstraint(part: string): string {
  return part
    .replace(/ AUTOINCREMENT/, "")
    .replace(/ REFERENCES .*$/, "")
    .replace(/ (?:UNIQUE(?: ON CONFLICT \w+)?|NOT NULL|DEFAULT (?:'[^']*'|\d+)|COLLATE NOCASE)/, "")
    .replace(/(?: CONSTRAINT \w+)? CHECK \(.*\)$/, "");
}
