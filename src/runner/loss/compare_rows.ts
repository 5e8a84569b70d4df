import { type Connection, type Row, SqlError, type SqlValue } from "../../db/connection.ts";
import { type Affinity, quoteName } from "../../sql/identifier.ts";
import {
  type LostKey,
  noDifference,
  type ReadRow,
  type RowComparison,
  type RowDifference,
  RowMatch,
} from "./row_match.ts";
import {
  type BlockForm,
  blockText,
  blockValues,
  EXACT_JSON,
  exactLiteralOf,
  isBlobRefusal,
  JSON_PROBE,
  keepsValue,
  literalOf,
} from "./same_value.ts";

const ROWS = 1_000;
const FIRST_ROWS = 16;
/** Maximum length of the text of a block, unless a single row is longer. */
const BLOCK_TEXT = 4_000_000;

/**
 * Compares a table of before with what has become of it, exactly: types, all digits, bytes after a NUL. Blocks of rows
 * are compared as one text each, and only a block that differs is read row by row. Needs memory for a block, and for the
 * rows that {@linkcode RowMatch} keeps.
 *
 * @param before Reads the old state.
 * @param now Reads the new state, within its transaction.
 * @throws {SqlError}
 */
export async function compareRows(
  before: Connection,
  now: Connection,
  comparison: RowComparison,
  lost: LostKey = () => {},
): Promise<RowDifference> {
  const { identity } = comparison;
  if (identity.kind === "content") return await compareContents(before, now, comparison);
  const old = new Side(before, comparison.before, identity.before, comparison, "before");
  const fresh = new Side(now, comparison.now, identity.now, comparison, "now");
  const match = new RowMatch(comparison, lost);
  let form: BlockForm = await writesExactJson(before) && await writesExactJson(now)
    ? "json"
    : "literals";
  let low: readonly SqlValue[] | undefined;
  for (let rows = FIRST_ROWS;;) {
    const next = await old.keyAfter(low, rows);
    if (next === undefined) break;
    // TEXT with a NUL is cut when it is read, and such a key may be the one before: then the block ends further on.
    const isStuck = isSame(next.key, low);
    if (isStuck && !next.isLast) {
      rows *= 2;
      continue;
    }
    const high = isStuck ? undefined : next.key;
    let text: string;
    let other: string;
    try {
      text = await old.text(low, high, form);
      other = await fresh.text(low, high, form);
    } catch (error) {
      if (form === "literals" || !(error instanceof SqlError && isBlobRefusal(error.sqlite))) {
        throw error;
      }
      form = "literals";
      continue;
    }
    // U+FFFD may stand for any bytes that are no UTF-8.
    const opaque = text.includes("\ufffd");
    if (text !== other || opaque) {
      match.block(await old.rows(low, high, opaque), await fresh.rows(low, high, opaque));
    }
    if (text.length < BLOCK_TEXT / 4) rows = Math.min(rows * 4, ROWS);
    else if (text.length > BLOCK_TEXT) rows = Math.max(Math.floor(rows / 4), 1);
    if (high === undefined) return match.result();
    low = high;
  }
  if (match.searches) {
    for (let rest = low;;) {
      const next = await fresh.keyAfter(rest, ROWS);
      if (next === undefined || !match.hasRoom || isSame(next.key, rest)) break;
      match.block([], await fresh.rows(rest, next.key, false));
      rest = next.key;
    }
  }
  return match.result();
}

function isSame(key: readonly SqlValue[], other: readonly SqlValue[] | undefined): boolean {
  return other !== undefined && key.every((value, at) => value === other[at]);
}

async function writesExactJson(connection: Connection): Promise<boolean> {
  const [row] = await connection.query(JSON_PROBE);
  return row?.["text"] === EXACT_JSON;
}

/** One of the two tables. */
class Side {
  readonly #connection: Connection;
  readonly #table: string;
  readonly #key: readonly string[];
  readonly #columns: readonly string[];
  /** As {@linkcode blockValues} has them. */
  readonly #values: readonly string[];

