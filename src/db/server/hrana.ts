import {
  codeOf,
  errorOf,
  faultOf,
  fromWire,
  toWire,
  UNREAD,
  type WireError,
  type WireValue,
  withoutOffset,
  wordsOf,
} from "./hrana_wire.ts";
import { LockLost, ServerFault, SqlError, type SqlValue } from "../connection.ts";
import { askServer, describeStatus, parseObject, type ServerOptions } from "./request.ts";
import { type Answer, NO_ROWS, type ServerStream } from "./stream.ts";

/** The server closes a stream that is idle for about ten seconds, so a request is sent more often. */
const HEARTBEAT_MS = 2_000;

type WireResult = { readonly ok: Record<string, unknown> } | { readonly error: WireError };

/** The stream has ended, what it had not committed is rolled back, and the request did not run. */
const GONE = /STREAM_EXPIRED|stream has expired|invalid baton/i;
/** Another connection got the lock, and the transaction is rolled back. */
const TIMED_OUT = /TRANSACTION_TIMEOUT|Transaction timed.?out/i;

/**
 * A stream of a libSQL server by the protocol Hrana 3 over HTTP: one connection to the database.
 * https://github.com/tursodatabase/libsql/blob/main/docs/HRANA_3_SPEC.md
 *
 * Each request carries the baton of the previous answer, so requests are sent one after the other. A heartbeat keeps the
 * stream open. A stream that is lost outside a transaction is opened again. If the server gives the lock of a transaction
 * to another client, the next statement fails with the code of a busy database, and the transaction is rolled back.
 */
export class HranaStream implements ServerStream {
  readonly #options: ServerOptions;
  #baton: string | null = null;
  #inTransaction = false;
  /** The error that ended the transaction. Only a ROLLBACK can follow. */
  #end: SqlError | undefined;
  #queue: Promise<unknown> = Promise.resolve();
  #heart: ReturnType<typeof setInterval> | undefined;
  #isClosed = false;
  /** Statements that a new stream runs first. */
  #settings: readonly string[] = [];

  constructor(options: ServerOptions) {
    this.#options = options;
  }

  /** Whether BEGIN is not yet followed by COMMIT or ROLLBACK, even if the server has ended the transaction. */
  get inTransaction(): boolean {
    return this.#inTransaction || this.#end !== undefined;
  }

  readSchema(sql: string): Promise<Answer> {
    return this.run(sql, []);
  }

  async enforceKeys(isOn: boolean): Promise<void> {
    const sql = `PRAGMA foreign_keys = ${isOn ? "ON" : "OFF"}`;
    await this.run(sql, []);
    this.#settings = [sql];
  }

