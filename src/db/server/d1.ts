import { ServerFault, SqlError, type SqlValue } from "../connection.ts";
import {
  askServer,
  describeStatus,
  LONGEST_WORDS,
  parseObject,
  type ServerOptions,
  withoutToken,
} from "./request.ts";
import { codeOf } from "./hrana_wire.ts";
import { Tokenizer } from "../../sql/tokenizer.ts";
import { firstVerb } from "../statement.ts";
import type { Answer } from "./stream.ts";

/** There is no answer: the statements may have run, may still run, or may never run. */
export class AnswerLost extends ServerFault {}

/** D1's messages for a batch that did not end: https://developers.cloudflare.com/d1/observability/debug-d1/ */
const UNSETTLED =
  /overloaded|object to be reset|reset because|connection lost|timed? ?out|internal error|storage operation|please try again|isolate exceeded/i;

/** SQLite's message in that of the REST interface: `D1_ERROR: no such table: t at offset 14: SQLITE_ERROR`. */
const WORDS =
  /^(?:D1_[A-Z_]+: )*([^]*?)(?: at offset (\d+))?(?:: (SQLITE_[A-Z_]+)(?: \(extended: \w+\))?)?$/;

/** A part of Cloudflare's REST interface for D1: https://developers.cloudflare.com/api/resources/d1/ */
class D1Client {
  protected readonly options: ServerOptions;

  constructor(options: ServerOptions) {
    this.options = options;
  }

  /**
   * Sends a request.
   * @param body Sent by POST; by GET if there is none.
   * @throws {AnswerLost} It is unknown whether it had an effect.
   * @throws {ServerFault} It had none.
   * @throws {SqlError} SQLite refused it, and it had none.
   */
  protected async ask(path: string, body: unknown): Promise<Readonly<Record<string, unknown>>> {
    const { status, text } = await this.#send(path, body);
    const answer = parseObject(text);
    const [error] = Array.isArray(answer?.["errors"]) ? answer["errors"] : [];
    const words = typeof error?.message === "string" ? error.message : "";
    if (status === 401 || status === 403 || status === 404 || status >= 300 && status < 400) {
      throw this.fault(ServerFault, describeStatus(status, words, this.options));
    }
    if (status >= 500 || status === 429 || UNSETTLED.test(words)) {
      throw this.fault(AnswerLost, describeStatus(status, words, this.options));
    }
    if (answer === undefined) throw this.malformed();
    if (answer["success"] === true) return answer;
    if (words === "") throw this.malformed();
    throw this.#refused(words);
  }

  async #send(path: string, body: unknown) {
    try {
      return await askServer(this.options, path, body);
    } catch (error) {
      if (!(error instanceof ServerFault)) throw error;
      throw new AnswerLost(error.sqlite, { database: this.options.name, cause: error.cause });
    }
  }

  #refused(message: string): SqlError {
    const [, words = message, offset, code = ""] = WORDS.exec(message) ?? [];
    const said = withoutToken(words, this.options).slice(0, LONGEST_WORDS);
    return new SqlError(said, {
      database: this.options.name,
      resultCode: codeOf(code, said),
      byteOffset: offset === undefined ? undefined : Number(offset),
    });
  }

  /** The error for an answer of another form. The request may nevertheless have run. */
  protected malformed(): ServerFault {
    return this.fault(AnswerLost, "the server's answer is not one of Cloudflare's D1");
  }

  protected fault(Kind: typeof ServerFault, words: string): ServerFault {
    return new Kind(words, { database: this.options.name });
  }
}

/** How many databases are asked for at a time. */
const PAGE = 1_000;

/** The D1 databases of a Cloudflare account. The URL is `https://api.cloudflare.com/client/v4/accounts/ACCOUNT/d1/database`. */
export class D1Account extends D1Client {
  /**
   * Lists all databases, in the order of the answers.
   * https://developers.cloudflare.com/api/resources/d1/subresources/database/methods/list/
   * @throws {ServerFault}
   */
  async databases(): Promise<readonly { readonly name: string; readonly id: string }[]> {
    const found = new Map<string, string>();
    for (let page = 1;; page++) {
      const answer = await this.ask(`?page=${page}&per_page=${PAGE}`, undefined);
      const results = answer["result"];
      if (!Array.isArray(results)) throw this.malformed();
      const before = found.size;
      for (const one of results) {
        const { name, uuid } = (one ?? {}) as Record<string, unknown>;
        if (typeof name !== "string" || typeof uuid !== "string") throw this.malformed();
        found.set(uuid, name);
      }
      const { total_count: total } = (answer["result_info"] ?? {}) as Record<string, unknown>;
      // A server that gives one page again and again must not keep this going.
      const isLast = typeof total === "number" ? found.size >= total : results.length < PAGE;
      if (isLast || found.size === before) return [...found].map(([id, name]) => ({ name, id }));
    }
  }
}

/**
 * A D1 database: statements run in batches, and each batch is a transaction. The URL is
 * `https://api.cloudflare.com/client/v4/accounts/ACCOUNT/d1/database/ID`.
 */
