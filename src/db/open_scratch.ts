import { foldName } from "../sql/identifier.ts";
import type { AuthorizedAction, Authorizer, Row, SqlError, SqlValue } from "./connection.ts";
import {
  type NativeDatabase,
  NodeConnection,
  openNative,
  type SqliteLimits,
} from "./node_connection.ts";
import { firstVerb } from "./statement.ts";

/** How {@linkcode openScratch} opens a database. */
export interface ScratchOptions {
  /** Whether `"text"` that names nothing is a string: https://sqlite.org/quirks.html#dblquote */
  readonly doubleQuotedStrings?: boolean;
  /**
   * Whether functions that this SQLite does not have are registered when it asks for one. Each takes any arguments and
   * gives NULL, so that what names it compiles and a CHECK with it holds.
   */
  readonly standIns?: boolean;
  /** Loadable extensions, by path or name. */
  readonly extensions?: readonly string[];
  /** What SQLite refuses to exceed: https://sqlite.org/limits.html */
  readonly limits?: SqliteLimits;
  /** The database that {@linkcode ScratchConnection.image} gave; an empty one if it is left out. */
  readonly image?: ScratchImage;
}

/** A whole database in memory as bytes, to be opened any number of times: https://sqlite.org/c3ref/serialize.html */
export type ScratchImage = Uint8Array;

/** A database in memory. */
export class ScratchConnection extends NodeConnection {
  /** The functions that are missing in this SQLite and were asked for here, folded. */
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
   * Statements that are compiled under an authorizer tell an observer of every action, too; null: none.
   * ALTER, CREATE and DROP tell nothing: they compile triggers that do not fire.
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
    this.#isDefinition = DEFINITIONS.has(firstVerb(sql));
    return super.execute(sql);
  }

  override query(sql: string, parameters?: readonly SqlValue[]): Promise<Row[]> {
    this.#isDefinition = DEFINITIONS.has(firstVerb(sql));
    return super.query(sql, parameters);
  }

  /** Does something without registering functions; those that were asked for before are still there. */
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
   * Strikes tables and views with all that belongs to them from the schema, however many in one go: a DROP of each
   * would search the whole schema each time. Their pages stay, unused. No transaction may be open.
   *
   * @param names In any case. Nothing that stays may name them.
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

/** Opens a database in memory, for SQL that is run to see what it gives. */
export function openScratch(options: ScratchOptions = {}): ScratchConnection {
  const database = openNative(":memory:", options);
  const connection = new ScratchConnection(database, options.standIns ?? false);
  if (options.image !== undefined) database.deserialize(options.image);
  return connection;
}

const DEFINITIONS: ReadonlySet<string> = new Set(["ALTER", "CREATE", "DROP"]);

/**
 * The function that SQLite says it does not have: `no such function: f` when it compiles a statement that names it,
 * `unknown function: f()` when it does so for what a stored definition names, such as a CHECK.
 */
function missingFunction({ sqlite }: SqlError): string | undefined {
  // An ALTER TABLE says "error in view v: " first.
  const name = /(?:no such function: ([^]+)|unknown function: ([^]+)\(\))$/.exec(sqlite);
  return name === null ? undefined : foldName(name[1] ?? name[2]!);
}
