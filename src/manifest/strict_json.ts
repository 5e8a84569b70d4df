/**
 * A strict JSON reader for files that people edit. Unlike JSON.parse it finds every duplicate key and knows the place
 * of each value. It is about ten times slower, so the manifest uses it only if needed.
 */

/** Keys and indexes, from the outermost value inwards. */
export type JsonPath = readonly (string | number)[];

/** A JSON value with the offset of its first character, in UTF-16 code units. */
export type JsonNode =
  | { readonly start: number; readonly value: string | number | boolean | null }
  | { readonly start: number; readonly items: readonly JsonNode[] }
  | { readonly start: number; readonly members: ReadonlyMap<string, JsonMember> };

/** A member of an object. */
export interface JsonMember {
  /** Offset of the key's opening quote. */
  readonly keyStart: number;
  readonly node: JsonNode;
}

/** A repeated key of an object, and its offset. */
export interface DuplicateKey {
  readonly key: string;
  readonly offset: number;
}

/** The tree of a JSON text, or the place and the reason of an error. */
export type JsonReading =
  | { readonly ok: true; readonly root: JsonNode; readonly duplicates: readonly DuplicateKey[] }
  | { readonly ok: false; readonly offset: number; readonly problem: string };

/** The greatest depth of nesting. None of our formats comes near it. */
const MAX_DEPTH = 64;

/**
 * Parses a JSON text (RFC 8259). If a key is repeated, its first value is used and the repetitions are listed.
 *
 * @returns A tree, or the offset of the first character that is not JSON and the end of a sentence that says what was
 * expected there. It never throws.
 */
export function readJson(text: string): JsonReading {
  const reader = new Reader(text);
  try {
    const root = reader.document();
    return { ok: true, root, duplicates: reader.duplicates };
  } catch (error) {
    if (error instanceof NotJson) {
      return { ok: false, offset: error.offset, problem: error.message };
    }
    throw error;
  }
}

/** The offset of the value at a path, or of the innermost existing value on the way to it. */
export function offsetAt(root: JsonNode, path: JsonPath, part: "key" | "value" = "value"): number {
  let node = root;
  let offset = root.start;
  for (const step of path) {
    if ("items" in node && typeof step === "number") {
      const item = node.items[step];
      if (item === undefined) return offset;
      node = item;
      offset = item.start;
    } else if ("members" in node && typeof step === "string") {
      const member = node.members.get(step);
      if (member === undefined) return offset;
      node = member.node;
      offset = part === "key" ? member.keyStart : node.start;
    } else return offset;
  }
  return offset;
}

/** Converts a tree to a plain JavaScript value. Objects have no prototype, so `__proto__` is an ordinary key. */
export function valueOf(node: JsonNode): unknown {
  if ("items" in node) return node.items.map(valueOf);
  if (!("members" in node)) return node.value;
  const object: Record<string, unknown> = Object.create(null);
  for (const [key, member] of node.members) object[key] = valueOf(member.node);
  return object;
}

class NotJson extends Error {
  readonly offset: number;
  constructor(offset: number, problem: string) {
    super(problem);
    this.offset = offset;
  }
}

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const WORD = /[A-Za-z]+/y;

class Reader {
  readonly #text: string;
  readonly duplicates: DuplicateKey[] = [];
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  document(): JsonNode {
    this.#skipSpace();
    const root = this.#value(0);
    this.#skipSpace();
    if (this.#at < this.#text.length) this.#fail("has text after the end of its JSON value");
    return root;
  }

  #value(depth: number): JsonNode {
    const start = this.#at;
    switch (this.#text[start]) {
      case "{":
        return { start, members: this.#members(depth) };
      case "[":
        return { start, items: this.#items(depth) };
      case '"':
        return { start, value: this.#string() };
      case undefined:
        return this.#fail("ends too early");
    }
    const number = this.#match(NUMBER);
    if (number !== undefined) return { start, value: Number(number) };
    const word = this.#match(WORD);
    if (word === "true") return { start, value: true };
    if (word === "false") return { start, value: false };
    if (word === "null") return { start, value: null };
    this.#at = start;
    return this.#fail("is not JSON here: a value is expected");
  }

  #members(depth: number): ReadonlyMap<string, JsonMember> {
    const members = new Map<string, JsonMember>();
    if (this.#opensEmpty("}", depth)) return members;
    do {
      this.#skipSpace();
      const keyStart = this.#at;
      if (this.#text[keyStart] !== '"') this.#fail("is not JSON here: a key in quotes is expected");
      const key = this.#string();
      this.#skipSpace();
      if (this.#text[this.#at] !== ":") this.#fail('is not JSON here: a ":" is expected');
      this.#at++;
      this.#skipSpace();
      const node = this.#value(depth + 1);
      if (members.has(key)) this.duplicates.push({ key, offset: keyStart });
      else members.set(key, { keyStart, node });
    } while (this.#continues("}"));
    return members;
  }

  #items(depth: number): readonly JsonNode[] {
    const items: JsonNode[] = [];
    if (this.#opensEmpty("]", depth)) return items;
    do {
      this.#skipSpace();
      items.push(this.#value(depth + 1));
    } while (this.#continues("]"));
    return items;
  }

  /** Skips the opening bracket, and the closing one if it follows directly. */
  #opensEmpty(close: string, depth: number): boolean {
    if (depth >= MAX_DEPTH) this.#fail(`is nested more than ${MAX_DEPTH} levels deep`);
    this.#at++;
    this.#skipSpace();
    if (this.#text[this.#at] !== close) return false;
    this.#at++;
    return true;
  }

  #continues(close: string): boolean {
    this.#skipSpace();
    const next = this.#text[this.#at];
    if (next !== "," && next !== close) {
      this.#fail(
        next === undefined ? "ends too early" : `is not JSON here: "," or "${close}" is expected`,
      );
    }
    this.#at++;
    return next === ",";
  }

  #string(): string {
    const start = this.#at;
    for (let end = start + 1; end < this.#text.length; end++) {
      const code = this.#text.charCodeAt(end);
      if (code === 0x5c) end++;
      else if (code === 0x22) {
        this.#at = end + 1;
        return this.#unescape(start, end + 1);
      } else if (code < 0x20) {
        this.#at = end;
        this.#fail("has a raw control character in a string");
      }
    }
    return this.#fail("has a string that does not end");
  }

  #unescape(start: number, end: number): string {
    const text = this.#text.slice(start, end);
    try {
      return text.includes("\\") ? JSON.parse(text) : text.slice(1, -1);
    } catch {
      this.#at = start;
      return this.#fail("has a string with an escape that JSON does not know");
    }
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const text = pattern.exec(this.#text)?.[0];
    if (text !== undefined) this.#at += text.length;
    return text;
  }

  #skipSpace(): void {
    for (;; this.#at++) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
    }
  }

  #fail(problem: string): never {
    throw new NotJson(this.#at, problem);
  }
}
