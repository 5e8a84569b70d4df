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
import { firstVerb } from "../statement.ts";
import { type Mention, readMentions } from "../../sql/mentions.ts";
import { Batch, type BatchStatement, REACHED_TEXT, readFailure, statementText } from "./batch.ts";
import { AnswerLost, type D1Database } from "./d1.ts";
import { refusalOf } from "./d1_refusals.ts";
import { isOurs, readReplica, type Replica, toRows } from "./replica.ts";
import { findAside } from "./set_aside.ts";
import { type Answer, NO_ROWS, type ServerStream } from "./stream.ts";

/** How often a batch is sent again if nobody can say whether it ran. */
const TRIES = 3;

/** What a batch leaves behind, so that it can be recognised if its answer is lost. */
const BATCH_KEY = "batch";

/**
 * A connection to a D1 database, which has no transactions but batches.
 *
 * BEGIN reads the schema and our own tables into a replica in memory, at one moment. What follows is answered from there if
 * it asks for these alone. After BEGIN IMMEDIATE the statements that change something are collected in a {@linkcode Batch},
 * those that change the schema or our own tables run in the replica as well, and COMMIT sends the batch. It fails if the
 * database is not any more what the replica was read from.
 */
export class BatchStream implements ServerStream, BatchTransaction {
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
    return Promise.resolve(statements.map(refusalOf));
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
    const isDefinition = verb === "CREATE" || verb === "ALTER" || verb === "DROP";
    const isWrite = WRITES.has(verb);
    if (!isScript && !isDefinition && !isWrite) {
      // Our own settings are for a connection that stays.
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
        // Whoever sent it first: if it is there, it ran as a whole.
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

  /** Whether a batch has run. @throws {ServerFault} if that cannot be learned. */
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

  /** Finds the statement that failed, by batches of the first ones that are rolled back at their end. */
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

/** The batch itself puts foreign keys off until its end. */
function isDeferring(verb: string, sql: string): boolean {
  return verb === "PRAGMA" && /\bdefer_foreign_keys\b/i.test(sql);
}
