import { AludelError } from "../errors.ts";
import { say } from "../text/next_step.ts";
import { placeOf } from "../text/position.ts";
import { isDirective, readDirective, type SqlFileKind } from "./directive.ts";
import { foldName, unquote } from "./identifier.ts";
import {
  type Directive,
  type Script,
  type ScriptHeader,
  type ScriptMarks,
  StatementSplitter,
} from "./script.ts";
import { isStateName, ownsStateNames } from "./token_reader.ts";
import { Tokenizer } from "./tokenizer.ts";

const NO_DIRECTIVES: readonly Directive[] = [];

/**
 * Parses a script: one pass over its tokens finds the statements, the header and the marks. The tokens are not kept,
 * because ten thousand scripts may be in memory at once.
 *
 * @param file The name of the file for messages.
 * @param text Canonical text: see {@linkcode decodeCanonicalText}.
 * @throws {AludelError} An error of the area `directive`. {@linkcode findRefusal} finds statements that are not allowed
 * in a revision.
 */
export function readScript(file: string, text: string): Script {
  const marker = new TokenMarker();
  const { statements, directives, unfinished } = readParts(file, text, "revision", marker);
  const header = readHeader(file, text, directives);
  const marks = marker.finish();
  return {
    file,
    text,
    header,
    statements,
    marks: unfinished === undefined ? marks : { ...marks, unfinished },
  };
}

/**
 * Reads all directives of a text, in order.
 *
 * @param file The name of the file for messages.
 * @param text Canonical text.
 * @param fileKind The kind of the file. A directive is allowed in certain kinds only.
 * @throws {AludelError} An error of the area `directive`.
 */
export function readDirectives(
  file: string,
  text: string,
  fileKind: SqlFileKind,
): readonly Directive[] {
  return readParts(file, text, fileKind).directives;
}

function readParts(
  file: string,
  text: string,
  fileKind: SqlFileKind,
  marker?: TokenMarker,
): Pick<Script, "statements"> & Pick<ScriptMarks, "unfinished"> & {
  readonly directives: readonly Directive[];
} {
  const splitter = new StatementSplitter();
  const tokenizer = new Tokenizer(text);
  let directives: Directive[] | undefined;
  while (tokenizer.next()) {
    if (tokenizer.kind === "comment") {
      const afterStatement = splitter.inStatement || splitter.count > 0;
      const { start, end } = tokenizer;
      const directive = readDirective(text, start, end, { file, fileKind, afterStatement });
      if (directive !== undefined) (directives ??= []).push(directive);
      marker?.takeComment(tokenizer);
    } else if (tokenizer.kind !== "space") {
      splitter.take(tokenizer);
      marker?.take(tokenizer);
    }
  }
  const statements = splitter.finish();
  const { unfinished } = splitter;
  return {
    statements,
    directives: directives ?? NO_DIRECTIVES,
    ...(unfinished && { unfinished }),
  };
}

/** The header of a script without directives. */
const PLAIN: ScriptHeader = {
  transaction: "on",
  foreignKeys: "off",
  sqlite: undefined,
  allowLoss: [],
};

/**
 * Reads a script's header from its directives.
 *
 * @param file The name of the file for messages.
 * @param text The script's canonical text.
 * @param directives Its directives, in order.
 * @throws {AludelError} `directive-conflict` if two of them contradict each other.
 */
