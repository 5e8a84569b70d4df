import type { SqlValue } from "../connection.ts";
import { LONGEST_WORDS } from "./request.ts";

/** A value of the protocol Hrana 3. Integers are text, so that none loses digits. */
export type WireValue =
  | { readonly type: "null" }
  | { readonly type: "integer"; readonly value: string }
  | { readonly type: "float"; readonly value: number }
  | { readonly type: "text"; readonly value: string }
  | { readonly type: "blob"; readonly base64: string };

/** An error of the server. */
export interface WireError {
  readonly message: string;
  readonly code: string;
}

/** The code for a text that the server's own parser refuses. */
export const UNREAD = "SQL_PARSE_ERROR";

/** An error of the protocol; undefined if the value is not one. */
export function errorOf(error: unknown): WireError | undefined {
  const { message, code } = (error ?? {}) as Record<string, unknown>;
  return typeof message === "string"
    ? { message, code: typeof code === "string" ? code : "" }
    : undefined;
}

/** Result codes that callers distinguish: https://sqlite.org/rescode.html */
const RESULT_CODES: Readonly<Record<string, number>> = {
  SQLITE_AUTH: 23,
  SQLITE_BUSY: 5,
  SQLITE_CONSTRAINT: 19,
  SQLITE_CORRUPT: 11,
  SQLITE_FULL: 13,
  SQLITE_INTERRUPT: 9,
  SQLITE_IOERR: 10,
  SQLITE_LOCKED: 6,
  SQLITE_MISMATCH: 20,
  SQLITE_NOMEM: 7,
  SQLITE_READONLY: 8,
  SQLITE_TOOBIG: 18,
};

export function codeOf(code: string, words: string): number | undefined {
  if (words === "database is locked" || code === "TRANSACTION_BUSY") return 5;
  return RESULT_CODES[/^SQLITE_[A-Z]+/.exec(code)?.[0] ?? ""] ?? 1;
}

/** SQLite's message in that of the server: `SQLite error: no such table: t`. */
export function wordsOf(message: string): string {
  return message.replace(
    /^(?:SQLite error|SQLite input error|SQL input error|SQL string could not be parsed): /,
    "",
  ).slice(0, LONGEST_WORDS);
}

export function withoutOffset(words: string): { words: string; byteOffset: number | undefined } {
  const match = / \(at offset (\d+)\)$/.exec(words);
  return match === null
    ? { words, byteOffset: undefined }
    : { words: words.slice(0, match.index), byteOffset: Number(match[1]) };
}

/** The error in an answer with the HTTP status of an error, as JSON or as plain text. */
export function faultOf(text: string): WireError | undefined {
  try {
    const { message, error, code } = JSON.parse(text);
    const words = typeof message === "string" ? message : error;
    return typeof words === "string" ? { message: words, code: String(code ?? "") } : undefined;
  } catch {
    return /^[^<]{1,200}$/.test(text) ? { message: text.trim(), code: "" } : undefined;
  }
}

export function toWire(value: SqlValue): WireValue {
  if (value === null) return { type: "null" };
  if (typeof value === "bigint") return { type: "integer", value: String(value) };
  if (typeof value === "number") return { type: "float", value };
  if (typeof value === "string") return { type: "text", value };
  return { type: "blob", base64: toBase64(value) };
}

export function fromWire(value: WireValue): SqlValue {
  switch (value.type) {
    case "null":
      return null;
    case "integer":
      return BigInt(value.value);
    case "float":
      return Number(value.value);
    case "text":
      return String(value.value);
    case "blob":
      return Uint8Array.from(atob(value.base64), (byte) => byte.charCodeAt(0));
  }
}

/** Base64 without padding, as in the protocol. `Uint8Array.prototype.toBase64` exists since Node 25. */
function toBase64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join("")).replace(/=+$/, "");
}
