import type { SqlValue } from "../../db/connection.ts";
import type { Table } from "../../schema/model/model.ts";
import { normalText } from "../../schema/model/normal_text.ts";
import { foldName, quoteText, unquote } from "../../sql/identifier.ts";
import { Tokenizer } from "../../sql/tokenizer.ts";
import { toHex } from "../../text/sha256.ts";
import type { ValueMaker } from "./values.ts";

/** Values for the columns of a table, read from expressions about the table. Names are folded. */
export interface CheckValues {
  /**
   * Values by column that may satisfy the CHECKs: those with which the expressions compare the column, and their
   * neighbours. Only SQLite can tell which of them do.
   */
  readonly values: ReadonlyMap<string, readonly SqlValue[]>;
  /**
   * Values by column for a function that takes the column as its argument and fails, or returns NULL, for most values.
   */
  readonly fitting: ReadonlyMap<string, readonly ValueMaker[]>;
  /** The columns of each CHECK, by the {@linkcode checkLabel} of its name in SQLite's message. */
  readonly columns: ReadonlyMap<string, ReadonlySet<string>>;
}

/**
 * Reads the CHECKs and generated columns of a table, and other expressions over its rows.
 *
 * @param texts The SQL of its indexes, or of statements that name the table.
 */
export function checkValues(table: Table, texts: readonly string[] = []): CheckValues {
  const columns = new Set(table.columns.map(({ name }) => foldName(name)));
  const values = new Map<string, SqlValue[]>();
  const fitting = new Map<string, ValueMaker[]>();
  const byLabel = new Map<string, ReadonlySet<string>>();
  for (const { name, expression } of table.checks) {
    const found = readExpression(expression, columns);
    byLabel.set(checkLabel(name ?? expression), found.names);
    for (const column of found.names) {
      values.set(column, [...values.get(column) ?? [], ...found.values]);
    }
  }
  const computed = [
    ...table.checks.map(({ expression }) => expression),
    ...table.columns.flatMap(({ generated }) => generated?.expression ?? []),
    ...texts,
  ];
  const documents = jsonWithAll(computed.flatMap(stringsIn));
  for (const text of computed) {
    for (const [column, makers] of readArguments(text, columns, documents)) {
      fitting.set(column, [...fitting.get(column) ?? [], ...makers]);
    }
  }
  return { values, fitting, columns: byLabel };
}

/** The key of a CHECK: its name, or its expression with normal spaces. */
export function checkLabel(text: string): string {
  return normalText(text);
}

const JSON_TEXTS: readonly ValueMaker[] = [
  () => "{}",
  (place) => `{ "a" : ${place}, "b": [1.50, "x"] }`,
  (place) => `[${place}]`,
  (place) => `{"a":"${place}"}`,
];

const DAYS: readonly ValueMaker[] = [
  () => "2024-02-29",
  () => "1999-12-31",
  (place) => `20${twoDigits(place % 90 + 10)}-01-0${place % 9 + 1}`,
];

const TIMES: readonly ValueMaker[] = [(place) => `10:${twoDigits(place % 60)}:00`];

const MOMENTS: readonly ValueMaker[] = [
  (place) => `2024-02-29 10:${twoDigits(place % 60)}:00`,
  () => "1999-12-31 23:59:59",
];

/** Values for functions that need a certain kind of argument. */
const ARGUMENTS: Readonly<Record<string, readonly ValueMaker[]>> = {
  ...Object.fromEntries(
    ["", "_array_length", "_each", "_error_position", "_extract", "_insert", "_patch", "_pretty"]
      .concat("_quote", "_remove", "_replace", "_set", "_tree", "_type", "_valid")
      .flatMap((name) => [[`json${name}`, JSON_TEXTS], [`jsonb${name}`, JSON_TEXTS]]),
  ),
  date: DAYS,
  datetime: MOMENTS,
  time: TIMES,
  julianday: DAYS,
  unixepoch: MOMENTS,
  strftime: MOMENTS,
  timediff: MOMENTS,
  upper: [(place) => `ABC${place}`, () => "A"],
  lower: [(place) => `abc${place}`, () => "a"],
  trim: [(place) => `abc${place}`],
  unhex: [(place) => `0${place % 10}ff`],
};

function twoDigits(number: number): string {
  return String(number).padStart(2, "0");
}

/**
 * Finds the columns in arguments of functions, or to the left of `->`, with values that fit.
 *
 * @param documents JSON with all keys that the expressions look up.
 */
