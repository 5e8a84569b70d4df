import { DatabaseSync } from "node:sqlite";
import { foldName, unquote } from "../sql/identifier.ts";
import { tokenize } from "../sql/tokenizer.ts";

import { SqlError } from "./connection.ts";

/** Compiles a text without running it. Returns SQLite's message if it refuses. */
export type Compile = (sql: string) => string | undefined;

/** Up to this many places are tried: each costs two compilations. */
const MOST_CANDIDATES = 64;

/** An error of a statement, with its place in the text if the runtime omits it and the message names it. */
export function withPlace(error: SqlError, sql: string, compile: Compile): SqlError {
  const { sqlite, resultCode, refusal, database, cause } = error;
  // SQLITE_ERROR. Compiling some pragmas runs them.
  if (resultCode !== 1 || knowsOffsets() || /\bpragma\b/i.test(sql)) return error;
  const byteOffset = findErrorOffset(sql, sqlite, compile);
  return new SqlError(sqlite, { resultCode, byteOffset, refusal, database, cause });
}

let offsetsTold: boolean | undefined;

/** Whether this runtime reports the offset at which SQLite found an error: Deno does, Node does not. */
function knowsOffsets(): boolean {
  if (offsetsTold === undefined) {
    using database = new DatabaseSync(":memory:");
    try {
      database.exec("!");
    } catch (error) {
      offsetsTold = / at offset 0$/.test((error as Error).message);
    }
  }
  return offsetsTold ?? false;
}

/**
 * Finds the place of an error in a statement, for a runtime that does not report SQLite's offset: Node reports the
 * message (https://sqlite.org/c3ref/errcode.html) but not sqlite3_error_offset().
 *
 * The message names a token. If it occurs several times, SQLite compiles changed texts to find the right one.
 *
 * @param message SQLite's message for this statement.
 * @returns The offset in UTF-8 bytes; undefined if the message names no place in this text.
 */
export function findErrorOffset(
  sql: string,
  message: string,
  compile: Compile,
): number | undefined {
  const at = syntaxErrorAt(sql, message, compile) ?? nameErrorAt(sql, message, compile);
  return at === undefined ? undefined : new TextEncoder().encode(sql.slice(0, at)).length;
}

/** SQLite reads from left to right: a text that ends after the wrong token fails with the same message, a shorter one does not. */
function syntaxErrorAt(sql: string, message: string, compile: Compile): number | undefined {
  const text = /^(?:near "([^]*)": syntax error|unrecognized token: "([^]*)")$/.exec(message);
  if (text === null) return undefined;
  const token = text[1] ?? text[2]!;
  const candidates = significant(sql).filter(({ start, end }) => sql.slice(start, end) === token);
  let low = 0;
  let high = candidates.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compile(sql.slice(0, candidates[middle]!.end)) === message) high = middle;
    else low = middle + 1;
  }
  // SQLite may have one token, such as 1abc, for two of our tokenizer.
  return candidates[low]?.start ?? onlyPlaceOf(sql, token);
}

function onlyPlaceOf(sql: string, text: string): number | undefined {
  const first = sql.indexOf(text);
  return first >= 0 && first === sql.lastIndexOf(text) ? first : undefined;
}

/** SQLite's messages that contain the wrong name. */
const NAME_ERRORS: readonly RegExp[] = [
  /^no such column: ([^]+?)(?: - should this be a string literal in single-quotes\?)?$/,
  /^ambiguous column name: ([^]+)$/,
  /^no such function: ([^]+)$/,
  /^wrong number of arguments to function ([^]+)\(\)$/,
  /^misuse of (?:aggregate|window|aliased aggregate|aliased window function)(?: function)?:? ([^]+?)(?:\(\))?$/,
  /^(?:table|view|index|there is already (?:a table|an index) named) ([^]+?)(?: already exists)?$/,
];

function nameErrorAt(sql: string, message: string, compile: Compile): number | undefined {
  const named = NAME_ERRORS.map((shape) => shape.exec(message)?.[1]).find((name) => name);
  if (named === undefined) return undefined;
  const tokens = significant(sql);
  const same = (at: number, name: string) => {
    const { start, end, kind } = tokens[at]!;
    return (kind === "word" || kind === "quoted") &&
      foldName(unquote(sql.slice(start, end))) === foldName(unquote(name));
  };
  // The message has the whole of `t.x`, whose place is its beginning.
  const parts = named.startsWith('"') ? [named] : named.split(".");
  const candidates: number[] = [];
  for (let at = parts.length - 1; at < tokens.length; at++) {
    const first = at - 2 * (parts.length - 1);
    if (first >= 0 && parts.every((part, index) => same(first + 2 * index, part))) {
      candidates.push(at);
    }
  }
  const start = (at: number) => tokens[at - 2 * (parts.length - 1)]!.start;
  if (candidates.length < 2) return candidates.length === 0 ? undefined : start(candidates[0]!);
  if (message.endsWith(" already exists")) return start(candidates[0]!);
  if (candidates.length > MOST_CANDIDATES) return undefined;

  /** The place that SQLite reports first if each of them has an unknown name. */
  const firstOf = (places: readonly number[]): number | undefined => {
    let text = "";
    let done = 0;
    for (const at of places) {
      text += sql.slice(done, tokens[at]!.start) + probe(at);
      done = tokens[at]!.end;
    }
    const words = compile(text + sql.slice(done)) ?? "";
    return places.find((at) => words.includes(probe(at)));
  };
  // SQLite resolves names up to the wrong one, so the last name that it reaches is the wrong one.
  const reached = candidates.filter((at) => firstOf([at]) !== undefined);
  let last = reached[0];
  for (const at of reached.slice(1)) {
    const pair = [last!, at].toSorted((a, b) => a - b);
    if (firstOf(pair) === last) last = at;
  }
  return last === undefined ? undefined : start(last);
}

/** An unknown name. It ends with a letter, so that it is not the beginning of another one. */
function probe(at: number): string {
  return `aludel_probe_${at}_x`;
}

function significant(sql: string) {
  return tokenize(sql).filter(({ kind }) => kind !== "space" && kind !== "comment");
}
