import { type NativeDatabase, NodeConnection, openNative } from "./node_connection.ts";

/** How {@linkcode openScratch} opens a database. */
export interface ScratchOptions {
  /** Whether `"text"` that names nothing is a string: https://sqlite.org/quirks.html#dblquote */
  readonly doubleQuotedStrings?: boolean;
  /**
   * Functions that only the application has. Each takes any arguments and gives NULL, so that what
   * names it compiles and a CHECK with it holds.
   */
  readonly functions?: readonly string[];
  /** The database that {@linkcode ScratchConnection.image} gave; an empty one where it is left out. */
  readonly image?: ScratchImage;
}

/** A whole database in memory as bytes, to be opened any number of times: https://sqlite.org/c3ref/serialize.html */
export type ScratchImage = Uint8Array;

/** A database in memory. */
export class ScratchConnection extends NodeConnection {
  readonly #native: NativeDatabase;
  readonly #functions = new Set<string>();

  constructor(native: NativeDatabase) {
    super(native, ":memory:");
    this.#native = native;
  }

  /** Registers functions as {@linkcode ScratchOptions.functions} are; those that are there already stay. */
  provide(functions: readonly string[]): void {
    for (const name of functions) {
      if (this.#functions.has(name)) continue;
      this.#native.function(name, { deterministic: true, varargs: true }, () => null);
      this.#functions.add(name);
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
  const connection = new ScratchConnection(database);
  connection.provide(options.functions ?? []);
  if (options.image !== undefined) database.deserialize(options.image);
  return connection;
}
