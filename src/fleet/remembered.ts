/** So many values are kept: more kinds of databases than a fleet has, unless all of its databases differ. */
const KEPT = 64;

/** Values by text, of which the ones that were set last are kept: memory does not grow with the fleet. */
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
