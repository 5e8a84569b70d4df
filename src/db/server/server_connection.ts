import {
  type Authorizer,
  type BatchTransaction,
  type Capabilities,
  type Connection,
  type Row,
  SqlError,
  type SqlValue,
} from "../connection.ts";
import { HranaStream } from "./hrana.ts";
import { UNREAD } from "./hrana_wire.ts";
import { changesSchema, firstVerb } from "../statement.ts";
import { openScratch } from "../open_scratch.ts";
import { LegacyRename } from "./legacy_rename.ts";
import type { ServerOptions } from "./request.ts";
import { NO_ROWS, type ServerStream, toRows } from "./stream.ts";
import { Shadow, withoutExplain } from "./shadow.ts";

/** How a connection to a server is opened. */
export interface ConnectionOptions extends ServerOptions {
  /** Whether unknown names in double quotes are strings in scripts. */
  readonly doubleQuotedStrings?: boolean;
}

/**
 * Connects to a libSQL server. The connection makes up for what the server lacks:
 *
 * - It has no authorizer: this program's SQLite first compiles each statement, under the authorizer, in an empty
 *   database in memory that has the server's schema ({@linkcode Shadow}).
 * - It refuses PRAGMA legacy_alter_table: {@linkcode LegacyRename} does the same.
 * - Foreign keys are on in a new connection: they are switched off.
 *
 * @throws {ServerFault} if it cannot be reached, or is not such a server.
 * @throws {SqlError} if it refuses a statement.
 */
export async function openServer(options: ConnectionOptions): Promise<Connection> {
  const stream = new HranaStream(options);
  try {
    await stream.enforceKeys(false);
    const { rows: [row] } = await stream.run("SELECT sqlite_version()", []);
    const [cache] = await stream.refusals(["PRAGMA main.cache_spill = 1000"]);
    const capabilities = {
      sqliteVersion: String(row?.[0]),
      ownCache: cache === undefined,
    };
    return new ServerConnection(stream, options, capabilities);
  } catch (error) {
    await stream.close();
    throw error;
  }
}

const LEGACY =
  /^\s*PRAGMA\s+(?:main\s*\.\s*)?legacy_alter_table\s*(?:=|\()\s*(\w+)\s*\)?\s*;?\s*$/i;
const FOREIGN_KEYS =
  /^\s*PRAGMA\s+(?:main\s*\.\s*)?foreign_keys\s*(?:=|\()\s*(\w+)\s*\)?\s*;?\s*$/i;

/** A connection to a server, by any protocol. */
export class ServerConnection implements Connection {
  readonly name: string;
  readonly capabilities: Capabilities;
  readonly #stream: ServerStream;
  readonly #shadow: Shadow;
  #authorizer: Authorizer | null = null;
  #isEnforced = false;
  readonly #legacy: LegacyRename;

