import { Tokenizer } from "./tokenizer.ts";

/** A statement of a script: its offsets in the text, without leading space and comments. */
export interface Statement {
  /** Offset of the first token that is not space or comment, in UTF-16 code units. */
  readonly start: number;
  /** Offset after the final `;`, or after the last token if there is none. */
  readonly end: number;
  /** The first keyword in upper case: `CREATE`, `INSERT`, `WITH`. */
  readonly verb: string;
}

/** An `-- aludel: name=value reason` comment. */
export interface Directive {
  readonly name: string;
  /** `>=` only in `sqlite>=3.53`. */
  readonly operator: "=" | ">=";
  readonly value: string;
  /** The free text after the value, trimmed; empty if there is none. */
  readonly reason: string;
  readonly start: number;
  readonly end: number;
}

/** The instructions for the runner in the directives of a revision's file. */
export interface ScriptHeader {
  /** `off`: the script runs outside a transaction, statement by statement. */
  readonly transaction: "on" | "off";
  /** `on`: foreign keys are enforced while the script runs, so ON DELETE actions happen. */
  readonly foreignKeys: "on" | "off";
  /** The oldest SQLite that can run the script, such as `[3, 53]`; undefined: any. */
  readonly sqlite: readonly number[] | undefined;
  /** Set if the script is the rebuild of a table that is to be done beside writers. */
  readonly online?: true;
  /** The names of objects that the script may lose, with the given reasons. */
  readonly allowLoss: readonly { readonly name: string; readonly reason: string }[];
  /** Columns that need a value which a person must choose. Until then the script does not run. */
  readonly choose?: readonly { readonly name: string; readonly start: number }[];
}

/** A statement that ends too late or too early. Offsets are in UTF-16 code units. */
export interface Unfinished {
  /** `trigger`: its body has no END · `(`: a parenthesis is never closed · `)`: one is never opened. */
  readonly kind: "trigger" | "(" | ")";
  /** The start of the statement. */
  readonly start: number;
  /** The start of a statement that cannot be part of the trigger, if there is one. */
  readonly straggler: number | undefined;
}

/**
 * Places in a script that may have to be refused, marked while its tokens were read. Offsets are in UTF-16 code units.
 */
export interface ScriptMarks {
  /** The first token that no revision may contain: no SQL, a parameter, or a call of `load_extension`. */
  readonly token: number | undefined;
  /** Names with the prefix of Aludel's own tables, in order. */
  readonly stateNames: readonly number[];
  /** The start of a comment that is never closed. */
  readonly openComment: number | undefined;
  /** The first statement that is unfinished. */
  readonly unfinished?: Unfinished;
}

/** A parsed SQL file, ready to run. */
export interface Script {
  /** The name for messages: `migrations/2026-11-23_3f9c_create/up.sql`. */
  readonly file: string;
  /** The canonical text (docs/formats.md), which is hashed, run and stored. */
  readonly text: string;
  readonly header: ScriptHeader;
  readonly statements: readonly Statement[];
  /** The places that {@linkcode findRefusal} has to check. */
  readonly marks: ScriptMarks;
}

/**
 * The state of sqlite3_complete() within a statement (https://sqlite.org/src/file/src/complete.c). Only a trigger's
 * body may contain semicolons, and it ends at the three tokens `; END ;`.
 */
type State = "start" | "normal" | "explain" | "create" | "trigger" | "semicolon" | "end";

/**
 * Finds the statements of a text token by token, for a caller that uses the tokens too, so that one pass is enough.
 */
export class StatementSplitter {
  readonly #statements: Statement[] = [];
  #state: State = "start";
  #start = 0;
  #end = 0;
  #verb = "";
  /** The number of open parentheses. */
  #depth = 0;
  #straggler: number | undefined;
  #unfinished: Unfinished | undefined;

  /** Whether a statement has begun and has not ended at the last token. */
  get inStatement(): boolean {
    return this.#state !== "start";
  }

  /** The number of statements that have ended. */
  get count(): number {
    return this.#statements.length;
  }

  /** The first statement that ended although it was unfinished. */
  get unfinished(): Unfinished | undefined {
    return this.#unfinished;
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
      this.#depth = kind === "operator" ? parenthesis(token) : 0;
      return;
    }
    this.#end = token.end;
    if (kind === "operator") this.#depth += parenthesis(token);
    if (kind === "semicolon") {
      if (this.#state === "trigger" || this.#state === "semicolon") this.#state = "semicolon";
      else this.#finish();
    } else if (this.#state !== "normal") {
      if (this.#state === "semicolon" && !isOfTrigger(token)) this.#straggler ??= token.start;
      this.#state = this.#after(kind === "word" ? token : undefined);
    }
  }

  /** Returns the statements, including a last one without a semicolon. */
  finish(): readonly Statement[] {
    if (this.inStatement) this.#finish();
    return this.#statements;
  }

  #after(word: Tokenizer | undefined): State {
    const state = this.#state;
    if (state === "trigger") return state;
    const length = word === undefined ? 0 : word.end - word.start;
    // No word longer than TEMPORARY matters, and most tokens are not words.
    const text = word === undefined || length > 9 ? "" : word.current.toUpperCase();
    switch (state) {
      case "create":
        if (text === "TRIGGER") return "trigger";
        return text === "TEMP" || text === "TEMPORARY" ? "create" : "normal";
      case "explain":
        // EXPLAIN QUERY PLAN: skip the other words.
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
    const isOpen = this.#state === "trigger" || this.#state === "semicolon";
    if (isOpen || this.#straggler !== undefined || this.#depth !== 0) {
      this.#unfinished ??= {
        kind: isOpen || this.#straggler !== undefined ? "trigger" : this.#depth > 0 ? "(" : ")",
        start: this.#start,
        straggler: this.#straggler,
      };
    }
    this.#straggler = undefined;
    this.#state = "start";
  }
}

/** 1 for an opening parenthesis, -1 for a closing one, 0 for any other operator. */
function parenthesis({ text, start }: Tokenizer): number {
  const code = text.charCodeAt(start);
  return code === 0x28 ? 1 : code === 0x29 ? -1 : 0;
}

/** The words that may follow a semicolon in a trigger's body: https://sqlite.org/lang_createtrigger.html */
const TRIGGER_STEPS: ReadonlySet<string> = new Set([
  "DELETE",
  "END",
  "INSERT",
  "REPLACE",
  "SELECT",
  "UPDATE",
  "VALUES",
  "WITH",
]);

function isOfTrigger(token: Tokenizer): boolean {
  return token.kind === "word" && TRIGGER_STEPS.has(token.current.toUpperCase());
}

/**
 * Splits an SQL text into statements, as sqlite3_complete() does (https://sqlite.org/c3ref/complete.html). Comments and
 * spaces between statements belong to none, empty statements (`;;`) are left out, and a last one without a semicolon
 * counts.
 */
export function splitStatements(text: string): readonly Statement[] {
  const splitter = new StatementSplitter();
  const tokenizer = new Tokenizer(text);
  while (tokenizer.next()) splitter.take(tokenizer);
  return splitter.finish();
}
