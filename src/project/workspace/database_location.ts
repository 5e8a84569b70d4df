/** The access that a URL allows: `ro` reads only, `rw` does not create the file. */
export type FileMode = "ro" | "rw";

/** The meaning of a text that names a database. */
export type DatabaseLocation =
  | { readonly kind: "memory" }
  /** A path as written. Relative paths start at the folder of the text, and {@linkcode expandHome} replaces `~/`. */
  | { readonly kind: "file"; readonly path: string; readonly mode?: FileMode }
  /** A libSQL server. */
  | {
    readonly kind: "server";
    /** The address for messages, without secrets: `libsql://host`. */
    readonly name: string;
    /** The URL of requests: `https://host`. */
    readonly url: string;
    /** The token, if the URL has one. */
    readonly token: string | undefined;
  }
  /** A Cloudflare D1 database, by its account and id, or by its name in Wrangler's settings. */
  | {
    readonly kind: "d1";
    readonly name: string;
    readonly account: string | undefined;
    readonly database: string;
  }
  /** A database that is not SQLite. */
  | { readonly kind: "foreign"; readonly scheme: string }
  | { readonly kind: "invalid"; readonly fault: string };

/** A URL's scheme. It has at least two letters, because `C:\app.db` is a path. */
const SCHEME = /^([A-Za-z][A-Za-z0-9+._-]+):/;

/** The schemes of libSQL servers, and the one that requests use: https://docs.turso.tech/sdk/ts/reference */
const SERVERS: ReadonlyMap<string, "http" | "https"> = new Map([
  ["libsql", "https"],
  ["https", "https"],
  ["wss", "https"],
  ["http", "http"],
  ["ws", "http"],
]);

/** `spatialite:` is Django's name for SQLite with an extension. */
const FILES: ReadonlySet<string> = new Set(["sqlite", "sqlite3", "spatialite", "file"]);

/** Text after three slashes that cannot be an absolute path. */
const RELATIVE = /^\/(?=\.{0,2}\/|~\/|:memory:$|file:)/;

/**
 * Parses the name of a database in a flag, in settings or in `DATABASE_URL`.
 *
 * - `app.db`, `./app.db`, `/srv/app.db`, `~/app.db`, `C:\app.db` are paths.
 * - `sqlite:app.db`, `sqlite://app.db`, `sqlite:///srv/app.db` (absolute, as in RFC 8089, and so are four slashes),
 *   also with `sqlite3:`, `spatialite:` or `file:`. `%20` is a space.
 * - `sqlite+aiosqlite:///app.db` is SQLAlchemy's URL with a driver: three slashes are relative there, four absolute,
 *   and
 *   `%` means itself: https://docs.sqlalchemy.org/en/20/dialects/sqlite.html
 * - `jdbc:sqlite:app.db` is JDBC's, in which `%` means itself as well.
 * - In all of these `?mode=ro`, `rw`, `rwc`, `memory` and `immutable=1` have SQLite's meaning
 *   (https://sqlite.org/uri.html). Other parameters are for the application's connection and are ignored, except those
 *   that change how the file must be read.
 * - `libsql://host`, `https://host`, `http://host` are libSQL servers; `?authToken=` is their token, and `?tls=0` means
 *   http: https://docs.turso.tech/sdk/ts/reference
 * - `d1://NAME` is a Cloudflare D1 database of Wrangler's settings, `d1://ACCOUNT/ID` one by its account and id.
 * - `:memory:` is a database that ends with the process.
 */