function readArguments(
  text: string,
  columns: ReadonlySet<string>,
  documents: readonly ValueMaker[],
): readonly (readonly [column: string, makers: readonly ValueMaker[]])[] {
  const found: (readonly [string, readonly ValueMaker[]])[] = [];
  const calls: { readonly makers: readonly ValueMaker[]; readonly columns: string[] }[] = [];
  let name = "";
  const paths: ValueMaker[] = [];
  const json: string[] = [];
  const tokenizer = new Tokenizer(text);
  while (tokenizer.nextSignificant()) {
    const { kind, current } = tokenizer;
    const isName = kind === "word" || kind === "quoted";
    if (current === "(") calls.push({ makers: ARGUMENTS[name] ?? [], columns: [] });
    else if (current === ")") {
      const call = calls.pop();
      for (const column of call?.columns ?? []) {
        if (call!.makers === JSON_TEXTS) json.push(column);
        else if (call!.makers.length > 0) found.push([column, call!.makers]);
      }
    } else if ((current === "->" || current === "->>") && columns.has(name)) json.push(name);
    else if (kind === "string") paths.push(...jsonWith(unquote(current)));
    name = isName ? foldName(unquote(current)) : "";
    if (isName && columns.has(name)) calls.at(-1)?.columns.push(name);
  }
  for (const column of json) found.push([column, [...documents, ...paths, ...JSON_TEXTS]]);
  return found;
}

/** The keys of a path such as `$.a.b`; undefined for any other text. */
function keysOf(path: string): readonly string[] | undefined {
  return /^\$((?:\.\w+)+)$/.exec(path)?.[1]?.slice(1).split(".");
}

function stringsIn(text: string): string[] {
  const strings: string[] = [];
  const tokenizer = new Tokenizer(text);
  while (tokenizer.nextSignificant()) {
    if (tokenizer.kind === "string") strings.push(unquote(tokenizer.current));
  }
  return strings;
}

/** JSON with values at several paths: a number, or a day, which is a text that fits functions of dates. */
function jsonWithAll(paths: readonly string[]): ValueMaker[] {
  const all = paths.flatMap((path) => {
    const keys = keysOf(path);
    return keys === undefined ? [] : [keys];
  });
  if (all.length < 2) return [];
  const around = (value: unknown) => {
    const root: Record<string, unknown> = {};
    for (const keys of all) {
      let at = root;
      for (const key of keys.slice(0, -1)) {
        const inner = at[key];
        at = at[key] = typeof inner === "object" && inner !== null ? { ...inner } : {};
      }
      at[keys.at(-1)!] ??= value;
    }
    return JSON.stringify(root);
  };
  return [(place) => around(place), (place) => around(DAYS[2]!(place))];
}

/** JSON with a value at a path such as `$.a.b`. */
function jsonWith(path: string): ValueMaker[] {
  const keys = keysOf(path);
  if (keys === undefined) return [];
  const around = (value: string) =>
    keys.reduceRight((inner, key) => `{${JSON.stringify(key)}:${inner}}`, value);
  return [(place) => around(String(place)), (place) => around(`"text ${place}"`)];
}

function readExpression(
  expression: string,
  columns: ReadonlySet<string>,
): { readonly names: ReadonlySet<string>; readonly values: readonly SqlValue[] } {
  const names = new Set<string>();
  const values: SqlValue[] = [];
  const words = new Set<string>();
  const tokenizer = new Tokenizer(expression);
  while (tokenizer.nextSignificant()) {
    const { kind, current } = tokenizer;
    if (kind === "word" || kind === "quoted") {
      const name = foldName(unquote(current));
      words.add(name);
      if (columns.has(name)) names.add(name);
      values.push(...(ARGUMENTS[name] ?? []).map((make) => make(1)));
    } else if (kind === "string") {
      values.push(...textsLike(unquote(current)));
    } else if (kind === "number") {
      values.push(...numbersAround(current));
    } else if (kind === "blob") {
      values.push(bytesOf(current));
    }
  }
  if (words.has("length") || words.has("octet_length")) {
    const lengths = values.filter((value) =>
      typeof value === "bigint" && value >= 0 && value < 999
    );
    values.push(...lengths.map((length) => "x".repeat(Number(length))));
    // Another kind of characters, for a CHECK that also requires digits.
    values.push(...lengths.map((length) => "7".repeat(Number(length))));
    values.push(...lengths.map((length) => new Uint8Array(Number(length)).fill(7)));
  }
  values.push(0n, 1n);
  return { names, values };
}

