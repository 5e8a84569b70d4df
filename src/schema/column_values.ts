import type { SqlValue } from "../db/connection.ts";
import { foldName } from "../sql/identifier.ts";
import type { Affinity } from "../sql/affinity.ts";
import type { Column } from "./model.ts";
import type { SeededRandom } from "./seeded_random.ts";

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
