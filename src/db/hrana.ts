import {
  type Authorizer,
  type Capabilities,
  type Connection,
  type Row,
  SqlError,
  type SqlValue,
} from "./connection.ts";

/** A libSQL server and how to reach it. */
export interface HranaOptions {
  /** `https://host`, without a path. */
  readonly url: string;
  /** The database for messages: the URL without secrets. */
  readonly name: string;
  /** Sent as a bearer token, and shown nowhere. */
  readonly token?: string;
  /** Sent as the Host header's first label where a server tells its databases apart by it. */
  readonly namespace?: string;
  readonly fetch: typeof fetch;
  /** Calls `tick` again and again until it is disposed. */
  readonly every: (ms: number, tick: () => void) => Disposable;
}

/** A stream that is idle for about ten seconds is closed by the server; a request in between keeps it. */
const HEARTBEAT_MS = 2_000;
/** An answer that takes longer is taken for lost. One statement may work long, so this is not short. */
const ANSWER_TIMEOUT_MS = 600_000;
/** Larger answers are refused: a hostile server could fill the memory. */
const MAX_ANSWER_BYTES = 512 * 1024 * 1024;

type WireValue =
  | { readonly type: "null" }
  | { readonly type: "integer"; readonly value: string }
  | { readonly type: "float"; readonly value: number }
  | { readonly type: "text"; readonly value: string }
  | { readonly type: "blob"; readonly base64: string };

interface WireError {
  readonly message: string;
  readonly code?: string | null;
}

type WireResult =
  | { readonly type: "ok"; readonly response: WireResponse }
  | { readonly type: "error"; readonly error: WireError };

interface WireResponse {
  readonly type: string;
  readonly result?: {
    readonly cols?: readonly { readonly name: string | null }[];
    readonly rows?: readonly (readonly WireValue[])[];
  };
  readonly is_autocommit?: boolean;
}

/**
 * A connection to a libSQL server by the protocol Hrana 3 over HTTP:
 * https://github.com/tursodatabase/libsql/blob/main/docs/HRANA_3_SPEC.md
 *
 * All requests of a stream carry the baton of the answer before, so they are sent one after the other. A transaction
 * that is open is kept by a heartbeat; if the server takes the lock away all the same, the next statement fails with
 * the code of a busy database, and everything is rolled back.
 */
export class HranaConnection implements Connection {
  readonly name: string;
  readonly #options: HranaOptions;
  #capabilities: Capabilities = { sqliteVersion: "", authorizer: false };
  #baton: string | null = null;
  #inTransaction = false;
  #queue: Promise<unknown> = Promise.resolve();
  #heart: Disposable | undefined;
  #isClosed = false;

  private constructor(options: HranaOptions) {
    this.#options = options;
    this.name = options.name;
  }

  /** Opens a stream and asks for the server's SQLite. @throws {SqlError} What the server or the network says. */
  static async open(options: HranaOptions): Promise<HranaConnection> {
    const connection = new HranaConnection(options);
    const [row] = await connection.query("SELECT sqlite_version() AS version");
    connection.#capabilities = { sqliteVersion: String(row?.["version"]), authorizer: false };
    return connection;
  }

  get capabilities(): Capabilities {
    return this.#capabilities;
  }

  async execute(sql: string): Promise<void> {
    await this.#run(sql, []);
  }

  async query(sql: string, parameters: readonly SqlValue[] = []): Promise<Row[]> {
    const result = await this.#run(sql, parameters);
    const names = result?.cols?.map(({ name }) => name ?? "") ?? [];
    return (result?.rows ?? []).map((row) => {
      const values: Record<string, SqlValue> = Object.create(null);
      for (const [index, value] of row.entries()) values[names[index] ?? ""] = fromWire(value);
      return values;
    });
  }

  inTransaction(): boolean {
    return this.#inTransaction;
  }

