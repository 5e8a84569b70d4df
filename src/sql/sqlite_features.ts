import {
  CLAUSES,
  CONVERSIONS,
  DATE_SPANS,
  FUNCTIONS,
  isAtLeast,
  MODIFIERS,
  PRAGMAS,
  type Release,
} from "./sqlite_releases.ts";
import { TokenList } from "./token_list.ts";

/** A feature in an SQL text that older releases of SQLite lack. */
export interface Feature {
  /** The usual name: `RETURNING`, `iif()`. */
  readonly name: string;
  /** The first release with the feature. */
  readonly since: Release;
  /** The place in the text. */
  readonly start: number;
}

const DATE_FUNCTIONS = new Set("DATE TIME DATETIME JULIANDAY UNIXEPOCH STRFTIME".split(" "));

/**
 * Finds the features in a statement that a release of SQLite lacks, in the order of the text, without repetitions.
 *
 * It never throws: a text that is not SQL has no features. A name is reported only if it is written like the feature.
 *
 * @param text The SQL text. @param statement The place of the statement in it.
 * @param release The release that will run it.
 */
export function newerFeatures(
  text: string,
  statement: { readonly start: number; readonly end: number },
  release: Release,
): Feature[] {
  const finder = new FeatureFinder(text, statement);
  const seen = new Set<string>();
  return finder.find().filter(({ name, since }) => {
    if (isAtLeast(release, since) || seen.has(name)) return false;
    seen.add(name);
    return true;
  });
}

/** Words before a name that is defined or written to, so that the name is not a function call. */
const BEFORE_NAME = new Set(
  ". AS COLUMN EXISTS INDEX INTO REFERENCES RECURSIVE TABLE TRIGGER UPDATE USING VIEW".split(" "),
);

/** Pairs of words that begin a clause. */
const PAIRS: ReadonlyMap<
  string,
  { readonly followers: readonly string[]; readonly clause: keyof typeof CLAUSES }
> = new Map([
  ["EXCLUDE", { followers: ["NO", "CURRENT", "GROUP", "TIES"], clause: "EXCLUDE in a window" }],
  ["GROUPS", { followers: ["BETWEEN", "UNBOUNDED", "CURRENT"], clause: "GROUPS in a window" }],
  ["NULLS", { followers: ["FIRST", "LAST"], clause: "NULLS FIRST and NULLS LAST" }],
]);

/** Words that come before a name, and never before the clause RETURNING. */
const BEFORE_OPERAND = new Set(
  ". , ( = == < > <= >= <> != + - * / || AND OR NOT BY SET SELECT DISTINCT WHERE AS IN IS LIKE"
    .split(" "),
);

/** Words before a value that is not an operand. */
const BEFORE_LITERAL = new Set("CASE DEFAULT ELSE RETURNING THEN VALUES WHEN".split(" "));

/** Words that can begin a window, unless it begins with the name of another one. */
const IN_WINDOW = new Set("PARTITION ORDER ROWS RANGE GROUPS".split(" "));

class FeatureFinder {
  readonly #tokens: TokenList;
  readonly #found: Feature[] = [];
  /** The open parentheses: for each the name of the called function, or an empty text. */
  readonly #open: string[] = [];
  /** The verb of the statement, or within a CREATE TRIGGER that of the statement in its body. */
  #verb = "";
  #conflicts = 0;

  constructor(text: string, { start, end }: { readonly start: number; readonly end: number }) {
    this.#tokens = new TokenList(text, { start, end });
  }

