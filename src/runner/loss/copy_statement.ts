import { foldName, unquote } from "../../sql/identifier.ts";
import type { Statement } from "../../sql/script.ts";
import { Tokenizer } from "../../sql/tokenizer.ts";

/** A result column of a SELECT that copies rows, or `*`. */
export type CopyItem =
  | { readonly kind: "all" }
  /** A column. `name` is folded; `as` is its name in CREATE TABLE AS. */
  | { readonly kind: "column"; readonly name: string; readonly as: string | undefined }
  /** An expression, with the folded names in it. */
  | { readonly kind: "expression"; readonly names: ReadonlySet<string> };

/** An INSERT or CREATE TABLE that takes its rows from a SELECT. Names are folded. */
export interface CopyStatement {
  readonly into: string;
  /** The listed columns; undefined for all columns of the table, or for those of the SELECT in CREATE TABLE AS. */
  readonly columns: readonly string[] | undefined;
  readonly creates: boolean;
  readonly items: readonly CopyItem[];
  readonly from: string | undefined;
  /**
   * Whether each written row is a different row of one table. WHERE, DISTINCT, LIMIT and OR IGNORE may leave out rows,
   * but there is no JOIN, UNION, GROUP BY or UPSERT.
   */
  readonly projects: boolean;
}

/**
 * Reads a statement that copies rows, from its tokens. If in doubt, `projects` is false.
 * @returns undefined if the statement takes no rows from a SELECT.
 */
export function readCopyStatement(text: string, statement: Statement): CopyStatement | undefined {
  // A statement without FROM copies no rows. This skips seeds, which can be long.
  if (!/\bfrom\b/i.test(text.slice(statement.start, statement.end))) return undefined;
  const tokens = significantTokens(text, statement);
  let at = 0;
  const word = (ahead = 0) => wordOf(tokens[at + ahead]);
  const accept = (...words: readonly string[]): boolean => {
    if (!words.every((one, ahead) => word(ahead) === one)) return false;
    at += words.length;
    return true;
  };
  const name = (): string | undefined => {
    const first = nameOf(tokens[at]);
    if (first === undefined) return undefined;
    at++;
    if (tokens[at]?.text !== ".") return first;
    const second = nameOf(tokens[at + 1]);
    at += 2;
    return second;
  };

  const common = readCommonTables();
  let creates = false;
  if (accept("INSERT") || accept("REPLACE")) {
    if (accept("OR")) at++;
    if (!accept("INTO")) return undefined;
  } else if (accept("CREATE")) {
    creates = true;
    if (!accept("TABLE")) return undefined;
    accept("IF", "NOT", "EXISTS");
  } else return undefined;
  const into = name();
  if (into === undefined) return undefined;
  if (accept("AS") && !creates) name();
  const columns = creates ? undefined : readList();
  const opaque = { into, columns, creates, items: [], from: undefined, projects: false };
  if (!tokens.some((token) => wordOf(token) === "FROM")) return undefined;
  if (!accept("SELECT")) return opaque;
  if (!accept("DISTINCT")) accept("ALL");
  const items: Token[][] = [[]];
  for (let depth = 0; at < tokens.length; at++) {
    const token = tokens[at]!;
    if (token.text === "(") depth++;
    if (token.text === ")") depth--;
    if (depth === 0 && wordOf(token) === "FROM") break;
    if (depth === 0 && token.text === ",") items.push([]);
    else items.at(-1)!.push(token);
  }
  if (!accept("FROM")) return { ...opaque, items: items.map((one) => toItem(one, new Set())) };
  const source = name();
  const from = source !== undefined && common.has(source) ? undefined : source;
  const aliases = new Set(source === undefined ? [] : [source]);
  if (
    source !== undefined && (accept("AS") || nameOf(tokens[at]) !== undefined && !ENDS.has(word()))
  ) {
    aliases.clear();
    const alias = name();
    if (alias !== undefined) aliases.add(alias);
  }
  const projects = from !== undefined && onlyChooses(tokens.slice(at));
  return {
    into,
    columns,
    creates,
    items: items.map((one) => toItem(one, aliases)),
    from,
    projects,
  };

  /** Skips WITH; returns the names of its tables. */
  function readCommonTables(): ReadonlySet<string> {
    const names = new Set<string>();
    if (!accept("WITH")) return names;
    accept("RECURSIVE");
    do {
      const table = name();
      if (table !== undefined) names.add(table);
      skipParentheses();
      if (accept("AS")) {
        accept("NOT");
        accept("MATERIALIZED");
        skipParentheses();
      }
    } while (tokens[at]?.text === "," && ++at);
    return names;
  }

  function skipParentheses(): void {
    if (tokens[at]?.text !== "(") return;
    let depth = 0;
    do {
      if (tokens[at]!.text === "(") depth++;
      if (tokens[at]!.text === ")") depth--;
      at++;
    } while (depth > 0 && at < tokens.length);
  }

  function readList(): readonly string[] | undefined {
    if (tokens[at]?.text !== "(") return undefined;
    const found: string[] = [];
    for (at++; at < tokens.length && tokens[at]!.text !== ")"; at++) {
      const column = nameOf(tokens[at]);
      if (column !== undefined) found.push(column);
    }
    at++;
    return found;
  }
}