  /** There is no authorizer on a server: what may run is decided from the text alone. */
  authorize(_: Authorizer | null): void {}

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#rest();
    if (this.#baton === null) return;
    try {
      await this.#send([{ type: "close" }]);
    } catch {
      // The server closes an idle stream by itself, and rolls back.
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #run(sql: string, parameters: readonly SqlValue[]) {
    const stmt = { sql, args: parameters.map(toWire), want_rows: true };
    const [executed, state] = await this.#send([
      { type: "execute", stmt },
      { type: "get_autocommit" },
    ]);
    if (state?.type === "ok") this.#note(state.response.is_autocommit === false);
    if (executed?.type === "ok") return executed.response.result;
    throw this.#failed(executed?.error ?? { message: "the server's answer has no result" });
  }

  #note(inTransaction: boolean): void {
    this.#inTransaction = inTransaction;
    if (!inTransaction) return this.#rest();
    this.#heart ??= this.#options.every(HEARTBEAT_MS, () => {
      this.#send([{ type: "get_autocommit" }]).catch(() => {
        // The next statement meets the same fault and reports it.
      });
    });
  }

  #rest(): void {
    this.#heart?.[Symbol.dispose]();
    this.#heart = undefined;
  }

  /** One request after the other: the next one needs the baton of the answer before. */
  #send(requests: readonly unknown[]): Promise<readonly WireResult[]> {
    const sent = this.#queue.then(() => this.#post(requests));
    this.#queue = sent.catch(() => {});
    return sent;
  }

  async #post(requests: readonly unknown[]): Promise<readonly WireResult[]> {
    const { url, token, namespace, fetch } = this.#options;
    let response: Response;
    try {
      response = await fetch(`${url}/v3/pipeline`, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
          ...(namespace !== undefined && { "x-namespace": namespace }),
        },
        body: JSON.stringify({ baton: this.#baton, requests }),
        // A redirect could carry the token to another host.
        redirect: "error",
        signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
      });
    } catch (cause) {
      this.#lose();
      throw new SqlError(`the server does not answer: ${reasonOf(cause)}`, {
        database: this.name,
        cause,
      });
    }
    const text = await this.#bodyOf(response);
    if (!response.ok) {
      this.#lose();
      throw this.#failed(faultOf(text) ?? { message: `HTTP status ${response.status}` });
    }
    let answer: {
      readonly baton?: unknown;
      readonly results?: unknown;
      readonly base_url?: unknown;
    };
    try {
      answer = JSON.parse(text);
    } catch (cause) {
      this.#lose();
      throw new SqlError("the server's answer is not JSON", { database: this.name, cause });
    }
    if (!Array.isArray(answer.results)) {
      this.#lose();
      throw new SqlError("the server's answer has no results", { database: this.name });
    }
    this.#baton = typeof answer.baton === "string" ? answer.baton : null;
    if (this.#baton === null) this.#note(false);
    return answer.results as readonly WireResult[];
  }

  async #bodyOf(response: Response): Promise<string> {
    const parts: Uint8Array[] = [];
    let size = 0;
    for await (const part of response.body ?? []) {
      size += part.length;
      if (size > MAX_ANSWER_BYTES) {
        this.#lose();
        throw new SqlError("the server's answer is too large", { database: this.name });
      }
      parts.push(part);
    }
    return await new Blob(parts as BlobPart[]).text();
  }

  /** The stream is gone, and with it what it had not committed. */
  #lose(): void {
    this.#baton = null;
    this.#note(false);
  }

  #failed({ message, code }: WireError): SqlError {
    // https://github.com/tursodatabase/libsql: the lock was given to a rival after txn_timeout_s, or the stream expired.
    const isLost = /TRANSACTION_(?:TIMEOUT|BUSY)|STREAM_EXPIRED/.test(`${code} ${message}`);
    if (isLost) this.#note(false);
    return new SqlError(wordsOf(message), {
      database: this.name,
      resultCode: isLost ? 5 : RESULT_CODES[/^SQLITE_[A-Z]+/.exec(code ?? "")?.[0] ?? ""],
    });
  }
}

/** https://sqlite.org/rescode.html, as far as a caller tells them apart. */
const RESULT_CODES: Readonly<Record<string, number>> = {
  SQLITE_AUTH: 23,
  SQLITE_BUSY: 5,
  SQLITE_CONSTRAINT: 19,
  SQLITE_CORRUPT: 11,
  SQLITE_ERROR: 1,
  SQLITE_FULL: 13,
  SQLITE_INTERRUPT: 9,
  SQLITE_IOERR: 10,
  SQLITE_LOCKED: 6,
  SQLITE_MISMATCH: 20,
  SQLITE_NOMEM: 7,
  SQLITE_READONLY: 8,
  SQLITE_TOOBIG: 18,
};

/** SQLite's own words inside the server's: `SQLite error: no such table: t`. */
function wordsOf(message: string): string {
  return message.replace(/^SQLite error: /, "").replace(/^SQLite input error: /, "");
}

function faultOf(text: string): WireError | undefined {
  try {
    const { message, error, code } = JSON.parse(text);
    const words = typeof message === "string" ? message : error;
    return typeof words === "string" ? { message: words.slice(0, 500), code } : undefined;
  } catch {
    return undefined;
  }
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

function toWire(value: SqlValue): WireValue {
  if (value === null) return { type: "null" };
  if (typeof value === "bigint") return { type: "integer", value: String(value) };
  if (typeof value === "number") return { type: "float", value };
  if (typeof value === "string") return { type: "text", value };
  return { type: "blob", base64: value.toBase64({ omitPadding: true }) };
}

function fromWire(value: WireValue): SqlValue {
  switch (value.type) {
    case "null":
      return null;
    case "integer":
      return BigInt(value.value);
    case "float":
      return value.value;
    case "text":
      return value.value;
    case "blob":
      return Uint8Array.fromBase64(value.base64);
  }
}
