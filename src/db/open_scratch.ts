import { foldName } from "../sql/identifier.ts";
import type { AuthorizedAction, Authorizer, Row, SqlError, SqlValue } from "./connection.ts";
import {
  type NativeDatabase,
  NodeConnection,
  openNative,
  type SqliteLimits,
} from "./node_connection.ts";
import { changesSchema, firstVerb } from "./statement.ts";

/** How {@linkcode openScratch} opens a database. */
export interface ScratchOptions {
  /** Whether `"text"` that names nothing is a string: https://sqlite.org/quirks.html#dblquote */
  readonly doubleQuotedStrings?: boolean;
  /**
   * Whether to register functions that this SQLite does not have when it asks for one. Each takes any arguments and
   * returns NULL, so that statements and definitions that name it compile, and a CHECK with it holds.
   */
  readonly standIns?: boolean;
  /** Loadable extensions, by path or name. */
  readonly extensions?: readonly string[];
  /** SQLite's limits: https://sqlite.org/limits.html */
  readonly limits?: SqliteLimits;
  /** A database that {@linkcode ScratchConnection.image} returned; by default an empty one. */
  readonly image?: ScratchImage;
}

/** The bytes of a database in memory, which can be opened any number of times: https://sqlite.org/c3ref/serialize.html */
export type ScratchImage = Uint8Array;

/** A database in memory. */
export class ScratchConnection extends NodeConnection {
  /** The functions that SQLite asked for and that are registered as stand-ins, folded. */
  readonly standIns: ReadonlySet<string>;
  readonly #native: NativeDatabase;
  readonly #standIns = new Set<string>();
  #hasStandIns: boolean;
  #isDefinition = false;
  #observer: ((action: AuthorizedAction) => void) | null = null;

  constructor(native: NativeDatabase, hasStandIns: boolean) {
    super(native, ":memory:");
    this.#native = native;
    this.#hasStandIns = hasStandIns;
    this.standIns = this.#standIns;
  }

  protected override provideMissing(error: SqlError): boolean {
    if (super.provideMissing(error)) return true;
    const name = this.#hasStandIns ? missingFunction(error) : undefined;
    if (name === undefined || this.#standIns.has(name)) return false;
    this.#native.function(
      name,
      { deterministic: true, varargs: true, useBigIntArguments: true },
      () => null,
    );
    this.#standIns.add(name);
    return true;
  }

  /**
   * Sets or, with null, removes an observer of the actions of statements that are compiled under an authorizer.
   * ALTER, CREATE and DROP are not observed: they compile triggers that do not fire.
   */
  observe(observer: ((action: AuthorizedAction) => void) | null): void {
    this.#observer = observer;
  }

  override authorize(authorizer: Authorizer | null): void {
    const observer = this.#observer;
    super.authorize(
      observer === null || authorizer === null ? authorizer : (action) => {
        if (!this.#isDefinition) observer(action);
        return authorizer(action);
      },
    );
  }

  override execute(sql: string): Promise<void> {
    this.#isDefinition = changesSchema(firstVerb(sql));
    return super.execute(sql);
  }

  override query(sql: string, parameters?: readonly SqlValue[]): Promise<Row[]> {
    this.#isDefinition = changesSchema(firstVerb(sql));
    return super.query(sql, parameters);
  }

  /** Does some work without registering further functions. */
  async withoutStandIns<T>(work: () => Promise<T>): Promise<T> {
    const had = this.#hasStandIns;
    this.#hasStandIns = false;
    try {
      return await work();
    } finally {
      this.#hasStandIns = had;
    }
  }

  /**
   * Removes tables and views, with all that belongs to them, from the schema at once: each DROP would search the whole
   * schema. Their pages stay unused. No transaction may be open.
   *
   * @param names In any case. No remaining object may name them.
   */
  forget(names: readonly string[]): void {
    const database = this.#native;
    database.enableDefensive(false);
    try {
      // https://sqlite.org/pragma.html#pragma_writable_schema
      database.exec("PRAGMA writable_schema = ON");
      database.prepare(
        "DELETE FROM main.sqlite_schema WHERE tbl_name COLLATE NOCASE IN (SELECT value FROM json_each(?))",
      ).run(JSON.stringify(names));
    } finally {
      database.exec("PRAGMA writable_schema = RESET");
      database.enableDefensive(true);
    }
  }

  /** The database as it is now. No transaction may be open. */
  image(): ScratchImage {
    return this.#native.serialize();
  }
}

/** Opens a database in memory, to run SQL and look at the result. */
export function openScratch(options: ScratchOptions = {}): ScratchConnection {
  const database = openNative(":memory:", options);
  const connection = new ScratchConnection(database, options.standIns ?? false);
  if (options.image !== undefined) database.deserialize(options.image);
  return connection;
}

/**
 * The function that SQLite reports as missing: `no such function: f` in a statement, `unknown function: f()` in a stored
 * definition such as a CHECK.
 */
function missingFunction({ sqlite }: SqlError): string | undefined {
  // ALTER TABLE puts "error in view v: " before it.
  const name = /(?:no such function: ([^]+)|unknown function: ([^]+)\(\))$/.exec(sqlite);
  return name === null ? undefined : foldName(name[1] ?? name[2]!);
}