function readHeader(
  file: string,
  text: string,
  directives: readonly Directive[],
): ScriptHeader {
  if (directives.length === 0) return PLAIN;
  const settings = new Map<string, Directive>();
  const allowLoss: { readonly name: string; readonly reason: string }[] = [];
  const choose: { readonly name: string; readonly start: number }[] = [];
  const conflict = (later: Directive, message: string) =>
    new AludelError("directive-conflict", message, {
      place: placeOf(file, text, later.start),
      next: [say("Delete one of the two")],
    });

  for (const directive of directives) {
    const { name, value, reason } = directive;
    if (name === "allow-loss") {
      allowLoss.push({ name: value, reason });
    } else if (name === "choose") {
      choose.push({ name: value, start: directive.start });
    } else if (
      name === "transaction" || name === "foreign-keys" || name === "sqlite" || name === "online"
    ) {
      const earlier = settings.get(name);
      if (earlier !== undefined && earlier.value !== value) {
        throw conflict(directive, `"${name}" is both "${earlier.value}" and "${value}"`);
      }
      settings.set(name, directive);
    }
  }

  const transaction = settings.get("transaction");
  const foreignKeys = settings.get("foreign-keys");
  if (transaction?.value === "off" && foreignKeys?.value === "on") {
    throw conflict(
      transaction.start > foreignKeys.start ? transaction : foreignKeys,
      '"foreign-keys=on" needs a transaction, and "transaction=off" turns it off',
    );
  }
  const online = settings.get("online");
  const apart = transaction?.value === "off"
    ? transaction
    : foreignKeys?.value === "on"
    ? foreignKeys
    : undefined;
  if (online !== undefined && apart !== undefined) {
    throw conflict(
      online.start > apart.start ? online : apart,
      `"online" has transactions of its own, and "${apart.name}=${apart.value}" asks for another one`,
    );
  }
  return {
    transaction: transaction?.value === "off" ? "off" : "on",
    foreignKeys: foreignKeys?.value === "on" ? "on" : "off",
    sqlite: settings.get("sqlite")?.value.split(".").map(Number),
    allowLoss,
    ...(online !== undefined && { online: true as const }),
    ...(choose.length > 0 && { choose }),
  };
}

const NOTHING_MARKED: ScriptMarks = { token: undefined, stateNames: [], openComment: undefined };

const LOAD_EXTENSION = "load_extension";

/**
 * Marks the tokens that {@linkcode findRefusal} has to check, in the pass that finds the statements: a second pass
 * would double the time for reading ten thousand scripts.
 */
class TokenMarker {
  #token: number | undefined;
  #stateNames: number[] | undefined;
  #openComment: number | undefined;
  /** The start of a `load_extension` that may be a call. */
  #loader: number | undefined;
  /** The start and end of the previous token, apart from spaces and comments. */
  #beforeStart = 0;
  #beforeEnd = 0;

  /** Takes the tokenizer's current token. It must get every token except spaces and comments, in order. */
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

  /** Returns the marks. */
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
    // This runs for every word of every script, so it compares the first letter before it slices the text.
    const first = text.charCodeAt(kind === "word" ? start : start + 1) | 0x20;
    if (first === 0x61) {
      const name = unquote(token.current);
      if (isStateName(name) || ownsStateNames(name)) (this.#stateNames ??= []).push(start);
    } else if (first === 0x6c && kind !== "string" && end - start >= LOAD_EXTENSION.length) {
      const isLoader = foldName(unquote(token.current)) === LOAD_EXTENSION;
      if (isLoader && !this.#namesTable(text)) this.#loader = start;
    }
  }

  /** Whether the previous token makes this one the name of a table, as in main.load_extension. */
  #namesTable(text: string): boolean {
    return TABLE_FOLLOWS.has(text.slice(this.#beforeStart, this.#beforeEnd).toUpperCase());
  }
}

const TABLE_FOLLOWS: ReadonlySet<string> = new Set(["INTO", "TABLE", "EXISTS", "ON", "."]);

/**
 * Whether two texts have the same tokens, so that they differ only in spaces and comments. A directive counts as a
 * token. Tokens are compared as they are written: `"a"` and `a`, or `select` and `SELECT`, are different, because
 * SQLite stores the text of a CREATE.
 *
 * Both texts are read in parallel up to the first difference, and no tokens are kept.
 */
export function sameTokens(a: string, b: string): boolean {
  if (a === b) return true;
  const left = new Tokenizer(a);
  const right = new Tokenizer(b);
  for (;;) {
    const hasLeft = nextCounted(left);
    if (hasLeft !== nextCounted(right)) return false;
    if (!hasLeft) return true;
    if (countedText(left) !== countedText(right)) return false;
  }
}

function nextCounted(tokenizer: Tokenizer): boolean {
  while (tokenizer.next()) {
    const { kind, start, end } = tokenizer;
    if (kind === "space") continue;
    if (kind !== "comment" || isDirective(tokenizer.text, start, end)) return true;
  }
  return false;
}

function countedText(tokenizer: Tokenizer): string {
  // A directive extends to the end of its line, but trailing spaces are not part of it.
  return tokenizer.kind === "comment" ? tokenizer.current.trimEnd() : tokenizer.current;
}
