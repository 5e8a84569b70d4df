/**
 * Random numbers that a seed decides, so that what was found once is found again: xorshift32
 * (G. Marsaglia, "Xorshift RNGs", 2003).
 */
export class SeededRandom {
  #state: number;

  /** @param seed Any integer. */
  constructor(seed: number) {
    // Seeds that differ little must not begin alike, and the state must not be 0.
    this.#state = (Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) | 0) || 1;
  }

  /** An integer from 0 up to, not including, `limit`. */
  below(limit: number): number {
    let state = this.#state;
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    this.#state = state;
    return (state >>> 0) % limit;
  }

  /** Whether something happens that happens once in `times`. */
  once(times: number): boolean {
    return this.below(times) === 0;
  }

  /** One of the items. */
  pick<T>(items: readonly [T, ...T[]]): T {
    return items[this.below(items.length)] ?? items[0];
  }
}