  /** @param batch The transactions of the stream, if they are batches. */
  constructor(
    stream: ServerStream,
    options: ConnectionOptions,
    capabilities: Capabilities,
    readonly batch?: BatchTransaction,
  ) {
    this.name = options.name;
    this.capabilities = capabilities;
    this.#stream = stream;
    this.#shadow = new Shadow(options.doubleQuotedStrings ?? false, async () => {
      const { rows } = await stream.readSchema(
        `SELECT sql, name, type FROM main.sqlite_schema WHERE sql IS NOT NULL
         ORDER BY type <> 'table', type <> 'view', rowid`,
      );
      return rows.map(([sql, name, type]) => ({
        sql: String(sql),
        name: String(name),
        isTable: type === "table",
      }));
    });
    this.#legacy = new LegacyRename({
      name: options.name,
      execute: async (sql) => void await stream.run(sql, []),
      query: async (sql) => toRows(await stream.readSchema(sql)),
    }, this.#shadow);
  }

  async execute(sql: string): Promise<void> {
    const verb = firstVerb(sql);
    if (verb === "") return;
    const legacy = LEGACY.exec(withoutComments(sql));
    if (legacy !== null) return await this.#legacy.set(isOn(legacy[1]!), this.inTransaction());
    const keys = FOREIGN_KEYS.exec(sql);
    if (keys !== null) {
      this.#isEnforced = isOn(keys[1]!);
      await this.#stream.enforceKeys(this.#isEnforced);
      return await this.#shadow.follow(sql);
    }
    await this.#run(sql, verb, []);
  }

  async query(sql: string, parameters: readonly SqlValue[] = []): Promise<Row[]> {
    const verb = firstVerb(sql);
    if (verb === "") return [];
    return toRows(await this.#run(sql, verb, parameters));
  }

  inTransaction(): boolean {
    return this.#stream.inTransaction;
  }

  authorize(authorizer: Authorizer | null): void {
    this.#authorizer = authorizer;
  }

  async refusals(statements: readonly string[]): Promise<readonly (string | undefined)[]> {
    const asked = statements.filter((sql) => LEGACY.exec(withoutComments(sql)) === null);
    const answers = await this.#stream.refusals(asked);
    const found = new Map(asked.map((sql, at) => [sql, answers[at]]));
    return statements.map((sql) => found.get(sql));
  }

  async close(): Promise<void> {
    await this.#stream.close();
    await this.#shadow.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #run(sql: string, verb: string, parameters: readonly SqlValue[]) {
    const isDefinition = changesSchema(verb);
    if (this.#authorizer !== null) await this.#judge(sql, isDefinition, this.#authorizer);
    if (isDefinition && await this.#legacy.run(sql)) return NO_ROWS;
    const wasOpen = this.inTransaction();
    try {
      const answer = await this.#guarded(sql, () => this.#stream.run(sql, parameters));
      if (isDefinition) await this.#shadow.follow(sql);
      // A new transaction sees the changes of others, and a ROLLBACK undoes our own.
      if (wasOpen !== this.inTransaction()) this.#forget();
      return answer;
    } catch (error) {
      if (isDefinition || wasOpen !== this.inTransaction()) this.#forget();
      throw error;
    }
  }

  async #judge(sql: string, isDefinition: boolean, authorizer: Authorizer): Promise<void> {
    // In a batch, foreign keys have their actions whatever the setting.
    const hasActions = this.batch !== undefined && !isDefinition && !this.#isEnforced;
    if (hasActions) await this.#shadow.follow("PRAGMA foreign_keys = ON");
    try {
      await this.#shadow.judge(sql, authorizer);
    } finally {
      if (hasActions) await this.#shadow.follow("PRAGMA foreign_keys = OFF");
    }
  }

  #forget(): void {
    this.#shadow.forget();
    if (!this.inTransaction()) this.#legacy.forget();
  }

  /** Does some work. If the server's own parser refuses the text, the error is that of SQLite. */
  async #guarded<T>(sql: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof SqlError) || error.cause !== UNREAD) throw error;
      const own = await syntaxError(sql);
      if (own !== undefined) throw own;
      throw new SqlError(`the server does not take it: ${error.sqlite}`, {
        database: this.name,
        resultCode: error.resultCode,
      });
    }
  }
}

/** Whether a boolean of a pragma is true: https://sqlite.org/pragma.html */
function isOn(value: string): boolean {
  return /^(?:on|1|true|yes)$/i.test(value);
}

function withoutComments(sql: string): string {
  return /pragma/i.test(sql) ? sql.replaceAll(/--[^\n]*|\/\*[^]*?\*\//g, " ") : "";
}

/** SQLite's error for a text that is not SQL, whatever the schema; undefined if it is. */
async function syntaxError(sql: string): Promise<SqlError | undefined> {
  await using memory = openScratch();
  try {
    await memory.execute(`EXPLAIN ${sql}`);
    return undefined;
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    return /syntax error$|^incomplete input$|^unrecognized token/.test(error.sqlite)
      ? withoutExplain(error)
      : undefined;
  }
}
