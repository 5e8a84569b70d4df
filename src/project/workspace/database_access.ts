import {
  type Authorizer,
  type Capabilities,
  type Connection,
  type Row,
  SqlError,
  type SqlValue,
} from "../../db/connection.ts";
import { databaseError, isBusy } from "../../db/sqlite_error.ts";
import { describeLockHolder } from "../../db/lock_holder.ts";
import { libraryVersion } from "../../db/node_connection.ts";
import { openDatabase } from "../../db/open.ts";
import { AludelError } from "../../errors.ts";
import { NO_STATE, readState, type State } from "../../state/state.ts";
import type { Waiting } from "../../runner/write_lock.ts";
import { again, say } from "../../text/next_step.ts";
import { D1_TOKEN_VARIABLE } from "./d1_address.ts";
import type { ServerAddress, Target } from "./target.ts";

/** @throws {AludelError} `database-readonly` for a target whose URL has `mode=ro`. */
export function requireWritable({ name, mode }: Target): void {
  if (mode !== "ro") return;
  throw new AludelError("database-readonly", `Database "${name}" is named as read-only`, {
    notes: ["Its URL says mode=ro or immutable=1"],
    outcome: "Nothing was written",
    next: [again`-d ${name} # name it without that`],
  });
}

/** The ways to reach a target. */
export interface DatabaseAccess {
  /** The name of the database for messages. */
  readonly name: string;
  /**
   * Opens the database for reading. It creates nothing, and recovers a hot journal. Opening and each query wait for a
   * writer that keeps readers out.
   * @param options Whether to load the target's extensions, which are needed to recognise the tables that their virtual
   *   tables create.
   * @returns null if the database does not exist.
   * @throws {AludelError} An error of the area `database`; `lock-timeout`.
   */
  look(options?: { readonly extensions?: boolean }): Promise<Connection | null>;
  /** Opens it for writing. It is created if it does not exist. */
  connect(options: { readonly doubleQuotedStrings: boolean }): Promise<Connection>;
  /** The process that holds its lock, if the system reports it. */
  lockHolder(): string | undefined;
  /**
   * Finds statements that the database refuses, without running any. It is missing if the database takes all statements
   * of SQLite. See {@linkcode Connection.refusals}.
   */
  refusals?(statements: readonly string[]): Promise<readonly (string | undefined)[]>;
  /** The version of SQLite behind {@linkcode DatabaseAccess.connect}, such as `3.53.2`. */
  sqliteVersion(): Promise<string>;
}

/** How reading waits for a writer. */
export type LookPatience = Omit<Waiting, "lockHolder">;

/**
 * The access to a target of the settings or the command line.
 * @param patience Left out for a copy to which nobody else writes, so that reading does not wait.
 */
export function accessTo(target: Target, patience?: LookPatience): DatabaseAccess {
  if (target.server !== undefined) return serverAccess(target.name, target.server);
  const { kind, path, name, mode, extensions = [] } = target;
  const lockHolder = () => kind === "memory" ? undefined : describeLockHolder(path);
  const waiting = patience && { ...patience, lockHolder };
  return {
    name,
    async look({ extensions: loads = false } = {}) {
      if (kind === "memory") return null;
      const open = () =>
        openDatabase({
          path,
          mode: "read",
          readOnly: mode === "ro",
          name,
          ...(loads && { extensions }),
        });
      try {
        if (waiting === undefined) return await open();
        return new PatientConnection(await unlessLocked(name, waiting, open), waiting);
      } catch (error) {
        if (error instanceof AludelError && error.code === "database-missing") return null;
        throw error;
      }
    },
    async connect({ doubleQuotedStrings }) {
      requireWritable(target);
      try {
        const creates = mode === "rw" ? "write" : "create";
        return await openDatabase({
          path,
          mode: creates,
          doubleQuotedStrings,
          extensions,
          functions: target.functions,
          name,
        });
      } catch (error) {
        if (!(error instanceof AludelError && error.code === "database-missing")) throw error;
        throw error.with({
          notes: ["Its URL says mode=rw, so SQLite does not create the file"],
          next: [again`-d ${name} # name it without that`],
        });
      }
    },
    lockHolder,
    sqliteVersion: () => Promise.resolve(libraryVersion()),
  };
}

/** A connection for reading, whose statements wait for a writer that keeps readers out. */
class PatientConnection implements Connection {
  readonly #inner: Connection;
  readonly #waiting: Waiting;

  constructor(inner: Connection, waiting: Waiting) {
    this.#inner = inner;
    this.#waiting = waiting;
  }

  get name(): string {
    return this.#inner.name;
  }

  get capabilities(): Capabilities {
    return this.#inner.capabilities;
  }

  execute(sql: string): Promise<void> {
    return unlessLocked(this.name, this.#waiting, () => this.#inner.execute(sql));
  }

  query(sql: string, parameters?: readonly SqlValue[]): Promise<Row[]> {
    return unlessLocked(this.name, this.#waiting, () => this.#inner.query(sql, parameters));
  }

  inTransaction(): boolean {
    return this.#inner.inTransaction();
  }

  authorize(authorizer: Authorizer | null): void {
    this.#inner.authorize(authorizer);
  }

  close(): Promise<void> {
    return this.#inner.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** Reads as {@linkcode patiently} does, whose module is loaded only if the database is locked. */
async function unlessLocked<T>(
  name: string,
  waiting: Waiting,
  attempt: () => Promise<T>,
): Promise<T> {
  try {
    return await attempt();
  } catch (error) {
    if (!isBusy(error)) throw error;
    const { patiently } = await import("../../runner/write_lock.ts");
    return await patiently(name, waiting, attempt);
  }
}

/** Reads the state of a database that may not exist. It creates nothing. */
export async function lookAtState(access: DatabaseAccess): Promise<State> {
  const connection = await access.look();
  if (connection === null) return NO_STATE;
  try {
    return await readState(connection);
  } finally {
    await connection.close();
  }
}

function serverAccess(name: string, { engine, url, token }: ServerAddress): DatabaseAccess {
  const connect = async (doubleQuotedStrings: boolean): Promise<Connection> => {
    const options = { url: await url(), name, token: token(), doubleQuotedStrings };
    if (engine === "d1" && options.token === undefined) throw tokenMissing(name);
    try {
      if (engine === "d1") {
        const { openD1 } = await import("../../db/server/batch_stream.ts");
        return await openD1(options, () => crypto.randomUUID());
      }
      const { openServer } = await import("../../db/server/server_connection.ts");
      return await openServer(options);
    } catch (error) {
      throw error instanceof SqlError ? databaseError(error, name) ?? error : error;
    }
  };
  return {
    name,
    look: () => connect(true),
    connect: ({ doubleQuotedStrings }) => connect(doubleQuotedStrings),
    lockHolder: () => undefined,
    async refusals(statements) {
      await using connection = await connect(true);
      return await connection.refusals?.(statements) ?? [];
    },
    async sqliteVersion() {
      await using connection = await connect(true);
      return connection.capabilities.sqliteVersion;
    },
  };
}

/** The error for a D1 database without a token. */
export function tokenMissing(name: string): AludelError {
  return new AludelError("target-value", `There is no token for "${name}"`, {
    next: [
      say(`Set ${D1_TOKEN_VARIABLE} to a Cloudflare token that may edit D1`),
      say("Or name another variable with tokenVariable in aludel.json"),
    ],
  });
}
