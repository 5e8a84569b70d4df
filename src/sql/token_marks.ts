import { foldName, unquote } from "./identifier.ts";
import type { ScriptMarks } from "./script.ts";
import { isStateName } from "./state_name.ts";
import type { Tokenizer } from "./tokenizer.ts";

const NOTHING_MARKED: ScriptMarks = { token: undefined, stateNames: [], openComment: undefined };

const LOAD_EXTENSION = "load_extension";

/**
 * Marks what {@linkcode findRefusal} has to look at, in the pass over a script's tokens that finds its statements:
 * reading ten thousand scripts once is what checking them costs.
 */
export class TokenMarker {
  #token: number | undefined;
  #stateNames: number[] | undefined;
  #openComment: number | undefined;
  /** Where a `load_extension` starts that may turn out to be a call. */
  #loader: number | undefined;
  /** The span of the token before, spaces and comments left out. */
  #beforeStart = 0;
  #beforeEnd = 0;

  /** Takes the tokenizer's current token: each one but spaces and comments, in order. */
  take(token: Tokenizer): void {
    const { kind, start, end } = token;
    const loader = this.#loader;
    this.#loader = undefined;
    if (kind === "word" || kind === "quoted" || kind === "string") {
      this.#takeName(token);
    } else if (kind === "parameter" || kind === "illegal") {
      this.#token ??= start;
    } else if (loader !== undefined && token.text.charCodeAt(start) === 0x28) {
      this.#token ??= loader;
    }
    this.#beforeStart = start;
    this.#beforeEnd = end;
  }

  /** Takes the tokenizer's current token, which is a comment. */
  takeComment({ text, start, end }: Tokenizer): void {
    if (text.charCodeAt(start) !== 0x2f) return;
    const isClosed = end - start >= 4 && text.endsWith("*/", end);
    if (!isClosed) this.#openComment = start;
  }

  /** What was marked. */
  finish(): ScriptMarks {
    const isMarked = this.#token !== undefined || this.#stateNames !== undefined ||
      this.#openComment !== undefined;
    if (!isMarked) return NOTHING_MARKED;
    return {
      token: this.#token,
      stateNames: this.#stateNames ?? [],
      openComment: this.#openComment,
    };
  }

  #takeName(token: Tokenizer): void {
    const { text, kind, start, end } = token;
    // This runs for every word of every script: look at the first letter before anything is cut out.
    const first = text.charCodeAt(kind === "word" ? start : start + 1) | 0x20;
    if (first === 0x61) {
      if (isStateName(unquote(token.current))) (this.#stateNames ??= []).push(start);
    } else if (first === 0x6c && kind !== "string" && end - start >= LOAD_EXTENSION.length) {
      const isLoader = foldName(unquote(token.current)) === LOAD_EXTENSION;
      if (isLoader && !this.#namesTable(text)) this.#loader = start;
    }
  }

  /** Whether the token before makes this one a name of a table: main.load_extension is no function. */
  #namesTable(text: string): boolean {
    return TABLE_FOLLOWS.has(text.slice(this.#beforeStart, this.#beforeEnd).toUpperCase());
  }
}

const TABLE_FOLLOWS: ReadonlySet<string> = new Set(["INTO", "TABLE", "EXISTS", "ON", "."]);