/** The SQL literal of a value. */
export function literalSql(value: SqlValue): string {
  if (value === null) return "NULL";
  if (typeof value === "string") return quoteText(value.replaceAll("\0", ""));
  if (value instanceof Uint8Array) return `x${quoteText(toHex(value))}`;
  return String(value);
}

/** Values by folded column with which a row probably satisfies the WHERE of a statement. */
export type Wish = ReadonlyMap<string, SqlValue>;

/**
 * Reads the comparisons of columns with literals in a statement, in both orders: `a = 1`, `lower(b) LIKE 'x%'`,
 * `c IN (2, 3)`, `d IS NULL`.
 *
 * @param columns The folded names of the columns.
 */
export function wishOf(statement: string, columns: ReadonlySet<string>): Wish {
  const wish = new Map<string, SqlValue>();
  const tokens: { readonly kind: string; readonly text: string }[] = [];
  const tokenizer = new Tokenizer(statement);
  while (tokenizer.nextSignificant()) {
    const { kind, current: text } = tokenizer;
    tokens.push({ kind, text });
  }
  const start = tokens.findIndex(({ kind, text }) => kind === "word" && /^where$/i.test(text));
  if (start < 0) return wish;
  let column: string | undefined;
  let operator = "";
  let waiting: SqlValue | undefined;
  for (const { kind, text } of tokens.slice(start)) {
    const word = kind === "word" ? text.toUpperCase() : text;
    const name = kind === "word" || kind === "quoted" ? foldName(unquote(text)) : "";
    const value = literalOf(kind, text);
    if (columns.has(name)) {
      column = name;
      // The literal is on the left, as in `3 < a`.
      if (waiting !== undefined) wish.set(name, waiting);
      waiting = undefined;
      operator = "";
    } else if (value !== undefined) {
      const isTaken = column !== undefined && operator !== "";
      if (isTaken && !wish.has(column!)) wish.set(column!, fulfilling(operator, value));
      waiting = isTaken ? undefined : value;
    } else if (word === "AND" && operator !== "BETWEEN" || word === "OR") {
      [column, operator, waiting] = [undefined, "", undefined];
    } else if (/^(?:=|==|<|>|<=|>=|<>|!=|IS|IN|LIKE|GLOB|NOT|BETWEEN)$/.test(word)) {
      operator = operator.endsWith("NOT") || word === "NOT" ? `${operator} ${word}`.trim() : word;
    } else if (word === "NULL" && column !== undefined) {
      if (operator === "IS") wish.set(column, null);
    }
  }
  return wish;
}

function literalOf(kind: string, text: string): SqlValue | undefined {
  if (kind === "string") return unquote(text);
  if (kind === "number") return numbersAround(text)[0];
  return kind === "blob" ? bytesOf(text) : undefined;
}

function fulfilling(operator: string, value: SqlValue): SqlValue {
  const step = typeof value === "bigint" ? 1n : typeof value === "number" ? 1 : undefined;
  const moved = (up: boolean): SqlValue => {
    if (typeof value === "bigint") return up ? value + 1n : value - 1n;
    if (typeof value === "number") return up ? value + 1 : value - 1;
    return up ? `${value}x` : "";
  };
  switch (operator) {
    case ">":
    case "<>":
    case "!=":
    case "IS NOT":
      return moved(true);
    case "<":
      return moved(false);
    case "LIKE":
    case "GLOB":
      return step === undefined ? textsLike(String(value)).at(-1)! : value;
    default:
      return operator.includes("NOT") ? moved(true) : value;
  }
}

/** The text itself, and a text that matches it as a pattern of LIKE or GLOB. */
function textsLike(text: string): string[] {
  const sample = text
    .replaceAll(/\[\^?([^\]])[^\]]*\]/g, "$1")
    .replaceAll(/[*%]/g, "ab")
    .replaceAll(/[?_]/g, "c");
  return sample === text ? [text] : [text, sample];
}

function numbersAround(text: string): SqlValue[] {
  const plain = text.replaceAll("_", "");
  if (/^(?:\d+|0x[0-9a-f]+)$/i.test(plain)) {
    const value = BigInt.asIntN(64, BigInt(plain));
    return [value, value - 1n, value + 1n, -value];
  }
  const value = Number(plain);
  return Number.isFinite(value) ? [value, value - 0.5, value + 0.5, -value] : [];
}

function bytesOf(blob: string): Uint8Array {
  const hex = blob.slice(2, -1);
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
