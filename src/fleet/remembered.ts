/** The number of values kept. Most fleets have fewer kinds of databases. */
const KEPT = 64;

/** A cache that drops its oldest value when it is full, so that memory does not grow with the fleet. */
export class Remembered<Value> {
  readonly #values = new Map<string, Value>();

  get(key: string): Value | undefined {
    return this.#values.get(key);
  }

  set(key: string, value: Value): void {
    this.#values.set(key, value);
    if (this.#values.size <= KEPT) return;
    const [oldest] = this.#values.keys();
    this.#values.delete(oldest!);
  }
}