/** Whether the clauses after the only table of FROM do nothing but leave out or order rows. */
function onlyChooses(tokens: readonly Token[]): boolean {
  if (tokens.length === 0) return true;
  if (!CHOOSING.has(wordOf(tokens[0]))) return false;
  let depth = 0;
  for (const token of tokens) {
    if (token.text === "(") depth++;
    if (token.text === ")") depth--;
    if (depth === 0 && COMBINING.has(wordOf(token))) return false;
  }
  return true;
}

const CHOOSING: ReadonlySet<string> = new Set(["WHERE", "ORDER", "LIMIT"]);
/** ON begins an UPSERT here. */
const COMBINING: ReadonlySet<string> = new Set(
  "UNION INTERSECT EXCEPT GROUP HAVING WINDOW ON RETURNING".split(" "),
);

interface Token {
  readonly kind: Tokenizer["kind"];
  readonly text: string;
}

/** Words that may follow a table in FROM but are not an alias. */
const ENDS: ReadonlySet<string> = new Set(
  "WHERE JOIN NATURAL LEFT RIGHT FULL INNER CROSS ORDER GROUP HAVING LIMIT UNION INTERSECT EXCEPT WINDOW INDEXED NOT ON USING RETURNING"
    .split(" "),
);

function significantTokens(text: string, { start, end }: Statement): readonly Token[] {
  const tokenizer = new Tokenizer(text, start, end);
  const tokens: Token[] = [];
  while (tokenizer.nextSignificant()) {
    if (tokenizer.kind === "semicolon") break;
    tokens.push({ kind: tokenizer.kind, text: tokenizer.current });
  }
  return tokens;
}

function wordOf(token: Token | undefined): string {
  return token?.kind === "word" ? token.text.toUpperCase() : "";
}

function nameOf(token: Token | undefined): string | undefined {
  return token?.kind === "word" || token?.kind === "quoted"
    ? foldName(unquote(token.text))
    : undefined;
}

function toItem(all: readonly Token[], aliases: ReadonlySet<string>): CopyItem {
  let tokens = all;
  let as: string | undefined;
  const last = nameOf(all.at(-1));
  if (all.length > 2 && wordOf(all.at(-2)) === "AS" && last !== undefined) {
    tokens = all.slice(0, -2);
    as = last;
  }
  if (tokens.length === 3 && tokens[1]!.text === "." && aliases.has(nameOf(tokens[0]) ?? "")) {
    tokens = tokens.slice(2);
  }
  const [only, ...more] = tokens;
  if (only !== undefined && more.length === 0) {
    if (only.text === "*") return { kind: "all" };
    const name = nameOf(only);
    if (name !== undefined && wordOf(only) !== "NULL") return { kind: "column", name, as };
  }
  return { kind: "expression", names: new Set(tokens.flatMap((token) => nameOf(token) ?? [])) };
}