export class D1Database extends D1Client {
  /**
   * Runs statements in one transaction.
   * @param statements One statement each, with its values in its text.
   * @throws {AnswerLost} It is unknown whether they ran.
   * @throws {ServerFault} They did not run.
   * @throws {SqlError} One of them failed, and all are rolled back. It is unknown which one.
   */
  async batch(statements: readonly string[]): Promise<readonly Answer[]> {
    const answer = await this.ask("/query", { batch: statements.map((sql) => ({ sql })) });
    const results = answer["result"];
    if (!Array.isArray(results) || results.length !== statements.length) throw this.malformed();
    return results.map((one) => this.#answerOf(one));
  }

  /** The present bookmark of Time Travel: https://developers.cloudflare.com/d1/reference/time-travel/ */
  async bookmark(): Promise<string> {
    const answer = await this.ask("/time_travel/bookmark", undefined);
    const { bookmark } = (answer["result"] ?? {}) as Record<string, unknown>;
    if (typeof bookmark !== "string" || !/^[0-9a-f-]{1,200}$/i.test(bookmark)) {
      throw this.malformed();
    }
    return bookmark;
  }

  /** Restores the database to a bookmark of Time Travel. @throws {ServerFault} */
  async restore(bookmark: string): Promise<void> {
    await this.ask(`/time_travel/restore?bookmark=${encodeURIComponent(bookmark)}`, {});
  }

  #answerOf(result: unknown): Answer {
    const { results } = (result ?? {}) as Record<string, unknown>;
    if (!Array.isArray(results)) throw this.malformed();
    const columns = Object.keys((results[0] ?? {}) as object);
    return {
      columns,
      rows: results.map((row) => {
        if (typeof row !== "object" || row === null) throw this.malformed();
        return columns.map((name) => this.#valueOf((row as Record<string, unknown>)[name]));
      }),
    };
  }

  /** A value of SQLite. JSON does not distinguish 1.0 from 1, and D1 rounds integers that a JavaScript number cannot hold. */
  #valueOf(value: unknown): SqlValue {
    if (value === null || typeof value === "string") return value;
    if (Array.isArray(value)) return Uint8Array.from(value);
    if (typeof value !== "number") throw this.malformed();
    if (Number.isSafeInteger(value)) return BigInt(value);
    if (Number.isInteger(value) && Math.abs(value) < 2 ** 63) {
      throw this.fault(
        ServerFault,
        "D1 rounds integers beyond 9007199254740991, so this value cannot be read",
      );
    }
    return value;
  }
}

/**
 * The limits of D1 that SQLite can enforce: https://developers.cloudflare.com/d1/platform/limits/. A replica in memory has
 * the same limits, so that the message is SQLite's own.
 */
export const D1_LIMITS = { column: 100, compoundSelect: 5, exprDepth: 100 } as const;

/** The longest statement in bytes. */
const LONGEST_STATEMENT = 100_000;

/** Pragmas that D1 accepts: https://developers.cloudflare.com/d1/sql-api/sql-statements/ */
const PRAGMAS: ReadonlySet<string> = new Set([
  "case_sensitive_like",
  "defer_foreign_keys",
  "foreign_key_check",
  "foreign_key_list",
  "foreign_keys",
  "ignore_check_constraints",
  "index_info",
  "index_list",
  "index_xinfo",
  "legacy_alter_table",
  "optimize",
  "quick_check",
  "recursive_triggers",
  "reverse_unordered_selects",
  "table_info",
  "table_list",
  "table_xinfo",
]);

/** Why D1 refuses a statement, whatever the database contains; undefined if it accepts it. */
export function d1Refusal(sql: string): string | undefined {
  const bytes = new TextEncoder().encode(sql).length;
  if (bytes > LONGEST_STATEMENT) {
    return `D1 takes statements of ${LONGEST_STATEMENT} bytes at most, and this one has ${bytes}`;
  }
  const tokens = new Tokenizer(sql);
  const words: string[] = [];
  while (words.length < 12 && tokens.nextSignificant()) words.push(tokens.current.toUpperCase());
  const verb = firstVerb(sql);
  if (["VACUUM", "ATTACH", "DETACH"].includes(verb)) return `D1 has no ${verb}`;
  if (verb === "CREATE" && /^TEMP(?:ORARY)?$/.test(words[1] ?? "")) {
    return "D1 has no temporary tables, views and triggers";
  }
  if (verb === "PRAGMA") {
    const name = (words[2] === "." ? words[3] : words[1]) ?? "";
    return PRAGMAS.has(name.toLowerCase()) ? undefined : `D1 has no PRAGMA ${name.toLowerCase()}`;
  }
  const text = words.join(" ");
  if (
    verb === "ALTER" &&
    /^ALTER TABLE .* (?:ALTER|ADD CONSTRAINT|ADD CHECK|DROP CONSTRAINT)\b/.test(text)
  ) {
    return "D1 does not take the ALTER TABLE of SQLite 3.53 for constraints and NOT NULL";
  }
  return undefined;
}
