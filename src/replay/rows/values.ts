import type { SqlValue } from "../../db/connection.ts";
import type { Column, Table } from "../../schema/model/model.ts";
import { normalText } from "../../schema/model/normal_text.ts";
import { type Affinity, foldName, unquote } from "../../sql/identifier.ts";
import { Tokenizer } from "../../sql/tokenizer.ts";
import type { SeededRandom } from "./seeded_random.ts";

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

/** How far a value may go. `tame` ones are of the column's type and all different. */
export type Boldness = "bold" | "tame";

/** What SQLite stores: the classes of https://sqlite.org/datatype3.html without NULL. */
type StorageClass = "integer" | "real" | "text" | "blob";

const EVERY_CLASS: readonly [StorageClass, ...StorageClass[]] = ["integer", "real", "text", "blob"];

const CLASS_OF_AFFINITY: Readonly<Record<Affinity, StorageClass>> = {
  INTEGER: "integer",
  NUMERIC: "integer",
  REAL: "real",
  TEXT: "text",
  BLOB: "blob",
};

/** Texts that conversions, quoting and copying get wrong. */
const AWKWARD_TEXTS: readonly [string, ...string[]] = [
  "",
  'it\'s "quoted"',
  "a\0b",
  "line\nbreak",
  "Ünïcödé 🜃",
  " 12 ",
  "0x10",
  "1e3",
  "NULL",
];

const LARGE = 2n ** 53n;

/**
 * A value for a column that is not NULL.
 *
 * @param column The column. In a STRICT table its type is kept to.
 * @param place The number of the row: tame values of two rows differ.
 */
export function columnValue(
  column: Column,
  isStrict: boolean,
  place: number,
  boldness: Boldness,
  random: SeededRandom,
): SqlValue {
  const type = foldName(column.type);
  let storage = CLASS_OF_AFFINITY[column.affinity];
  if (isStrict ? type === "any" : boldness === "bold" && random.once(4)) {
    storage = random.pick(EVERY_CLASS);
  }
  return boldness === "bold" ? boldValue(storage, place, random) : tameValue(storage, place);
}

function boldValue(storage: StorageClass, place: number, random: SeededRandom): SqlValue {
  switch (storage) {
    case "integer":
      return random.pick<bigint>([0n, -1n, LARGE + 1n + BigInt(place), -LARGE - 7n, BigInt(place)]);
    case "real":
      return random.pick<number>([0.1 + place, -0.5, 1e300, 1.5e-9, place + 0.25]);
    case "text":
      return random.once(2) ? random.pick(AWKWARD_TEXTS) : `${random.pick(AWKWARD_TEXTS)}${place}`;
    case "blob":
      return random.once(4) ? new Uint8Array() : new Uint8Array([0, 255, 39, place & 255]);
  }
}

function tameValue(storage: StorageClass, place: number): SqlValue {
  switch (storage) {
    case "integer":
      return BigInt(place + 1);
    case "real":
      return place + 1.5;
    case "text":
      return `text ${place + 1}`;
    case "blob":
      return new TextEncoder().encode(`blob ${place + 1}`);
  }
}

/** Rowids with gaps and, now and then, one that a JavaScript number cannot hold. */
export function rowidFor(place: number, random: SeededRandom): bigint {
  const gap = BigInt(place * 10 + 1 + random.below(9));
  return place > 0 && random.once(6) ? LARGE * 2n + gap : gap;
}
