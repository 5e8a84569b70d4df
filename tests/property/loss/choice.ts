/**
 * Turns numbers that fast-check made, and makes smaller when it looks for a simpler case, into decisions. When they are
 * used up, every decision is the first one, which should be the simplest.
 */
export class Choice {
  readonly #numbers: readonly number[];
  #next = 0;

  constructor(numbers: readonly number[]) {
    this.#numbers = numbers;
  }

  /** A number from 0 to `below` - 1. */
  number(below: number): number {
    return below <= 0 ? 0 : (this.#numbers[this.#next++] ?? 0) % below;
  }

  /** One of the list. */
  of<T>(list: readonly T[]): T {
    return list[this.number(list.length)]!;
  }

  /** True in one of so many cases. */
  oneIn(cases: number): boolean {
    return this.number(cases) === cases - 1;
  }

  /** Some of the list, in its order; at least one if there is any. */
  some<T>(list: readonly T[]): T[] {
    const chosen = list.filter(() => this.oneIn(2));
    return chosen.length > 0 ? chosen : list.slice(0, 1);
  }
}
