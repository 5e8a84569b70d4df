import { type NativeDatabase, openNative } from "./native_database.ts";
import { NodeConnection } from "./node_connection.ts";

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

  constructor(native: NativeDatabase) {
    super(native, ":memory:");
    this.#native = native;
  }

  /** The database as it is now. No transaction may be open. */
  image(): ScratchImage {
    return this.#native.serialize();
  }
}

/** Opens a database in memory, for SQL that is run to see what it gives. */
export function openScratch(options: ScratchOptions = {}): ScratchConnection {
  const database = openNative(":memory:", options);
  for (const name of options.functions ?? []) {
    database.function(name, { deterministic: true, varargs: true }, () => null);
  }
  if (options.image !== undefined) database.deserialize(options.image);
  return new ScratchConnection(database);
}
