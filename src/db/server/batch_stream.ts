import {
  BatchFailure,
  type BatchGuard,
  type BatchNote,
  type BatchTransaction,
  type Connection,
  LockLost,
  type Row,
  ServerFault,
  SqlError,
  type SqlValue,
} from "../connection.ts";
import { changesSchema, firstVerb } from "../statement.ts";
import { type Mention, readMentions } from "../../sql/mentions.ts";
import { Batch, type BatchStatement, REACHED_TEXT, readFailure, statementText } from "./batch.ts";
import { AnswerLost, D1Database, d1Refusal } from "./d1.ts";
import { isOurs, readReplica, type Replica } from "./replica.ts";
import { type ConnectionOptions, ServerConnection } from "./server_connection.ts";
import { findAside } from "./set_aside.ts";
import { type Answer, NO_ROWS, type ServerStream, toRows } from "./stream.ts";

/** How often a batch is sent if it is unknown whether it ran. */
const TRIES = 3;

/** The key under which a batch writes its name, so that it is recognised if its answer is lost. */
const BATCH_KEY = "batch";

/**
 * A connection to a D1 database, whose transactions are batches.
 *
 * BEGIN reads the schema and our own tables, at one moment, into a replica in memory. The replica answers queries that
 * need nothing else. After BEGIN IMMEDIATE, statements that change something are collected in a {@linkcode Batch};
 * those that change the schema or our own tables also run in the replica. COMMIT sends the batch, which fails if the
 * database has changed since the replica was read.
 */
class BatchStream implements ServerStream, BatchTransaction {
  origin: unknown = undefined;
  readonly #database: D1Database;
  readonly #name: string;
  /** Gives a name that no other batch has. */
  readonly #newName: () => string;
  #replica: Replica | undefined;
  #batch: Batch | undefined;
  #isEnforced = false;

  constructor(database: D1Database, name: string, newName: () => string) {
    this.#database = database;
    this.#name = name;
    this.#newName = newName;
  }

  get inTransaction(): boolean {
    return this.#replica !== undefined;
  }

  note(expression: string, index: number): BatchNote {
    return this.#open().note(expression, index);
  }

  guard(guard: BatchGuard): void {
    this.#open().guard(guard);
  }

  keep(table: string, expressions: readonly string[]): string {
    return this.#open().keep(table, expressions);
  }

  dropOf(before: string, last: string): ReturnType<BatchTransaction["dropOf"]> {
    return this.#open().dropOf(before, last);
  }

  async readTogether(statements: readonly string[]): Promise<readonly (readonly Row[])[]> {
    if (statements.length === 0) return [];
    const answers = await this.#database.batch(statements.map((sql) => statementText(sql, [])));
    return answers.map(toRows);
  }

