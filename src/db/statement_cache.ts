/**
 * Keeps the statements that were prepared last, by their text.
 *
 * node:sqlite frees a prepared statement only when the garbage collector finds it, so preparing the
 * same text thousands of times costs memory and time; binding anew to a kept one does not.
 */
export class StatementCache<Statement> {
  readonly #capacity: number;
  readonly #prepare: (sql: string) => Statement;
  readonly #statements = new Map<string, Statement>();

  constructor(capacity: number, prepare: (sql: string) => Statement) {
    this.#capacity = capacity;
    this.#prepare = prepare;
  }

  /** The statement for a text: a kept one, or a new one in place of the one used longest ago. */
  get(sql: string): Statement {
    const kept = this.#statements.get(sql);
    if (kept !== undefined) {
      this.#statements.delete(sql);
      this.#statements.set(sql, kept);
      return kept;
    }
    const statement = this.#prepare(sql);
    if (this.#statements.size >= this.#capacity) {
      for (const oldest of this.#statements.keys()) {
        this.#statements.delete(oldest);
        break;
      }
    }
    this.#statements.set(sql, statement);
    return statement;
  }

  clear(): void {
    this.#statements.clear();
  }
}
