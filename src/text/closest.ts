/**
 * The candidate that a mistyped word most likely meant, or undefined if none is near.
 *
 * Near means at most one edit for each three characters of the word, and two for short words of four or five; case is
 * ignored. An edit is an insertion, a removal, a replacement or the swap of two neighbours (optimal string
 * alignment, Damerau 1964). The first of equally near candidates wins.
 *
 * @param word What was typed.
 * @param candidates What could have been meant.
 */
export function closest(word: string, candidates: Iterable<string>): string | undefined {
  const typed = word.toLowerCase();
  let best: string | undefined;
  let limit = word.length < 3 ? 1 : Math.max(2, Math.floor(word.length / 3));
  if (limit >= word.length) limit = word.length - 1;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - word.length) > limit) continue;
    const distance = editDistance(typed, candidate.toLowerCase());
    if (distance > limit) continue;
    best = candidate;
    limit = distance - 1;
    if (limit < 0) break;
  }
  return best;
}

/** The number of single-character edits and swaps of neighbours that turn one text into the other. */
export function editDistance(left: string, right: string): number {
  let twoBack: number[] = [];
  let back = Array.from({ length: right.length + 1 }, (_, at) => at);
  for (let row = 1; row <= left.length; row++) {
    const current = [row];
    for (let column = 1; column <= right.length; column++) {
      const same = left[row - 1] === right[column - 1];
      let edits = Math.min(
        back[column]! + 1,
        current[column - 1]! + 1,
        back[column - 1]! + (same ? 0 : 1),
      );
      if (
        row > 1 && column > 1 && left[row - 1] === right[column - 2] &&
        left[row - 2] === right[column - 1]
      ) {
        edits = Math.min(edits, twoBack[column - 2]! + 1);
      }
      current.push(edits);
    }
    [twoBack, back] = [back, current];
  }
  return back[right.length]!;
}
