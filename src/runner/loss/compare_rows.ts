import type { Connection } from "../../db/connection.ts";
import { compareContents } from "./compare_contents.ts";
import { type LostKey, type RowComparison, type RowDifference, RowMatch } from "./row_match.ts";
import { type Block, blocksOf, BlockTexts, isSameKey, TableSide } from "./table_side.ts";

/** The number of new rows read at a time after the end of the old table. */
const ROWS = 1_000;

/**
 * Compares an old table with the present one exactly, including types, all digits, and bytes after a NUL. Each block of
 * rows is compared as one text, and only blocks that differ are read row by row. The memory is bounded by a block and
 * the rows that {@linkcode RowMatch} keeps.
 *
 * @param before A connection to the old state.
 * @param now The connection of the run, inside its transaction.
 * @param lost Called with the key of each row that is gone or changed.
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
