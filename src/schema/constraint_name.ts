/**
 * The name that a CONSTRAINT clause has given, for the constraints after it.
 *
 * SQLite's parser keeps the name until the next column or the next comma between constraints, so in
 * `CONSTRAINT n NOT NULL CHECK (a > 0)` a violated CHECK, too, is reported under the name n (measured;
 * `constraintName` in parse.y). All other constraints use it only where it stands right before them.
 */
export class ConstraintName {
  #name: string | undefined;
  #fresh = false;

  /** A CONSTRAINT clause has been read. */
  set(name: string): void {
    this.#name = name;
    this.#fresh = true;
  }

  /** A new column begins, or a comma between constraints has been read. */
  forget(): void {
    this.#name = undefined;
    this.#fresh = false;
  }

  /** The names for the constraint that is read now: its own, and the one a CHECK inherits. */
  take(): { readonly own: string | undefined; readonly inherited: string | undefined } {
    const own = this.#fresh ? this.#name : undefined;
    this.#fresh = false;
    return { own, inherited: this.#name };
  }
}