  find(): Feature[] {
    this.#head();
    // The start of the columns or expressions of an index.
    const first = this.#isIndex ? this.#tokens.all.findIndex(({ text }) => text === "(") : 0;
    const last = this.#isIndex ? this.#tokens.closing(first) : 0;
    for (const [at, { kind, text }] of this.#tokens.all.entries()) {
      if (at > first && at < last && (text === "(" || kind === "operator")) {
        this.#add("indexes on expressions", at);
      }
      if (text === "(") this.#open.push(this.#isCall(at - 1) ? this.#text(at - 1) : "");
      else if (text === ")") this.#open.pop();
      else if (text === ";") this.#begin("");
      else if (kind === "number" && text.includes("_")) this.#add("the separator _ in numbers", at);
      else if (text === "->" || text === "->>") this.#add("the operator ->", at);
      else if (kind === "string" || kind === "quoted" && this.#isFts5) this.#string(at);
      else if (kind === "word") this.#word(at);
    }
    return this.#found.sort((a, b) => a.start - b.start);
  }

  /** Checks the first words of the statement. */
  #head(): void {
    const verb = this.#text(0);
    if (verb === "ALTER") this.#alter();
    else if (verb === "PRAGMA") {
      const at = this.#text(2) === "." ? 3 : 1;
      this.#named(PRAGMAS, `PRAGMA ${this.#text(at).toLowerCase()}`, this.#text(at), at);
    } else if (verb === "REINDEX" && this.#text(1) === "EXPRESSIONS") {
      this.#add("REINDEX EXPRESSIONS", 1);
    }
  }

  #alter(): void {
    let at = this.#text(3) === "." ? 5 : 3;
    const verb = this.#text(at);
    const next = this.#text(at + 1);
    if (verb === "RENAME" && next !== "TO") this.#add("RENAME COLUMN", at);
    else if (verb === "DROP") {
      this.#add(next === "CONSTRAINT" ? "DROP CONSTRAINT" : "DROP COLUMN", at);
    } else if (verb === "ALTER") this.#add("ALTER COLUMN", at);
    else if (verb === "ADD" && (next === "CONSTRAINT" || next === "CHECK")) {
      this.#add("ADD CONSTRAINT", at);
    } else if (verb === "ADD") {
      for (at++; at < this.#tokens.all.length; at++) this.#generated(at);
    }
  }

