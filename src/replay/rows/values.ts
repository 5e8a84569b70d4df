import type { SqlValue } from "../../db/connection.ts";
import type { Column } from "../../schema/model/model.ts";
import { type Affinity, foldName } from "../../sql/identifier.ts";

/** Makes a value for a row. @param place The number of the row, for which values usually differ. */
export type ValueMaker = (place: number) => SqlValue;

/**
 * The kind of values: `plain` ones are of the column's type and all different; `awkward` ones are likely to break
 * something.
 */
export type ValueStyle = "awkward" | "plain";

/** A storage class of SQLite, without NULL: https://sqlite.org/datatype3.html */
type StorageClass = "integer" | "real" | "text" | "blob";

const EVERY_CLASS: readonly [StorageClass, ...StorageClass[]] = ["integer", "real", "text", "blob"];

const CLASS_OF_AFFINITY: Readonly<Record<Affinity, StorageClass>> = {
  INTEGER: "integer",
  NUMERIC: "integer",
  REAL: "real",
  TEXT: "text",
  BLOB: "blob",
};

/** Texts that conversions, quoting and copying may get wrong. */
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

/** Values of each storage class that a change may get wrong, the most probable ones first. */
const HABITS: Readonly<Record<StorageClass, readonly SqlValue[]>> = {
  integer: [LARGE + 1n, -1n, 0n, -LARGE - 7n, 2n ** 63n - 1n, 10n, 3n],
  real: [0.1, -0.5, 1e300, 1.5e-9, 3, 2.5],
  // Some are equal without case or spaces; others are JSON or numbers, or have a NUL, quotes or a line break.
  text: [
    " 12 ",
    "MiXed",
    "mixed",
    "a\0b",
    '{ "a" : 1.50 }',
    "12",
    "",
    'it\'s "quoted"',
    "Ünïcödé 🜃",
    "1e3",
    "line\nbreak",
  ],
  blob: [new Uint8Array([0, 255, 39]), new Uint8Array(), new TextEncoder().encode("mixed")],
};

/** Values of every class, for columns that store all of them. */
const MIXED: readonly SqlValue[] = [
  LARGE + 1n,
  " 12 ",
  0.1,
  new Uint8Array([0, 255, 39]),
  "MiXed",
  "a\0b",
  3,
  "mixed",
  '{ "a" : 1.50 }',
  -1n,
];

/** The number of habits that {@linkcode fillTables} uses for a column. */
const FIRST_HABITS = 11;

/** The values to try in a column, including NULL if the column allows it. */
function habitsOf(column: Column, isStrict: boolean): readonly SqlValue[] {
  const storage = CLASS_OF_AFFINITY[column.affinity];
  const nothing = column.notNull === undefined ? [null] : [];
  if (isStrict ? foldName(column.type) === "any" : storage === "blob") {
    return [...nothing, ...MIXED];
  }
  const own = HABITS[storage];
  if (isStrict) return [...own.slice(0, 4), ...nothing, ...own.slice(4)];
  // Values of other classes that the affinity would convert are left out.
  const foreign: readonly SqlValue[] = storage === "text" ? [MIXED[3]!] : [0.1, "MiXed", MIXED[3]!];
  const reals = column.affinity === "NUMERIC" ? HABITS.real : [];
  return [...own.slice(0, 4), ...nothing, ...foreign, ...reals, ...own.slice(4)];
}

/**
 * Returns a maker that gives each row of a column the next habit.
 *
 * @param offset The first habit, which differs between columns so that two columns of a row are not alike.
 */
export function habitMaker(column: Column, isStrict: boolean, offset: number): ValueMaker {
  const habits = habitsOf(column, isStrict).slice(0, FIRST_HABITS);
  return (place) => habits[(place + offset) % habits.length]!;
}

/**
 * Makes a value for a column that is not NULL.
 *
 * @param isStrict Whether the table is STRICT, so that the value has the column's type.
 * @param place The number of the row. Plain values of two rows differ.
 */
export function columnValue(
  column: Column,
  isStrict: boolean,
  place: number,
  style: ValueStyle,
  random: SeededRandom,
): SqlValue {
  const type = foldName(column.type);
  let storage = CLASS_OF_AFFINITY[column.affinity];
  if (isStrict ? type === "any" : style === "awkward" && random.once(4)) {
    storage = random.pick(EVERY_CLASS);
  }
  return style === "awkward" ? awkwardValue(storage, place, random) : plainValue(storage, place);
}

function awkwardValue(storage: StorageClass, place: number, random: SeededRandom): SqlValue {
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

function plainValue(storage: StorageClass, place: number): SqlValue {
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

/** Makes a rowid. They have gaps, and unless `isPlain`, some are too large for a JavaScript number. */
export function rowidFor(place: number, random: SeededRandom, isPlain: boolean): bigint {
  const gap = BigInt(place * 10 + 1 + random.below(9));
  return place > 0 && !isPlain && random.once(6) ? LARGE * 2n + gap : gap;
}

/**
 * Random numbers that depend only on a seed, so that failures can be reproduced: xorshift32 (G. Marsaglia, "Xorshift
 * RNGs", 2003).
 */
export class SeededRandom {
  #state: number;

  /** @param seed Any integer. */
  constructor(seed: number) {
    // Similar seeds must not begin with similar numbers, and the state must not be 0.
    this.#state = (Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) | 0) || 1;
  }

  /** An integer from 0 to `limit` - 1. */
  below(limit: number): number {
    let state = this.#state;
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    this.#state = state;
    return (state >>> 0) % limit;
  }

  /** True with a probability of 1 / `times`. */
  once(times: number): boolean {
    return this.below(times) === 0;
  }

  /** One of the items. */
  pick<T>(items: readonly [T, ...T[]]): T {
    return items[this.below(items.length)] ?? items[0];
  }
}