  async openBefore(): Promise<Connection> {
    return await (this.#replica ?? await this.#read()).copy();
  }

  async readSchema(sql: string): Promise<Answer> {
    return this.#replica === undefined
      ? await this.#ask(sql, [])
      : await this.#replica.query(sql, []);
  }

  enforceKeys(isOn: boolean): Promise<void> {
    this.#isEnforced = isOn;
    return Promise.resolve();
  }

  refusals(statements: readonly string[]): Promise<readonly (string | undefined)[]> {
    return Promise.resolve(statements.map(d1Refusal));
  }

  async close(): Promise<void> {
    await this.#forget();
  }

  async run(sql: string, parameters: readonly SqlValue[]): Promise<Answer> {
    const verb = firstVerb(sql);
    switch (verb) {
      case "BEGIN":
        if (this.#replica !== undefined) throw this.#error("a transaction is open already");
        this.#replica = await this.#read();
        if (/\b(?:IMMEDIATE|EXCLUSIVE)\b/i.test(sql)) this.#batch = new Batch();
        return NO_ROWS;
      case "COMMIT":
      case "END":
        await this.#commit();
        await this.#forget();
        return NO_ROWS;
      case "ROLLBACK":
        await this.#forget();
        return NO_ROWS;
    }
    const replica = this.#replica;
    if (replica === undefined) return await this.#ask(sql, parameters);
    if (this.#batch === undefined) {
      return await replica.knows(sql, parameters)
        ? await replica.query(sql, parameters)
        : await this.#ask(sql, parameters);
    }
    return await this.#collect(replica, this.#batch, sql, verb, parameters);
  }

  async #collect(
    replica: Replica,
    batch: Batch,
    sql: string,
    verb: string,
    parameters: readonly SqlValue[],
  ): Promise<Answer> {
    const isScript = this.origin !== undefined;
    const isDefinition = changesSchema(verb);
    const isWrite = WRITES.has(verb);
    if (!isScript && !isDefinition && !isWrite) {
      // Settings have no effect here, because the next request may have another connection.
      return verb === "PRAGMA" && sql.includes("=")
        ? NO_ROWS
        : await replica.query(sql, parameters);
    }
    const text = statementText(sql, parameters);
    const statement = { start: 0, end: text.length, verb };
    const mention = readMentions(text, statement).find((one) => !one.inTrigger);
    const aside = mention?.kind === "drop-table" && !this.#isEnforced
      ? await findAside(replica.connection, mention.name)
      : undefined;
    const isRecord = mention !== undefined && isOurs(mention.name);
    const answer = isDefinition || isWrite && isRecord
      ? await replica.query(sql, parameters)
      : NO_ROWS;
    if (isScript && !this.#isEnforced && isDeferring(verb, sql)) return answer;
    batch.add({ sql: text, origin: this.origin, mention: tableMention(mention), aside });
    return answer;
  }

  async #commit(): Promise<void> {
    const [replica, batch] = [this.#replica, this.#batch];
    if (replica === undefined || batch === undefined || batch.length === 0) return;
    const name = this.#newName();
    const hasState = await replica.hasState();
    if (hasState) {
      const sql = "INSERT OR REPLACE INTO main.aludel_meta (key, value) VALUES (?, ?)";
      batch.add({ sql: statementText(sql, [BATCH_KEY, name]), origin: undefined });
    }
    const compiled = batch.compile({ start: replica.start, enforced: this.#isEnforced });
    for (let tries = 1;; tries++) {
      try {
        batch.take(await this.#database.batch(compiled.map(({ sql }) => sql)), compiled);
        return;
      } catch (error) {
        if (!(error instanceof SqlError)) throw error;
        const isLost = error instanceof AnswerLost;
        const isMoved = readFailure(error.sqlite)?.kind === "moved";
        if (!isLost && !isMoved) {
          throw error instanceof ServerFault
            ? error
            : await this.#explained(error, batch, compiled);
        }
        // If its name is there, the whole batch ran with an earlier request.
        if (hasState && (isLost || tries > 1) && await this.#isThere(name)) return;
        if (isMoved) {
          throw new LockLost("another client changed the database meanwhile", {
            database: this.#name,
            resultCode: 5,
          });
        }
        if (tries === TRIES || !hasState) throw this.#unknown(error);
      }
    }
  }

  /** Whether a batch has run. @throws {ServerFault} if the server does not answer. */
  async #isThere(name: string): Promise<boolean> {
    const text = statementText(
      "SELECT (SELECT count(*) FROM main.sqlite_schema WHERE name = 'aludel_meta') AS n",
      [],
    );
    try {
      const [tables] = await this.#database.batch([text]);
      if (tables?.rows[0]?.[0] === 0n) return false;
      const [answer] = await this.#database.batch([
        statementText("SELECT value FROM main.aludel_meta WHERE key = ?", [BATCH_KEY]),
      ]);
      return answer?.rows[0]?.[0] === name;
    } catch (error) {
      throw error instanceof AnswerLost ? this.#unknown(error) : error;
    }
  }

  #unknown(error: SqlError): ServerFault {
    return new ServerFault(`${error.sqlite}; the batch may have run all the same, or may run yet`, {
      database: this.#name,
      cause: error,
    });
  }

  /** Finds the statement that failed, by sending beginnings of the batch that are rolled back. */
  async #explained(
    error: SqlError,
    batch: Batch,
    compiled: readonly BatchStatement[],
  ): Promise<SqlError> {
    const failure = readFailure(error.sqlite);
    if (failure?.kind === "guard" && Number.isInteger(failure.index)) {
      const { origin } = batch.guardAt(failure.index) ?? {};
      return new BatchFailure(error, { origin, detail: failure.detail });
    }
    const isBefore = async (count: number): Promise<boolean> => {
      const texts = compiled.slice(0, count).map(({ sql }) => sql);
      try {
        await this.#database.batch([...texts, REACHED_TEXT]);
        return false;
      } catch (tried) {
        if (!(tried instanceof SqlError) || tried instanceof ServerFault) throw tried;
        return readFailure(tried.sqlite)?.kind !== "reached";
      }
    };
    try {
      let [reached, failed] = [0, compiled.length];
      if (!await isBefore(failed)) return new BatchFailure(error, { origin: undefined });
      while (failed - reached > 1) {
        const middle = (reached + failed) >> 1;
        if (await isBefore(middle)) failed = middle;
        else reached = middle;
      }
      const said = failure?.kind === "own"
        ? new SqlError(failure.words, { database: this.#name, resultCode: 19 })
        : error;
      return new BatchFailure(said, { origin: compiled[failed - 1]!.origin });
    } catch {
      return new BatchFailure(error, { origin: undefined });
    }
  }

  async #ask(sql: string, parameters: readonly SqlValue[]): Promise<Answer> {
    const text = statementText(sql, parameters);
    if (text === "") return NO_ROWS;
    const [answer] = await this.#database.batch([text]);
    return answer ?? NO_ROWS;
  }

  async #forget(): Promise<void> {
    const replica = this.#replica;
    this.#replica = undefined;
    this.#batch = undefined;
    this.origin = undefined;
    await replica?.close();
  }

  #read(): Promise<Replica> {
    return readReplica(this.#database, this.#name);
  }

  #open(): Batch {
    if (this.#batch === undefined) throw this.#error("no transaction is open");
    return this.#batch;
  }

  #error(words: string): SqlError {
    return new SqlError(words, { database: this.#name, resultCode: 1 });
  }
}

const WRITES: ReadonlySet<string> = new Set(["INSERT", "UPDATE", "DELETE", "REPLACE", "WITH"]);

const TABLE_MENTIONS: ReadonlySet<string> = new Set(["create-table", "drop-table", "rename-table"]);

function tableMention(mention: Mention | undefined): Mention | undefined {
  return mention !== undefined && TABLE_MENTIONS.has(mention.kind) ? mention : undefined;
}

/** Whether a statement defers foreign keys: the batch itself does so. */
function isDeferring(verb: string, sql: string): boolean {
  return verb === "PRAGMA" && /\bdefer_foreign_keys\b/i.test(sql);
}

/**
 * Opens a Cloudflare D1 database.
 * @param options With the URL that {@linkcode D1Database} needs.
 * @param newName Gives a name that no other batch has.
 * @throws {ServerFault} if it cannot be reached, does not exist, or refuses the token.
 */
export async function openD1(
  options: ConnectionOptions,
  newName: () => string,
): Promise<Connection> {
  const database = new D1Database(options);
  await database.batch(["SELECT 1"]);
  const stream = new BatchStream(database, options.name, newName);
  // D1 does not tell its version. It refuses what is new in 3.53, and accepted everything older that was tried.
  const capabilities = { sqliteVersion: D1_SQLITE, ownCache: false };
  return new ServerConnection(stream, options, capabilities, stream);
}

/** The version of an SQLite that accepts the same statements as D1. */
const D1_SQLITE = "3.47.0";
