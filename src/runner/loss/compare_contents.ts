import type { Affinity } from "../../sql/identifier.ts";
import { noDifference, type RowComparison, type RowDifference } from "./row_match.ts";
import { keepsValue } from "./same_value.ts";
import { type Block, blocksOf, type BlockTexts, type TableSide } from "./table_side.ts";

/** The blocks of rows that are not the same in both tables. */
interface Remainder {
  readonly before: readonly Block[];
  readonly now: readonly Block[];
  /** Whether there is text that is not valid UTF-8. */
  opaque: boolean;
}

/**
 * Compares tables without a common key as multisets of rows. An equal value of the new column's type is the same value.
 * A row that is found only if the columns that may differ are left out has changed in these.
 *
 * Each table is read in the order of its own key. A copy usually writes its rows in the order in which it reads them,
 * so that most blocks are equal and their rows need not be compared.
 */
export async function compareContents(
  old: TableSide,
  fresh: TableSide,
  comparison: RowComparison,
  texts: BlockTexts,
): Promise<RowDifference> {
  const { columns } = comparison;
  const difference: RowDifference = { ...noDifference(), keyless: true };
  const remainder = await readRemainder(old, fresh, texts);
  const countMissing = async (places: readonly number[]) =>
    await new Contents(old, fresh, comparison, remainder, places).countMissing();
  const all = columns.map((_, at) => at);
  const missing = await countMissing(all);
  const firm = all.filter((at) => !columns[at]!.mayDiffer);
  if (missing === 0 || firm.length === columns.length) return { ...difference, gone: missing };
  const gone = await countMissing(firm);
  const loose = all.filter((at) => columns[at]!.mayDiffer);
  for (const at of loose) {
    const found = await countMissing([...firm, at]);
    if (found > gone) difference.changed.set(columns[at]!.name, found - gone);
  }
  // Each value was found, but not in the same row as the others.
  const [rest] = loose;
  if (missing > gone && difference.changed.size === 0 && rest !== undefined) {
    difference.changed.set(columns[rest]!.name, missing - gone);
  }
  return { ...difference, gone };
}

/** Reads both tables block by block, and returns the blocks that differ. */
async function readRemainder(
  old: TableSide,
  fresh: TableSide,
  texts: BlockTexts,
): Promise<Remainder> {
  const before: Block[] = [];
  const now: Block[] = [];
  let isOpaque = false;
  const olds = blocksOf(old, texts.size);
  const news = blocksOf(fresh, texts.size);
  for (;;) {
    const [one, other] = [await olds.next(), await news.next()];
    if (one.done && other.done) return { before, now, opaque: isOpaque };
    if (!one.done && !other.done) {
      const { same, opaque } = await texts.compare([old, one.value], [fresh, other.value], false);
      isOpaque ||= opaque;
      if (same && !opaque) continue;
    }
    if (!one.done) before.push(one.value);
    if (!other.done) now.push(other.value);
  }
}

/** Maximum number of rows held at a time. More are compared in parts, each of which reads both tables. */
const HELD = 1_000_000;

/** The values of some columns in the remaining rows, as a multiset. */
class Contents {
  readonly #old: TableSide;
  readonly #fresh: TableSide;
  readonly #remainder: Remainder;
  readonly #places: readonly number[];
  /** The affinity of each new column; undefined if it is that of the old one. */
  readonly #storages: readonly (Affinity | undefined)[];

  constructor(
    old: TableSide,
    fresh: TableSide,
    { columns }: RowComparison,
    remainder: Remainder,
    places: readonly number[],
  ) {
    this.#old = old;
    this.#fresh = fresh;
    this.#remainder = remainder;
    this.#places = places;
    this.#storages = columns.map(({ stored, storage }) => stored === storage ? undefined : storage);
  }

  /** Counts the old rows without a new row that has the same values. */
  async countMissing(): Promise<number> {
    let rows = 0;
    for (const block of this.#remainder.now) rows += await this.#fresh.count(block);
    const parts = Math.ceil(rows / HELD) || 1;
    let missing = 0;
    for (let part = 0; part < parts; part++) {
      const isWanted = (hash: number) => hash % parts === part;
      const counts = new Map<string, number>();
      for await (const print of this.#prints(this.#fresh, this.#remainder.now, isWanted)) {
        counts.set(print, (counts.get(print) ?? 0) + 1);
      }
      for await (const print of this.#prints(this.#old, this.#remainder.before, isWanted)) {
        const count = counts.get(print) ?? 0;
        if (count > 0) counts.set(print, count - 1);
        else missing++;
      }
    }
    return missing;
  }

  /** A text for each row whose hash is wanted, which differs for different rows. */
  async *#prints(
    side: TableSide,
    blocks: readonly Block[],
    isWanted: (hash: number) => boolean,
  ): AsyncGenerator<string> {
    for (const block of blocks) {
      for (const text of await this.#texts(side, block)) {
        const [a, b] = hashesOf(text);
        // Two hashes and the length identify long rows, which saves memory for a million rows.
        if (isWanted(a)) {
          yield text.length <= 32 ? text : `${text.length}:${a.toString(36)}:${b.toString(36)}`;
        }
      }
    }
  }

  async #texts(side: TableSide, block: Block): Promise<readonly string[]> {
    const { opaque } = this.#remainder;
    if (!opaque && this.#places.every((at) => this.#storages[at] === undefined)) {
      return await side.contents(block, this.#places);
    }
    return (await side.rows(block, opaque)).map(({ values }) =>
      this.#places.map((at) => normalLiteral(values[at]!, this.#storages[at])).join()
    );
  }
}

/**
 * The literal of a value as a column of another affinity would store it; the same literal if that would change the
 * value.
 */
function normalLiteral(literal: string, storage: Affinity | undefined): string {
  if (storage === undefined || storage === "BLOB") return literal;
  const text = literal.startsWith("'") ? literal.slice(1, -1) : literal;
  if (storage === "TEXT") return keepsValue(literal, `'${text}'`, storage) ? `'${text}'` : literal;
  const number = keepsValue(literal, text, storage) ? text : literal;
  // 7 and 7.0 are equal, and either column may have stored either.
  return number.replace(/^(-?\d+)\.0$/, "$1");
}

function hashesOf(text: string): readonly [number, number] {
  let a = 0x811c9dc5;
  let b = 0x9e3779b9;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    a = Math.imul(a ^ code, 0x01000193);
    b = Math.imul(b ^ code, 0x85ebca6b) ^ (b >>> 13);
  }
  return [a >>> 0, b >>> 0];
}
