import { type Connection, SqlError } from "../../db/connection.ts";
import { databaseError } from "../../db/sqlite_error.ts";
import { describeLockHolder } from "../../db/lock_holder.ts";
import { libraryVersion } from "../../db/node_connection.ts";
import { openDatabase } from "../../db/open.ts";
import { AludelError } from "../../errors.ts";
import { NO_STATE, readState, type State } from "../../state/state.ts";
import { again } from "../../text/next_step.ts";
import type { ServerAddress, Target } from "./target.ts";

/** @throws {AludelError} `database-readonly` for a target whose URL says `mode=ro`. */
export function requireWritable({ name, mode }: Target): void {
  if (mode !== "ro") return;
  throw new AludelError("database-readonly", `Database "${name}" is named as read-only`, {
    notes: ["Its URL says mode=ro or immutable=1"],
    outcome: "Nothing was written",
    next: [again`-d ${name} # name it without that`],
  });
}

/** How long looking waits for a writer to finish its COMMIT, in milliseconds. */
const LOOK_TIMEOUT_MS = 5_000;

/** The ways to reach a target. */
export interface DatabaseAccess {
  /** The database for messages. */
  readonly name: string;
  /**
   * Opens the database for looking: creates nothing, and recovers a hot journal.
   * @param options How long to wait for a writer; long enough for its COMMIT if it is left out. Whether the target's
   *   extensions are loaded, as they must be to recognise the tables that a virtual table of theirs makes.
   * @returns null if the database does not exist.
   */
  look(
    options?: { readonly busyTimeoutMs?: number; readonly extensions?: boolean },
  ): Promise<Connection | null>;
  /** Opens it for writing, and creates it if it does not exist. */
  connect(options: { readonly doubleQuotedStrings: boolean }): Promise<Connection>;
  /** Who holds its lock, if the system tells. */
  lockHolder(): string | undefined;
  /**
   * Tells which statements the database does not take, without running any; left out if it takes all that SQLite does.
   * As {@linkcode Connection.refusals}.
   */
  refusals?(statements: readonly string[]): Promise<readonly (string | undefined)[]>;
  /** The SQLite that runs what {@linkcode DatabaseAccess.connect} is given, such as `3.53.2`. */
  sqliteVersion(): Promise<string>;
}

/** How long looking waits before it says so. */
const SILENT_MS = 1_000;

/**
 * The access to a target of the settings or the command line.
 * @param onWait Called when looking has waited a second for a writer, with its name if the system tells.
 */
export function accessTo(
  target: Target,
  onWait?: (holder: string | undefined) => void,
): DatabaseAccess {
  if (target.server !== undefined) return serverAccess(target.name, target.server);
  const { kind, path, name, mode, extensions = [] } = target;
  const location = kind === "memory" ? { kind } : { kind: "file", path } as const;
  const lockHolder = () => kind === "memory" ? undefined : describeLockHolder(path);
  const open = (busyTimeoutMs: number, loads: boolean) =>
    openDatabase(location, {
      mode: "read",
      readOnly: mode === "ro",
      busyTimeoutMs,
      name,
      ...(loads && { extensions }),
    });
  const openPatiently = async (timeoutMs: number, loads: boolean): Promise<Connection> => {
    if (onWait === undefined || timeoutMs <= SILENT_MS) return await open(timeoutMs, loads);
    try {
      const connection = await open(SILENT_MS, loads);
      // Each later statement may wait as long again.
      await connection.execute(`PRAGMA busy_timeout = ${timeoutMs}`);
      return connection;
    } catch (error) {
      if (!(error instanceof AludelError && error.code === "database-busy")) throw error;
      onWait(lockHolder());
      return await open(timeoutMs - SILENT_MS, loads);
    }
  };
  return {
    name,
    async look({ busyTimeoutMs = LOOK_TIMEOUT_MS, extensions: loads = false } = {}) {
      if (kind === "memory") return null;
      try {
        return await openPatiently(busyTimeoutMs, loads);
      } catch (error) {
        if (error instanceof AludelError && error.code === "database-missing") return null;
        throw error;
      }
    },
    async connect({ doubleQuotedStrings }) {
      requireWritable(target);
      try {
        const creates = mode === "rw" ? "write" : "create";
        return await openDatabase(location, {
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

/** The state of a database that may not exist. Creates nothing. */
export async function lookAtState(access: DatabaseAccess): Promise<State> {
  const connection = await access.look();
  if (connection === null) return NO_STATE;
  try {
    return await readState(connection);
  } finally {
    await connection.close();
  }
}

function serverAccess(name: string, { url, token }: ServerAddress): DatabaseAccess {
  const connect = async (doubleQuotedStrings: boolean): Promise<Connection> => {
    const { openServer } = await import("../../db/server/server_connection.ts");
    try {
      return await openServer({ url, name, token: token(), doubleQuotedStrings });
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