export function readLocation(text: string): DatabaseLocation {
  const quoted = /^(["'])(.+)\1$/s.exec(text);
  // Some tools keep the quotes around values in files of variables.
  if (quoted !== null) return readLocation(quoted[2]!);
  if (text === ":memory:") return MEMORY;
  const scheme = SCHEME.exec(text)?.[1]?.toLowerCase();
  if (scheme === undefined) return fileAt(text);
  const rest = text.slice(scheme.length + 1);
  if (SERVERS.has(scheme)) return readServer(scheme, rest);
  if (scheme === "d1") return readD1(rest);
  if (scheme === "jdbc") return readJdbc(rest);
  if (scheme.startsWith("sqlite+")) return readSqlalchemy(rest);
  if (FILES.has(scheme)) return readUrl(rest);
  // A name such as "app:1.db" is a path with a colon; a URL has slashes.
  return rest.startsWith("//") ? { kind: "foreign", scheme } : fileAt(text);
}

/**
 * The relative path that SQLAlchemy, Django and others read in `sqlite:///app.db`, which is absolute here. Returns
 * undefined for any other text.
 */
export function relativeReading(text: string): string | undefined {
  const path = /^(?:sqlite3?|spatialite):\/\/\/(?=[^/?#])([^?#]+)/i.exec(text)?.[1];
  const isDrive = path !== undefined && /^[A-Za-z]:[\\/]/.test(path);
  return path === undefined || isDrive || RELATIVE.test(`/${path}`) ? undefined : decode(path);
}

/**
 * Expands `~/` at the start of a path to the home folder, as a shell does.
 * @returns undefined if the home folder is not known.
 */
export function expandHome(
  path: string,
  environment: (name: string) => string | undefined,
): string | undefined {
  if (!/^~[/\\]/.test(path)) return path;
  const home = environment("HOME") || environment("USERPROFILE");
  return home ? `${home.replace(/[/\\]+$/, "")}${path.slice(1)}` : undefined;
}

const MEMORY: DatabaseLocation = { kind: "memory" };

function readServer(scheme: string, rest: string): DatabaseLocation {
  let url: URL;
  try {
    url = new URL(`${SERVERS.get(scheme)}:${rest}`);
  } catch {
    return { kind: "invalid", fault: "is not the URL of a server" };
  }
  if (url.username !== "" || url.password !== "") {
    return {
      kind: "invalid",
      fault: "has a user in it, but a server takes a token, from ALUDEL_DATABASE_TOKEN",
    };
  }
  if (url.searchParams.get("tls") === "0") url.protocol = "http:";
  const place = `${url.host}${url.pathname.replace(/\/+$/, "")}`;
  const isPlain = url.protocol === "http:";
  const token = url.searchParams.get("authToken") || url.searchParams.get("jwt") || undefined;
  return {
    kind: "server",
    name: `${isPlain ? "http" : scheme === "libsql" ? "libsql" : "https"}://${place}`,
    url: `${isPlain ? "http" : "https"}://${place}`,
    token,
  };
}

function readD1(rest: string): DatabaseLocation {
  const [, first, second] = /^\/\/([\w-]+)(?:\/([\w-]+))?\/?$/.exec(rest) ?? [];
  if (first === undefined) {
    return { kind: "invalid", fault: "is not one of D1: d1://NAME or d1://ACCOUNT/ID" };
  }
  return second === undefined
    ? { kind: "d1", name: `d1://${first}`, account: undefined, database: first }
    : { kind: "d1", name: `d1://${first}/${second}`, account: first, database: second };
}

function readUrl(rest: string): DatabaseLocation {
  const { address, query } = splitQuery(rest);
  const path = decode(address);
  if (path === undefined) {
    return { kind: "invalid", fault: 'has a "%" that two hex digits do not follow' };
  }
  const plain = withoutAuthority(path);
  return plain.startsWith("file:") ? readUrl(`${plain.slice(5)}?${query}`) : located(plain, query);
}

function readSqlalchemy(rest: string): DatabaseLocation {
  const { address, query } = splitQuery(rest);
  const path = address.replace(/^\/\/[^/]*\/?/, "");
  if (path === "") return MEMORY;
  return path.startsWith("file:") ? readUrl(`${path.slice(5)}?${query}`) : located(path, query);
}

function readJdbc(rest: string): DatabaseLocation {
  const scheme = SCHEME.exec(rest)?.[1]?.toLowerCase() ?? "jdbc";
  if (scheme !== "sqlite") return { kind: "foreign", scheme };
  const body = rest.slice("sqlite:".length);
  if (body === "") return MEMORY;
  if (body.startsWith("file:")) return readUrl(body.slice(5));
  if (body.startsWith(":resource:")) {
    return { kind: "invalid", fault: "is packed into a program (:resource:)" };
  }
  const { address, query } = splitQuery(body);
  return located(withoutAuthority(address), query);
}

function located(path: string, query: string): DatabaseLocation {
  if (path === ":memory:") return MEMORY;
  const parameters = new URLSearchParams(query);
  const encryption = ["key", "hexkey", "textkey", "cipher"].find((name) => parameters.has(name));
  if (encryption !== undefined) {
    return { kind: "invalid", fault: `is encrypted (${encryption}=), and SQLite cannot read it` };
  }
  const vfs = parameters.get("vfs");
  if (vfs !== null && !/^(?:unix|win32)$/.test(vfs)) {
    return { kind: "invalid", fault: `needs the VFS "${vfs}", which is not in this program` };
  }
  const file = fileAt(path);
  const mode = parameters.get("mode");
  const frozen = /^(?:1|on|true|yes)$/i.test(parameters.get("immutable") ?? "");
  switch (mode) {
    case "memory":
      return MEMORY;
    case "ro":
    case "rw":
      return file.kind === "file" ? { ...file, mode: frozen ? "ro" : mode } : file;
    case "rwc":
    case "":
    case null:
      return file.kind === "file" && frozen ? { ...file, mode: "ro" } : file;
    default:
      return {
        kind: "invalid",
        fault: `has the mode "${mode}": SQLite knows ro, rw, rwc and memory`,
      };
  }
}

function withoutAuthority(path: string): string {
  if (!path.startsWith("//")) return path;
  const rest = path.slice(2).replace(/^localhost(?=\/)/i, "").replace(/^\/+/, "/");
  // "file:///C:/app.db" has a slash before the drive.
  return rest.replace(/^\/(?=[A-Za-z]:[\\/])/, "").replace(RELATIVE, "");
}

function fileAt(path: string): DatabaseLocation {
  if (path.trim() === "") return { kind: "invalid", fault: "is empty" };
  if (path.includes("\0")) return { kind: "invalid", fault: "contains a NUL character" };
  if (/[/\\]$/.test(path)) return { kind: "invalid", fault: "is a folder, not a file" };
  if (/^~[^/\\]+[/\\]/.test(path)) {
    return {
      kind: "invalid",
      fault:
        'begins with the home folder of another user: write its path, or "./" before a folder of that name',
    };
  }
  return { kind: "file", path };
}

function splitQuery(text: string): { readonly address: string; readonly query: string } {
  const [address = "", query = ""] = text.replace(/#.*$/s, "").split(/\?(.*)/s);
  return { address, query };
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
