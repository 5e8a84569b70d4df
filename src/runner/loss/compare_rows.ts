import type { Connection } from "../../db/connection.ts";
import { compareContents } from "./compare_contents.ts";
import { type LostKey, type RowComparison, type RowDifference, RowMatch } from "./row_match.ts";
import { type Block, blocksOf, BlockTexts, isSameKey, TableSide } from "./table_side.ts";

/** Rows that are looked for at a time after the last one of before. */
const ROWS = 1_000;

/**
 * Compares a table of before with what has become of it, exactly: types, all digits, bytes after a NUL. Blocks of rows
 * are compared as one text each, and only a block that differs is read row by row. Needs memory for a block, and for the
 * rows that {@linkcode RowMatch} keeps.
 *
 * @param before Reads the old state.
 * @param now Reads the new state, within its transaction.
 * @throws {SqlError}
 */
export async function compareRows(
  before: Connection,
  now: Connection,
  comparison: RowComparison,
  lost: LostKey = () => {},
): Promise<RowDifference> {
  const old = new TableSide(before, comparison, "before");
  const fresh = new TableSide(now, comparison, "now");
  const texts = await BlockTexts.for(before, now);
  if (comparison.identity.kind === "content") {
    return await compareContents(old, fresh, comparison, texts);
  }
  const match = new RowMatch(comparison, lost);
  let end: Block["high"];
  for await (const block of blocksOf(old, texts.size)) {
    const { same, opaque } = await texts.compare([old, block], [fresh, block], true);
    if (!same || opaque) {
      match.block(await old.rows(block, opaque), await fresh.rows(block, opaque));
    }
    if (block.high === undefined) return match.result();
    end = block.high;
  }
  if (match.searches) {
    for (let low = end;;) {
      const next = await fresh.keyAfter(low, ROWS);
      if (next === undefined || !match.hasRoom || isSameKey(next.key, low)) break;
      match.block([], await fresh.rows({ low, high: next.key }, false));
      low = next.key;
    }
  }
  return match.result();
}
