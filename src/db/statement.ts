import { Tokenizer } from "../sql/tokenizer.ts";

/** Verbs whose statements give no rows, except with RETURNING. */
const WITHOUT_ROWS: ReadonlySet<string> = new Set([
  ..."ALTER ATTACH BEGIN COMMIT CREATE DELETE DETACH DROP END INSERT RELEASE REPLACE".split(" "),
  ..."ROLLBACK SAVEPOINT UPDATE".split(" "),
]);

/** Verbs whose statements may have RETURNING. */
const DATA_CHANGING: ReadonlySet<string> = new Set(["DELETE", "INSERT", "REPLACE", "UPDATE"]);

/**
 * The first word of a text in upper case, after spaces, comments and semicolons. It is empty if the
 * text contains no statement: SQLite returns no statement handle for such a text, and node:sqlite crashes
 * without one.
 */
export function firstVerb(sql: string): string {
  const tokenizer = new Tokenizer(sql);
  while (tokenizer.nextSignificant()) {
    if (tokenizer.kind !== "semicolon") return tokenizer.current.toUpperCase();
  }
  return "";
}

/** Whether statements of a verb change the schema. */
export function changesSchema(verb: string): boolean {
  return verb === "ALTER" || verb === "CREATE" || verb === "DROP";
}

/**
 * Whether a statement may give rows, so that it must be read to its end for its side effects.
 *
 * In doubt, the answer is yes: a wrong yes costs some microseconds, a wrong no leaves a statement half run.
 */
export function mayReturnRows(verb: string, sql: string): boolean {
  if (!WITHOUT_ROWS.has(verb)) return true;
  return DATA_CHANGING.has(verb) && /returning/i.test(sql);
}

/**
 * Keeps the statements that were used last, by their text.
 *
 * node:sqlite frees a prepared statement only when the garbage collector finds it, so that preparing the
 * same text thousands of times costs memory and time.
 */
export class StatementCache<Statement> {
  readonly #capacity: number;
  readonly #prepare: (sql: string) => Statement;
  readonly #statements = new Map<string, Statement>();

  constructor(capacity: number, prepare: (sql: string) => Statement) {
    this.#capacity = capacity;
    this.#prepare = prepare;
  }

  /** The statement for a text: a kept one, or a new one that replaces the least recently used. */
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
