import type { Connection } from "../../db/connection.ts";
import { type LiteralRow, readLiterals } from "../../replay/rows/literals.ts";
import type { Schema } from "../../schema/model/model.ts";
import { displayName, quoteName, quoteText } from "../../sql/identifier.ts";

/** The rows of one table that differ between two databases with the same schema. */
export interface RowDifference {
  readonly table: string;
  readonly columns: readonly string[];
  /** The rows that only the first database has, as SQL literals. */
  readonly before: readonly LiteralRow[];
  /** The rows that only the second one has. */
  readonly after: readonly LiteralRow[];
}

/** Compares the rows of two databases. Implicit rowids and the order of rows do not matter. */
export async function compareTables(
  before: Connection,
  after: Connection,
  schema: Schema,
): Promise<readonly RowDifference[]> {
  const differences: RowDifference[] = [];
  for (const table of schema.tables.values()) {
    const columns = table.columns.filter(({ generated }) => generated === undefined)
      .map(({ name }) => name);
    const quoted = columns.map(quoteName);
    const old = await readLiterals(before, table.name, quoted);
    const now = await readLiterals(after, table.name, quoted);
    const difference = { before: without(old, now), after: without(now, old) };
    if (difference.before.length + difference.after.length === 0) continue;
    differences.push({ table: table.name, columns, ...difference });
  }
  return differences;
}

/** The rows that the others lack. Equal rows are counted. */
function without(rows: readonly LiteralRow[], others: readonly LiteralRow[]): LiteralRow[] {
  const counts = new Map<string, number>();
  for (const row of others) {
    const key = row.join();
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return rows.filter((row) => {
    const key = row.join();
    const count = counts.get(key) ?? 0;
    counts.set(key, count - 1);
    return count <= 0;
  });
}

/** The maximum number of rows of a table, and of characters of a value, in a description. */
const SHOWN_ROWS = 3;
const SHOWN_LETTERS = 40;

/** Describes the differences, one line for each row: `users: ('Ada', 'A@X') becomes ('Ada', 'a@x')`. */
export function describeRows(differences: readonly RowDifference[]): readonly string[] {
  return differences.flatMap(({ table, columns, before, after }) => {
    const pairs = before.length === after.length
      ? before.map((row, at) => ({ row, now: after[at] }))
      : [
        ...before.map((row) => ({ row, now: undefined })),
        ...after.map((row) => ({ row: undefined, now: row })),
      ];
    const name = `${displayName(table)} (${columns.map(displayName).join(", ")})`;
    const lines = pairs.slice(0, SHOWN_ROWS).map(({ row, now }) =>
      row === undefined
        ? `${name}: ${shown(now!)} is new`
        : now === undefined
        ? `${name}: ${shown(row)} is gone`
        : `${name}: ${shown(row)} becomes ${shown(now)}`
    );
    const more = pairs.length - SHOWN_ROWS;
    return more > 0 ? [...lines, `${name}: ${more} more`] : lines;
  });
}

function shown(row: LiteralRow): string {
  return `(${row.map(shownValue).join(", ")})`;
}

/** A literal from {@linkcode readLiterals} in a readable form on one line. */
function shownValue(literal: string): string {
  const bytes = bytesOf(literal);
  const text = bytes === undefined ? literal : quoteText(new TextDecoder().decode(bytes));
  const line = text.replace(/\p{Cc}/gu, " ");
  return line.length <= SHOWN_LETTERS ? line : `${line.slice(0, SHOWN_LETTERS)}…`;
}

/** Returns INSERT statements for the new rows; undefined if rows were also lost or changed. */
export function insertsOf(differences: readonly RowDifference[]): readonly string[] | undefined {
  if (differences.some(({ before }) => before.length > 0)) return undefined;
  return differences.flatMap(({ table, columns, after }) => {
    const into = `INSERT INTO ${quoteName(table)} (${columns.map(quoteName).join(", ")})`;
    return after.map((row) => `${into} VALUES (${row.map(plainLiteral).join(", ")})`);
  });
}

/** A literal in which text without control characters is readable. */
function plainLiteral(literal: string): string {
  const bytes = bytesOf(literal);
  if (bytes === undefined) return literal;
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    return /[\p{Cc}\p{Cf}]/u.test(text) ? literal : quoteText(text);
  } catch {
    return literal;
  }
}

/** The bytes of a text in the form of {@linkcode readLiterals}; undefined for any other literal. */
function bytesOf(literal: string): Uint8Array | undefined {
  const hex = /^CAST\(x'([0-9A-F]*)' AS TEXT\)$/.exec(literal)?.[1];
  if (hex === undefined) return undefined;
  return Uint8Array.from(hex.match(/../g) ?? [], (byte) => parseInt(byte, 16));
}