  /** Notes the begin of a statement: the first one, or one in a trigger's body. */
  #begin(verb: string): void {
    this.#verb = verb;
    this.#conflicts = 0;
  }

  #word(at: number): void {
    const text = this.#text(at);
    const next = this.#text(at + 1);
    if (next === "(" && this.#isCall(at)) {
      this.#named(FUNCTIONS, `${text.toLowerCase()}()`, text, at);
      this.#call(at);
    }
    const pair = PAIRS.get(text);
    if (pair?.followers.includes(next)) this.#add(pair.clause, at);
    this.#clauseWord(text, at);
    this.#operandWord(text, at);
    this.#definitionWord(text, at);
  }

  /** Checks words that begin a statement or a clause. */
  #clauseWord(text: string, at: number): void {
    const [previous, next] = [this.#text(at - 1), this.#text(at + 1)];
    const isOuter = this.#open.length === 0;
    switch (text) {
      case "INSERT":
      case "REPLACE":
      case "DELETE":
      case "UPDATE":
        if (isOuter && ["", ";", ")", "BEGIN"].includes(previous)) this.#begin(text);
        break;
      case "FROM":
        if (this.#verb === "UPDATE" && isOuter && previous !== "DISTINCT") {
          this.#add("UPDATE … FROM", at);
        }
        break;
      case "RETURNING":
        if (this.#verb !== "" && isOuter && !BEFORE_OPERAND.has(previous)) {
          this.#add("RETURNING", at);
        }
        break;
      case "DO":
        if (next === "NOTHING" || next === "UPDATE") this.#conflict(at);
        break;
      case "HAVING":
        if (!this.#tokens.isAfter(at, "GROUP", "SELECT")) this.#add("HAVING without GROUP BY", at);
        break;
      case "RIGHT":
      case "FULL":
        if (next === "JOIN" || (next === "OUTER" && this.#text(at + 2) === "JOIN")) {
          this.#add("RIGHT and FULL JOIN", at);
        }
        break;
      case "MATERIALIZED":
        if (next !== "(") break;
        if (previous === "AS" || (previous === "NOT" && this.#text(at - 2) === "AS")) {
          this.#add("MATERIALIZED", at);
        }
        break;
      case "INTO":
        if (this.#text(0) === "VACUUM") this.#add("VACUUM INTO", at);
        break;
    }
  }

  /** Checks words in expressions, window functions and aggregates, and names of tables. */
  #operandWord(text: string, at: number): void {
    const [previous, next] = [this.#text(at - 1), this.#text(at + 1)];
    switch (text) {
      case "OVER":
        if (previous !== ")" || !(next === "(" || this.#isName(at + 1))) break;
        this.#add("window functions", at);
        if (next === "(" && this.#isName(at + 2) && !IN_WINDOW.has(this.#text(at + 2))) {
          this.#add("a window based on another", at);
        }
        break;
      case "PRECEDING":
      case "FOLLOWING":
        if (previous !== "UNBOUNDED" && this.#tokens.isAfter(at, "RANGE", "ORDER")) {
          this.#add("RANGE with an offset", at);
        }
        break;
      case "FILTER": {
        if (previous !== ")" || next !== "(" || this.#text(at + 2) !== "WHERE") break;
        const isWindow = this.#text(this.#tokens.closing(at + 1) + 1) === "OVER";
        if (!isWindow) this.#add("FILTER of an aggregate", at);
        break;
      }
      case "ORDER":
        if (next === "BY" && (this.#open.at(-1) ?? "") !== "") {
          this.#add("ORDER BY in an aggregate", at);
        }
        break;
      case "TRUE":
      case "FALSE":
        if (previous === "." || previous === "AS") break;
        if (BEFORE_OPERAND.has(previous) || BEFORE_LITERAL.has(previous)) {
          this.#add("TRUE and FALSE", at);
        }
        break;
      case "DISTINCT": {
        const isNegated = previous === "NOT" && this.#text(at - 2) === "IS";
        if (next === "FROM" && (previous === "IS" || isNegated)) this.#add("IS DISTINCT FROM", at);
        break;
      }
      case "RAISE":
        this.#raise(at);
        break;
      case "SQLITE_SCHEMA":
      case "SQLITE_TEMP_SCHEMA":
        this.#add("sqlite_schema", at);
        break;
      case "PRAGMA_TABLE_LIST":
        if (next !== "(") this.#named(FUNCTIONS, "pragma_table_list()", text, at);
        break;
    }
  }

  /** Checks words in the definition of a table. */
  #definitionWord(text: string, at: number): void {
    const isTable = this.#text(0) === "CREATE" && !this.#hasBody;
    if (!isTable) return;
    const [previous, next] = [this.#text(at - 1), this.#text(at + 1)];
    switch (text) {
      case "GENERATED":
      case "AS":
        if (this.#text(1) !== "VIEW" && this.#open.length === 1) this.#generated(at);
        break;
      case "STRICT":
        if (this.#open.length === 0 && (previous === ")" || previous === ",")) {
          this.#add("STRICT", at);
        }
        break;
      case "CONTENTLESS_DELETE":
      case "CONTENTLESS_UNINDEXED":
      case "LOCALE":
      case "TOKENDATA":
        if (this.#isFts5 && next === "=") this.#add(text.toLowerCase() as keyof typeof CLAUSES, at);
        break;
    }
  }

  /** Checks the arguments of a function call. */
  #call(at: number): void {
    const text = this.#text(at);
    const count = this.#tokens.argumentsOf(at + 1);
    if (text === "JSON_VALID" && count > 1) this.#add("json_valid() with flags", at);
    if (text !== "IIF" && text !== "IF") return;
    if (count === 2) this.#add("iif() with two arguments", at);
    if (count > 3) this.#add("iif() with more than three arguments", at);
  }

  #generated(at: number): void {
    const [previous, text, next] = [this.#text(at - 1), this.#text(at), this.#text(at + 1)];
    const isShort = text === "AS" && next === "(" && previous !== "ALWAYS";
    if (isShort || (text === "GENERATED" && next === "ALWAYS")) this.#add("generated columns", at);
  }

  #conflict(at: number): void {
    this.#conflicts++;
    this.#add("ON CONFLICT … DO", at);
    if (this.#conflicts > 1) this.#add("several ON CONFLICT … DO", at);
    if (this.#text(at - 1) === "CONFLICT" && this.#text(at + 1) === "UPDATE") {
      this.#add("ON CONFLICT DO UPDATE without columns", at);
    }
  }

  /** Checks a RAISE. Old releases allow only a string or a name as its message. */
  #raise(at: number): void {
    if (this.#text(at + 1) !== "(" || this.#text(at + 3) !== ",") return;
    if (this.#text(at + 5) !== ")") this.#add("an expression in RAISE", at);
  }

  #string(at: number): void {
    const { text } = this.#tokens.all[at]!;
    if (this.#isFts5 && /trigram/i.test(text)) this.#add("the tokenizer trigram", at);
    if (this.#isFts5 && /remove_diacritics\s+'*2/i.test(text)) this.#add("remove_diacritics 2", at);
    if (this.#verb === "INSERT" && text.toLowerCase() === "'secure-delete'") {
      this.#add("secure-delete", at);
    }
    const call = this.#open.at(-1) ?? "";
    if (!DATE_FUNCTIONS.has(call)) return;
    if (call === "STRFTIME" && this.#text(at - 1) === "(") return this.#conversions(at);
    const modifier = text.slice(1, -1).trim().toUpperCase();
    if (/^[+-]\d{4}-\d\d-\d\d/.test(modifier)) {
      this.#report("a span of dates as a modifier", DATE_SPANS, at);
    }
    this.#named(MODIFIERS, `the modifier '${modifier.toLowerCase()}'`, modifier, at);
  }

  #conversions(at: number): void {
    for (const [written, letter = ""] of this.#text(at).matchAll(/%(.)/gs)) {
      this.#named(CONVERSIONS, `strftime() with ${written}`, letter, at);
    }
  }

  get #isFts5(): boolean {
    return this.#text(1) === "VIRTUAL" &&
      this.#tokens.all.some(({ text }, at) => text === "FTS5" && this.#text(at - 1) === "USING");
  }

  get #isIndex(): boolean {
    return this.#text(0) === "CREATE" && [1, 2].some((at) => this.#text(at) === "INDEX");
  }

  /** Whether the statement is a CREATE TRIGGER, which contains statements. */
  get #hasBody(): boolean {
    return [1, 2].some((at) => this.#text(at) === "TRIGGER");
  }

  /** Whether a word before a parenthesis is a function call. */
  #isCall(at: number): boolean {
    const token = this.#tokens.all[at];
    if (token?.kind !== "word" || at === 0) return false;
    const previous = this.#text(at - 1);
    if (BEFORE_NAME.has(previous)) return false;
    // CREATE INDEX … ON t (…)
    if (previous === "ON" && this.#text(0) === "CREATE" && this.#open.length === 0) return false;
    if (!FUNCTIONS.has(token.text) && NO_FUNCTION.has(token.text)) return false;
    // WITH c (a, b) AS (…)
    const after = this.#tokens.closing(at + 1) + 1;
    return this.#text(after) !== "AS" ||
      !["(", "NOT", "MATERIALIZED"].includes(this.#text(after + 1));
  }

  #isName(at: number): boolean {
    const token = this.#tokens.all[at];
    return token?.kind === "quoted" || (token?.kind === "word" && !NO_FUNCTION.has(token.text));
  }

  #text(at: number): string {
    return this.#tokens.text(at);
  }

  #named(names: ReadonlyMap<string, number>, name: string, key: string, at: number): void {
    const since = names.get(key);
    if (since !== undefined) this.#report(name, since, at);
  }

  #add(clause: keyof typeof CLAUSES, at: number): void {
    this.#report(clause, CLAUSES[clause], at);
  }

  #report(name: string, minor: number, at: number): void {
    this.#found.push({ name, since: [3, minor], start: this.#tokens.all[at]!.start });
  }
}

/** Words that can precede a parenthesis without a call. */
const NO_FUNCTION = new Set(
  `ALL AND AS BETWEEN BY CASE CHECK CONFLICT DEFAULT DELETE DISTINCT DO ELSE ESCAPE EXCEPT EXISTS FILTER FOREIGN FROM
  HAVING IN INSERT INTERSECT INTO IS JOIN KEY LIMIT MATERIALIZED NOT OFFSET ON OR ORDER OVER PRIMARY RETURNING SELECT SET
  THEN UNION UNIQUE UPDATE USING VALUES WHEN WHERE WINDOW`.split(/\s+/),
);