  constructor(
    connection: Connection,
    table: string,
    key: readonly string[],
    { columns }: RowComparison,
    which: "before" | "now",
  ) {
    this.#connection = connection;
    this.#table = `main.${quoteName(table)}`;
    this.#key = key;
    this.#columns = columns.map((column) => column[which]);
    this.#values = columns.map((column) =>
      blockValues(column.before, column.now, column.stored, column.storage)[which]
    );
  }

  /** The key of the row that comes a number of rows after another; of the last row, if there are fewer. */
  async keyAfter(
    low: readonly SqlValue[] | undefined,
    rows: number,
  ): Promise<{ readonly key: readonly SqlValue[]; readonly isLast: boolean } | undefined> {
    const list = this.#key.map((key, at) => `${key} AS k${at}`).join(", ");
    const order = this.#key.join(", ");
    const select = `SELECT ${list} FROM ${this.#table} ${this.#where(low, undefined)} ORDER BY `;
    const [row] = await this.#connection.query(
      `${select}${order} LIMIT 1 OFFSET ${rows - 1}`,
      low ?? [],
    );
    if (row !== undefined) return { key: this.#keyOf(row), isLast: false };
    const [last] = await this.#connection.query(
      `${select}${this.#key.map((key) => `${key} DESC`).join(", ")} LIMIT 1`,
      low ?? [],
    );
    return last === undefined ? undefined : { key: this.#keyOf(last), isLast: true };
  }

  /** All values of the rows in between as one text; two blocks with the same text have the same rows. */
  async text(
    low: readonly SqlValue[] | undefined,
    high: readonly SqlValue[] | undefined,
    form: BlockForm,
  ): Promise<string> {
    const text = blockText([...this.#key, ...this.#values], form);
    const [found] = await this.#connection.query(
      `SELECT ${text} AS text FROM ${this.#table} ${this.#where(low, high)}`,
      [...low ?? [], ...high ?? []],
    );
    return String(found?.["text"] ?? "");
  }

  async rows(
    low: readonly SqlValue[] | undefined,
    high: readonly SqlValue[] | undefined,
    exactly: boolean,
  ): Promise<ReadRow[]> {
    const list = [
      ...this.#key.map((key, at) => `${key} AS k${at}`),
      `${this.#key.map(literalOf).join(" || ',' || ")} AS id`,
      ...this.#columns.map((column, at) => `${literalOf(column)} AS c${at}`),
      ...(exactly ? this.#columns.map((column, at) => `${exactLiteralOf(column)} AS e${at}`) : []),
    ];
    const valueOf = (row: Row, at: number) => {
      const literal = String(row[`c${at}`]);
      return exactly && literal.includes("\ufffd") ? String(row[`e${at}`]) : literal;
    };
    const rows = await this.#connection.query(
      `SELECT ${list.join(", ")} FROM ${this.#table} ${this.#where(low, high)}`,
      [...low ?? [], ...high ?? []],
    );
    return rows.map((row) => ({
      key: this.#keyOf(row),
      id: String(row["id"]),
      values: this.#columns.map((_, at) => valueOf(row, at)),
    }));
  }

  #keyOf(row: Row): readonly SqlValue[] {
    return this.#key.map((_, at) => row[`k${at}`] ?? null);
  }

  #where(low: readonly SqlValue[] | undefined, high: readonly SqlValue[] | undefined): string {
    const key = this.#key.length === 1 ? this.#key[0]! : `(${this.#key.join(", ")})`;
    const value = this.#key.length === 1 ? "?" : `(${this.#key.map(() => "?").join(", ")})`;
    const terms = [
      ...low === undefined ? [] : [`${key} > ${value}`],
      ...high === undefined ? [] : [`${key} <= ${value}`],
    ];
    return terms.length === 0 ? "" : `WHERE ${terms.join(" AND ")}`;
  }
}

/**
 * Compares tables whose rows nothing but their content tells apart: as multisets, in one pass over each. A value that
 * became an equal one of the new column's type counts as the same. Rows that are found again only without the columns
 * that may differ have changed in these.
 */
