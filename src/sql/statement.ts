import type { Statement } from "./script.ts";
import { Tokenizer } from "./tokenizer.ts";

/**
 * Where in a statement sqlite3_complete() would be (https://sqlite.org/src/file/src/complete.c). Only
 * a trigger's body may hold semicolons, and it ends at the three tokens `; END ;`.
 */
type State = "start" | "normal" | "explain" | "create" | "trigger" | "semicolon" | "end";

/**
 * Finds the statements of a text that is fed to it token by token, for a caller that reads the
 * tokens for its own ends as well: one pass serves both.
 */
export class StatementSplitter {
  readonly #statements: Statement[] = [];
  #state: State = "start";
  #start = 0;
  #end = 0;
  #verb = "";

  /** Whether a statement has begun and not ended at the last token taken. */
  get inStatement(): boolean {
    return this.#state !== "start";
  }

  /** How many statements have ended. */
  get count(): number {
    return this.#statements.length;
  }

  /** Takes the tokenizer's current token. */
  take(token: Tokenizer): void {
    const { kind } = token;
    if (kind === "space" || kind === "comment") return;
    if (this.#state === "start") {
      if (kind === "semicolon") return;
      this.#start = token.start;
      this.#verb = kind === "word" ? token.current.toUpperCase() : "";
      this.#state = this.#verb === "EXPLAIN"
        ? "explain"
        : this.#verb === "CREATE"
        ? "create"
        : "normal";
      this.#end = token.end;
      return;
    }
    this.#end = token.end;
    if (kind === "semicolon") {
      if (this.#state === "trigger" || this.#state === "semicolon") this.#state = "semicolon";
      else this.#finish();
    } else if (this.#state !== "normal") {
      this.#state = this.#after(kind === "word" ? token : undefined);
    }
  }

  /** The statements, the last one also when no semicolon ends it. */
  finish(): readonly Statement[] {
    if (this.inStatement) this.#finish();
    return this.#statements;
  }

  #after(word: Tokenizer | undefined): State {
    const state = this.#state;
    if (state === "trigger") return state;
    const length = word === undefined ? 0 : word.end - word.start;
    // No word longer than TEMPORARY matters, and most tokens are no word at all.
    const text = word === undefined || length > 9 ? "" : word.current.toUpperCase();
    switch (state) {
      case "create":
        if (text === "TRIGGER") return "trigger";
        return text === "TEMP" || text === "TEMPORARY" ? "create" : "normal";
      case "explain":
        // EXPLAIN QUERY PLAN: other words pass.
        if (text === "CREATE") return "create";
        return text === "EXPLAIN" || text === "TEMP" || text === "TEMPORARY" ||
            text === "TRIGGER" || text === "END"
          ? "normal"
          : "explain";
      case "semicolon":
        return text === "END" ? "end" : "trigger";
      case "end":
        return "trigger";
      default:
        return state;
    }
  }

  #finish(): void {
    this.#statements.push({ start: this.#start, end: this.#end, verb: this.#verb });
    this.#state = "start";
  }
}

/**
 * The statements of an SQL text, in order, as sqlite3_complete() tells them apart
 * (https://sqlite.org/c3ref/complete.html). Comments and spaces between them belong to none, empty
 * statements (`;;`) are none, and a last one without a semicolon counts.
 */
export function splitStatements(text: string): readonly Statement[] {
  const splitter = new StatementSplitter();
  const tokenizer = new Tokenizer(text);
  while (tokenizer.next()) splitter.take(tokenizer);
  return splitter.finish();
}
