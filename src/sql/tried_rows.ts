import type { Statement } from "./script.ts";
import { TokenReader } from "./token_reader.ts";

/**
 * The rows that a statement checks against a constraint: those that it copies, or those in a table. It is used to find
 * the rows that violate the constraint.
 */
export type TriedRows =
  /** `INSERT INTO table (columns) query`. `columns` is undefined if the statement names none. */
  | {
    readonly kind: "insert";
    readonly table: string;
    readonly columns: readonly string[] | undefined;
    readonly query: string;
    /** The bare columns of a query of one table, with undefined for any other value. */
    readonly source:
      | { readonly table: string; readonly columns: readonly (string | undefined)[] }
      | undefined;
  }
  | { readonly kind: "not-null"; readonly table: string; readonly column: string }
  | { readonly kind: "check"; readonly table: string; readonly expression: string }
  /** `CREATE UNIQUE INDEX … ON table (terms) WHERE where`. A term includes its COLLATE, but no order. */
  | {
    readonly kind: "unique";
    readonly table: string;
    readonly terms: readonly string[];
    readonly where: string | undefined;
  };

/**
 * Finds the rows that a statement checks against a constraint.
 *
 * @param text The text to which the statement's offsets refer.
 * @returns undefined for other statements, and for those on a schema other than `main`.
 */
export function readTriedRows(text: string, statement: Statement): TriedRows | undefined {
  const reader = new TokenReader(text, statement);
  switch (statement.verb) {
    case "INSERT":
    case "REPLACE":
      return readInsert(reader, text);
    case "ALTER":
      return readAlter(reader, text);
    case "CREATE":
      return readUniqueIndex(reader, text);
    default:
      return undefined;
  }
}

function readInsert(reader: TokenReader, text: string): TriedRows | undefined {
  reader.advance();
  if (reader.accept("OR")) reader.advance();
  if (!reader.accept("INTO")) return undefined;
  const table = mainName(reader);
  if (table === undefined) return undefined;
  if (reader.accept("AS")) reader.advance();
  const columns = reader.isOperator("(")
    ? parts(reader, text).map((part) => nameOf(part) ?? part)
    : undefined;
  if (!["SELECT", "WITH", "VALUES"].includes(reader.word)) return undefined;
  const start = reader.start;
  const source = readSource(reader, text);
  reader.seek(RETURNING);
  const query = text.slice(start, reader.start);
  return { kind: "insert", table, columns, query, source };
}

const RETURNING = new Set(["RETURNING"]);

/** Reads `SELECT a, b FROM t`. The reader stops somewhere in the query. */
function readSource(
  reader: TokenReader,
  text: string,
): Extract<TriedRows, { kind: "insert" }>["source"] {
  if (!reader.accept("SELECT") || reader.word === "DISTINCT") return undefined;
  const columns: (string | undefined)[] = [];
  let start = reader.start;
  const take = () => {
    columns.push(nameOf(text.slice(start, reader.start)));
    reader.advance();
    start = reader.start;
  };
  while (!reader.isAtEnd && !reader.isSemicolon && reader.word !== "FROM") {
    if (reader.isOperator(",")) take();
    else if (!reader.skipParentheses()) reader.advance();
  }
  if (reader.word !== "FROM") return undefined;
  take();
  const table = mainName(reader);
  return table !== undefined && (reader.isAtEnd || reader.isSemicolon || reader.accept("WHERE"))
    ? { table, columns }
    : undefined;
}

function readAlter(reader: TokenReader, text: string): TriedRows | undefined {
  if (!reader.accept("ALTER", "TABLE")) return undefined;
  const table = mainName(reader);
  if (table === undefined) return undefined;
  if (reader.accept("ALTER")) {
    reader.accept("COLUMN");
    const column = reader.name();
    return column !== undefined && reader.accept("SET", "NOT", "NULL")
      ? { kind: "not-null", table, column }
      : undefined;
  }
  if (!reader.accept("ADD")) return undefined;
  if (reader.accept("CONSTRAINT")) reader.name();
  if (!reader.accept("CHECK")) return undefined;
  const start = reader.start;
  reader.skipParentheses();
  return { kind: "check", table, expression: text.slice(start, reader.start) };
}

function readUniqueIndex(reader: TokenReader, text: string): TriedRows | undefined {
  if (!reader.accept("CREATE", "UNIQUE", "INDEX")) return undefined;
  reader.accept("IF", "NOT", "EXISTS");
  if (mainName(reader) === undefined || !reader.accept("ON")) return undefined;
  const table = reader.name();
  if (table === undefined || !reader.isOperator("(")) return undefined;
  const terms = parts(reader, text).map((part) => part.replace(/\s(?:ASC|DESC)\s*$/i, ""));
  if (!reader.accept("WHERE")) return { kind: "unique", table, terms, where: undefined };
  const start = reader.start;
  while (!reader.isAtEnd && !reader.isSemicolon) reader.advance();
  return { kind: "unique", table, terms, where: text.slice(start, reader.start) };
}

/** Reads a name in the schema `main`. */
function mainName(reader: TokenReader): string | undefined {
  const found = reader.qualifiedName();
  const isMain = found?.schema === undefined || found.schema.toLowerCase() === "main";
  return isMain ? found?.name : undefined;
}

/** Skips `( … )` and returns the texts between its commas. */
function parts(reader: TokenReader, text: string): string[] {
  reader.advance();
  const found: string[] = [];
  let start = reader.start;
  while (!reader.isAtEnd) {
    if (reader.isOperator(",") || reader.isOperator(")")) {
      found.push(text.slice(start, reader.start));
      const isLast = reader.isOperator(")");
      reader.advance();
      if (isLast) break;
      start = reader.start;
    } else if (!reader.skipParentheses()) reader.advance();
  }
  return found;
}

/** The name that a text consists of; undefined if it is anything else. */
function nameOf(text: string): string | undefined {
  const reader = new TokenReader(text, { start: 0, end: text.length });
  if (/^\s*'/.test(text)) return undefined;
  const name = reader.name();
  return reader.isAtEnd ? name : undefined;
}
