import { ServerFault, SqlError, type SqlValue } from "../connection.ts";
import {
  askServer,
  describeStatus,
  LONGEST_WORDS,
  type ServerOptions,
  withoutToken,
} from "./request.ts";
import { codeOf } from "./hrana_wire.ts";
import type { Answer } from "./stream.ts";

/** There is no answer, so that what was sent may have run, may still run, or never will. */
export class AnswerLost extends ServerFault {}

/** D1's own words for a batch that did not get to an end: https://developers.cloudflare.com/d1/observability/debug-d1/ */
const UNSETTLED =
  /overloaded|object to be reset|reset because|connection lost|timed? ?out|internal error|storage operation|please try again|isolate exceeded/i;

/** What REST puts around SQLite's words: `D1_ERROR: no such table: t at offset 14: SQLITE_ERROR`. */
const WORDS =
  /^(?:D1_[A-Z_]+: )*([^]*?)(?: at offset (\d+))?(?:: (SQLITE_[A-Z_]+)(?: \(extended: \w+\))?)?$/;

/**
 * A Cloudflare D1 database by its REST interface: statements run in batches, each of them a transaction.
 * https://developers.cloudflare.com/api/resources/d1/
 */
export class D1Database {
  readonly #options: ServerOptions;

  /** @param options The URL is `https://api.cloudflare.com/client/v4/accounts/ACCOUNT/d1/database/ID`. */
  constructor(options: ServerOptions) {
    this.#options = options;
  }

  /**
   * Runs statements in one transaction: all or none.
   * @param statements One statement each, with its values in its text.
   * @throws {AnswerLost} Nobody can say whether they ran.
   * @throws {ServerFault} They did not run.
   * @throws {SqlError} One of them failed, and all is rolled back. It is not known which one.
   */
  async batch(statements: readonly string[]): Promise<readonly Answer[]> {
    const answer = await this.#ask("/query", { batch: statements.map((sql) => ({ sql })) });
    const results = answer["result"];
    if (!Array.isArray(results) || results.length !== statements.length) throw this.#malformed();
    return results.map((one) => this.#answerOf(one));
  }

  /** The present bookmark of Time Travel: https://developers.cloudflare.com/d1/reference/time-travel/ */
  async bookmark(): Promise<string> {
    const answer = await this.#ask("/time_travel/bookmark", undefined);
    const { bookmark } = (answer["result"] ?? {}) as Record<string, unknown>;
    if (typeof bookmark !== "string" || !/^[0-9a-f-]{1,200}$/i.test(bookmark)) {
      throw this.#malformed();
    }
    return bookmark;
  }

  /** Puts the database back to a bookmark of Time Travel. @throws {ServerFault} */
  async restore(bookmark: string): Promise<void> {
    await this.#ask(`/time_travel/restore?bookmark=${encodeURIComponent(bookmark)}`, {});
  }

  async #ask(path: string, body: unknown): Promise<Readonly<Record<string, unknown>>> {
    const { status, text } = await this.#send(path, body);
    const answer = this.#parse(text);
    const [error] = Array.isArray(answer?.["errors"]) ? answer["errors"] : [];
    const words = typeof error?.message === "string" ? error.message : "";
    if (status === 401 || status === 403 || status === 404 || status >= 300 && status < 400) {
      throw this.#fault(ServerFault, describeStatus(status, words, this.#options));
    }
    if (status >= 500 || status === 429 || UNSETTLED.test(words)) {
      throw this.#fault(AnswerLost, describeStatus(status, words, this.#options));
    }
    if (answer === undefined) throw this.#malformed();
    if (answer["success"] === true) return answer;
    if (words === "") throw this.#malformed();
    throw this.#refused(words);
  }

  async #send(path: string, body: unknown) {
    try {
      return await askServer(this.#options, path, body);
    } catch (error) {
      if (!(error instanceof ServerFault)) throw error;
      throw new AnswerLost(error.sqlite, { database: this.#options.name, cause: error.cause });
    }
  }

  #parse(text: string): Record<string, unknown> | undefined {
    try {
      const answer: unknown = JSON.parse(text);
      if (typeof answer === "object" && answer !== null) return answer as Record<string, unknown>;
    } catch {
      // As for any other text that is no answer.
    }
    return undefined;
  }

  #answerOf(result: unknown): Answer {
    const { results } = (result ?? {}) as Record<string, unknown>;
    if (!Array.isArray(results)) throw this.#malformed();
    const columns = Object.keys((results[0] ?? {}) as object);
    return {
      columns,
      rows: results.map((row) => {
        if (typeof row !== "object" || row === null) throw this.#malformed();
        return columns.map((name) => this.#valueOf((row as Record<string, unknown>)[name]));
      }),
    };
  }

  /** JSON does not distinguish 1.0 from 1, and D1 rounds what a JavaScript number cannot hold. */
  #valueOf(value: unknown): SqlValue {
    if (value === null || typeof value === "string") return value;
    if (Array.isArray(value)) return Uint8Array.from(value);
    if (typeof value !== "number") throw this.#malformed();
    if (Number.isSafeInteger(value)) return BigInt(value);
    if (Number.isInteger(value) && Math.abs(value) < 2 ** 63) {
      throw this.#fault(
        ServerFault,
        "D1 rounds integers beyond 9007199254740991, so this value cannot be read",
      );
    }
    return value;
  }

  #refused(message: string): SqlError {
    const [, words = message, offset, code = ""] = WORDS.exec(message) ?? [];
    const said = withoutToken(words, this.#options).slice(0, LONGEST_WORDS);
    return new SqlError(said, {
      database: this.#options.name,
      resultCode: codeOf(code, said),
      byteOffset: offset === undefined ? undefined : Number(offset),
    });
  }

  /** A request that changes something may have run all the same. */
  #malformed(): ServerFault {
    return this.#fault(AnswerLost, "the server's answer is not one of Cloudflare's D1");
  }

  #fault(Kind: typeof ServerFault, words: string): ServerFault {
    return new Kind(words, { database: this.#options.name });
  }
}
