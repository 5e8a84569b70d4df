/** Where a text that names a database leads. */
export type DatabaseLocation =
  | { readonly kind: "memory" }
  /** A path as written; relative ones are relative to whatever held the text. */
  | { readonly kind: "file"; readonly path: string }
  /** A libSQL server. */
  | { readonly kind: "server"; readonly scheme: string }
  /** A database that is not SQLite. */
  | { readonly kind: "foreign"; readonly scheme: string }
  | { readonly kind: "invalid"; readonly fault: string };

/** Two letters at least: `C:\app.db` is a path. */
const SCHEME = /^([A-Za-z][A-Za-z0-9+.-]+):/;

const SERVERS: ReadonlySet<string> = new Set(["libsql", "http", "https", "ws", "wss"]);

/**
 * Reads what a user wrote for a database.
 *
 * `app.db`, `./app.db`, `/srv/app.db`, `C:\app.db` are paths; so are, as URLs, `sqlite:app.db`,
 * `sqlite://app.db`, `sqlite:///srv/app.db` (absolute, as in RFC 8089; SQLAlchemy's four slashes are read
 * the same), and all of these with `sqlite3:` or `file:`. In a URL `%20` is a space and a query is
 * dropped but for `mode=memory`. `:memory:` is a database that ends with the process.
 */
export function readLocation(text: string): DatabaseLocation {
  if (text === ":memory:") return { kind: "memory" };
  const scheme = SCHEME.exec(text)?.[1]?.toLowerCase();
  if (scheme === undefined) return fileAt(text);
  if (SERVERS.has(scheme)) return { kind: "server", scheme };
  if (scheme !== "sqlite" && scheme !== "sqlite3" && scheme !== "file") {
    // A name such as "app:1.db" is a path that happens to have a colon; a database's URL has slashes.
    return text.startsWith("//", scheme.length + 1) ? { kind: "foreign", scheme } : fileAt(text);
  }
  const [address = "", query = ""] = text.slice(scheme.length + 1).split(/\?(.*)/s);
  if (address === ":memory:" || /(?:^|&)mode=memory(?:&|$)/.test(query)) return { kind: "memory" };
  const path = decode(address.replace(/#.*$/s, ""));
  return path === undefined
    ? { kind: "invalid", fault: 'has a "%" that two hex digits do not follow' }
    : fileAt(withoutAuthority(path));
}

function withoutAuthority(path: string): string {
  if (!path.startsWith("//")) return path;
  const rest = path.slice(2).replace(/^localhost(?=\/)/i, "").replace(/^\/+/, "/");
  // "file:///C:/app.db" has a slash before the drive.
  return rest.replace(/^\/(?=[A-Za-z]:[\\/])/, "");
}

function fileAt(path: string): DatabaseLocation {
  if (path.trim() === "") return { kind: "invalid", fault: "is empty" };
  if (path.includes("\0")) return { kind: "invalid", fault: "contains a NUL character" };
  if (/[/\\]$/.test(path)) return { kind: "invalid", fault: "is a folder, not a file" };
  return { kind: "file", path };
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
