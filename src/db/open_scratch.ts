import type { Connection } from "./connection.ts";
import { openNative } from "./native_database.ts";
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
}

/** Opens an empty database in memory, for SQL that is run to see what it gives. */
export function openScratch(options: ScratchOptions = {}): Connection {
  const database = openNative(":memory:", options);
  for (const name of options.functions ?? []) {
    database.function(name, { deterministic: true, varargs: true }, () => null);
  }
  return new NodeConnection(database, ":memory:");
}
