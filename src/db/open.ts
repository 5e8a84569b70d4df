import type { Connection } from "./connection.ts";
import { openNodeSqlite, type OpenOptions } from "./node_sqlite.ts";

/** Where a database is. Servers will be a kind of their own. */
export type Location =
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "memory" };

/**
 * Opens the database at a location.
 * @throws {AludelError} as {@linkcode openNodeSqlite}.
 */
export function openDatabase(
  location: Location,
  options: Omit<OpenOptions, "path">,
): Promise<Connection> {
  switch (location.kind) {
    case "file":
      return asPromise(() => openNodeSqlite({ ...options, path: location.path }));
    case "memory":
      return asPromise(() => openNodeSqlite({ ...options, path: ":memory:" }));
  }
}

/** What `make` gives or throws, as a promise: opening a server will take time. */
function asPromise<T>(make: () => T): Promise<T> {
  return Promise.resolve().then(make);
}
