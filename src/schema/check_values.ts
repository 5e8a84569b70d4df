import type { SqlValue } from "../db/connection.ts";
import { foldName, unquote } from "../sql/identifier.ts";
import { Tokenizer } from "../sql/tokenizer.ts";
import type { Table } from "./model.ts";
import { normalText } from "./token_text.ts";

/** What the CHECKs of a table tell about its columns. Names are folded. */
export interface CheckValues {
  /**
   * Values by column that may satisfy the CHECKs: what the expressions compare the column with, and
   * its neighbours. Which of them do, only SQLite knows.
   */
  readonly values: ReadonlyMap<string, readonly SqlValue[]>;
  /** The columns of a CHECK by how SQLite names it when it fails: see {@linkcode checkLabel}. */
  readonly columns: ReadonlyMap<string, ReadonlySet<string>>;
}

/** Reads the CHECKs of a table. */
export function checkValues(table: Table): CheckValues {
  const columns = new Set(table.columns.map(({ name }) => foldName(name)));
  const values = new Map<string, SqlValue[]>();
  const byLabel = new Map<string, ReadonlySet<string>>();
  for (const { name, expression } of table.checks) {
    const found = readExpression(expression, columns);
    byLabel.set(checkLabel(name ?? expression), found.names);
    for (const column of found.names) {
      values.set(column, [...values.get(column) ?? [], ...found.values]);
    }
  }
  return { values, columns: byLabel };
}

/** A CHECK's name, or its expression however spaced, for one who looks it up. */
export function checkLabel(text: string): string {
  return normalText(text);
}

/** Texts for functions that want a certain kind of text. */
const TEXTS_OF_FUNCTION: Readonly<Record<string, readonly string[]>> = {
  json_valid: ["{}", "[]", '{"a":1}'],
  json_type: ["{}", "[]", "1"],
  json_array_length: ["[]", "[1]"],
  date: ["2024-02-29", "1999-12-31"],
  datetime: ["2024-02-29 10:15:00", "1999-12-31 23:59:59"],
  time: ["10:15:00"],
  julianday: ["2024-02-29"],
  strftime: ["2024-02-29", "2024-02-29T10:15:00Z"],
  upper: ["A", "ABC"],
  lower: ["a", "abc"],
};

function readExpression(
  expression: string,
  columns: ReadonlySet<string>,
): { readonly names: ReadonlySet<string>; readonly values: readonly SqlValue[] } {
  const names = new Set<string>();
  const values: SqlValue[] = [];
  const words = new Set<string>();
  const tokenizer = new Tokenizer(expression);
  while (tokenizer.nextSignificant()) {
    const { kind, current } = tokenizer;
    if (kind === "word" || kind === "quoted") {
      const name = foldName(unquote(current));
      words.add(name);
      if (columns.has(name)) names.add(name);
      values.push(...TEXTS_OF_FUNCTION[name]?.values() ?? []);
    } else if (kind === "string") {
      values.push(...textsLike(unquote(current)));
    } else if (kind === "number") {
      values.push(...numbersAround(current));
    } else if (kind === "blob") {
      values.push(bytesOf(current));
    }
  }
  if (words.has("length") || words.has("octet_length")) {
    const lengths = values.filter((value) =>
      typeof value === "bigint" && value >= 0 && value < 999
    );
    values.push(...lengths.map((length) => "x".repeat(Number(length))));
    // A second kind of characters, for a CHECK that asks for digits as well.
    values.push(...lengths.map((length) => "7".repeat(Number(length))));
  }
  values.push(0n, 1n);
  return { names, values };
}

/** The text itself, and a text that it matches as a pattern of LIKE or GLOB. */
function textsLike(text: string): string[] {
  const sample = text
    .replaceAll(/\[\^?([^\]])[^\]]*\]/g, "$1")
    .replaceAll(/[*%]/g, "ab")
    .replaceAll(/[?_]/g, "c");
  return sample === text ? [text] : [text, sample];
}

function numbersAround(text: string): SqlValue[] {
  const plain = text.replaceAll("_", "");
  if (/^(?:\d+|0x[0-9a-f]+)$/i.test(plain)) {
    const value = BigInt.asIntN(64, BigInt(plain));
    return [value, value - 1n, value + 1n, -value];
  }
  const value = Number(plain);
  return Number.isFinite(value) ? [value, value - 0.5, value + 0.5, -value] : [];
}

function bytesOf(blob: string): Uint8Array {
  const hex = blob.slice(2, -1);
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
