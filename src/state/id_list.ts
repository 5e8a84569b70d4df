import type { SqlValue } from "../db/connection.ts";
import { AludelError } from "../errors.ts";

const EMPTY: readonly string[] = [];

/**
 * Reads a list of ids or labels as the state tables keep it: a JSON array of strings.
 *
 * @param owner The revision of the row, for the message.
 * @throws {AludelError} `state-damaged` where it is something else.
 */
export function readIdList(
  value: SqlValue | undefined,
  owner: string,
  database: string,
): readonly string[] {
  if (value === "[]") return EMPTY;
  const single = readSingle(value);
  if (single !== undefined) return [single];
  const list = parse(value);
  if (Array.isArray(list) && list.every((each) => typeof each === "string")) return list;
  throw new AludelError(
    "state-damaged",
    `Record of revision "${owner}" in database "${database}" is damaged`,
    {
      revision: owner,
      notes: [`A list of ids reads ${JSON.stringify(String(value))}`],
      next: ["Restore a backup, or write the records anew with `aludel stamp --purge REF`"],
    },
  );
}

/** Writes a list as {@linkcode readIdList} reads it. */
export function writeIdList(list: readonly string[]): string {
  return list.length === 0 ? "[]" : JSON.stringify(list);
}

/** The one element of most lists, read without a JSON parser: a history of 10,000 has as many. */
function readSingle(value: SqlValue | undefined): string | undefined {
  if (typeof value !== "string" || !value.startsWith('["')) return undefined;
  const end = value.length - 2;
  if (value.indexOf('"', 2) !== end || !value.endsWith("]") || value.includes("\\")) {
    return undefined;
  }
  return value.slice(2, end);
}

function parse(value: SqlValue | undefined): unknown {
  try {
    return JSON.parse(String(value));
  } catch {
    return undefined;
  }
}