async function compareContents(
  before: Connection,
  now: Connection,
  comparison: RowComparison,
): Promise<RowDifference> {
  const { columns } = comparison;
  const difference: RowDifference = { ...noDifference(), keyless: true };
  const missing = await countMissing(before, now, comparison);
  const firm = columns.filter(({ mayDiffer }) => !mayDiffer);
  if (missing === 0 || firm.length === columns.length) return { ...difference, gone: missing };
  const gone = await countMissing(before, now, { ...comparison, columns: firm });
  for (const column of columns.filter(({ mayDiffer }) => mayDiffer)) {
    const found = await countMissing(before, now, { ...comparison, columns: [...firm, column] });
    if (found > gone) difference.changed.set(column.name, found - gone);
  }
  // Each value alone is there, and not beside the others that it was beside.
  const rest = columns.find(({ mayDiffer }) => mayDiffer);
  if (missing > gone && difference.changed.size === 0 && rest !== undefined) {
    difference.changed.set(rest.name, missing - gone);
  }
  return { ...difference, gone };
}

/** Maximum number of rows held at a time. More are compared in parts, each of which reads both tables. */
const HELD = 1_000_000;

/** How many rows of before have no row of now with the same values. */
async function countMissing(
  before: Connection,
  now: Connection,
  comparison: RowComparison,
): Promise<number> {
  const [row] = await now.query(`SELECT count(*) AS n FROM ${tableOf(comparison, comparison.now)}`);
  const parts = Math.ceil(Number(row?.["n"]) / HELD) || 1;
  let missing = 0;
  for (let part = 0; part < parts; part++) {
    const counts = new Map<string, number>();
    const printsOf = (connection: Connection, which: "before" | "now") =>
      fingerprintsOf(connection, comparison, which, (hash) => hash % parts === part);
    for await (const print of printsOf(now, "now")) {
      counts.set(print, (counts.get(print) ?? 0) + 1);
    }
    for await (const print of printsOf(before, "before")) {
      const count = counts.get(print) ?? 0;
      if (count > 0) counts.set(print, count - 1);
      else missing++;
    }
  }
  return missing;
}

/** What tells the rows of a table from others, of those whose hash is wanted. */
async function* fingerprintsOf(
  connection: Connection,
  comparison: RowComparison,
  which: "before" | "now",
  isWanted: (hash: number) => boolean,
): AsyncGenerator<string> {
  const { columns } = comparison;
  const table = tableOf(comparison, comparison[which]);
  const list = columns.map((column) => column[which]);
  for await (const values of contentsOf(connection, table, list)) {
    const literals = values.map((value, at) => normalLiteral(value, columns[at]!.storage));
    const text = literals.join();
    const [a, b] = hashesOf(text);
    // Long rows are told apart by two hashes and their length: for a million of them memory counts.
    if (isWanted(a)) {
      yield text.length <= 32 ? text : `${text.length}:${a.toString(36)}:${b.toString(36)}`;
    }
  }
}

function tableOf({ schema = "main" }: RowComparison, name: string): string {
  return `${schema}.${quoteName(name)}`;
}

/** The literal of the value as a column stores it, if that is an equal value. */
function normalLiteral(literal: string, storage: Affinity): string {
  if (storage === "BLOB") return literal;
  const text = literal.startsWith("'") ? literal.slice(1, -1) : literal;
  if (storage === "TEXT") return keepsValue(literal, `'${text}'`, storage) ? `'${text}'` : literal;
  const number = keepsValue(literal, text, storage) ? text : literal;
  // 7 and 7.0 are equal, and both columns may hold either.
  return number.replace(/^(-?\d+)\.0$/, "$1");
}

function hashesOf(text: string): readonly [number, number] {
  let a = 0x811c9dc5;
  let b = 0x9e3779b9;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    a = Math.imul(a ^ code, 0x01000193);
    b = Math.imul(b ^ code, 0x85ebca6b) ^ (b >>> 13);
  }
  return [a >>> 0, b >>> 0];
}

async function* contentsOf(
  connection: Connection,
  table: string,
  columns: readonly string[],
): AsyncGenerator<readonly string[]> {
  const list = columns.map((column, at) => `${literalOf(column)} AS c${at}`).join(", ");
  const from = `FROM ${table}`;
  for (let offset = 0;; offset += CONTENT_ROWS) {
    const rows = await connection.query(
      `SELECT ${list || "1"} ${from} LIMIT ${CONTENT_ROWS} OFFSET ${offset}`,
    );
    for (const row of rows) yield columns.map((_, at) => String(row[`c${at}`]));
    if (rows.length < CONTENT_ROWS) return;
  }
}

/** An OFFSET reads what it passes over, so that these are large. */
const CONTENT_ROWS = 50_000;