  /**
   * Runs one statement to its end. In a transaction, it runs only if the transaction is still open: the server may have
   * ended it, and then the statement would be committed by itself.
   * @throws {LockLost} The transaction is gone.
   * @throws {ServerFault} The server cannot be reached, or its answer is malformed.
   * @throws {SqlError} SQLite refuses the statement.
   */
  async run(sql: string, parameters: readonly SqlValue[]): Promise<Answer> {
    if (this.#end !== undefined) {
      if (!/^\s*ROLLBACK\b/i.test(sql)) throw this.#end;
      this.#end = undefined;
      await this.#drain();
      return NO_ROWS;
    }
    const stmt = { sql, args: parameters.map(toWire), want_rows: true };
    const wasOpen = this.#inTransaction;
    const request = wasOpen
      ? { type: "batch", batch: { steps: [{ condition: IN_TRANSACTION, stmt }] } }
      : { type: "execute", stmt };
    const [executed, state] = await this.#send([
      request,
      { type: "get_autocommit" },
    ]);
    if (state && "ok" in state) this.#inTransaction = state.ok["is_autocommit"] === false;
    if (executed === undefined) throw this.#malformed();
    if ("error" in executed) throw this.#failed(executed.error, wasOpen);
    const { result } = executed.ok;
    if (!wasOpen) return this.#answerOf(result);
    const { step_results, step_errors } = (result ?? {}) as Record<string, unknown>;
    if (!Array.isArray(step_results) || !Array.isArray(step_errors)) throw this.#malformed();
    const error = errorOf(step_errors[0]);
    if (error !== undefined) throw this.#failed(error, wasOpen);
    // Without a result, the transaction was no longer open. With one, it may have ended while the statement ran.
    const isOver = !this.#inTransaction && !/^\s*(?:COMMIT|END|ROLLBACK)\b/i.test(sql);
    if (step_results[0] === null || isOver) {
      throw this.#lost("the transaction is no longer open");
    }
    return this.#answerOf(step_results[0]);
  }

  /** Sends a ROLLBACK: the server reports the end of a transaction to the next statement, whatever it is. */
  async #drain(): Promise<void> {
    if (this.#baton === null) return;
    try {
      await this.#send([{ type: "execute", stmt: { sql: "ROLLBACK", want_rows: false } }]);
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
    }
  }

  /**
   * Asks whether the server accepts some statements, without running them. Each is the second step of a batch, under the
   * condition that `SELECT 1` has failed: the server reads it and never runs it.
   * @returns For each statement the server's message if it refuses the text, otherwise undefined.
   * @throws {SqlError}
   */
  async refusals(statements: readonly string[]): Promise<readonly (string | undefined)[]> {
    const found: (string | undefined)[] = [];
    for (let at = 0; at < statements.length; at += ASKED_AT_ONCE) {
      const asked = statements.slice(at, at + ASKED_AT_ONCE);
      const results = await this.#send(asked.map((sql) => ({
        type: "batch",
        batch: {
          steps: [
            { stmt: { sql: "SELECT 1", want_rows: false } },
            { condition: { type: "error", step: 0 }, stmt: { sql, want_rows: false } },
          ],
        },
      })));
      for (const index of asked.keys()) {
        const result = results[index];
        const isRefused = result !== undefined && "error" in result &&
          result.error.code === UNREAD;
        found.push(isRefused ? wordsOf(result.error.message) : undefined);
      }
    }
    return found;
  }

  /** Ends the stream; what is not committed is rolled back. Later requests fail. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearInterval(this.#heart);
    await this.#queue;
    this.#inTransaction = false;
    this.#end = undefined;
    if (this.#baton === null) return;
    try {
      await this.#post([{ type: "close" }]);
    } catch {
      // The server closes an idle stream by itself, and rolls back.
    }
  }

  /** Sends requests after the earlier ones, because they need the baton of the last answer. */
  #send(requests: readonly unknown[]): Promise<readonly WireResult[]> {
    if (this.#isClosed) {
      return Promise.reject(this.#fault("the connection is closed", undefined));
    }
    const sent = this.#queue.then(() => this.#sendOnStream(requests));
    this.#queue = sent.catch(() => {});
    return sent;
  }

  /** Sends requests, on a new stream if the old one has ended outside a transaction. */
  async #sendOnStream(requests: readonly unknown[]): Promise<readonly WireResult[]> {
    const isNew = this.#baton === null;
    const settings = isNew ? this.#settings : [];
    const results = await this.#post([
      ...settings.map((sql) => ({ type: "execute", stmt: { sql, want_rows: false } })),
      ...requests,
    ]);
    const own = results.slice(settings.length);
    const [first] = own;
    if (first && "error" in first && GONE.test(`${first.error.code} ${first.error.message}`)) {
      this.#baton = null;
      if (!isNew && !this.#inTransaction) return await this.#sendOnStream(requests);
    }
    this.#heart ??= setInterval(() => this.#beat(), HEARTBEAT_MS);
    return own;
  }

  #beat(): void {
    if (this.#baton === null || this.#isClosed) return;
    this.#send([{ type: "get_autocommit" }]).catch(() => {
      // The next statement has the same fault and reports it.
    });
  }

  async #post(requests: readonly unknown[]): Promise<readonly WireResult[]> {
    const baton = this.#baton;
    let answered: Awaited<ReturnType<typeof askServer>>;
    try {
      answered = await askServer(this.#options, "/v3/pipeline", { baton, requests });
    } catch (error) {
      this.#baton = null;
      throw error instanceof ServerFault ? this.#fault(error.sqlite, error.cause) : error;
    }
    const { status, text } = answered;
    if (status !== 200) {
      this.#baton = null;
      const error = faultOf(text) ?? { message: "", code: "" };
      if (GONE.test(`${error.code} ${error.message}`) && baton !== null) {
        return requests.map(() => ({ error }));
      }
      throw this.#fault(describeStatus(status, error.message, this.#options), undefined);
    }
    const answer = parseObject(text);
    if (answer === undefined) throw this.#malformed();
    this.#baton = typeof answer["baton"] === "string" ? answer["baton"] : null;
    const { results } = answer;
    if (!Array.isArray(results)) throw this.#malformed();
    return results.map((result) => this.#resultOf(result));
  }

  #resultOf(result: unknown): WireResult {
    const { type, response, error } = (result ?? {}) as Record<string, unknown>;
    if (type === "ok" && typeof response === "object" && response !== null) {
      return { ok: response as Record<string, unknown> };
    }
    const found = type === "error" ? errorOf(error) : undefined;
    if (found === undefined) throw this.#malformed();
    return { error: found };
  }

  #answerOf(result: unknown): Answer {
    const { cols, rows } = (result ?? {}) as Record<string, unknown>;
    if (!Array.isArray(cols) || !Array.isArray(rows)) throw this.#malformed();
    try {
      return {
        columns: cols.map(({ name }) => typeof name === "string" ? name : ""),
        rows: rows.map((row: readonly WireValue[]) => row.map(fromWire)),
      };
    } catch (cause) {
      throw this.#malformed(cause);
    }
  }

  #malformed(cause?: unknown): SqlError {
    this.#baton = null;
    return this.#fault("the server's answer is not one of the protocol Hrana 3", cause);
  }

  #fault(words: string, cause: unknown): ServerFault {
    const error = new ServerFault(words, { database: this.#options.name, cause });
    if (this.#inTransaction) this.#end = error;
    this.#inTransaction = false;
    return error;
  }

  #lost(words: string): LockLost {
    this.#inTransaction = false;
    const error = new LockLost(words, { database: this.#options.name, resultCode: 5 });
    this.#end = error;
    return error;
  }

  #failed({ message, code }: WireError, wasOpen: boolean): SqlError {
    const said = `${code} ${message}`;
    const { words, byteOffset } = withoutOffset(wordsOf(message));
    const isCut = wasOpen && !this.#inTransaction && /SQLITE_INTERRUPT|^interrupted$/.test(said);
    if (isCut || TIMED_OUT.test(said) || wasOpen && GONE.test(said)) return this.#lost(words);
    return new SqlError(words, {
      database: this.#options.name,
      byteOffset,
      resultCode: codeOf(code, words),
      // The server's own parser stops before SQLite sees the text.
      ...(code === UNREAD && { cause: UNREAD }),
    });
  }
}

const IN_TRANSACTION = { type: "not", cond: { type: "is_autocommit" } };

const ASKED_AT_ONCE = 100;
